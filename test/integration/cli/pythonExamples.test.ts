import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '../../helpers/setup';

const PYTHON = [process.env.APD_PYTHON, 'python3', '/usr/bin/python3'].find(
  (command) => command !== undefined && spawnSync(command, ['-c', 'import torch, numpy']).status === 0,
);

interface Manifest {
  layers: { activation: string; units: number }[];
  snapshots: { epoch: number }[];
  splits?: { name: string; instances: number }[];
}

describe('Python examples', function () {
  this.timeout(180_000);
  const at = temporaryFolder('test');

  before(function () {
    if (PYTHON !== undefined) return;
    console.log('      skipped: no Python with PyTorch is there (APD_PYTHON names one)');
    this.skip();
  });

  /** Runs an example, recorded. @returns the manifest of its run */
  function recorded(name: string, ...args: string[]): Manifest {
    const script = path.resolve('examples', 'pytorch', name);
    const words = [path.resolve('dist', 'cli.js'), 'run', '--python', PYTHON!, '--out', 'run', script];
    const done = spawnSync(process.execPath, [...words, ...args], { cwd: at(), encoding: 'utf8' });
    assert.equal(done.status, 0, done.stderr);
    assert.match(done.stdout, /^epoch 2: loss \d\.\d+, accuracy 0\.\d+$/m);
    return JSON.parse(readFileSync(at('run', 'apd-run.json'), 'utf8')) as Manifest;
  }

  it('of a small network: every level, training and validation, every epoch', () => {
    const { layers, snapshots, splits } = recorded('mlp.py', '--epochs', '2');
    assert.deepEqual(
      layers.map(({ activation, units }) => [activation, units]),
      [
        ['Relu', 32],
        ['Relu', 32],
        ['Relu', 16],
      ],
    );
    assert.deepEqual(
      snapshots.map(({ epoch }) => epoch),
      [0, 1, 2],
    );
    assert.deepEqual(splits, [
      { name: 'train', instances: 1437 },
      { name: 'validation', instances: 360 },
    ]);
  });

  it('of a convolutional network: activations that are applied in place', () => {
    const { layers, snapshots } = recorded('cnn.py', '--epochs', '2');
    assert.deepEqual(
      layers.map(({ units }) => units),
      [8 * 64, 16 * 16, 32],
    );
    assert.equal(snapshots.length, 3);
  });
});
