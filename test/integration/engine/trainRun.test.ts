import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { branchRun } from '../../../src/engine/training/preparation/branchRun';
import { TrainingControl } from '../../../src/engine/training/trainingControl';
import { trainingInfo } from '../../../src/engine/training/trainingInfo';
import { RunLock } from '../../../src/runs/runLock';
import type { TrainHooks } from '../../../src/engine/training/trainHooks';
import { trainRun } from '../../../src/engine/training/trainRun';
import type { TrainParams } from '../../../src/protocol/training';
import { encodeNpy } from '../../../src/data/arrays/npy';
import { readArray } from '../../../src/data/arrays/readArray';
import { reportRun } from '../../../src/engine/reports/report';
import { openRun, readSnapshot } from '../../../src/runs/readRun';
import { temporaryFolder } from '../../helpers/setup';

const MOONS = path.resolve('test/fixtures/moons');

/** A configuration with everything that has a state: dropout, normalisation, momentum, a schedule. */
const demanding = {
  data: { files: 'x.npy', labels: 'y.npy', splits: { train: 0.75, val: 0.25 } },
  model: {
    layers: [
      { type: 'dense', units: 8, activation: 'relu' },
      { type: 'batchNorm' },
      { type: 'dropout', rate: 0.2 },
      { type: 'dense', units: 6, activation: 'leakyRelu' },
      { type: 'dense', units: 2 },
    ],
  },
  training: {
    epochs: 5,
    batchSize: 8,
    optimizer: { type: 'adam', learningRate: 0.02 },
    schedule: { type: 'cosine' },
    weightDecay: 0.001,
    seed: 3,
  },
  snapshots: { withinFirstEpoch: 1 },
  backend: 'wasm',
};

const quiet: TrainHooks = { onNotice: () => undefined, onProgress: () => undefined };

describe('training: a run', function () {
  this.timeout(60_000);
  const at = temporaryFolder();
  before(async () => {
    for (const name of ['x.npy', 'y.npy']) await cp(path.join(MOONS, name), at(name));
    await writeFile(at('moons.apd.json'), JSON.stringify(demanding));
  });

  const params = (out: string, more: Partial<TrainParams> = {}): TrainParams => ({
    config: at('moons.apd.json'),
    out: at(out),
    backendFolders: [],
    ...more,
  });
  const train = (given: TrainParams, hooks: Partial<TrainHooks> = {}, control = new TrainingControl()) =>
    trainRun(given, { ...quiet, ...hooks }, control);

  /** All that must be the same to the bit: patterns, models, optimizer, and the log but for the time it took. */
  async function bitsOf(run: string): Promise<Record<string, string>> {
    const bits: Record<string, string> = {};
    const names = await readdir(at(run), { recursive: true, withFileTypes: true });
    for (const entry of names.filter((each) => each.isFile())) {
      const file = path.join(entry.parentPath, entry.name);
      const name = path.relative(at(run), file);
      if (/\.(npz|bin|jsonl)$|model\.json$/.test(name)) {
        const text = await readFile(file, name.endsWith('.jsonl') ? 'utf8' : 'base64');
        bits[name] = text.replace(/,"seconds":[\d.]+/g, '');
      }
    }
    return bits;
  }

  /** Trains until an epoch is whole in the folder, and stops in the one after, or soon after that. */
  async function stopAfter(given: TrainParams, epoch: number) {
    const abort = new AbortController();
    const onEpoch = (line: { epoch: number }) => {
      if (line.epoch === epoch) abort.abort(new DOMException('stopped', 'AbortError'));
    };
    return train(given, { onEpoch }, new TrainingControl(abort.signal));
  }

  it('is the same to the bit the second time', async () => {
    const first = await train(params('first'));
    assert.deepEqual([first.ended, first.epoch, first.snapshots], ['finished', 5, 7]);
    await train(params('second'));
    const bits = await bitsOf('first');
    assert.ok(Object.keys(bits).length > 20, Object.keys(bits).join());
    assert.deepEqual(await bitsOf('second'), bits);
    const epochs = (await openRun(at('first'))).manifest.snapshots.map(({ epoch }) => epoch);
    assert.deepEqual(epochs, [0, 0.5, 1, 2, 3, 4, 5]);
  });

  it('stopped within an epoch and gone on with is the same to the bit', async () => {
    const stopped = await stopAfter(params('stopped'), 1);
    assert.equal(stopped.ended, 'stopped');
    assert.ok(stopped.epoch >= 1 && stopped.epoch < 4, `epoch ${stopped.epoch}`);
    const [info] = await trainingInfo([at('stopped')]);
    assert.deepEqual([info.status, info.epoch, info.epochs], ['stopped', stopped.epoch, 5]);
    const resumed = await train({ run: at('stopped'), backendFolders: [] });
    assert.deepEqual([resumed.ended, resumed.epoch], ['finished', 5]);
    assert.deepEqual(await bitsOf('stopped'), await bitsOf('first'));
  });

  it('broken off while it shows its last epoch, shows it anew from the checkpoint', async () => {
    const run = at('unshown');
    await cp(at('first'), run, { recursive: true });
    const log = (await readFile(path.join(run, 'log.jsonl'), 'utf8')).trimEnd().split('\n');
    const { loss, accuracy, learning_rate, seconds } = JSON.parse(log.at(-1)!) as Record<string, number>;
    const file = path.join(run, 'training', 'state.json');
    const state = JSON.parse(await readFile(file, 'utf8')) as object;
    const trained = { loss, accuracy, learningRate: learning_rate, seconds };
    const unfinished = { snapshot: true, trained };
    await writeFile(file, JSON.stringify({ ...state, status: 'running', unfinished }));
    await writeFile(path.join(run, 'log.jsonl'), `${log.slice(0, -1).join('\n')}\n{"epo`);
    assert.equal((await trainingInfo([run]))[0].status, 'broken');
    const result = await train({ run, backendFolders: [] });
    assert.deepEqual([result.ended, result.epoch, result.snapshots], ['finished', 5, 7]);
    assert.deepEqual(await bitsOf('unshown'), await bitsOf('first'));
  });

  it('goes on to more epochs, and says so when there are none left', async () => {
    const run = at('second');
    await assert.rejects(train({ run, backendFolders: [] }), /has its 5 epochs/);
    const more = await train({ run, epochs: 6, backendFolders: [] });
    assert.deepEqual([more.epoch, more.snapshots], [6, 8]);
  });

  it('starts anew from a snapshot beside, to the same bits, and leaves the first run as it is', async () => {
    const before = await bitsOf('first');
    const out = at('branch');
    await branchRun(at('first'), 3, out);
    assert.deepEqual(
      (await openRun(out)).manifest.snapshots.map(({ epoch }) => epoch),
      [0, 0.5, 1, 2],
    );
    await train({ run: out, backendFolders: [] });
    assert.deepEqual(await bitsOf('branch'), before);
    assert.deepEqual(await bitsOf('first'), before);
    const within = branchRun(at('first'), 1, at('other'));
    await assert.rejects(within, /is of epoch 0\.5: training goes on from whole epochs only/);
  });

  it('waits while it is paused', async () => {
    const control = new TrainingControl();
    const phases: string[] = [];
    let resumed = false;
    const training = train(
      params('paused'),
      {
        onProgress: ({ phase, epoch }) => {
          if (epoch >= 1 && phase === 'training' && !resumed) control.pause();
          if (phases.at(-1) !== phase) phases.push(phase);
          if (phase === 'paused') {
            setTimeout(() => {
              resumed = true;
              control.resume();
            }, 200);
          }
        },
      },
      control,
    );
    assert.equal((await training).ended, 'finished');
    assert.ok(resumed && phases.includes('paused'), phases.join());
    assert.deepEqual(await bitsOf('paused'), await bitsOf('first'));
  });

  it('tells the same story on another backend', async () => {
    await train(params('cpu', { backend: 'cpu' }));
    const accuracies = async (run: string) =>
      (await openRun(at(run))).manifest.snapshots.map(({ accuracy }) => accuracy!);
    const ours = await accuracies('first');
    (await accuracies('cpu')).forEach((accuracy, s) => {
      assert.ok(Math.abs(accuracy - ours[s]) <= 0.01, `snapshot ${s}: ${accuracy} and ${ours[s]}`);
    });
  });

  it('does not write over a run, nor into one that is being trained', async () => {
    await assert.rejects(train(params('first')), /is a run already/);
    const lock = await RunLock.take(at('first'), 'record');
    await assert.rejects(train(params('first', { force: true })), /is written to already/);
    await lock.release();
    await train(params('paused', { force: true, epochs: 2 }));
    const { manifest } = await openRun(at('paused'));
    assert.deepEqual(
      manifest.snapshots.map(({ epoch }) => epoch),
      [0, 0.5, 1, 2],
    );
    assert.deepEqual((await readdir(at('paused', 'models'))).length, 4);
  });

  it('stops when the loss is no number, names epoch and batch, and keeps what was before', async () => {
    const file = at('diverges.apd.json');
    const training = { ...demanding.training, optimizer: { type: 'sgd', learningRate: 1e30 } };
    const model = { layers: demanding.model.layers.filter(({ type }) => type === 'dense') };
    await writeFile(file, JSON.stringify({ ...demanding, model, training }));
    const out = at('diverged');
    await assert.rejects(
      train({ config: file, out, backendFolders: [] }),
      /diverges\.apd\.json, epoch 1, batch \d+: the loss became (NaN|Infinity)/,
    );
    assert.equal((await openRun(out)).manifest.snapshots[0].epoch, 0);
    assert.equal((await trainingInfo([out]))[0].status, 'failed');
  });

  it('leaves nothing where the configuration or the data is wrong', async () => {
    const file = at('wrong.apd.json');
    await writeFile(file, JSON.stringify({ ...demanding, data: { files: 'missing.npy' } }));
    await assert.rejects(train({ config: file, out: at('wrong'), backendFolders: [] }), /missing\.npy/);
    assert.ok(!(await readdir(at())).includes('wrong'));
  });

  it('goes on from a saved model, and says when it ends in another width', async () => {
    const from = 'first/models/epoch-0005/model.json';
    const file = at('from.apd.json');
    const training = { ...demanding.training, epochs: 1, optimizer: { type: 'sgd', learningRate: 0.001 } };
    await writeFile(file, JSON.stringify({ ...demanding, model: { from }, training }));
    const out = at('from');
    await train({ config: file, out, backendFolders: [] });
    const [trained, begun] = [await openRun(at('first')), await openRun(out)];
    const last = await readSnapshot(trained, trained.manifest.snapshots.length - 1);
    const first = await readSnapshot(begun, 0);
    assert.deepEqual(first.predicted, last.predicted);
    assert.deepEqual(first.levels[0].exact!.patterns.words, last.levels[0].exact!.patterns.words);
    const binary = { ...training, loss: 'binaryCrossEntropy' };
    await writeFile(file, JSON.stringify({ ...demanding, model: { from }, training: binary }));
    await assert.rejects(
      train({ config: file, out: at('width'), backendFolders: [] }),
      /epoch-0005\/model\.json: .*expected one output for binary cross-entropy/,
    );
  });

  it('goes on from a model of Keras, and from what it became', async () => {
    const file = at('keras.apd.json');
    const keras = path.resolve('test/fixtures/keras');
    await writeFile(at('labels.npy'), encodeNpy(Int32Array.from({ length: 24 }, (_, row) => row % 3)));
    const data = { files: `${keras}/residual.npz:x`, labels: 'labels.npy' };
    const optimizer = { type: 'sgd', learningRate: 0.01 };
    const training = { epochs: 1, batchSize: 8, optimizer, seed: 1 };
    const config = { data, model: { from: `${keras}/residual.keras` }, training };
    await writeFile(file, JSON.stringify(config));
    await train({ config: file, out: at('keras'), backendFolders: [] });
    const run = await openRun(at('keras'));
    const begun = await readSnapshot(run, 0);
    const classes = Array.from((await readArray(`${keras}/residual.npz:output`)).data, Number);
    assert.deepEqual([...begun.predicted], classes);
    const last = await readSnapshot(run, run.manifest.snapshots.length - 1);
    assert.notDeepEqual(last.levels[0].exact!.patterns.words, begun.levels[0].exact!.patterns.words);
    const saved = run.manifest.snapshots.at(-1)!.model!.path;
    const from = path.join(at('keras'), saved);
    await writeFile(file, JSON.stringify({ ...config, model: { from } }));
    await train({ config: file, out: at('again'), backendFolders: [] });
    const again = await readSnapshot(await openRun(at('again')), 0);
    for (const [l, level] of again.levels.entries()) {
      assert.deepEqual(level.exact!.patterns.words, last.levels[l].exact!.patterns.words);
    }
  });

  it('keeps what is finished when the disk is full, and goes on when there is room', async function () {
    const small = at('small');
    await mkdir(small);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=300k', 'tmpfs', small]);
    // Only root may make a disk that is soon full.
    if (mounted.status !== 0) {
      console.log('      skipped: only root may make a small disk');
      this.skip();
    }
    try {
      const run = path.join(small, 'run');
      await assert.rejects(train(params('small/run', { epochs: 60 })), /the disk is full/);
      const [info] = await trainingInfo([run]);
      assert.ok(info.epoch >= 1 && info.epoch < 60, `epoch ${info.epoch}`);
      const { manifest } = await openRun(run);
      for (const index of manifest.snapshots.keys()) await readSnapshot(await openRun(run), index);
      spawnSync('mount', ['-o', 'remount,size=30m', small]);
      const more = await train({ run, epochs: info.epoch + 1, backendFolders: [] });
      assert.equal(more.epoch, info.epoch + 1);
    } finally {
      spawnSync('umount', [small]);
    }
  });

  it('keeps which labels were changed, and ends early by the metric of a split', async () => {
    const file = at('noisy.apd.json');
    const data = { ...demanding.data, labelNoise: { share: 0.1, seed: 1 } };
    const earlyStopping = { split: 'val', metric: 'accuracy', patience: 1, minimumChange: 2 };
    await writeFile(
      file,
      JSON.stringify({ ...demanding, data, training: { ...demanding.training, earlyStopping } }),
    );
    const out = at('noisy');
    const notices: string[] = [];
    const result = await train(
      { config: file, out, backendFolders: [] },
      { onNotice: (text) => notices.push(text) },
    );
    assert.deepEqual([result.ended, result.epoch], ['early', 2]);
    assert.match(notices.at(-1)!, /Stopped after epoch 2: the accuracy of val/);
    const run = await openRun(out);
    const { labelNoise } = run.manifest;
    const rows = Math.round(400 * 0.75);
    assert.equal(labelNoise?.flipped, Math.round(rows * 0.1));
    const column = async (name: string) =>
      (await readArray(`${path.join(out, labelNoise.path)}:${name}`)).data;
    const [instance, label, original] = [
      await column('instance'),
      await column('label'),
      await column('original'),
    ];
    const truth = (await readArray(at('y.npy'))).data;
    const snapshot = await readSnapshot(run, 0);
    const { snapshots } = await reportRun(run, 'exact');
    const last = snapshots.at(-1)!.labelNoise!;
    assert.equal(last.changed, instance.length);
    // There are two classes: what is not given the label as taught is given that of before.
    assert.ok(Math.abs(last.asTaught + last.asBefore - 1) < 1e-12);
    const { accuracy, instances } = snapshots.at(-1)!;
    const right = last.asTaught * last.changed + last.others * (instances - last.changed);
    assert.ok(Math.abs(right - accuracy! * instances) < 1e-6);
    instance.forEach((number, i) => {
      assert.equal(original[i], truth[number]);
      assert.equal(label[i], 1 - original[i]);
      assert.equal(snapshot.labels![snapshot.instances.indexOf(number)], label[i]);
    });
  });
});
