import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describeModel, openModel } from '../../../src/models/openModel';
import { encodeCheckpoint, readLayersModel } from '../../../src/models/tfjs/files/savedModel';
import { LayerGraph } from '../../../src/models/tfjs/graph/layerGraph';
import type { TensorEngine } from '../../../src/models/tfjs/tensorflow';
import {
  engineOn,
  graphOf,
  numbers,
  saved,
  seedWeights,
  values,
  writeModel,
  type StockModel,
} from './tfjsModels';
import { temporaryFolder } from '../../helpers/setup';

function small(): tfl.Sequential {
  const model = tfl.sequential({
    layers: [
      tfl.layers.dense({ units: 5, activation: 'relu', inputShape: [4], name: 'h' }),
      tfl.layers.dense({ units: 3, activation: 'softmax', name: 'y' }),
    ],
  });
  seedWeights(model, 7);
  return model;
}

describe('tfjs model files', () => {
  let engine: TensorEngine;
  const at = temporaryFolder('test');

  before(async () => {
    engine = await engineOn('wasm');
  });

  /** Opens a model and gives the pre-activations and classes of three rows. */
  async function ran(file: string, batch: Float32Array, rows: number) {
    const runner = await openModel(file, { backend: 'wasm' });
    try {
      const result = await runner.run(batch, rows);
      return { runner, taps: result.taps.map((tap) => [...tap]), predicted: [...result.predicted] };
    } finally {
      await runner.close();
    }
  }

  it('opens what stock TensorFlow.js saves, in one file or in shards of any size', async () => {
    const model = small();
    const stock = await saved(model);
    const x = numbers(12, 3);
    const expected = tf.tidy(() => {
      const [kernel, bias] = model.getWeights();
      const input = tf.tensor(x, [3, 4]);
      return {
        tap: values(tf.add(tf.matMul(input, kernel), bias)),
        predicted: values(tf.argMax(model.predict(input) as tf.Tensor, -1)),
      };
    });
    const hashes = new Set<string>();
    for (const [i, shard] of [Infinity, 1, 7, 100].entries()) {
      const file = writeModel(at(String(i)), stock, shard);
      const { runner, taps, predicted } = await ran(file, x, 3);
      taps[0].forEach((value, k) => assert.ok(Math.abs(value - expected.tap[k]) < 1e-5));
      assert.deepEqual(predicted, expected.predicted);
      assert.deepEqual(
        runner.layers.map(({ name, units }) => ({ name, units })),
        [{ name: 'h', units: 5 }],
      );
      assert.match(runner.backend.name, /^tfjs-wasm/);
      hashes.add(runner.sha256);
    }
    assert.equal(hashes.size, 4);
  });

  it('has another hash when only the weights differ', async () => {
    const stock = await saved(small());
    const file = writeModel(at(), stock);
    const { sha256 } = await describeModel(file, { backend: 'wasm' });
    const other = Uint8Array.from(stock.data);
    new DataView(other.buffer).setFloat32(0, 0.25, true);
    writeFileSync(at('group1-shard1.bin'), other);
    assert.notEqual((await describeModel(file, { backend: 'wasm' })).sha256, sha256);
  });

  it('reads weights quantised to 8 and 16 bits and to half floats, and passes over those of an optimizer', async () => {
    const model = small();
    const { topology, specs, data } = await saved(model);
    const exact = new Float32Array(data.buffer);
    const range = { min: -1, scale: 2 / 255 };
    const stored: Record<string, (value: number) => number[]> = {
      uint8: (value) => [Math.round((value - range.min) / range.scale)],
      uint16: (value) => {
        const level = Math.round((value + 1) * 32767.5);
        return [level & 255, level >> 8];
      },
      float16: (value) => {
        const half = halfOf(value);
        return [half & 255, half >> 8];
      },
    };
    const tolerance = { uint8: 0.005, uint16: 2e-5, float16: 1e-3 };
    for (const dtype of ['uint8', 'uint16', 'float16'] as const) {
      const quantization = dtype === 'uint16' ? { dtype, min: -1, scale: 1 / 32767.5 } : { dtype, ...range };
      const iterations = {
        name: 'iterations',
        shape: [],
        dtype: 'int32' as const,
        group: 'optimizer' as const,
      };
      const quantised: StockModel = {
        topology,
        specs: [iterations, ...specs.map((spec) => ({ ...spec, quantization }))],
        data: Uint8Array.from([1, 0, 0, 0, ...[...exact].flatMap((value) => stored[dtype](value))]),
      };
      const file = writeModel(at(dtype), quantised, 9);
      const { weights } = await readLayersModel(file, engine);
      const read = [...weights.values()].flatMap((weight) => [...weight.values]);
      assert.equal(read.length, exact.length);
      read.forEach((value, i) => assert.ok(Math.abs(value - exact[i]) < tolerance[dtype], `${dtype} ${i}`));
      assert.equal((await describeModel(file, { backend: 'wasm' })).layers.length, 1);
    }
  });

  it('reads what the Python converters write: a wrapped model, Keras 2 and Keras 3', async () => {
    const model = small();
    const { specs, data } = await saved(model);
    const dense = (name: string, config: object): object => ({
      class_name: 'Dense',
      name,
      config: {
        name,
        trainable: true,
        dtype: { module: 'keras', class_name: 'DTypePolicy', config: { name: 'float32' } },
        kernel_initializer: {
          module: 'keras.initializers',
          class_name: 'GlorotUniform',
          config: { seed: null },
        },
        kernel_regularizer: { class_name: 'L2', config: { l2: 0.01 } },
        ...config,
      },
    });
    const tensor = (layer: string): object => ({
      class_name: '__keras_tensor__',
      config: { shape: [null, 4], dtype: 'float32', keras_history: [layer, 0, 0] },
    });
    const keras2 = {
      keras_version: '2.15.0',
      backend: 'tensorflow',
      model_config: {
        class_name: 'Sequential',
        config: {
          name: 'sequential',
          layers: [
            { class_name: 'InputLayer', config: { batch_input_shape: [8, 4], dtype: 'float32', name: 'x' } },
            dense('h', { units: 5, activation: 'relu' }),
            dense('y', { units: 3, activation: 'softmax' }),
          ],
        },
      },
    };
    const keras3 = {
      class_name: 'Functional',
      config: {
        name: 'functional',
        layers: [
          {
            module: 'keras.layers',
            class_name: 'InputLayer',
            config: { batch_shape: [null, 4], dtype: 'float32', name: 'x' },
            name: 'x',
            inbound_nodes: [],
          },
          {
            ...dense('h', { units: 5, activation: 'relu' }),
            inbound_nodes: [{ args: [tensor('x')], kwargs: {} }],
          },
          {
            ...dense('y', { units: 3, activation: 'softmax' }),
            inbound_nodes: [{ args: [tensor('h')], kwargs: {} }],
          },
        ],
        input_layers: ['x', 0, 0],
        output_layers: ['y', 0, 0],
      },
    };
    const x = numbers(8, 1);
    const stock = values(tf.tidy(() => tf.argMax(model.predict(tf.tensor(x, [2, 4])) as tf.Tensor, -1)));
    for (const [i, topology] of [keras2, keras3].entries()) {
      const file = writeModel(at(String(i)), { topology, specs, data });
      const { predicted, runner } = await ran(file, x, 2);
      assert.deepEqual(predicted, stock);
      assert.equal(runner.input.name, 'x');
      assert.equal(runner.input.batch, undefined);
    }
    const graph = await LayerGraph.create({ engine, topology: keras2, weights: undefined, source: 'm' });
    assert.deepEqual(graph.trainingNotices, [
      'Regularisers and constraints of the model are not applied in training.',
    ]);
    graph.dispose();
  });

  it('takes settings of Keras that TensorFlow.js leaves unread', async () => {
    const layer = (class_name: string, name: string, config: object): object => ({
      class_name,
      config: { name, ...config },
    });
    const topology = {
      class_name: 'Sequential',
      config: {
        name: 's',
        layers: [
          layer('ReLU', 'r', {
            batch_input_shape: [null, 3],
            threshold: 0.5,
            negative_slope: 0.25,
            max_value: 2,
          }),
          layer('LeakyReLU', 'l', { negative_slope: 0.5 }),
          layer('Activation', 'n', { activation: 'leaky_relu' }),
          layer('Activation', 'g', { activation: 'hard_sigmoid' }),
          layer('ReLU', 'm', { max_value: 0.75 }),
          layer('BatchNormalization', 'b', { axis: [1] }),
        ],
      },
    };
    const graph = await LayerGraph.create({ engine, topology, weights: undefined, source: 'm' });
    assert.deepEqual(
      graph.layers.map(({ activation, breakpoints }) => [activation, breakpoints]),
      [
        ['ReLU', [0.5, 2]],
        ['LeakyReLU', [0]],
        ['leaky_relu', [0]],
        ['hard_sigmoid', [-2.5, 2.5]],
        ['ReLU', [0, 0.75]],
      ],
    );
    assert.deepEqual(graph.notices, ["Layer 'r' acts on the model's input itself."]);
    tf.tidy(() => {
      const { taps } = graph.run(tf.tensor([[-1.5, 1, 3]]), { taps: true });
      assert.deepEqual(values(taps[1]), [-0.5, 1, 2]);
      assert.deepEqual(values(taps[2]), [-0.25, 1, 2]);
      const third = values(taps[3]);
      [-0.05, 1, 2].forEach((value, i) => assert.ok(Math.abs(third[i] - value) < 1e-6));
    });
    graph.dispose();
  });

  it('writes checkpoints that stock TensorFlow.js and this reader open', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.conv2d({
          filters: 2,
          kernelSize: 2,
          activation: 'relu',
          inputShape: [3, 3, 1],
          name: 'c',
        }),
        tfl.layers.batchNormalization({ name: 'b' }),
        tfl.layers.flatten(),
        tfl.layers.dense({ units: 2, activation: 'softmax', name: 'y' }),
      ],
    });
    seedWeights(model);
    const graph = await graphOf(engine, model);
    const { modelJson, weightsBin, sha256 } = encodeCheckpoint(graph.topology, await graph.readWeights());
    writeFileSync(at('model.json'), modelJson);
    writeFileSync(at('weights.bin'), weightsBin);
    const json = JSON.parse(modelJson) as { modelTopology: object; weightsManifest: { weights: [] }[] };
    const loaded = await tfl.loadLayersModel(
      tf.io.fromMemory({
        modelTopology: json.modelTopology,
        weightSpecs: json.weightsManifest[0].weights,
        weightData: weightsBin.buffer as ArrayBuffer,
      }),
    );
    const x = tf.tensor(numbers(18, 2), [2, 3, 3, 1]);
    assert.deepEqual(values(loaded.predict(x)), values(model.predict(x)));
    x.dispose();
    const runner = await openModel(at('model.json'), { backend: 'wasm' });
    assert.equal(runner.sha256, sha256);
    await runner.close();
    const again = await readLayersModel(at('model.json'), engine);
    const second = await LayerGraph.create({
      engine,
      topology: again.topology,
      weights: again.weights,
      source: 'm',
    });
    assert.deepEqual(await second.readWeights(), await graph.readWeights());
    assert.deepEqual(second.topology, graph.topology);
    second.dispose();
    graph.dispose();
  });

  it('chooses among several outputs by shape or by name', async () => {
    const input = tfl.input({ shape: [4], name: 'x' });
    const hidden = tfl.layers
      .dense({ units: 6, activation: 'relu', name: 'h' })
      .apply(input) as tfl.SymbolicTensor;
    const one = tfl.layers.dense({ units: 1, activation: 'sigmoid', name: 'one' }).apply(hidden);
    const many = tfl.layers.dense({ units: 3, name: 'many' }).apply(hidden);
    const map = tfl.layers.reshape({ targetShape: [2, 3], name: 'map' }).apply(hidden);
    const outputs = [one, many, map] as tfl.SymbolicTensor[];
    const file = writeModel(at(), await saved(tfl.model({ inputs: input, outputs })));
    const told = await describeModel(file, { backend: 'wasm' });
    assert.deepEqual(told.output, { name: 'many', kind: 'logits', classes: 3 });
    assert.deepEqual(told.outputs, ['one', 'many', 'map']);
    assert.deepEqual(told.notices, ["Classes are read from output 'many'; the model also has 'one', 'map'."]);
    const asked = await describeModel(file, { backend: 'wasm', output: 'one' });
    assert.deepEqual(asked.output, { name: 'one', kind: 'probability', classes: 2 });
    await assert.rejects(
      describeModel(file, { output: 'none' }),
      /has no output 'none', expected one of 'one', /,
    );
    await assert.rejects(
      describeModel(file, { output: 'map' }),
      /output 'map' has shape \[2, 3\] an instance/,
    );
  });

  it('takes open axes from the data, also where its channels come first', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.conv2d({
          filters: 2,
          kernelSize: 3,
          activation: 'relu',
          inputShape: [null, null, 3] as unknown as number[],
        }),
        tfl.layers.globalAveragePooling2d({}),
        tfl.layers.dense({ units: 2 }),
      ],
    });
    const file = writeModel(at(), await saved(model));
    assert.deepEqual((await describeModel(file, { backend: 'wasm' })).layers[0].shape, [-1, -1, 2]);
    for (const instanceShape of [
      [7, 5, 3],
      [3, 7, 5],
    ]) {
      const runner = await openModel(file, { backend: 'wasm', instanceShape });
      assert.deepEqual(runner.input.shape, [7, 5, 3]);
      assert.deepEqual(runner.layers[0].shape, [5, 3, 2]);
      assert.equal(runner.layers[0].units, 30);
      await runner.close();
    }
    await assert.rejects(openModel(file, { backend: 'wasm' }), /the open axes need the shape of the data/);
    await assert.rejects(
      openModel(file, { backend: 'wasm', instanceShape: [7, 5, 4] }),
      /instances of shape \[7, 5, 4\] do not fit/,
    );
  });

  it('gives results in order, copies what is not lent, and ends with close', async () => {
    const file = writeModel(at(), await saved(small()));
    const runner = await openModel(file, { backend: 'wasm' });
    const batch = numbers(8, 1);
    const expected = await runner.run(batch, 2);
    const running = runner.run(batch, 2);
    batch.fill(0);
    assert.deepEqual(await running, expected);
    await assert.rejects(runner.run(batch, 3), /takes 4 values an instance, found 8 for 3 instances/);
    const { numTensors } = tf.memory();
    const many = await Promise.all([1, 2, 1].map((rows) => runner.run(numbers(rows * 4, rows), rows)));
    assert.deepEqual(
      many.map(({ predicted }) => predicted.length),
      [1, 2, 1],
    );
    assert.deepEqual(many[0], many[2]);
    assert.equal(tf.memory().numTensors, numTensors);
    await runner.close();
    await runner.close();
    await assert.rejects(runner.run(batch, 2), /is closed/);
    assert.equal(tf.memory().numTensors, numTensors - 4);
    assert.ok(readFileSync(file).length > 0);
  });
});

/** Bits of the half float nearest to a number of moderate size (IEEE 754 binary16, subnormals become 0). */
function halfOf(value: number): number {
  const magnitude = Math.abs(value);
  const sign = value < 0 ? 0x8000 : 0;
  if (magnitude < 2 ** -14) return sign;
  const exponent = Math.floor(Math.log2(magnitude));
  return sign + ((exponent + 14) << 10) + Math.round((magnitude / 2 ** exponent) * 1024);
}
