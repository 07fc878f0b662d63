import { correctnessOf } from '../../core/diagram';
import { InputError } from '../../core/errors';
import { bitsOf, CoarseRecorder, ExactRecorder, type LevelRecorder } from '../../core/patterns/levelRecorder';
import { accuracyOf } from '../../core/measures/measures';
import { bytesPerRow } from '../../core/patterns/packing';
import type { Layer, Snapshot } from '../../core/patterns/snapshot';
import type { Batch } from '../../data/batches';
import type { Dataset } from '../../data/dataset';
import { CertaintyRecorder } from './certaintyRecorder';
import { describePlace } from '../../data/instancePlaceText';
import type { ModelRunner } from '../../models/runner';
import { fitCoarsePrototypes, type CoarsePrototypesInput } from './coarsePrototypes';
import { readOutcome } from './outcomes';
import { runBatches, type BatchSource } from './runBatches';
import type { SnapshotOptions } from './snapshotOptions';

/** The usual limit of the packed patterns of one level: 512 MiB. */
export const USUAL_PATTERN_LIMIT = 512 * 1024 * 1024;

/** The layers of a model as a run records them. */
export function recordedLayers(runner: Pick<ModelRunner, 'layers'>): Layer[] {
  return runner.layers.map(({ name, activation, units, shape, breakpoints }) => ({
    name,
    activation,
    units,
    shape,
    pieces: breakpoints.length + 1,
    bits: bitsOf(breakpoints),
  }));
}

/** True where only prototypes of a layer are kept. */
export function isCoarse(layer: Layer, instances: number, patternLimit: number): boolean {
  return instances * bytesPerRow(layer.units, layer.bits) > patternLimit;
}

/**
 * Takes the activation patterns of a dataset in a model. Batch by batch: the next batch is with the engine before the last
 * one is packed, so that an engine which computes in the background is kept busy, and no more than two are in memory.
 * @throws InputError naming layer and instance of the first pre-activation that is NaN or infinite
 */
export async function takeSnapshot({
  runner,
  dataset,
  batches,
  epoch,
  options,
}: {
  runner: ModelRunner;
  dataset: Dataset;
  batches: BatchSource;
  epoch: number;
  options: SnapshotOptions;
}): Promise<Snapshot> {
  const instances = dataset.instances;
  const rows = instances.length;
  const layers = recordedLayers(runner);
  const recorders: LevelRecorder[] = [];
  const start: CoarsePrototypesInput = { runner, dataset, batches, layers, options };
  for (const [l, layer] of layers.entries()) {
    const { breakpoints } = runner.layers[l];
    recorders.push(
      isCoarse(layer, rows, options.patternLimit)
        ? new CoarseRecorder(layer, breakpoints, rows, await fitCoarsePrototypes(start, l))
        : new ExactRecorder(layer, breakpoints, rows),
    );
  }
  const predicted = new Int32Array(rows);
  const { columns = 0 } = runner.output;
  const values = columns > 0 ? new Float32Array(rows * columns) : undefined;
  const { values: labels, targets } = options.labels ?? { values: dataset.labels?.values };
  const certainty = new CertaintyRecorder(runner.output.kind, labels, rows);
  for await (const { batch, result } of runBatches(runner, batches(dataset), options.signal)) {
    recorders.forEach((recorder, l) => {
      const bad = recorder.add(result.taps[l], batch.from, batch.rows);
      if (bad >= 0) {
        throw notFinite({ runner, layer: layers[l], dataset, batch, tap: result.taps[l], bad, l });
      }
    });
    const unknown = result.predicted.findIndex((output) => output < 0);
    if (unknown >= 0) throw noClass(runner, dataset, batch.from + unknown);
    predicted.set(result.predicted.subarray(0, batch.rows), batch.from);
    certainty.add(result.scores, batch.from, batch.rows);
    if (values && result.values) values.set(result.values, batch.from * columns);
    options.onProgress?.(batch.from + batch.rows);
    await options.breathe?.();
  }
  const splits = dataset.splits?.of;
  const snapshot: Snapshot = {
    epoch,
    instances,
    predicted,
    labels,
    splits,
    levels: recorders.map((recorder) => recorder.finish()),
  };
  if (targets) snapshot.targets = targets;
  const bad = values?.findIndex((value) => !Number.isFinite(value)) ?? -1;
  if (bad >= 0) throw noClass(runner, dataset, Math.floor(bad / columns));
  if (options.classes) readOutcome(runner.output, values, snapshot, options.classes);
  certainty.finish(snapshot);
  return snapshot;
}

/** Share of right predictions; undefined without labels. */
export function snapshotAccuracy(snapshot: Snapshot): number | undefined {
  const right = correctnessOf(snapshot);
  return right && accuracyOf(right);
}

function instanceText(dataset: Dataset, row: number): string {
  return `instance ${dataset.instances[row]} (${describePlace(dataset.features.place(row))})`;
}

function noClass(runner: ModelRunner, dataset: Dataset, row: number): InputError {
  const problem = 'is NaN or no class, expected scores or a class from 0 on';
  return new InputError(runner.path, problem, `output ${runner.output.name}, ${instanceText(dataset, row)}`);
}

function notFinite({
  runner,
  layer,
  dataset,
  batch,
  tap,
  bad,
  l,
}: {
  runner: ModelRunner;
  layer: Layer;
  dataset: Dataset;
  batch: Batch;
  tap: ArrayLike<number>;
  bad: number;
  l: number;
}): InputError {
  return new InputError(
    runner.path,
    `the pre-activation of unit ${bad % layer.units} is ${tap[bad]}, expected a finite number`,
    `layer ${l} (${layer.name}), ${instanceText(dataset, batch.from + Math.floor(bad / layer.units))}`,
  );
}
