import assert from 'node:assert/strict';
import { readFile, writeFile, mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import {
  readCheckpoint,
  writeCheckpoint,
} from '../../../../src/engine/training/preparation/trainingCheckpoint';
import { EarlyStop } from '../../../../src/engine/training/earlyStop';
import { trainingProcess } from '../../../../src/engine/training/trainingLock';
import { earlySnapshots, isSnapshotEpoch } from '../../../../src/engine/training/snapshots/snapshotPlan';
import { RunLock } from '../../../../src/runs/runLock';
import { readTrainingState, writeTrainingState } from '../../../../src/runs/trainingState';
import { NO_PROCESS, temporaryFolder } from '../../../helpers/setup';
import { appendLog, cutLog } from '../../../../src/engine/training/trainLog';

describe('training: what a run folder keeps', () => {
  const at = temporaryFolder('test');

  it('a checkpoint comes back to the bit, and one of another network is refused', async () => {
    const file = at('checkpoint.npz');
    const weights = [Float32Array.of(1 / 3, -2), Float32Array.of(0.1)];
    const accumulators = [{ name: 'o0', shape: [2], values: Float32Array.of(1e-30, 7) }];
    await writeCheckpoint(file, { weights, optimizer: { iterations: 12, accumulators } });
    const found = await readCheckpoint(file, [2, 1]);
    assert.deepEqual(found, { weights, optimizer: { iterations: 12, accumulators } });
    await assert.rejects(readCheckpoint(file, [2, 2]), /w1: has 1 numbers of float32, expected 2/);
    await assert.rejects(readCheckpoint(file, [2, 1, 1]), /checkpoint\.npz/);
  });

  it('the log is cut after an epoch, with what a broken-off write left', async () => {
    for (const epoch of [0, 1, 2]) {
      await appendLog(at(), { epoch, step: epoch * 10, loss: 1 / (epoch + 1) });
    }
    const file = at('log.jsonl');
    await writeFile(file, (await readFile(file, 'utf8')) + '{"epoch":3,"lo');
    await cutLog(at(), (epoch) => epoch <= 1);
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { epoch: number }).epoch),
      [0, 1],
    );
  });

  it('a second training is kept out of the folder, and one that died is not in the way', async () => {
    const lock = await RunLock.take(at(), 'train');
    assert.equal((await trainingProcess(at()))?.pid, process.pid);
    await assert.rejects(RunLock.take(at(), 'train'), /is written to already \(apd train, process \d+\)/);
    await lock.release();
    assert.equal(await trainingProcess(at()), undefined);
    const left = { pid: NO_PROCESS, host: hostname(), task: 'train' };
    await writeFile(at('apd-run.lock'), JSON.stringify(left));
    assert.equal(await trainingProcess(at()), undefined);
    await (await RunLock.take(at(), 'train')).release();
  });

  it('the state is read as it was written; a damaged one is named', async () => {
    assert.equal(await readTrainingState(at()), undefined);
    const state = {
      formatVersion: 1,
      status: 'stopped',
      epoch: 3,
      epochs: 9,
      checkpoint: 'training/checkpoint-0003.npz',
      seconds: 1.5,
    } as const;
    await writeTrainingState(at(), state);
    assert.deepEqual(await readTrainingState(at()), state);
    await writeTrainingState(at(), { ...state, checkpoint: 'training/../../elsewhere' });
    await assert.rejects(readTrainingState(at()), /state\.json/);
    await mkdir(at('training'), { recursive: true });
    await writeFile(at('training', 'state.json'), '{');
    await assert.rejects(readTrainingState(at()), /state\.json: is not JSON/);
  });
});

describe('training: when snapshots are taken', () => {
  const settings = { initial: true, withinFirstEpoch: 3, every: 4 };

  it('within the first epoch at steps that double, as many as there are', () => {
    assert.deepEqual(earlySnapshots(settings, 938), [
      { step: 117, epoch: 0.1247 },
      { step: 234, epoch: 0.2495 },
      { step: 469, epoch: 0.5 },
    ]);
    assert.deepEqual(
      earlySnapshots(settings, 3).map(({ step }) => step),
      [1],
    );
    assert.deepEqual(earlySnapshots({ ...settings, withinFirstEpoch: 0 }, 100), []);
  });

  it('after every so many epochs, and after the last', () => {
    const epochs = Array.from({ length: 10 }, (_, e) => e + 1);
    assert.deepEqual(
      epochs.filter((epoch) => isSnapshotEpoch(settings, epoch, 10)),
      [4, 8, 10],
    );
  });
});

describe('training: early stopping', () => {
  it('ends when the metric has not got better for as many epochs as there is patience', () => {
    const stop = new EarlyStop({ split: 'val', metric: 'loss', patience: 2, minimumChange: 0.1 });
    const ends = [1, 0.8, 0.75, 0.74].map((loss, e) => stop.after(e + 1, loss));
    assert.deepEqual(
      ends.map((end) => end !== undefined),
      [false, false, false, true],
    );
    assert.match(ends[3]!, /after epoch 4: the loss of val .* 2 epochs \(best 0\.8000 after epoch 2\)/);
  });

  it('goes on from the best of before', () => {
    const settings = { split: 'val', metric: 'accuracy', patience: 1, minimumChange: 0 } as const;
    const stop = new EarlyStop(settings, { value: 0.9, epoch: 4 });
    assert.match(stop.after(5, 0.8)!, /after epoch 5/);
    assert.equal(new EarlyStop(settings, { value: 0.7, epoch: 4 }).after(5, 0.8), undefined);
  });
});
