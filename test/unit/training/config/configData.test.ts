import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { noScaling, scaler, type Scaling } from '../../../../src/data/scaling';
import { ConfigError } from '../../../../src/training/config/configError';
import { openTrainingData, type TrainingData } from '../../../../src/training/config/data';
import { configOf } from './configText';
import { temporaryFolder } from '../../../helpers/setup';

const IRIS = path.resolve('test/fixtures/iris');
const layers = [
  { type: 'dense', units: 4, activation: 'relu' },
  { type: 'dense', units: 3 },
];

/** Data of a configuration with these settings, of the iris flowers where no files are named. */
function open(data: object, training: object = {}, folder = IRIS): Promise<TrainingData> {
  const files = { files: 'x.npy', labels: 'y.npy' };
  const config = configOf({
    data: { ...('files' in data ? {} : files), ...data },
    model: { layers },
    training,
  });
  return openTrainingData(config, folder, 'net.apd.json');
}

/** Pointer and problem of the ConfigError that a promise ends in. */
async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => assert.fail('it was accepted'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ConfigError, String(error));
  assert.equal(error.source, 'net.apd.json');
  return `${error.pointer} ${error.problem}`;
}

/** Numbers of some rows, scaled. */
async function scaled({ dataset: { features } }: TrainingData, scaling: Scaling, rows: Int32Array) {
  const numbers = new Float64Array(rows.length * features.shape.reduce((a, b) => a * b, 1));
  await features.read(rows, numbers);
  scaler(scaling, features.shape, features.axes)(numbers, rows.length);
  return numbers;
}

function meanAndDeviation(numbers: number[]): [number, number] {
  const mean = numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
  return [mean, Math.sqrt(numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numbers.length)];
}

/** An array as a `.npy` file of float32. */
function npy(shape: number[], values: number[]): Buffer {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const header = text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11) + '\n';
  const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length % 256, header.length >> 8]);
  return Buffer.concat([start, Buffer.from(header), Buffer.from(Float32Array.from(values).buffer)]);
}

describe('training data', () => {
  const at = temporaryFolder();
  before(async () => {
    const row = (label: string) => (_: unknown, index: number) =>
      `${index},${index % 3},7,${label}${index % 2}`;
    const table = (rows: number, label = 'c') =>
      ['a,b,constant,label', ...Array.from({ length: rows }, row(label))].join('\n');
    await writeFile(at('one.csv'), table(20));
    await writeFile(at('two.csv'), table(8));
    await writeFile(at('same.csv'), 'a,label\n1,x\n2,x\n3,x\n');
    // Three channels first, of 2×2 pixels: numbers of channel c are around 10^c.
    const pixels = Array.from(
      { length: 6 * 12 },
      (_, index) => 10 ** (Math.floor(index / 4) % 3) * (1 + (index % 5)),
    );
    await writeFile(at('images.npy'), npy([6, 3, 2, 2], pixels));
    await writeFile(at('labels.npy'), npy([6], [0, 1, 2, 0, 1, 2]));
  });

  it('without splits is trained on whole', async () => {
    const data = await open({});
    assert.equal(data.trainSplit, undefined);
    assert.deepEqual(
      data.trainRows,
      Int32Array.from({ length: 150 }, (_, row) => row),
    );
    assert.deepEqual(data.classes, ['0', '1', '2']);
    assert.deepEqual(data.scaling, noScaling);
    assert.deepEqual(data.labels, data.dataset.labels.values);
    assert.equal(data.flipped, undefined);
    assert.throws(() => data.rowsOfSplit('train'), RangeError);
  });

  it('has splits of the sizes asked for, by seed, without what is in none of them', async () => {
    const whole = await open({});
    const data = await open({ splits: { test: 0.1, train: 0.5 }, seed: 3 });
    assert.equal(data.trainSplit, 'train');
    assert.deepEqual(data.dataset.splits?.names, ['test', 'train']);
    assert.equal(data.dataset.instances.length, 90);
    assert.equal(data.trainRows.length, 75);
    assert.equal(data.rowsOfSplit('test').length, 15);
    assert.deepEqual(data.rowsOfSplit('train'), data.trainRows);
    const labels = data.dataset.instances.map((instance) => whole.labels[instance]);
    assert.deepEqual(data.labels, labels, 'labels go with their instances');
    const read = await scaled(data, noScaling, Int32Array.of(0, 89));
    const same = await scaled(
      whole,
      noScaling,
      Int32Array.of(data.dataset.instances[0], data.dataset.instances[89]),
    );
    assert.deepEqual(read, same, 'numbers go with their instances');
    const again = await open({ splits: { test: 0.1, train: 0.5 }, seed: 3 });
    assert.deepEqual(again.dataset.instances, data.dataset.instances);
    const other = await open({ splits: { test: 0.1, train: 0.5 }, seed: 4 });
    assert.notDeepEqual(other.dataset.instances, data.dataset.instances);
  });

  it('has the splits that the command line draws for the same shares and seed', async () => {
    const { openDataset } = await import('../../../../src/data/openDataset');
    const shares = { train: 0.7, val: 0.15, test: 0.15 };
    const split = Object.entries(shares).map(([name, share]) => ({ name, share }));
    const drawn = await openDataset({ data: [{ path: path.join(IRIS, 'x.npy') }], split, seed: 5 });
    const data = await open({ splits: shares, seed: 5 });
    assert.deepEqual(data.dataset.splits?.of, drawn.splits?.of);
  });

  it('joins the files of a list, and makes a split of each named file', async () => {
    const joined = await open(
      { files: ['one.csv', 'two.csv'], splits: { train: 1 } },
      { batchSize: 4 },
      at(),
    );
    assert.equal(joined.trainRows.length, 28);
    const whole = await open({ files: ['one.csv', 'two.csv'] }, { batchSize: 4 }, at());
    assert.equal(whole.dataset.splits, undefined);
    const named = await open({ files: { fit: 'one.csv', check: 'two.csv' } }, { batchSize: 4 }, at());
    assert.equal(named.trainSplit, 'fit');
    assert.equal(named.rowsOfSplit('check').length, 8);
    assert.deepEqual(named.classes, ['c0', 'c1']);
  });

  it('is scaled by the training split alone, column by column', async () => {
    const data = await open({ splits: { train: 0.5, test: 0.5 }, scaling: 'standard' });
    const numbers = await scaled(data, data.scaling, data.trainRows);
    for (let column = 0; column < 4; column++) {
      const [mean, deviation] = meanAndDeviation([...numbers].filter((_, index) => index % 4 === column));
      assert.ok(Math.abs(mean) < 1e-12 && Math.abs(deviation - 1) < 1e-12, `${mean} ${deviation}`);
    }
    const whole = await open({ scaling: 'standard' });
    assert.notDeepEqual(whole.scaling.mean, data.scaling.mean);
  });

  it('moves a column that never changes to 0', async () => {
    const { scaling } = await open({ files: 'one.csv', scaling: 'standard' }, { batchSize: 4 }, at());
    assert.deepEqual([scaling.mean[2], scaling.deviation[2]], [7, 1]);
    assert.equal(scaling.mean[0], 9.5);
  });

  it('is scaled by channel where it is images', async () => {
    const data = await open(
      { files: 'images.npy', labels: 'labels.npy', scaling: 'standard' },
      { batchSize: 2 },
      at(),
    );
    assert.equal(data.scaling.mean.length, 3);
    const numbers = await scaled(data, data.scaling, data.trainRows);
    for (let channel = 0; channel < 3; channel++) {
      const own = [...numbers].filter((_, index) => Math.floor(index / 4) % 3 === channel);
      const [mean, deviation] = meanAndDeviation(own);
      assert.ok(Math.abs(mean) < 1e-9 && Math.abs(deviation - 1) < 1e-9, `${mean} ${deviation}`);
    }
    const unknown = await open(
      { files: 'images.npy', labels: 'labels.npy', scaling: 'standard', axes: 'unknown' },
      { batchSize: 2 },
      at(),
    );
    assert.equal(unknown.scaling.mean.length, 1, 'one mean where the axes are not known');
  });

  it('is scaled by given numbers', async () => {
    const { scaling } = await open({ scaling: { scale: 2, mean: [1, 2, 3, 4] } });
    assert.deepEqual(scaling, { scale: 2, mean: [1, 2, 3, 4], deviation: [1] });
  });

  it('has exactly the share of wrong labels asked for, in the training split alone', async () => {
    const settings = { splits: { train: 0.7, test: 0.3 }, labelNoise: { share: 0.25, seed: 9 } };
    const { labels, dataset, flipped, trainRows, rowsOfSplit } = await open(settings);
    assert.ok(flipped);
    assert.equal(flipped.rows.length, Math.round(0.25 * 105));
    assert.ok(flipped.rows.every((row) => trainRows.includes(row)));
    assert.deepEqual(
      [...flipped.rows],
      [...new Set(flipped.rows)].sort((a, b) => a - b),
    );
    const original = dataset.labels.values;
    const differing = Int32Array.from(labels.keys()).filter((row) => labels[row] !== original[row]);
    assert.deepEqual(differing, flipped.rows);
    assert.deepEqual(
      flipped.original,
      flipped.rows.map((row) => original[row]),
    );
    assert.deepEqual(
      flipped.instances,
      flipped.rows.map((row) => dataset.instances[row]),
    );
    assert.ok(labels.every((label) => label >= 0 && label < 3));
    assert.ok(rowsOfSplit('test').every((row) => labels[row] === original[row]));
    assert.deepEqual((await open(settings)).labels, labels, 'the same seed gives the same labels');
    const other = await open({ ...settings, labelNoise: { share: 0.25, seed: 10 } });
    assert.notDeepEqual(other.flipped?.rows, flipped.rows);
  });

  it('has all labels wrong with a share of 1, as often one other class as the other', async () => {
    const { flipped, labels } = await open({ labelNoise: { share: 1 } });
    assert.equal(flipped?.rows.length, 150);
    const steps = labels.map((label, row) => (label - (flipped?.original[row] ?? 0) + 3) % 3);
    const first = steps.filter((step) => step === 1).length;
    assert.ok(!steps.includes(0) && first > 50 && first < 100, `${first}`);
  });

  it('is refused at the value that does not go with it', async () => {
    const small = { splits: { train: 0.99, val: 0.002 } };
    assert.equal(
      await refusal(open(small)),
      '/data/splits/val the split `val` is empty: 0.002 of 150 instances is none',
    );
    assert.match(
      await refusal(open({ files: { train: 'one.csv', val: 'two.csv' }, take: 10 }, { batchSize: 4 }, at())),
      /^\/data\/files\/val the split `val` is empty: none of its instances is among those in use/,
    );
    assert.match(await refusal(open({ files: 'x.npy' })), /^\/data\/files the data has no labels/);
    assert.match(
      await refusal(open({ files: 'same.csv' }, {}, at())),
      /^\/data\/files all 3 instances of the data are of the class `x`/,
    );
    assert.match(
      await refusal(open({ splits: { train: 0.1, test: 0.9 } }, { batchSize: 16 })),
      /^\/training\/batchSize `batchSize` is 16, but the split `train` has only 15 instances/,
    );
    assert.match(
      await refusal(open({ scaling: { mean: [1, 2] } })),
      /^\/data\/scaling\/mean `mean` has 2 numbers, but instances of 4 have no axis of 2 channels/,
    );
    const binary = { data: { files: 'x.npy', labels: 'y.npy' }, training: { loss: 'binaryCrossEntropy' } };
    const one = [layers[0], { type: 'dense', units: 1 }];
    assert.match(
      await refusal(openTrainingData(configOf({ ...binary, model: { layers: one } }), IRIS, 'net.apd.json')),
      /^\/training\/loss `binaryCrossEntropy` is for 2 classes, the data has 3/,
    );
  });
});
