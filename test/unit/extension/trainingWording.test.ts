import assert from 'node:assert/strict';
import type { TrainingProgress } from '../../../src/protocol/training';
import {
  configurationName,
  isConfiguration,
  runsBeside,
  starterName,
} from '../../../src/extension/trainings/configurationNames';
import {
  canGoOn,
  duration,
  hasEpochsLeft,
  latestProgress,
  progressText,
  shareDone,
  shortProgress,
  standingText,
  type Standing,
} from '../../../src/extension/trainings/trainingWording';

const progress: TrainingProgress = {
  folder: '/w/runs/moons',
  name: 'moons',
  phase: 'training',
  epoch: 3,
  epochs: 20,
  step: 40,
  steps: 80,
  loss: 0.21345,
  accuracy: 0.9351,
  secondsLeft: 12.2,
};

describe('runs that can be trained further', () => {
  const standings: Standing['status'][] = [
    'waiting',
    'running',
    'paused',
    'stopped',
    'broken',
    'failed',
    'finished',
  ];

  it('are those whose training has ended; continued are those that ended early', () => {
    const those = (suits: (standing: Standing) => boolean) =>
      standings.filter((status) => suits({ status, epoch: 1, epochs: 2 }));
    assert.deepEqual(those(canGoOn), ['stopped', 'broken', 'failed', 'finished']);
    assert.deepEqual(those(hasEpochsLeft), ['stopped', 'broken', 'failed']);
  });
});

describe('progress of a training in words', () => {
  it('tells epoch, loss, accuracy and what is left', () => {
    assert.equal(progressText(progress), 'epoch 3 of 20 · loss 0.213 · accuracy 94 % · 12 s left');
    assert.equal(shortProgress(progress), 'epoch 3/20 · 94 % · 12 s left');
  });

  it('says what is not known by leaving it out', () => {
    const bare = { ...progress, loss: undefined, accuracy: undefined, secondsLeft: undefined };
    assert.equal(progressText(bare), 'epoch 3 of 20');
    assert.equal(progressText({ ...bare, phase: 'preparing' }), 'preparing');
    assert.equal(progressText({ ...bare, epoch: 0 }), 'before the first epoch');
  });

  it('has no time left while it is paused', () => {
    assert.match(progressText({ ...progress, phase: 'paused' }), /^paused · epoch 3 of 20 .*94 %$/);
    assert.equal(shortProgress({ ...progress, phase: 'paused' }), 'epoch 3/20 · 94 % · paused');
  });

  it('goes by the state, not by what was told before it changed', () => {
    assert.equal(latestProgress({ state: 'paused', progress })?.phase, 'paused');
    const paused: TrainingProgress = { ...progress, phase: 'paused' };
    assert.equal(latestProgress({ state: 'running', progress: paused })?.phase, 'training');
    assert.equal(latestProgress({ state: 'running' }), undefined);
  });

  it('counts steps into the share that is done', () => {
    assert.equal(shareDone(progress), 2.5 / 20);
    assert.equal(shareDone({ ...progress, epoch: 20, step: 80 }), 1);
    assert.equal(shareDone({ ...progress, epoch: 0, step: 0 }), 0);
    assert.equal(shareDone({ ...progress, steps: 0, step: 0 }), 2 / 20);
  });

  it('rounds times to what can be read', () => {
    const said = [0.2, 12.4, 59.4, 59.6, 200, 3570, 3600, 3900].map(duration);
    assert.deepEqual(said, ['1 s', '12 s', '59 s', '1 min', '3 min', '1 h', '1 h', '1 h 5 min']);
  });

  it('writes very small and very large losses with an exponent', () => {
    assert.match(progressText({ ...progress, loss: 0.000012345 }), /loss 1\.23e-5/);
    assert.match(progressText({ ...progress, loss: 123456 }), /loss 1\.23e\+5/);
  });

  it('has an icon and words of its own for each standing', () => {
    const all: Standing['status'][] = [
      'waiting',
      'running',
      'paused',
      'stopped',
      'broken',
      'failed',
      'finished',
    ];
    const told = all.map((status) => standingText({ status, epoch: 7, epochs: 60 }));
    assert.equal(new Set(told.map(({ icon }) => icon)).size, all.length);
    assert.equal(new Set(told.map(({ text }) => text)).size, all.length);
    assert.equal(standingText({ status: 'finished', epoch: 1, epochs: 1 }).text, 'trained, 1 epoch');
  });
});

describe('names of configurations and their runs', () => {
  it('are those of the file, without its ending', () => {
    assert.equal(configurationName('/w/moons.v2.apd.json'), 'moons.v2');
    assert.equal(isConfiguration('/w/apd.json'), false);
    assert.equal(isConfiguration('/w/Moons.APD.json'), true);
  });

  it('come of the folder where the data has a name that says nothing', () => {
    assert.equal(starterName('/w/moons/x.npy'), 'moons');
    assert.equal(starterName('/w/moons/x_train.npy'), 'moons');
    assert.equal(starterName('/w/mnist/train-images-idx3-ubyte.gz'), 'mnist');
    assert.equal(starterName('/w/flowers/iris.csv'), 'iris');
    assert.equal(starterName('/w/a/points.v2.npz'), 'points');
  });

  it('tell kept and branched runs from those of other configurations', () => {
    const runs = [
      'moons',
      'moons-2',
      'moons-epoch-7',
      'moons-2-epoch-7-3',
      'moons-noisy',
      'moonshine',
      'sun',
    ];
    const found = runsBeside(
      runs.map((run) => `/w/runs/${run}`),
      '/w/runs/moons',
    );
    assert.deepEqual(
      found.map((run) => run.slice('/w/runs/'.length)),
      ['moons', 'moons-2', 'moons-epoch-7', 'moons-2-epoch-7-3'],
    );
  });
});
