import path from 'node:path';
import type { Snapshot } from '../../src/core/patterns/snapshot';
import { batches } from '../../src/data/batches';
import type { Dataset } from '../../src/data/dataset';
import { openDataset } from '../../src/data/openDataset';
import type { Scaling } from '../../src/data/scaling';
import { matchShape } from '../../src/data/arrays/shape';
import { takeSnapshot, USUAL_PATTERN_LIMIT } from '../../src/engine/recording/takeSnapshot';
import type { BatchSource } from '../../src/engine/recording/runBatches';
import { openModel } from '../../src/models/openModel';
import type { ModelRunner } from '../../src/models/runner';

/** Number of classes of MNIST. */
export const DIGIT_CLASSES = 10;

/** Instances of a batch, as `apd record` takes them for models of this size. */
export const USUAL_BATCH = 2048;

/** The scaling that the networks were trained with: pixels as −1 … 1. */
export const mnistScaling: Scaling = { scale: 1 / 255, mean: [0.5], deviation: [0.5] };

const FOLDER = process.env.APD_BENCH_MNIST ?? path.join('examples', 'mnist', 'data');

/** Path of an IDX file of MNIST; the runner has fetched it, or made a tiny one. */
export function mnistFile(part: 'train' | 't10k', what: 'images' | 'labels'): string {
  return path.join(FOLDER, `${part}-${what}-idx${what === 'images' ? 3 : 1}-ubyte`);
}

/** The network of the paper, 784-32-32-32-32-32-10, after its last epoch. */
export const PAPER_MODEL = path.join('examples', 'mnist', 'epoch-004.onnx');

/** A network of the tests: `dense-000` … `dense-008` (784-128-128-128-10), `cnn` (16×28×28, 32×14×14, 64). */
export function testModel(name: string): string {
  return path.join('test', 'fixtures', 'mnist', `${name}.onnx`);
}

/** Opens the 60,000 training or the 10,000 test images with their labels. */
export function openMnist(part: 'train' | 't10k', take?: number): Promise<Dataset> {
  return openDataset({
    data: [{ path: mnistFile(part, 'images') }],
    labels: [{ path: mnistFile(part, 'labels') }],
    take,
  });
}

/** Batches of a dataset for a model. */
export function sourceFor(
  runner: ModelRunner,
  features: Dataset['features'],
  size = USUAL_BATCH,
): BatchSource {
  const arranger = matchShape(features, runner.input.shape, 'MNIST', runner.input.name);
  return (dataset) => batches({ dataset, arranger, scaling: mnistScaling, batchSize: size, double: false });
}

/** Records one model over a dataset, in memory. */
export async function recordModel(model: string, dataset: Dataset, batchSize?: number): Promise<Snapshot> {
  const runner = await openModel(model, { instanceShape: dataset.features.shape });
  try {
    const source = sourceFor(runner, dataset.features, batchSize);
    return await takeSnapshot({
      runner,
      dataset,
      batches: source,
      epoch: 0,
      options: { patternLimit: USUAL_PATTERN_LIMIT },
    });
  } finally {
    await runner.close();
  }
}
