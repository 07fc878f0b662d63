// Kernels of the WebAssembly backend: products of transposed matrices, gradients of convolutions and pooling; ours
// against those that the backend came with or, where it has none, those of the CPU backend.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { Random } from '../../src/core/random';
import { loadTensorflow } from '../../src/models/tfjs/tfjsBackend';
import { bench, goal, ms, printTable, ratioOf, sideBySide, sized, type Timing } from './harness';

const random = new Random(3);

/** Random numbers, the same for each backend. */
function numbers(...shape: number[]): { shape: number[]; values: Float32Array } {
  const length = shape.reduce((product, size) => product * size, 1);
  return { shape, values: Float32Array.from({ length }, () => 2 * random.float() - 1) };
}

type Inputs = Record<string, ReturnType<typeof numbers>>;

/** What the backends registered themselves, by backend and name; taken before ours take their place. */
const stockKernels = new Map<string, tf.KernelFunc>();

async function rememberStock(): Promise<void> {
  await loadTensorflow('cpu');
  for (const kernel of [...tf.getKernelsForBackend('wasm'), ...tf.getKernelsForBackend('cpu')]) {
    stockKernels.set(`${kernel.backendName} ${kernel.kernelName}`, kernel.kernelFunc);
  }
}

/** Something that runs one kernel so many times with the same tensors. */
async function repeated({
  kernel,
  name,
  inputs,
  attributes,
  times,
}: {
  kernel: tf.KernelFunc;
  name: 'wasm' | 'cpu';
  inputs: Inputs;
  attributes: object;
  times: number;
}): Promise<() => void> {
  await tf.setBackend(name);
  const backend = tf.backend();
  const tensors = Object.fromEntries(
    Object.entries(inputs).map(([key, { shape, values }]) => [key, tf.tensor(values, shape)]),
  );
  return () => {
    for (let time = 0; time < times; time++) {
      const result = kernel({ inputs: tensors, attrs: attributes as tf.NamedAttrMap, backend });
      backend.disposeData((result as tf.TensorInfo).dataId);
    }
  };
}

interface Comparison {
  title: string;
  kernel: string;
  inputs: Inputs;
  attributes: object;
  /** Runs of a round, so that a short one is measured. */
  times: number;
  /** Ours is to be at least so many times as fast. */
  faster: number;
}

async function compare({ title, kernel, inputs, attributes, times, faster }: Comparison): Promise<string[]> {
  const other = stockKernels.has(`wasm ${kernel}`) ? 'wasm' : 'cpu';
  const ours = tf.getKernel(kernel, 'wasm').kernelFunc;
  const stock = stockKernels.get(`${other} ${kernel}`)!;
  // The CPU backend is slow: it need not be measured so exactly.
  const rounds = other === 'cpu' ? { warmUp: 1, rounds: 3 } : { warmUp: 2, rounds: 7 };
  const timings = await sideBySide(
    {
      ours: await repeated({ kernel: ours, name: 'wasm', inputs, attributes, times }),
      stock: await repeated({ kernel: stock, name: other, inputs, attributes, times }),
    },
    rounds,
  );
  const ratio = ratioOf(timings.stock, timings.ours);
  const each = (timing: Timing) => ms(timing.median / times);
  goal(
    title,
    `${each(timings.ours)}, ${ratio.toFixed(1)}x as fast`,
    `≥ ${faster}x the ${other} backend's`,
    ratio >= faster,
  );
  return [title, each(timings.ours), `${each(timings.stock)} (${other})`, `${ratio.toFixed(1)}x`];
}

/** Images of a batch. */
const BATCH = sized(64, 2);
const images = [BATCH, 28, 28, 16];
const filter = [3, 3, 16, 32];
const convolution = { strides: 1, pad: 'same', dataFormat: 'NHWC' };
const halving = { filterSize: 2, strides: 2, pad: 'valid' };

const comparisons: Comparison[] = [
  {
    title: 'weights’ gradient of a dense layer, 784×64 · 64×32',
    kernel: 'BatchMatMul',
    inputs: { a: numbers(64, 784), b: numbers(64, 32) },
    attributes: { transposeA: true, transposeB: false },
    times: 20,
    faster: 4,
  },
  {
    title: 'input’s gradient of a dense layer, 64×128 · 128×128',
    kernel: 'BatchMatMul',
    inputs: { a: numbers(64, 128), b: numbers(128, 128) },
    attributes: { transposeA: false, transposeB: true },
    times: 20,
    faster: 3,
  },
  {
    // Two images: the CPU backend needs many seconds for a batch.
    title: 'filter’s gradient of 2 × 28×28, 3×3×16→32',
    kernel: 'Conv2DBackpropFilter',
    inputs: { x: numbers(2, 28, 28, 16), dy: numbers(2, 28, 28, 32) },
    attributes: { ...convolution, filterShape: filter },
    times: 1,
    faster: 10,
  },
  {
    title: 'input’s gradient of 64 × 28×28, 3×3×16→32',
    kernel: 'Conv2DBackpropInput',
    inputs: { dy: numbers(BATCH, 28, 28, 32), filter: numbers(...filter) },
    attributes: { ...convolution, inputShape: images },
    times: 1,
    faster: 4,
  },
  {
    title: 'input’s gradient of 64 × 28×28, 3×3×16→32, stride 2',
    kernel: 'Conv2DBackpropInput',
    inputs: { dy: numbers(BATCH, 14, 14, 32), filter: numbers(...filter) },
    attributes: { ...convolution, strides: 2, inputShape: images },
    times: 1,
    faster: 3,
  },
  {
    title: 'gradient of max pooling 2×2 of 64 × 28×28×16',
    kernel: 'MaxPoolGrad',
    inputs: { dy: numbers(BATCH, 14, 14, 16), input: numbers(...images), output: numbers(BATCH, 14, 14, 16) },
    attributes: halving,
    times: 1,
    faster: 1.5,
  },
];

bench('Kernels of the WebAssembly backend', async () => {
  await rememberStock();
  await loadTensorflow('wasm');
  const rows: string[][] = [];
  for (const comparison of comparisons) rows.push(await compare(comparison));
  printTable(['', 'ours', 'came with it', 'faster'], rows);
});
