import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { patternText } from '../../../src/core/patterns/packing';
import type { Snapshot } from '../../../src/core/patterns/snapshot';
import { encodeNpy } from '../../../src/data/arrays/npy';
import { openDataset } from '../../../src/data/openDataset';
import { noScaling } from '../../../src/data/scaling';
import { USUAL_PATTERN_LIMIT } from '../../../src/engine/recording/takeSnapshot';
import { arrangeCheckpoints } from '../../../src/runs/checkpoints/checkpointMoments';
import { recordRun } from '../../../src/engine/recording/recordRun';
import { openRun, readSnapshot } from '../../../src/runs/readRun';
import { engineOn, numbers, saved, seedWeights, writeModel } from './tfjsModels';
import { temporaryFolder } from '../../helpers/setup';

describe('recording tfjs models', () => {
  const at = temporaryFolder();

  before(async () => {
    await engineOn('wasm');
  });

  /** Records models and gives the snapshots and what was told. */
  async function recorded(
    models: string[],
    data: string,
    out: string,
  ): Promise<{ snapshots: Snapshot[]; notices: string[] }> {
    const dataset = await openDataset({ data: [{ path: data }], labelColumn: false });
    const notices: string[] = [];
    await recordRun(
      {
        models,
        moments: arrangeCheckpoints(models).moments,
        dataset,
        scaling: noScaling,
        dataOptions: {},
        modelOptions: { backend: 'wasm' },
        out: at(out),
        patternLimit: USUAL_PATTERN_LIMIT,
        batchSize: 2,
      },
      { onNotice: (text) => notices.push(text), onProgress: () => undefined, onSnapshot: () => undefined },
    );
    const run = await openRun(at(out));
    const snapshots: Snapshot[] = [];
    for (const index of run.manifest.snapshots.keys()) snapshots.push(await readSnapshot(run, index));
    return { snapshots, notices };
  }

  it('arranges images for a network that wants its channels last, whichever way the file has them', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.conv2d({ filters: 2, kernelSize: 2, inputShape: [5, 4, 3], name: 'c' }),
        tfl.layers.reLU({ name: 'r' }),
        tfl.layers.flatten(),
        tfl.layers.dense({ units: 3, name: 'y' }),
      ],
    });
    seedWeights(model);
    const file = writeModel(at('images'), await saved(model));
    const count = 5;
    const last = numbers(count * 60, 8);
    const [first, ones, predicted] = tf.tidy(() => {
      const x = tf.tensor(last, [count, 5, 4, 3]);
      const hidden = tfl.model({
        inputs: model.inputs,
        outputs: model.getLayer('c').output as tfl.SymbolicTensor,
      });
      const active = tf.cast(tf.greater(hidden.predict(x) as tf.Tensor, 0), 'int32');
      const classes = tf.argMax(model.predict(x) as tf.Tensor, -1);
      const turned = tf.transpose(x, [0, 3, 1, 2]);
      return [turned, active, classes].map((tensor) => [...tensor.dataSync()]);
    });
    const files = { last: [last, [count, 5, 4, 3]], first: [first, [count, 3, 5, 4]] } as const;
    for (const [name, [values, shape]] of Object.entries(files)) {
      const data = at(`${name}.npy`);
      writeFileSync(data, encodeNpy(Float32Array.from(values), [...shape]));
      const { snapshots, notices } = await recorded([file], data, `run-${name}`);
      assert.deepEqual([...snapshots[0].predicted], predicted);
      const [level] = snapshots[0].levels;
      assert.deepEqual(level.layer.shape, [4, 3, 2]);
      assert.deepEqual(patternsOf(level, count), rowsOf(ones, count));
      assert.equal(
        notices.some((text) => text.includes('(channels first) become')),
        name === 'first',
      );
    }
  });

  it('takes the epochs from the folders of the models', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.dense({ units: 4, activation: 'relu', inputShape: [2], name: 'h' }),
        tfl.layers.dense({ units: 2, activation: 'softmax', name: 'y' }),
      ],
    });
    const files: string[] = [];
    for (const [i, name] of ['epoch-0000', 'epoch-0000.25', 'epoch-0003'].entries()) {
      seedWeights(model, i * 10);
      files.push(writeModel(at('models', name), await saved(model)));
    }
    const data = at('x.npy');
    writeFileSync(data, encodeNpy(numbers(12, 1), [6, 2]));
    const { snapshots } = await recorded(files, data, 'run-epochs');
    assert.deepEqual(
      snapshots.map(({ epoch }) => epoch),
      [0, 0.25, 3],
    );
  });

  it('prefers the name of a file to that of its folder', () => {
    const epochs = (...files: string[]) => arrangeCheckpoints(files).moments.map(({ epoch }) => epoch);
    assert.deepEqual(epochs('epoch-9/epoch-001.onnx', 'epoch-9/epoch-002.onnx'), [1, 2]);
    assert.deepEqual(epochs('epoch-9/a.onnx', 'epoch-9/b.onnx'), [0, 1]);
    assert.deepEqual(epochs('epoch-4/model.json'), [4]);
    assert.deepEqual(epochs('m/model.json'), [0]);
    assert.deepEqual(epochs('mnist-12.onnx'), [0]);
  });
});

/** Each instance's pattern as digits. */
function patternsOf({ exact }: Snapshot['levels'][number], count: number): string[] {
  return Array.from({ length: count }, (_, instance) => patternText(exact!.patterns, exact!.of[instance]));
}

function rowsOf(digits: number[], count: number): string[] {
  const units = digits.length / count;
  return Array.from({ length: count }, (_, row) => digits.slice(row * units, (row + 1) * units).join(''));
}
