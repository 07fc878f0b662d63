import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { namesInArchive } from '../../src/data/arrays/openArray';
import { presentLimits } from '../../src/data/files/limits';
import { encodeNpy } from '../../src/data/arrays/npy';
import type { Dataset } from '../../src/data/dataset';
import { openDataset } from '../../src/data/openDataset';
import { datasetOptionsOf, scalingOf } from '../../src/engine/recording/reopenDataset';
import { createLogReader } from '../../src/logs/formats/reader';
import { recogniseLog } from '../../src/logs/formats/recognise';
import { describeModel, openModel } from '../../src/models/openModel';
import { LINKS_NAME, readLinks } from '../../src/runs/links';
import { lockHolder } from '../../src/runs/lock';
import { MANIFEST_NAME } from '../../src/runs/manifest';
import { readChanges } from '../../src/engine/insight/labels/readChanges';
import { LABELS_NAME, readDecisions, standingDecisions } from '../../src/runs/labelDecisions';
import { openRun, readSnapshot } from '../../src/runs/readRun';
import { RUN_LOCK_NAME } from '../../src/runs/runLock';
import { readTrainingState, trainingStateFile } from '../../src/runs/trainingState';
import { readTrainingConfig } from '../../src/training/config/readConfig';
import { readRemembered } from '../../src/extension/session/rememberedState';
import { initialState } from '../../src/protocol/state';
import {
  gzipped,
  mutateEvents,
  mutateNpy,
  mutateNpz,
  mutatePng,
  mutateProtobuf,
  mutateSafetensors,
  zipOf,
} from './containerMutations';
import { decisions, labelsOfChanges } from './labelSeeds';
import { mutateJson, mutateJsonLines } from './jsonMutations';
import { mutateBytes, mutateText, type Mutation } from './mutations';

/** A file that mutations begin with. */
export interface Seed {
  name: string;
  bytes: Buffer;
}

/** What reads a kind of file. */
export interface FuzzedReader {
  name: string;
  mutate: Mutation;
  seeds(): Seed[];
  /** Puts bytes where they are read in an empty folder, and reads them. Refusing them is an InputError. */
  read(bytes: Buffer, seed: Seed, folder: string): Promise<unknown>;
}

const FIXTURES = path.resolve('test', 'fixtures');

/** Fixtures whose path ends so, none of them large. */
function seedsIn(folder: string, names: RegExp, largest = 64 * 1024): Seed[] {
  const inside = readdirSync(path.join(FIXTURES, folder), { recursive: true, encoding: 'utf8' });
  return inside
    .filter((name) => names.test(name))
    .map((name) => path.join(FIXTURES, folder, name))
    .filter((file) => statSync(file).isFile() && statSync(file).size <= largest)
    .sort()
    .map((file) => ({ name: path.basename(file), bytes: readFileSync(file) }));
}

function written(folder: string, name: string, bytes: Buffer): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, bytes);
  return file;
}

/** Numbers of the first instances of a dataset, as a recording reads them. */
async function readInstances({ features }: Dataset): Promise<void> {
  const count = Math.min(features.count, 256);
  const units = features.shape.reduce((product, axis) => product * axis, 1);
  const rows = Math.min(count, Math.floor(2 ** 22 / Math.max(1, units)));
  await features.read(
    Int32Array.from({ length: rows }, (_, row) => row),
    new Float32Array(rows * units),
  );
}

async function readDataset(bytes: Buffer, { name }: Seed, folder: string): Promise<void> {
  const file = written(folder, name, bytes);
  await readInstances(
    await openDataset({ data: [{ path: file }], missing: bytes.length % 2 ? 'mean' : 'error' }),
  );
}

async function readImage(bytes: Buffer, { name }: Seed, folder: string): Promise<void> {
  written(folder, `images/${name}`, bytes);
  await readInstances(await openDataset({ data: [{ path: path.join(folder, 'images') }] }));
}

/** Each of the arrays of an archive. */
async function readArrays(bytes: Buffer, { name }: Seed, folder: string): Promise<void> {
  const file = written(folder, name, bytes);
  for (const array of (await namesInArchive(file, presentLimits())) ?? []) {
    const path = `${file}:${array}`;
    // A name with such characters cannot be given behind a file.
    if (!/[:\\]/.test(array)) await readInstances(await openDataset({ data: [{ path }] }));
  }
}

const table = Array.from({ length: 30 }, (_, k) => `${k},${(k * 0.37).toFixed(2)},-${k}e-2,"class ${k % 3}"`);
const tables: Seed[] = [
  { name: 'table.csv', bytes: Buffer.from(`a,b,"c, d",label\n${table.join('\n')}\n`) },
  { name: 'plain.csv', bytes: Buffer.from(table.map((row) => row.replaceAll('"', '')).join('\r\n')) },
  { name: 'table.tsv', bytes: Buffer.from(`x\ty\tlabel\n1\t2\ta\n3\t4.5\tb\n`) },
  { name: 'semicolon.csv', bytes: Buffer.from('x;y;label\n1,5;2;0\n3;4,25;1\n') },
];

const manifest = {
  formatVersion: 1,
  name: 'run',
  dataset: {
    path: 'x.npy',
    rows: 8,
    files: [{ path: 'x.npy', sha256: '0' }],
    options: {
      take: 8,
      scaling: { scale: 1, mean: [0], deviation: [1] },
      inputs: { data: [{ path: 'x.npy' }], labels: [] },
    },
  },
  classes: ['a', 'b'],
  splits: [{ name: 'train', instances: 8 }],
  layers: [{ name: 'relu', activation: 'Relu', units: 4, shape: [4], bits: 1, kept: 'patterns' }],
  snapshots: [
    {
      epoch: 0,
      step: 0,
      patterns: 'patterns/epoch-0000.npz',
      model: { path: 'm.onnx', sha256: '0' },
      accuracy: 0.5,
    },
    { epoch: 1, patterns: 'patterns/epoch-0001.npz', patternCounts: [3] },
  ],
  backend: { name: 'onnx', version: '1', reason: 'fuzz' },
  labelNoise: { path: 'noise.npz', share: 0.1, seed: 1, flipped: 2 },
};
const links = {
  formatVersion: 1,
  log: {
    path: '../log.csv',
    was: 'old.csv',
    rows: { 'm.onnx': { line: 3, epoch: 1 }, 'n.onnx': null },
    epochShift: 1,
  },
  checkpoints: { path: '..', follow: true },
};
const state = {
  formatVersion: 1,
  status: 'stopped',
  epoch: 3,
  epochs: 9,
  checkpoint: 'training/checkpoint-0003.npz',
  seconds: 1.5,
  best: { value: 0.5, epoch: 2 },
  unfinished: { snapshot: true, trained: { loss: 1, accuracy: 0.5, learningRate: 0.1, seconds: 1 } },
};
const lock = { pid: 4711, host: 'a-host', task: 'train', beat: 10, token: 'token' };
const viewState = {
  ...initialState,
  metrics: ['loss'],
  levelResolutions: { 1: 16 },
  filters: [{ title: 'two', count: 2, instances: 'bAg==' }],
  selection: { kind: 'blocks', blocks: [{ column: 0, block: 1 }], flows: [{ gap: 0, flow: 2 }] },
};

/** A network of TensorFlow.js: 2 numbers, 4 units with ReLU, 2 classes. */
const layersModel = {
  format: 'layers-model',
  modelTopology: {
    class_name: 'Sequential',
    config: {
      name: 'network',
      layers: [
        {
          class_name: 'Dense',
          config: {
            name: 'first',
            units: 4,
            activation: 'relu',
            use_bias: true,
            batch_input_shape: [null, 2],
          },
        },
        { class_name: 'Dense', config: { name: 'last', units: 2, activation: 'softmax', use_bias: true } },
      ],
    },
  },
  weightsManifest: [
    {
      paths: ['weights.bin'],
      weights: [
        { name: 'first/kernel', shape: [2, 4], dtype: 'float32' },
        { name: 'first/bias', shape: [4], dtype: 'float32' },
        { name: 'last/kernel', shape: [4, 2], dtype: 'float32' },
        { name: 'last/bias', shape: [2], dtype: 'float32' },
      ],
    },
  ],
};

function json(name: string, value: unknown): Seed {
  return { name, bytes: Buffer.from(JSON.stringify(value, undefined, 1)) };
}

/** The patterns of a snapshot of the manifest above. */
const snapshot: Seed = {
  name: 'epoch-0000.npz',
  bytes: zipOf(
    [
      { name: 'instance', array: encodeNpy(Int32Array.from({ length: 8 }, (_, k) => k)) },
      { name: 'label', array: encodeNpy(Int32Array.of(0, 1, 0, 1, 0, 1, 0, 1)) },
      { name: 'output', array: encodeNpy(Int32Array.of(0, 1, 0, 1, 1, 1, 0, 0)) },
      { name: 'split', array: encodeNpy(new Uint8Array(8)) },
      { name: 'l0', array: encodeNpy(Uint8Array.of(16, 32, 48, 64, 16, 32, 48, 64), [8, 1]) },
    ].map(({ name, array }) => ({
      name: Buffer.from(`${name}.npy`),
      content: Buffer.from(array),
      method: 0,
    })),
  ),
};

async function readRun(bytes: Buffer, { name }: Seed, folder: string): Promise<void> {
  written(folder, MANIFEST_NAME, name === MANIFEST_NAME ? bytes : Buffer.from(JSON.stringify(manifest)));
  if (name !== MANIFEST_NAME) written(folder, `patterns/${name}`, bytes);
  const run = await openRun(folder);
  datasetOptionsOf(run);
  scalingOf(run);
  if (name !== MANIFEST_NAME) await readSnapshot(run, 0);
}

function readLog(bytes: Buffer, { name }: Seed): Promise<void> {
  const { format } = recogniseLog(bytes, name);
  if (format === undefined) return Promise.resolve();
  const reader = createLogReader(format);
  const half = Math.floor(bytes.length / 2);
  reader.push(bytes.subarray(0, half));
  reader.peek?.();
  reader.push(bytes.subarray(half));
  reader.finish();
  return Promise.resolve();
}

/** All readers of files, by what they read. */
export const readers: readonly FuzzedReader[] = [
  { name: 'npy', mutate: mutateNpy, seeds: () => seedsIn('data', /\.npy$/), read: readDataset },
  { name: 'npz', mutate: mutateNpz, seeds: () => seedsIn('data', /\.npz$/), read: readDataset },
  { name: 'idx', mutate: mutateBytes, seeds: () => seedsIn('data', /\.idx$|ubyte$/), read: readDataset },
  {
    name: 'idx.gz',
    mutate: gzipped(mutateBytes),
    seeds: () => seedsIn('data', /ubyte\.gz$/),
    read: readDataset,
  },
  { name: 'csv', mutate: mutateText, seeds: () => tables, read: readDataset },
  {
    name: 'csv.gz',
    mutate: gzipped(mutateText),
    seeds: () => tables.map(({ name, bytes }) => ({ name: `${name}.gz`, bytes: gzipSync(bytes) })),
    read: readDataset,
  },
  {
    name: 'png',
    mutate: mutatePng,
    seeds: () => seedsIn('data/images', /\.png$/),
    read: readImage,
  },
  {
    name: 'jpeg',
    mutate: mutateBytes,
    seeds: () => seedsIn('data/images', /\.jpe?g$/),
    read: readImage,
  },
  ...['webp', 'gif', 'bmp', 'tiff?'].map((ending) => ({
    name: ending.replace('?', ''),
    mutate: mutateBytes,
    seeds: () => seedsIn('data/kinds', new RegExp(`\\.${ending}$`)),
    read: readImage,
  })),
  { name: 'parquet', mutate: mutateBytes, seeds: () => seedsIn('data', /\.parquet$/), read: readDataset },
  {
    name: 'safetensors',
    mutate: mutateSafetensors,
    seeds: () => seedsIn('data', /\.safetensors$/),
    read: readDataset,
  },
  { name: 'hdf5', mutate: mutateBytes, seeds: () => seedsIn('data/hdf5', /\.h5$/), read: readArrays },
  {
    name: 'onnx',
    mutate: mutateProtobuf,
    seeds: () => seedsIn('models', /\.onnx$/, 8 * 1024),
    read: (bytes, { name }, folder) => describeModel(written(folder, name, bytes)),
  },
  {
    name: 'keras',
    mutate: mutateNpz,
    seeds: () => seedsIn('keras', /\.keras$/),
    read: (bytes, { name }, folder) => describeModel(written(folder, name, bytes)),
  },
  {
    name: 'h5',
    mutate: mutateBytes,
    seeds: () => seedsIn('keras', /\.h5$/),
    read: (bytes, { name }, folder) => describeModel(written(folder, name, bytes)),
  },
  {
    name: 'tfjs',
    mutate: mutateJson,
    seeds: () => [json('model.json', layersModel)],
    read: (bytes, _, folder) => {
      written(folder, 'weights.bin', Buffer.alloc(4 * 22));
      return describeModel(written(folder, 'model.json', bytes));
    },
  },
  {
    name: 'graph model',
    mutate: mutateJson,
    seeds: () => seedsIn('graphModels', /model\.json$/),
    read: (bytes, _, folder) => {
      const weights = path.join(FIXTURES, 'graphModels', 'dense', 'group1-shard1of1.bin');
      written(folder, 'group1-shard1of1.bin', readFileSync(weights));
      return openModel(written(folder, 'model.json', bytes));
    },
  },
  {
    name: 'configuration',
    mutate: mutateJson,
    seeds: () =>
      ['digits/cnn.apd.json', 'moons/moons.apd.json', 'mnist/mnist.apd.json'].map((name) => ({
        name: path.basename(name),
        bytes: readFileSync(path.resolve('examples', name)),
      })),
    read: (bytes, { name }, folder) => readTrainingConfig(written(folder, name, bytes)),
  },
  { name: 'manifest', mutate: mutateJson, seeds: () => [json(MANIFEST_NAME, manifest)], read: readRun },
  { name: 'snapshot', mutate: mutateNpz, seeds: () => [snapshot], read: readRun },
  {
    name: 'links',
    mutate: mutateJson,
    seeds: () => [json(LINKS_NAME, links)],
    read: (bytes, { name }, folder) => (written(folder, name, bytes), readLinks(folder)),
  },
  {
    name: 'decisions',
    mutate: mutateJson,
    seeds: () => [json(LABELS_NAME, decisions)],
    read: async (bytes, { name }, folder) => {
      written(folder, name, bytes);
      return standingDecisions((await readDecisions(folder))?.decisions ?? []);
    },
  },
  {
    name: 'changes',
    mutate: mutateText,
    seeds: () => [
      { name: 'changes.csv', bytes: Buffer.from('instance,is,why,undo\n0,a,"a, b",\n1,,,1\n2,,,\n') },
      json('changes.json', decisions),
    ],
    read: (bytes, { name }, folder) => readChanges(written(folder, name, bytes), labelsOfChanges, 'now'),
  },
  {
    name: 'state',
    mutate: mutateJson,
    seeds: () => [json('state.json', state)],
    read: (bytes, _, folder) => {
      written(folder, path.relative(folder, trainingStateFile(folder)), bytes);
      return readTrainingState(folder);
    },
  },
  {
    name: 'lock',
    mutate: mutateJson,
    seeds: () => [json(RUN_LOCK_NAME, lock)],
    // An empty one is waited for, as who has just made it may be about to write it.
    read: async (bytes, { name }, folder) =>
      bytes.length === 0 ? undefined : lockHolder(written(folder, name, bytes)),
  },
  {
    name: 'view',
    mutate: mutateJson,
    seeds: () => [json('view.json', viewState)],
    read: (bytes) => {
      let value: unknown;
      try {
        value = JSON.parse(bytes.toString('utf8'));
      } catch {
        // VS Code keeps values, never text that is none.
        return Promise.resolve();
      }
      return Promise.resolve(readRemembered(value));
    },
  },
  { name: 'log.csv', mutate: mutateText, seeds: () => seedsIn('logs', /\.csv$/), read: readLog },
  { name: 'log.txt', mutate: mutateText, seeds: () => seedsIn('logs', /\.(?:txt|out|log)$/), read: readLog },
  {
    name: 'log.jsonl',
    mutate: mutateJsonLines,
    seeds: () => seedsIn('', /(?:log\.jsonl|scalars\.json)$/),
    read: readLog,
  },
  {
    name: 'trainer state',
    mutate: mutateJson,
    seeds: () => seedsIn('logs', /trainer_state.*\.json$/),
    read: readLog,
  },
  {
    name: 'events',
    mutate: mutateEvents,
    seeds: () => seedsIn('logs', /tfevents[^/]*(?<!json)$/),
    read: readLog,
  },
];
