import assert from 'node:assert/strict';
import type { Rank, Scalar, Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { Random } from '../../../src/core/random';
import { loadTensorflow } from '../../../src/models/tfjs/tfjsBackend';
import type { Tensorflow } from '../../../src/models/tfjs/tensorflow';

interface Values {
  shape: number[];
  values: ArrayLike<number>;
  type?: 'int32';
}

/** Sizes of a convolution or pooling: images, height, width, inputs, outputs, filter, strides. */
type Sizes = [
  n: number,
  h: number,
  w: number,
  c: number,
  k: number,
  filter: [number, number],
  stride: number,
];

const sizes: Sizes[] = [
  [2, 7, 6, 3, 5, [3, 3], 1],
  [1, 5, 5, 1, 4, [3, 3], 1],
  [3, 9, 8, 4, 2, [5, 3], 2],
  [2, 8, 8, 6, 3, [2, 2], 2],
  [2, 7, 7, 3, 2, [1, 1], 2],
  [2, 11, 10, 2, 3, [3, 4], 3],
  // More images than are multiplied at once, and a rest.
  [70, 6, 11, 2, 3, [3, 3], 1],
  [1, 28, 28, 3, 8, [5, 5], 1],
  // A filter as large as the image.
  [2, 4, 3, 2, 3, [4, 3], 1],
];

describe('kernels of the WebAssembly backend', () => {
  let tf: Tensorflow;
  const random = new Random(11);

  before(async () => {
    await loadTensorflow('cpu');
    ({ tf } = await loadTensorflow('wasm'));
  });

  function normal(...shape: number[]): Values {
    const count = shape.reduce((product, length) => product * length, 1);
    return { shape, values: Float32Array.from({ length: count }, () => 2 * random.float() - 1) };
  }

  /** What a kernel of a backend makes of these inputs. */
  async function run(
    backend: 'cpu' | 'wasm',
    name: string,
    inputs: Record<string, Values>,
    attributes: Record<string, unknown>,
  ) {
    await loadTensorflow(backend);
    return tf.tidy(() => {
      const tensors = Object.fromEntries(
        Object.entries(inputs).map(([key, { values, shape, type }]) => [
          key,
          tf.tensor(Array.from(values), shape, type),
        ]),
      );
      const result = tf.engine().runKernel(name, tensors, attributes as never) as Tensor<Rank>;
      return { shape: result.shape, values: result.dataSync() as Float32Array };
    });
  }

  function assertNear(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
    assert.equal(actual.length, expected.length, what);
    const scale = Array.from(expected).reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    for (let k = 0; k < actual.length; k++) {
      const close = Math.abs(actual[k] - expected[k]) <= 2e-6 * scale;
      assert.ok(close, `${what}: element ${k} is ${actual[k]}, not ${expected[k]}`);
    }
  }

  /** Both backends give the same; WebAssembly the same bits twice. */
  async function compare(
    name: string,
    inputs: Record<string, Values>,
    attributes: Record<string, unknown>,
  ): Promise<void> {
    const what = `${name} ${JSON.stringify(attributes)} of ${JSON.stringify(Object.values(inputs).map(({ shape }) => shape))}`;
    const expected = await run('cpu', name, inputs, attributes);
    const actual = await run('wasm', name, inputs, attributes);
    assert.deepEqual(actual.shape, expected.shape, what);
    assertNear(actual.values, expected.values, what);
    const again = await run('wasm', name, inputs, attributes);
    assert.deepEqual(again.values, actual.values, `${what}: other bits the second time`);
  }

  function outputShape(
    [n, h, w, c, , filter, stride]: Sizes,
    pad: 'same' | 'valid',
    channels: number,
  ): number[] {
    const { outHeight, outWidth } = tf.backend_util.computeConv2DInfo(
      [n, h, w, c],
      [...filter, c, 1],
      stride,
      1,
      pad,
    );
    return [n, outHeight, outWidth, channels];
  }

  it('multiplies matrices as the CPU backend does, transposed or not, alone, in batches and broadcast', async () => {
    const pairs: [number[], number[], number, number, number][] = [
      [[], [], 64, 33, 17],
      [[1], [1], 20, 64, 9],
      [[1, 1], [1], 20, 64, 9],
      [[3], [3], 5, 6, 7],
      [[4], [1], 16, 20, 12],
      [[1], [4], 16, 20, 12],
      [[], [2], 16, 20, 12],
      [[], [], 2, 3, 4],
      [[], [], 1, 784, 32],
      [[], [], 784, 1, 32],
      [[], [], 64, 784, 1],
      [[], [], 3, 0, 2],
      [[2], [1], 3, 0, 2],
      [[], [], 0, 5, 2],
    ];
    for (const [outerA, outerB, rows, inner, columns] of pairs) {
      for (const transposeA of [false, true]) {
        for (const transposeB of [false, true]) {
          const a = normal(...outerA, ...(transposeA ? [inner, rows] : [rows, inner]));
          const b = normal(...outerB, ...(transposeB ? [columns, inner] : [inner, columns]));
          await compare('BatchMatMul', { a, b }, { transposeA, transposeB });
        }
      }
    }
  });

  for (const pad of ['same', 'valid'] as const) {
    it(`gives the gradients of convolutions with padding '${pad}' as the CPU backend does`, async () => {
      for (const size of sizes) {
        const [n, h, w, c, k, filter, strides] = size;
        const x = normal(n, h, w, c);
        const dy = normal(...outputShape(size, pad, k));
        const shared = { strides, pad, dataFormat: 'NHWC' };
        await compare('Conv2DBackpropFilter', { x, dy }, { ...shared, filterShape: [...filter, c, k] });
        await compare(
          'Conv2DBackpropInput',
          { dy, filter: normal(...filter, c, k) },
          { ...shared, inputShape: [n, h, w, c] },
        );
      }
    });

    it(`gives the gradients of depthwise convolutions with padding '${pad}' as the CPU backend does`, async () => {
      for (const size of sizes) {
        const [n, h, w, c, , filter, strides] = size;
        for (const each of [1, 3]) {
          const x = normal(n, h, w, c);
          const dy = normal(...outputShape(size, pad, c * each));
          const shared = { strides, pad, dilations: [1, 1] };
          const filterShape = [...filter, c, each];
          await compare('DepthwiseConv2dNativeBackpropFilter', { x, dy }, { ...shared, filterShape });
          await compare(
            'DepthwiseConv2dNativeBackpropInput',
            { dy, filter: normal(...filterShape) },
            { ...shared, inputShape: [n, h, w, c] },
          );
        }
      }
    });

    it(`gives the gradients of pooling with padding '${pad}' as the CPU backend does, ties included`, async () => {
      for (const size of sizes) {
        const [n, h, w, c, , filterSize, strides] = size;
        const input = normal(n, h, w, c);
        // Few values, many zeros, as after a ReLU: most windows have several largest.
        const tied = { ...input, values: Array.from(input.values, (x) => Math.max(0, Math.round(2 * x))) };
        const dy = normal(...outputShape(size, pad, c));
        for (const x of [input, tied]) {
          await compare('MaxPoolGrad', { dy, input: x, output: dy }, { filterSize, strides, pad });
        }
        await compare('AvgPoolGrad', { dy, input }, { filterSize, strides, pad });
      }
    });
  }

  it('gives the first of the largest inputs of a window the gradient, and NaN none', async () => {
    const input = { shape: [1, 2, 4, 1], values: [3, 3, NaN, NaN, 3, 1, NaN, NaN] };
    const dy = { shape: [1, 1, 2, 1], values: [5, 7] };
    const attributes = { filterSize: 2, strides: 2, pad: 'valid' };
    const { values } = await run('wasm', 'MaxPoolGrad', { dy, input, output: dy }, attributes);
    assert.deepEqual(Array.from(values), [5, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('gives the gradients of convolutions with padding in numbers', async () => {
    const pads: [number, number][][] = [
      [
        [0, 0],
        [2, 1],
        [0, 3],
        [0, 0],
      ],
      // More padding than the filter reaches.
      [
        [0, 0],
        [4, 0],
        [5, 5],
        [0, 0],
      ],
    ];
    for (const pad of pads) {
      for (const strides of [1, 2]) {
        const height = Math.floor((6 + pad[1][0] + pad[1][1] - 3) / strides) + 1;
        const width = Math.floor((5 + pad[2][0] + pad[2][1] - 3) / strides) + 1;
        const dy = normal(2, height, width, 4);
        const shared = { strides, pad, dataFormat: 'NHWC' };
        const x = normal(2, 6, 5, 3);
        await compare('Conv2DBackpropFilter', { x, dy }, { ...shared, filterShape: [3, 3, 3, 4] });
        const filter = normal(3, 3, 3, 4);
        await compare('Conv2DBackpropInput', { dy, filter }, { ...shared, inputShape: [2, 6, 5, 3] });
      }
    }
  });

  it('gives gradients of no images at all', async () => {
    const none: Values = { shape: [0, 5, 5, 2], values: [] };
    const dy: Values = { shape: [0, 5, 5, 3], values: [] };
    const shared = { strides: 1, pad: 'same', dataFormat: 'NHWC' };
    const dw = await run(
      'wasm',
      'Conv2DBackpropFilter',
      { x: none, dy },
      { ...shared, filterShape: [3, 3, 2, 3] },
    );
    assert.deepEqual(dw.values, new Float32Array(54));
    const filter = normal(3, 3, 2, 3);
    const dx = await run(
      'wasm',
      'Conv2DBackpropInput',
      { dy, filter },
      { ...shared, inputShape: none.shape },
    );
    assert.deepEqual(dx.shape, none.shape);
    const pooled = await run(
      'wasm',
      'MaxPoolGrad',
      { dy: none, input: none, output: none },
      { filterSize: 3, strides: 1, pad: 'same' },
    );
    assert.deepEqual(pooled.shape, none.shape);
  });

  it('sums segments as the CPU backend does, also of no segment at all', async () => {
    const segmentIds: Values = { shape: [6], values: [2, 0, 2, 7, -1, 1], type: 'int32' };
    await compare('UnsortedSegmentSum', { x: normal(6), segmentIds }, { numSegments: 4 });
    await compare('UnsortedSegmentSum', { x: normal(6, 2, 3), segmentIds }, { numSegments: 4 });
  });

  it('refuses images with their channels first', async () => {
    const attributes = { strides: 1, pad: 'same', dataFormat: 'NCHW', filterShape: [3, 3, 2, 3] };
    await assert.rejects(
      run('wasm', 'Conv2DBackpropFilter', { x: normal(1, 2, 4, 4), dy: normal(1, 3, 4, 4) }, attributes),
      /NHWC/,
    );
  });

  it('takes tensors that another backend holds', async () => {
    const a = normal(40, 30);
    const b = normal(40, 20);
    await loadTensorflow('cpu');
    const tensors = [a, b].map(({ values, shape }) => tf.tensor(Array.from(values), shape));
    await loadTensorflow('wasm');
    const product = tf.matMul(tensors[0], tensors[1], true, false);
    const expected = await run('cpu', 'BatchMatMul', { a, b }, { transposeA: true, transposeB: false });
    assertNear(product.dataSync(), expected.values, 'the product');
    tf.dispose([product, ...tensors]);
  });

  describe('gradients against finite differences', () => {
    /** Compares the gradient of `Σ weight · f(x)` with central differences at some places. */
    function check(f: (x: Tensor4D) => Tensor, shape: [number, number, number, number], what: string): void {
      // Values a step apart everywhere: no difference crosses a tie of max pooling.
      const order = Int32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, place) => place);
      random.shuffle(order);
      const start = Float32Array.from(order, (place) => place / order.length - 0.5);
      const step = 0.25 / order.length;
      tf.tidy(() => {
        const x = tf.tensor4d(start, shape);
        const output = f(x);
        const weight = tf.tensor(Array.from(normal(...output.shape).values), output.shape);
        const gradient = tf
          .grad((at: Tensor) => tf.sum(tf.mul(f(at as Tensor4D), weight)))(x)
          .dataSync();
        const weights = weight.dataSync();
        const total = (values: Float32Array) => {
          const result = f(tf.tensor4d(values, shape)).dataSync() as Float32Array;
          return result.reduce((sum, value, k) => sum + value * weights[k], 0);
        };
        for (let place = 0; place < start.length; place += Math.ceil(start.length / 40)) {
          const [less, more] = [-step, step].map((change) => {
            const values = start.slice();
            values[place] += change;
            return total(values);
          });
          const difference = (more - less) / (2 * step);
          const near = Math.abs(difference - gradient[place]) <= 2e-2 * (1 + Math.abs(difference));
          assert.ok(
            near,
            `${what}: the derivative at ${place} is ${gradient[place]}, by differences ${difference}`,
          );
        }
      });
    }

    const filterOf = (...shape: [number, number, number, number]) =>
      tf.tensor4d(Float32Array.from(normal(...shape).values), shape);

    before(() => loadTensorflow('wasm'));

    for (const [stride, pad] of [
      [1, 'same'],
      [2, 'same'],
      [1, 'valid'],
      [2, 'valid'],
    ] as const) {
      it(`with stride ${stride} and padding '${pad}'`, () => {
        const filter = filterOf(3, 3, 2, 4);
        const image = filterOf(2, 7, 6, 2);
        const each = filterOf(3, 3, 2, 2);
        check((x) => tf.conv2d(x, filter, stride, pad), [2, 7, 6, 2], 'convolution by its input');
        check((w) => tf.conv2d(image, w, stride, pad), [3, 3, 2, 4], 'convolution by its filter');
        check((x) => tf.depthwiseConv2d(x, each, stride, pad), [2, 7, 6, 2], 'depthwise by its input');
        check((w) => tf.depthwiseConv2d(image, w, stride, pad), [3, 3, 2, 2], 'depthwise by its filter');
        check((x) => tf.maxPool(x, 3, stride, pad), [2, 7, 6, 2], 'max pooling');
        check((x) => tf.maxPool(x, 2, 2, pad), [2, 7, 6, 2], 'max pooling without overlap');
        if (pad === 'valid') check((x) => tf.avgPool(x, 3, stride, pad), [2, 7, 6, 2], 'average pooling');
        tf.dispose([filter, image, each]);
      });
    }

    it('of a product of matrices by both factors', () => {
      const right = filterOf(1, 1, 30, 40);
      const left = filterOf(1, 1, 30, 20);
      check((x) => tf.matMul(x, right), [1, 1, 20, 30], 'product by its left factor');
      check((x) => tf.matMul(left, x, true, false), [1, 1, 30, 40], 'product by its right factor');
      tf.dispose([right, left]);
    });
  });
});

describe('training steps on the WebAssembly backend', () => {
  it('keep nothing: as many tensors and buffers after many steps as after one', async () => {
    const { tf } = await loadTensorflow('wasm');
    const backend = tf.backend();
    const first = tf.tensor4d(
      Float32Array.from({ length: 72 }, (_, k) => Math.sin(k)),
      [3, 3, 2, 4],
    );
    const last = tf.tensor2d(
      Float32Array.from({ length: 360 }, (_, k) => Math.cos(k)),
      [36, 10],
    );
    const variables = [tf.variable(first), tf.variable(last)];
    const x = tf.fill([8, 6, 6, 2], 0.5) as Tensor4D;
    const labels = tf.oneHot(tf.tensor1d([0, 1, 2, 3, 4, 5, 6, 7], 'int32'), 10);
    const optimizer = tf.train.momentum(0.01, 0.9, true);
    const loss = () => {
      const hidden = tf.relu(tf.conv2d(x, variables[0] as unknown as Tensor4D, 1, 'same')) as Tensor4D;
      const pooled = tf.reshape(tf.maxPool(hidden, 2, 2, 'same'), [8, 36]);
      return tf.losses.softmaxCrossEntropy(labels, tf.matMul(pooled, variables[1])) as Scalar;
    };
    const memory = () => ({ tensors: tf.memory().numTensors, buffers: backend.numDataIds() });
    optimizer.minimize(loss, false, variables);
    const before = memory();
    for (let step = 0; step < 30; step++) optimizer.minimize(loss, false, variables);
    assert.deepEqual(memory(), before);
    optimizer.dispose();
    tf.dispose([first, last, x, labels, ...variables]);
  });
});
