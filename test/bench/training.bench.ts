// What training costs on the WebAssembly backend, on MNIST and the paper's network: an epoch next to plain loops over typed
// arrays and to TensorFlow.js's own `fit`, the snapshots, the whole experiment of the paper, and memory over many epochs.
import * as tfl from '@tensorflow/tfjs-layers';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Random } from '../../src/core/random';
import { TrainingControl } from '../../src/engine/training/trainingControl';
import { trainRun } from '../../src/engine/training/trainRun';
import { loadTensorflow } from '../../src/models/tfjs/tfjsBackend';
import { LayerGraph } from '../../src/models/tfjs/graph/layerGraph';
import type { TensorEngine } from '../../src/models/tfjs/tensorflow';
import { networkTopology } from '../../src/training/config/topology';
import { initialWeights } from '../../src/training/initialise';
import { Trainer } from '../../src/training/trainer';
import {
  bench,
  figure,
  goal,
  mebibytes,
  ms,
  percent,
  printTimings,
  ratioOf,
  sideBySide,
  sized,
} from './harness';
import { DIGIT_CLASSES, mnistFile, openMnist } from './mnist';
import { PlainNetwork } from './plainNetwork';

const PIXELS = 784;
const sizes = [PIXELS, 32, 32, 32, 32, 32, DIGIT_CLASSES];
const BATCH_SIZE = 64;
const LEARNING_RATE = 0.05;

/** The paper's network as a configuration has it. */
const layers = [
  ...sizes.slice(1, -1).map((units) => ({ type: 'dense' as const, units, activation: 'relu' as const })),
  { type: 'dense' as const, units: DIGIT_CLASSES },
];

/** All training images as −1 … 1, with their labels. */
async function images(): Promise<{ values: Float32Array; labels: Int32Array }> {
  const { features, labels } = await openMnist('train');
  const values = new Float32Array(features.count * PIXELS);
  await features.read(
    Int32Array.from({ length: features.count }, (_, row) => row),
    values,
  );
  for (let i = 0; i < values.length; i++) values[i] = values[i] / 127.5 - 1;
  return { values, labels: labels!.values };
}

async function ourTrainer(engine: TensorEngine, data: Awaited<ReturnType<typeof images>>): Promise<Trainer> {
  const { topology } = networkTopology({
    layers,
    features: { shape: [PIXELS] },
    classes: DIGIT_CLASSES,
    loss: 'crossEntropy',
  });
  const graph = await LayerGraph.create({ engine, topology, weights: undefined, source: 'bench' });
  graph.setWeights(initialWeights(graph.weights, new Map(), 1));
  const settings = {
    epochs: 1,
    batchSize: BATCH_SIZE,
    optimizer: { type: 'sgd' as const, learningRate: LEARNING_RATE },
    schedule: { type: 'constant' as const },
    warmup: 0,
    weightDecay: 0,
    loss: 'crossEntropy' as const,
    seed: 1,
  };
  return new Trainer(engine, graph, settings, { ...data, shape: [PIXELS] });
}

/** TensorFlow.js's own training of the same network. */
function fitting(
  engine: TensorEngine,
  { values, labels }: Awaited<ReturnType<typeof images>>,
): () => Promise<void> {
  const { tf } = engine;
  const model = tfl.sequential();
  sizes.slice(1).forEach((units, l) => {
    const last = l === sizes.length - 2;
    model.add(
      tfl.layers.dense({
        units,
        activation: last ? 'softmax' : 'relu',
        inputShape: l === 0 ? [PIXELS] : undefined,
      }),
    );
  });
  model.compile({ optimizer: tf.train.sgd(LEARNING_RATE), loss: 'sparseCategoricalCrossentropy' });
  const x = tf.tensor2d(values, [labels.length, PIXELS]);
  const y = tf.tensor1d(Float32Array.from(labels), 'float32');
  return async () => {
    await model.fit(x, y, { batchSize: BATCH_SIZE, epochs: 1, verbose: 0, yieldEvery: 'never' });
  };
}

/** An epoch of the plain network. */
function plainly({ values, labels }: Awaited<ReturnType<typeof images>>): () => void {
  const network = new PlainNetwork(sizes, BATCH_SIZE, 1);
  const batch = new Float32Array(BATCH_SIZE * PIXELS);
  const random = new Random(1);
  return () => {
    const order = Int32Array.from({ length: labels.length }, (_, row) => row);
    random.shuffle(order);
    for (let from = 0; from < order.length; from += BATCH_SIZE) {
      const rows = order.subarray(from, from + BATCH_SIZE);
      rows.forEach((row, r) => batch.set(values.subarray(row * PIXELS, (row + 1) * PIXELS), r * PIXELS));
      const own = Array.from(rows, (row) => labels[row]);
      network.step(batch, own, rows.length, LEARNING_RATE);
    }
  };
}

async function epochs(engine: TensorEngine): Promise<void> {
  const data = await images();
  const trainer = await ourTrainer(engine, data);
  let epoch = 0;
  const timings = await sideBySide(
    {
      'our loop on WebAssembly': () => trainer.trainEpoch(++epoch),
      'plain loops over typed arrays': plainly(data),
      "TensorFlow.js's fit": fitting(engine, data),
    },
    { warmUp: 1, rounds: 3 },
  );
  const plain = timings['plain loops over typed arrays'];
  printTimings(timings, plain);
  const ours = timings['our loop on WebAssembly'];
  const ratio = ratioOf(ours, plain);
  goal(
    'training epoch, 60,000 images at batch 64',
    `${ms(ours.median)}, ${ratio.toFixed(2)}× plain loops`,
    '1.5×',
    ratio <= 1.5,
  );
  figure('our loop next to fit', `${ratioOf(ours, timings["TensorFlow.js's fit"]).toFixed(2)}×`);
}

/** A configuration of MNIST in a folder that is gone afterwards. */
async function inFolder<T>(change: object, work: (config: string, folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'apd-bench-'));
  const config = path.join(folder, 'mnist.apd.json');
  const text = {
    data: {
      files: path.resolve(mnistFile('train', 'images')),
      labels: path.resolve(mnistFile('train', 'labels')),
      scaling: { scale: 1 / 255, mean: 0.5, std: 0.5 },
    },
    model: { layers },
    training: { epochs: 4, batchSize: BATCH_SIZE, optimizer: { type: 'sgd', learningRate: LEARNING_RATE } },
    backend: 'wasm',
  };
  await writeFile(config, JSON.stringify({ ...text, ...change }));
  try {
    return await work(config, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Trains, and tells how long it took from the first to the last step. */
async function train(config: string, out: string): Promise<{ seconds: number; accuracy?: number }> {
  let first = 0;
  const hooks = {
    onNotice: () => undefined,
    onProgress: ({ phase }: { phase: string }) => {
      if (phase === 'training') first ||= performance.now();
    },
  };
  const { accuracy } = await trainRun({ config, out, backendFolders: [] }, hooks, new TrainingControl());
  return { seconds: (performance.now() - first) / 1000, accuracy };
}

/** What a snapshot of all instances after every epoch costs the training. */
async function snapshots(): Promise<void> {
  const few = { initial: false, withinFirstEpoch: 0, every: 1000 };
  const withEach = await inFolder({ snapshots: { ...few, every: 1 } }, async (each, folder) =>
    inFolder({ snapshots: few }, async (none) => {
      let run = 0;
      return sideBySide(
        {
          'four epochs, a snapshot each': () => train(each, path.join(folder, `run-${run++}`)),
          'four epochs, one snapshot': () => train(none, path.join(folder, `run-${run++}`)),
        },
        { warmUp: 0, rounds: 3 },
      );
    }),
  );
  const without = withEach['four epochs, one snapshot'];
  printTimings(withEach, without);
  // Three snapshots more over four epochs.
  const overhead = ((ratioOf(withEach['four epochs, a snapshot each'], without) - 1) * 4) / 3;
  goal('a snapshot of 60,000 next to its epoch', percent(overhead), '5 %', overhead <= 0.05);
}

/** What the authors' Python takes 155 s for. */
async function paper(): Promise<void> {
  const data = {
    files: path.resolve(mnistFile('train', 'images')),
    labels: path.resolve(mnistFile('train', 'labels')),
    scaling: { scale: 1 / 255, mean: 0.5, std: 0.5 },
    take: sized(45_000, 100),
  };
  const config = { data, snapshots: { initial: false, withinFirstEpoch: 0, every: 1 } };
  const seconds = await inFolder(config, async (file, folder) => {
    const start = performance.now();
    await train(file, path.join(folder, 'run'));
    return (performance.now() - start) / 1000;
  });
  goal(
    'four epochs and four APDFs of 45,000, from the files',
    `${seconds.toFixed(1)} s`,
    '15 s',
    seconds <= 15,
  );
}

/** Memory over fifty epochs of digits. */
async function memory({ tf }: TensorEngine): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'apd-bench-'));
  const config = path.join(folder, 'digits.apd.json');
  const files = {
    files: path.resolve('examples/digits/x.npy'),
    labels: path.resolve('examples/digits/y.npy'),
  };
  const training = { epochs: sized(50, 12), batchSize: 32, optimizer: { type: 'adam', learningRate: 0.002 } };
  const model = {
    layers: [
      { type: 'dense', units: 32, activation: 'relu' },
      { type: 'dense', units: 10 },
    ],
  };
  await writeFile(config, JSON.stringify({ data: files, model, training, backend: 'wasm' }));
  const resident: number[] = [];
  const tensors: number[] = [];
  const hooks = {
    onNotice: () => undefined,
    onProgress: () => undefined,
    onEpoch: () => {
      globalThis.gc?.();
      resident.push(process.memoryUsage().rss);
      tensors.push(tf.memory().numTensors);
    },
  };
  await trainRun({ config, out: path.join(folder, 'run'), backendFolders: [] }, hooks, new TrainingControl());
  await rm(folder, { recursive: true, force: true });
  const grown = resident.at(-1)! - resident[10];
  const more = tensors.at(-1)! - tensors[10];
  const measured = `${mebibytes(grown)} and ${more} tensors more than after the tenth`;
  goal('memory after 50 epochs', measured, 'flat (16 MiB, no tensor)', grown < 16 * 2 ** 20 && more === 0);
}

bench('Training', async () => {
  const engine = await loadTensorflow('wasm');
  await epochs(engine);
  await snapshots();
  await paper();
  await memory(engine);
});
