import assert from 'node:assert/strict';
import { copyFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../../../../src/core/errors';
import { scaler } from '../../../../src/data/scaling';
import { matchShape } from '../../../../src/data/arrays/shape';
import type { TrainingConfig } from '../../../../src/training/config/config';
import { openTrainingData } from '../../../../src/training/config/data';
import { parseTrainingConfig } from '../../../../src/training/config/readConfig';
import { starterConfig } from '../../../../src/training/config/starter';
import { networkTopology } from '../../../../src/training/config/topology';
import { temporaryFolder } from '../../../helpers/setup';

/** The configuration that a dataset gives, which has to be right as it is. */
async function started(data: string, labels?: string): Promise<TrainingConfig> {
  const text = await starterConfig(data, labels);
  const { config, problems } = parseTrainingConfig(text, path.join(path.dirname(data), 'start.apd.json'));
  assert.deepEqual(problems, []);
  assert.ok(config);
  const uncommented = text.split('\n').filter((line) => /^ {4}"\w+": /.test(line) && !/\/\/|\[$/.test(line));
  assert.deepEqual(uncommented, [], 'every field has a comment');
  return config;
}

describe('starting configuration', () => {
  const at = temporaryFolder();

  const inFolder = async (name: string, text: string) => {
    const file = at(name);
    await writeFile(file, text);
    return file;
  };

  it('of arrays finds the labels beside them, and trains as it is', async () => {
    const config = await started('test/fixtures/iris/x.npy');
    assert.deepEqual(config.data, {
      files: 'x.npy',
      labels: 'y.npy',
      scaling: 'standard',
      splits: { train: 0.8, test: 0.2 },
      seed: 0,
      train: 'train',
    });
    assert.ok((await accuracy(config, 'test/fixtures/iris', 30)) > 0.85);
  });

  it('of a table names its label column', async () => {
    const rows = Array.from({ length: 40 }, (_, row) => `${row},${row % 2 ? 'yes' : 'no'},${row % 7}`);
    const file = await inFolder('table.csv', ['a,species,b', ...rows].join('\n'));
    const config = await started(file);
    assert.equal(config.data.files, 'table.csv');
    assert.equal(config.data.labelColumn, 'species');
    const { classes } = await openTrainingData(config, at());
    assert.deepEqual(classes, ['no', 'yes']);
    const plain = await inFolder(
      'plain.csv',
      rows.map((row) => row.replace(/,(yes|no),(\d)/, ',$2,$1')).join('\n'),
    );
    assert.equal((await started(plain)).data.labelColumn, 2);
  });

  it('of images is a small convolutional network, with the files to test on beside them', async () => {
    for (const name of ['images-idx3-ubyte', 'labels-idx1-ubyte']) {
      for (const part of ['train', 't10k']) {
        await copyFile(`test/fixtures/data/train-${name}`, at(`${part}-${name}`));
      }
    }
    const config = await started(at('train-images-idx3-ubyte'));
    assert.deepEqual(config.data.files, { train: 'train-images-idx3-ubyte', test: 't10k-images-idx3-ubyte' });
    assert.equal(config.data.splits, undefined);
    const data = await openTrainingData(config, at());
    const { shape } = data.dataset.features;
    const { layers = [] } = config.model;
    assert.equal(layers[0].type, Math.min(...shape) >= 8 ? 'conv2d' : 'dense');
    networkTopology({
      layers,
      features: data.dataset.features,
      classes: data.classes.length,
      loss: config.training.loss,
    });
  });

  it('of many instances has fewer epochs and larger batches than of few', async () => {
    const few = (await started('test/fixtures/iris/x.npy')).training;
    const many = (await started('test/fixtures/digits/x.npy')).training;
    assert.ok(few.epochs > many.epochs && few.batchSize < many.batchSize);
  });

  it('of very few instances has no splits, and a batch that they fill', async () => {
    const config = await started(await inFolder('few.csv', 'a,label\n1,x\n2,y\n3,x\n'));
    assert.equal(config.data.splits, undefined);
    assert.equal(config.training.batchSize, 3);
    await openTrainingData(config, at());
  });

  it('is refused without labels of two classes', async () => {
    const alone = at('alone.npy');
    await copyFile('test/fixtures/iris/x.npy', alone);
    await assert.rejects(starterConfig(alone), /has no labels, and none were found beside it/);
    const same = await inFolder('same.csv', 'a,label\n1,x\n2,x\n');
    await assert.rejects(starterConfig(same), /labels of a single class/);
    await assert.rejects(starterConfig(at('none.npy')), InputError);
    const labels = path.resolve('test/fixtures/iris/y.npy');
    const config = await started(alone, labels);
    assert.equal(path.resolve(at(), String(config.data.labels)), labels);
  });
});

/** Trains with stock TensorFlow.js for some epochs. Returns the accuracy on the training split. */
async function accuracy(config: TrainingConfig, folder: string, epochs: number): Promise<number> {
  await import('@tensorflow/tfjs-backend-cpu');
  const tf = await import('@tensorflow/tfjs-core');
  const { loadLayersModel } = await import('@tensorflow/tfjs-layers');
  const { dataset, trainRows, labels, scaling, classes } = await openTrainingData(config, folder);
  const { features } = dataset;
  const { topology } = networkTopology({
    layers: config.model.layers ?? [],
    features,
    classes: classes.length,
    loss: 'crossEntropy',
  });
  const model = await loadLayersModel({ load: () => Promise.resolve({ modelTopology: topology }) });
  const { shape, axes } = matchShape(features, model.inputs[0].shape.slice(1) as number[], 'x');
  const numbers = new Float32Array(trainRows.length * shape.reduce((a, b) => a * b, 1));
  await features.read(trainRows, numbers);
  scaler(scaling, shape, axes)(numbers, trainRows.length);
  const x = tf.tensor(numbers, [trainRows.length, ...shape]);
  const y = tf.oneHot(
    tf.tensor1d(
      trainRows.map((row) => labels[row]),
      'int32',
    ),
    classes.length,
  );
  model.compile({ optimizer: tf.train.adam(0.02), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const { history } = await model.fit(x, y, { epochs, batchSize: 120, verbose: 0, shuffle: false });
  return Number(history.acc.at(-1));
}
