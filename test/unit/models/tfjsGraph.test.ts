import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { InputError } from '../../../src/core/errors';
import { LayerGraph } from '../../../src/models/tfjs/graph/layerGraph';
import type { TensorEngine } from '../../../src/models/tfjs/tensorflow';
import { engineOn, graphOf, numbers, saved, seedWeights, upTo, values, weightMap } from './tfjsModels';

/** The graph's output must be the stock model's, and so each tap that of a stock model which ends there. */
async function compare(
  engine: TensorEngine,
  model: tfl.LayersModel,
  taps: (x: tf.Tensor) => tf.Tensor[],
  rows = 3,
): Promise<LayerGraph> {
  seedWeights(model);
  const graph = await graphOf(engine, model);
  const shape = [rows, ...graph.input.shape];
  tf.tidy(() => {
    const x = tf.tensor(numbers(tf.util.sizeFromShape(shape), 99), shape);
    const given = graph.run(x, { taps: true });
    close(values(given.output), values(model.predict(x)));
    const expected = taps(x);
    assert.equal(given.taps.length, expected.length);
    expected.forEach((tap, i) => {
      assert.deepEqual(given.taps[i].shape, tap.shape);
      assert.deepEqual(given.taps[i].shape.slice(1), graph.layers[i].shape);
      close(values(given.taps[i]), values(tap));
    });
  });
  return graph;
}

function close(actual: number[], expected: number[]): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) => {
    const wanted = expected[i];
    assert.ok(
      Math.abs(value - wanted) <= 1e-4 * Math.max(1, Math.abs(wanted)),
      `${i}: ${value}, expected ${wanted}`,
    );
  });
}

function names(graph: LayerGraph): string[] {
  return graph.layers.map(({ name }) => name);
}

/** What a stock model with linear layers gives up to a layer: the weights of the other, activations left out there. */
function linearUpTo(model: tfl.LayersModel, layer: string): (x: tf.Tensor) => tf.Tensor {
  return (x) => {
    const holder = model.getLayer(layer) as unknown as { activation: unknown };
    const { activation } = holder;
    holder.activation = new (tf.serialization.SerializationMap.getMap().classNameMap.linear[0])();
    try {
      return upTo(model, layer).predict(x) as tf.Tensor;
    } finally {
      holder.activation = activation;
    }
  };
}

describe('LayerGraph of a tfjs model', () => {
  let engine: TensorEngine;

  before(async () => {
    engine = await engineOn('cpu');
  });

  it('gives the output and the pre-activations of a sequential model', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.dense({ units: 5, activation: 'relu', inputShape: [4], name: 'one' }),
        tfl.layers.dense({ units: 6, activation: 'relu6', useBias: false, name: 'two' }),
        tfl.layers.dense({ units: 4, name: 'three' }),
        tfl.layers.leakyReLU({ alpha: 0.1, name: 'leaky' }),
        tfl.layers.dropout({ rate: 0.5 }),
        tfl.layers.dense({ units: 3, activation: 'softmax', name: 'scores' }),
      ],
    });
    const graph = await compare(engine, model, (x) => [
      linearUpTo(model, 'one')(x),
      linearUpTo(model, 'two')(x),
      upTo(model, 'three').predict(x) as tf.Tensor,
    ]);
    assert.deepEqual(names(graph), ['one', 'two', 'leaky']);
    assert.deepEqual(
      graph.layers.map(({ activation }) => activation),
      ['relu', 'relu6', 'LeakyReLU'],
    );
    assert.deepEqual(
      graph.layers.map(({ breakpoints }) => breakpoints),
      [[0], [0, 6], [0]],
    );
    assert.deepEqual(graph.output, { name: 'scores', kind: 'logits', classes: 3 });
    assert.deepEqual(graph.skipped, []);
    assert.equal(graph.input.name, 'one_input');
    tf.tidy(() => {
      const x = tf.tensor(numbers(8, 5), [2, 4]);
      const { output, scores } = graph.run(x);
      close(values(tf.softmax(scores)), values(output));
      close(values(scores), values(linearUpTo(model, 'scores')(x)));
    });
    graph.dispose();
  });

  it('gives those of convolution, pooling and batch normalisation, channels last', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.conv2d({ filters: 3, kernelSize: 3, padding: 'same', inputShape: [8, 6, 2], name: 'c1' }),
        tfl.layers.batchNormalization({ name: 'bn' }),
        tfl.layers.activation({ activation: 'relu', name: 'act' }),
        tfl.layers.maxPooling2d({ poolSize: 2, strides: 2 }),
        tfl.layers.conv2d({
          filters: 4,
          kernelSize: [2, 3],
          strides: [2, 1],
          activation: 'relu',
          name: 'c2',
        }),
        tfl.layers.averagePooling2d({ poolSize: [1, 1], strides: [1, 1], padding: 'same' }),
        tfl.layers.depthwiseConv2d({ kernelSize: 1, depthMultiplier: 2, activation: 'relu', name: 'dw' }),
        tfl.layers.flatten(),
        tfl.layers.dense({ units: 2, name: 'out' }),
      ],
    });
    const graph = await compare(engine, model, (x) => [
      upTo(model, 'bn').predict(x) as tf.Tensor,
      linearUpTo(model, 'c2')(x),
      linearUpTo(model, 'dw')(x),
    ]);
    assert.deepEqual(names(graph), ['act', 'c2', 'dw']);
    assert.deepEqual(
      graph.layers.map(({ shape }) => shape),
      [
        [8, 6, 3],
        [2, 1, 4],
        [2, 1, 8],
      ],
    );
    assert.deepEqual(
      graph.weights.filter(({ trainable }) => !trainable).map(({ name }) => name),
      ['bn/moving_mean', 'bn/moving_variance'],
    );
    graph.dispose();
  });

  it('gives one tap for each call of a shared layer, and follows residual sums', async () => {
    const input = tfl.input({ shape: [4], name: 'x' });
    const shared = tfl.layers.dense({ units: 4, activation: 'relu', name: 'shared' });
    const first = shared.apply(input) as tfl.SymbolicTensor;
    const second = shared.apply(first) as tfl.SymbolicTensor;
    const sum = tfl.layers.add().apply([first, second, input]) as tfl.SymbolicTensor;
    const output = tfl.layers.dense({ units: 1, activation: 'sigmoid', name: 'y' }).apply(sum);
    const model = tfl.model({ inputs: input, outputs: output as tfl.SymbolicTensor });
    const graph = await compare(engine, model, (x) => {
      const [kernel, bias] = model.getLayer('shared').getWeights();
      const z1 = tf.add(tf.matMul(x, kernel), bias);
      return [z1, tf.add(tf.matMul(tf.relu(z1), kernel), bias)];
    });
    assert.deepEqual(names(graph), ['shared', 'shared_2']);
    assert.deepEqual(graph.output, { name: 'y', kind: 'probability', classes: 2 });
    assert.equal(graph.weights.length, 4);
    graph.dispose();
  });

  it('flattens models within models, called twice', async () => {
    const inner = tfl.sequential({
      name: 'inner',
      layers: [
        tfl.layers.dense({ units: 4, activation: 'relu', inputShape: [4], name: 'a' }),
        tfl.layers.dense({ units: 4, name: 'b' }),
      ],
    });
    const input = tfl.input({ shape: [4], name: 'x' });
    const once = inner.apply(input) as tfl.SymbolicTensor;
    const twice = inner.apply(once) as tfl.SymbolicTensor;
    const output = tfl.layers.dense({ units: 3, name: 'y' }).apply(twice) as tfl.SymbolicTensor;
    const model = tfl.model({ inputs: input, outputs: output });
    const graph = await compare(engine, model, (x) => {
      const [ka, ba, kb, bb] = inner.getWeights();
      const z1 = tf.add(tf.matMul(x, ka), ba);
      const between = tf.add(tf.matMul(tf.relu(z1), kb), bb);
      return [z1, tf.add(tf.matMul(between, ka), ba)];
    });
    assert.deepEqual(names(graph), ['inner/a', 'inner/a_2']);
    assert.deepEqual(
      graph.weights.map(({ layer }) => layer),
      ['inner/a', 'inner/a', 'inner/b', 'inner/b', 'y', 'y'],
    );
    graph.dispose();
    const first = tfl.sequential({
      layers: [
        tfl.sequential({
          name: 'front',
          layers: [tfl.layers.dense({ units: 3, activation: 'relu', inputShape: [2], name: 'a' })],
        }),
        tfl.layers.dense({ units: 2, name: 'b' }),
      ],
    });
    (
      await compare(engine, first, (x) => {
        const [kernel, bias] = first.getWeights();
        return [tf.add(tf.matMul(x, kernel), bias)];
      })
    ).dispose();
  });

  it('calls layers that it does not know better as they are', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.reshape({ targetShape: [4, 2], inputShape: [8] }),
        tfl.layers.lstm({ units: 3, returnSequences: true, recurrentInitializer: 'zeros', name: 'lstm' }),
        tfl.layers.timeDistributed({ layer: tfl.layers.dense({ units: 2, activation: 'relu' }), name: 'td' }),
        tfl.layers.bidirectional({
          layer: tfl.layers.simpleRNN({ units: 2, recurrentInitializer: 'zeros' }) as unknown as tfl.RNN,
          mergeMode: 'concat',
          name: 'both',
        }),
        tfl.layers.layerNormalization(),
        tfl.layers.prelu({ name: 'prelu' }),
        tfl.layers.dense({ units: 3, activation: 'tanh', name: 'tanh' }),
        tfl.layers.thresholdedReLU({ theta: 0.3, name: 'threshold' }),
        tfl.layers.dense({ units: 2, name: 'out' }),
      ],
    });
    const graph = await compare(engine, model, (x) => {
      const layers = model.layers.map(({ name }) => name);
      return [upTo(model, layers[4]).predict(x) as tf.Tensor, upTo(model, 'tanh').predict(x) as tf.Tensor];
    });
    assert.deepEqual(names(graph), ['prelu', 'threshold']);
    assert.deepEqual(graph.layers[1].breakpoints, [Math.fround(0.3)]);
    assert.deepEqual(
      graph.skipped.map(({ name, activation }) => `${name} ${activation}`),
      ['lstm LSTM', 'td TimeDistributed(Dense)', 'both Bidirectional', 'tanh tanh'],
    );
    graph.dispose();
  });

  it('has the same gradients as the stock model, also with taps', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.conv2d({
          filters: 2,
          kernelSize: 2,
          activation: 'relu',
          inputShape: [4, 4, 1],
          name: 'c',
        }),
        tfl.layers.maxPooling2d({ poolSize: 2, strides: 1 }),
        tfl.layers.flatten(),
        tfl.layers.dense({ units: 3, activation: 'relu', name: 'd' }),
        tfl.layers.dense({ units: 2, activation: 'softmax', name: 'out' }),
      ],
    });
    seedWeights(model);
    const graph = await graphOf(engine, model);
    tf.tidy(() => {
      const x = tf.tensor(numbers(48, 3), [3, 4, 4, 1]);
      const loss = (y: tf.Tensor): tf.Scalar => tf.sum(tf.log(tf.slice(y, [0, 0], [3, 1])));
      const own = graph.weights.map(({ variable }) => variable);
      const stock = model.weights.map((weight) => weight.read() as tf.Variable);
      for (const taps of [false, true]) {
        const given = tf.variableGrads(() => loss(graph.run(x, { training: true, taps }).output), own).grads;
        const expected = tf.variableGrads(() => loss(model.apply(x) as tf.Tensor), stock).grads;
        own.forEach(({ name }, i) => close(values(given[name]), values(expected[stock[i].name])));
      }
    });
    graph.dispose();
  });

  it('drops by the masks that it is given, and refuses to train without', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.dense({ units: 4, activation: 'relu', inputShape: [3] }),
        tfl.layers.dropout({ rate: 0.5 }),
        tfl.layers.dense({ units: 4, activation: 'relu' }),
        tfl.layers.dropout({ rate: 0.25 }),
        tfl.layers.dense({ units: 2 }),
      ],
    });
    seedWeights(model);
    const graph = await graphOf(engine, model);
    tf.tidy(() => {
      const x = tf.tensor(numbers(6, 1), [2, 3]);
      const asked: string[] = [];
      const { output } = graph.run(x, {
        training: true,
        dropoutMask: (call, shape, rate) => {
          asked.push(`${call}: ${shape.join('×')} ${rate}`);
          return tf.zeros(shape);
        },
      });
      assert.deepEqual(asked, ['0: 2×4 0.5', '1: 2×4 0.25']);
      const bias = values(model.weights[5].read());
      close(values(output), [...bias, ...bias]);
      close(values(graph.run(x).output), values(model.predict(x)));
      assert.throws(() => graph.run(x, { training: true }), /layer 'dropout_.*': has dropout/);
    });
    graph.dispose();
    const noisy = tfl.sequential({
      layers: [
        tfl.layers.dense({ units: 4, activation: 'relu', inputShape: [3] }),
        tfl.layers.gaussianNoise({ stddev: 1 }),
        tfl.layers.dense({ units: 2 }),
      ],
    });
    const second = await graphOf(engine, noisy);
    tf.tidy(() => {
      const x = tf.zeros([1, 3]);
      assert.throws(() => second.run(x, { training: true }), /is a GaussianNoise, whose random numbers/);
      assert.equal(second.run(x).output.size, 2);
    });
    second.dispose();
  });

  it('normalises by the batch in training and moves its averages as Keras does', async () => {
    for (const options of [{}, { scale: false }, { center: false }, { axis: 1 }]) {
      const model = tfl.sequential({
        layers: [
          tfl.layers.dense({ units: 6, activation: 'relu', inputShape: [4] }),
          tfl.layers.reshape({ targetShape: [2, 3] }),
          tfl.layers.batchNormalization({ momentum: 0.8, name: 'bn', ...options }),
          tfl.layers.flatten(),
          tfl.layers.dense({ units: 2, name: 'out' }),
        ],
      });
      seedWeights(model);
      const graph = await graphOf(engine, model);
      const mean = graph.weights.find(({ name }) => name === 'bn/moving_mean')!.variable;
      tf.tidy(() => {
        const x = tf.tensor(numbers(20, 4), [5, 4]);
        const z = upTo(model, model.layers[1].name).predict(x) as tf.Tensor;
        const axes = 'axis' in options ? [0, 2] : [0, 1];
        const old = values(mean);
        const batch = values(tf.mean(z, axes));
        const training = values(graph.run(x, { training: true }).output);
        close(
          values(mean),
          old.map((value, i) => value * 0.8 + batch[i] * 0.2),
        );
        const { mean: m, variance: v } = tf.moments(z, axes, true);
        const named = (name: string): tf.Tensor | undefined =>
          graph.weights.find((weight) => weight.name === `bn/${name}`)?.variable;
        const spread = (weight: tf.Tensor | undefined, otherwise: number): tf.Tensor =>
          weight ? tf.reshape(weight, m.shape) : tf.scalar(otherwise);
        const normed = tf.div(tf.sub(z, m), tf.sqrt(tf.add(v, 1e-3)));
        const y = tf.add(tf.mul(normed, spread(named('gamma'), 1)), spread(named('beta'), 0));
        const [kernel, bias] = model.getLayer('out').getWeights();
        close(training, values(tf.add(tf.matMul(tf.reshape(y, [5, 6]), kernel), bias)));
      });
      graph.dispose();
    }
  });

  it('keeps nothing in memory', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.dense({ units: 4, activation: 'relu', inputShape: [3] }),
        tfl.layers.batchNormalization(),
        tfl.layers.dense({ units: 2, activation: 'softmax' }),
      ],
    });
    const { topology } = await saved(model);
    const weights = weightMap(model);
    const { numTensors } = tf.memory();
    const graph = await LayerGraph.create({ engine, topology, weights, source: 'm' });
    tf.tidy(() => void graph.run(tf.zeros([2, 3]), { taps: true, training: true }).output);
    assert.equal(tf.memory().numTensors, numTensors + 8);
    graph.dispose();
    assert.equal(tf.memory().numTensors, numTensors);
    const [first] = weights.keys();
    weights.delete(first);
    await assert.rejects(LayerGraph.create({ engine, topology, weights, source: 'm' }), InputError);
    assert.equal(tf.memory().numTensors, numTensors);
  });

  it('starts with zeros where no weights are given, and reads back what is set', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.dense({ units: 2, activation: 'relu', inputShape: [3], name: 'h' }),
        tfl.layers.dense({ units: 2, name: 'y' }),
      ],
    });
    const { topology } = await saved(model);
    const graph = await LayerGraph.create({ engine, topology, weights: undefined, source: 'm' });
    assert.deepEqual(
      graph.weights.map(({ name, shape, role, layer }) => ({ name, shape, role, layer })),
      [
        { name: 'h/kernel', shape: [3, 2], role: 'kernel', layer: 'h' },
        { name: 'h/bias', shape: [2], role: 'bias', layer: 'h' },
        { name: 'y/kernel', shape: [2, 2], role: 'kernel', layer: 'y' },
        { name: 'y/bias', shape: [2], role: 'bias', layer: 'y' },
      ],
    );
    assert.ok((await graph.readWeights()).every(({ values: all }) => all.every((value) => value === 0)));
    const given = graph.weights.map(({ shape }, i) => numbers(tf.util.sizeFromShape(shape), i));
    graph.setWeights(given);
    assert.deepEqual(
      (await graph.readWeights()).map(({ values: all }) => all),
      given,
    );
    graph.dispose();
  });
});
