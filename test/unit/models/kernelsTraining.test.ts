import assert from 'node:assert/strict';
import * as layers from '@tensorflow/tfjs-layers';
import type { LayersModel, layers as Layers } from '@tensorflow/tfjs-layers';
import type { Optimizer, Scalar, Tensor, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { Random } from '../../../src/core/random';
import { loadTensorflow } from '../../../src/models/tfjs/tfjsBackend';
import type { Tensorflow } from '../../../src/models/tfjs/tensorflow';

type Layer = ReturnType<typeof Layers.dense>;
type Loss = (tf: Tensorflow, labels: Tensor2D, output: Tensor2D) => Tensor;

const { layers: make } = layers;
const inputShape = [8, 8, 3];
const CLASSES = 5;

/** Layers before the last dense one, by name: all that a configuration or a saved model may have. */
const networks: Record<string, () => unknown[]> = {
  dense: () => [make.flatten({ inputShape }), make.dense({ units: 6, activation: 'relu' })],
  'strided convolutions': () => [
    make.conv2d({ filters: 4, kernelSize: 3, padding: 'same', inputShape }),
    make.conv2d({ filters: 4, kernelSize: 3, strides: 2, activation: 'relu' }),
  ],
  'max pooling': () => [
    make.conv2d({ filters: 4, kernelSize: 3, inputShape }),
    make.maxPooling2d({ poolSize: 2 }),
  ],
  'average pooling': () => [
    make.conv2d({ filters: 4, kernelSize: 3, inputShape }),
    make.averagePooling2d({ poolSize: 2, padding: 'same' }),
  ],
  'global max pooling': () => [
    make.conv2d({ filters: 4, kernelSize: 3, inputShape }),
    make.globalMaxPooling2d({}),
  ],
  'global average pooling': () => [
    make.conv2d({ filters: 4, kernelSize: 3, inputShape }),
    make.globalAveragePooling2d({}),
  ],
  'batch normalisation of images': () => [
    make.conv2d({ filters: 4, kernelSize: 3, inputShape }),
    make.batchNormalization(),
  ],
  'batch normalisation': () => [
    make.flatten({ inputShape }),
    make.dense({ units: 6 }),
    make.batchNormalization(),
  ],
  'layer normalisation': () => [
    make.flatten({ inputShape }),
    make.dense({ units: 6 }),
    make.layerNormalization(),
  ],
  'separable convolution': () => [make.separableConv2d({ filters: 4, kernelSize: 3, inputShape })],
  'depthwise convolution': () => [make.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, inputShape })],
  'transposed convolution': () => [
    make.conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, inputShape }),
  ],
  'convolution of sequences': () => [
    make.reshape({ targetShape: [64, 3], inputShape }),
    make.conv1d({ filters: 4, kernelSize: 3 }),
    make.maxPooling1d({ poolSize: 2 }),
  ],
  'leaky ReLU': () => [
    make.flatten({ inputShape }),
    make.dense({ units: 6 }),
    make.leakyReLU({ alpha: 0.1 }),
  ],
  PReLU: () => [make.flatten({ inputShape }), make.dense({ units: 6 }), make.prelu()],
  'limited ReLU': () => [make.flatten({ inputShape }), make.dense({ units: 6 }), make.reLU({ maxValue: 6 })],
  'zero padding': () => [
    make.conv2d({ filters: 4, kernelSize: 3, inputShape }),
    make.zeroPadding2d({ padding: 1 }),
  ],
};
const activations = [
  'relu6',
  'elu',
  'selu',
  'sigmoid',
  'hardSigmoid',
  'softplus',
  'tanh',
  'swish',
  'gelu',
] as const;
for (const activation of activations) {
  networks[activation] = () => [make.flatten({ inputShape }), make.dense({ units: 6, activation })];
}

const crossEntropy: Loss = (tf, labels, output) => tf.losses.softmaxCrossEntropy(labels, output);
const losses: Record<string, Loss> = {
  'cross-entropy': crossEntropy,
  'cross-entropy by the logarithm of a sum': (tf, labels, output) =>
    tf.mean(tf.sub(tf.logSumExp(output, 1), tf.sum(tf.mul(output, labels), 1))),
  'cross-entropy by label numbers': (tf, labels, output) => {
    const rows = labels.shape[0];
    const at = tf.add(
      tf.mul(tf.range(0, rows, 1, 'int32'), tf.scalar(CLASSES, 'int32')),
      tf.argMax(labels, 1),
    );
    return tf.neg(tf.mean(tf.gather(tf.reshape(tf.logSoftmax(output), [-1]), tf.cast(at, 'int32'))));
  },
  'binary cross-entropy': (tf, labels, output) => tf.losses.sigmoidCrossEntropy(labels, output),
  'squared error': (tf, labels, output) => tf.losses.meanSquaredError(labels, output),
};

const optimizers: Record<string, (tf: Tensorflow) => Optimizer> = {
  sgd: (tf) => tf.train.sgd(0.1),
  momentum: (tf) => tf.train.momentum(0.05, 0.9),
  Nesterov: (tf) => tf.train.momentum(0.05, 0.9, true),
  Adam: (tf) => tf.train.adam(0.01),
  RMSProp: (tf) => tf.train.rmsprop(0.01, 0.9, 0.5),
};

/** Random numbers that are the same for every backend. */
function numbers(count: number, seed: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: count }, () => random.float() - 0.5);
}

/** A model with weights that are the same on every backend. */
function build(tf: Tensorflow, network: () => unknown[]): LayersModel {
  const model = layers.sequential({ layers: network() as Layer[] });
  if (model.outputs[0].shape.length > 2) model.add(make.flatten());
  model.add(make.dense({ units: CLASSES }));
  model.setWeights(
    model.weights.map(({ shape, originalName }, k) => {
      const sizes = shape as number[];
      const values = numbers(
        sizes.reduce((product, length) => product * length, 1),
        k + 1,
      );
      // A variance is positive.
      return tf.tensor(originalName.includes('variance') ? values.map((x) => x + 1) : values, sizes);
    }),
  );
  return model;
}

describe('training on the WebAssembly backend', () => {
  /** Losses of some steps on one backend. */
  async function train(
    backend: 'cpu' | 'wasm',
    network: () => unknown[],
    loss: Loss,
    makeOptimizer: (tf: Tensorflow) => Optimizer,
  ): Promise<number[]> {
    const { tf } = await loadTensorflow(backend);
    const found: number[] = [];
    tf.engine().startScope();
    const x = tf.tensor(numbers(6 * 192, 99), [6, ...inputShape]);
    const labels = tf.oneHot(tf.tensor1d([0, 1, 2, 3, 4, 0], 'int32'), CLASSES) as Tensor2D;
    const model = build(tf, network);
    const optimizer = makeOptimizer(tf);
    const variables = model.trainableWeights.map((weight) => weight.read() as Variable);
    for (let step = 0; step < 4; step++) {
      const value = optimizer.minimize(
        () => loss(tf, labels, model.apply(x, { training: true }) as Tensor2D) as Scalar,
        true,
        variables,
      );
      found.push(value!.dataSync()[0]);
    }
    optimizer.dispose();
    model.dispose();
    tf.engine().endScope();
    return found;
  }

  async function compare(
    network: () => unknown[],
    loss: Loss = crossEntropy,
    optimizer: (tf: Tensorflow) => Optimizer = optimizers.sgd,
  ): Promise<void> {
    const expected = await train('cpu', network, loss, optimizer);
    const actual = await train('wasm', network, loss, optimizer);
    assert.notEqual(expected[0], expected[3]);
    expected.forEach((value, step) => {
      const near = Math.abs(actual[step] - value) <= 2e-4 * (1 + Math.abs(value));
      assert.ok(near, `losses ${actual.join(', ')}; on the CPU backend ${expected.join(', ')}`);
    });
    assert.deepEqual(await train('wasm', network, loss, optimizer), actual);
  }

  for (const [name, network] of Object.entries(networks)) {
    it(`follows the losses of the CPU backend: ${name}`, () => compare(network));
  }
  for (const [name, loss] of Object.entries(losses)) {
    it(`follows the losses of the CPU backend: ${name}`, () => compare(networks.dense, loss));
  }
  for (const [name, optimizer] of Object.entries(optimizers)) {
    it(`follows the losses of the CPU backend: ${name}`, () =>
      compare(networks['max pooling'], crossEntropy, optimizer));
  }
});
