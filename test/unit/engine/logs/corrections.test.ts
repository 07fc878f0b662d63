import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { RunLinks } from '../../../../src/runs/links';
import { epochsOf, logRequests, makeRun, type MadeSnapshot } from '../../../helpers/logRuns';
import { temporaryFolder } from '../../../helpers/setup';

const snapshotsOf = (...epochs: number[]): MadeSnapshot[] =>
  epochs.map((epoch) => ({ epoch, model: `../models/epoch-${epoch}.onnx` }));
const line = (epoch: number, step: number) => `${JSON.stringify({ epoch, step, loss: 1 / step })}\n`;

describe('corrections of logs by hand', () => {
  const folder = temporaryFolder();
  const { ask, info } = logRequests();
  let count = 0;
  const begin = (...epochs: number[]) => {
    const run = makeRun(path.join(folder(), `run-${count++}`), snapshotsOf(...epochs));
    const log = path.join(run, 'log.jsonl');
    writeFileSync(log, [1, 2, 3, 4].map((epoch) => line(epoch, 10 * epoch)).join(''));
    return { run, log };
  };
  const links = (run: string) =>
    JSON.parse(readFileSync(path.join(run, 'apd-links.json'), 'utf8')) as RunLinks;

  it('a row is remembered by the name of the model, and stays while log and run grow', async () => {
    const { run, log } = begin(2, 4);
    const set = await ask('log/correct', { folder: run, row: { snapshot: 0, to: { line: 3 } } });
    assert.deepEqual(epochsOf(set), [3, 4]);
    assert.deepEqual(
      set.marks.map(({ byHand }) => byHand),
      [true, false],
    );
    assert.deepEqual(links(run).log, {
      path: 'log.jsonl',
      rows: { '../models/epoch-2.onnx': { line: 3, epoch: 3, step: 30 } },
    });
    appendFileSync(log, line(5, 50));
    // Another snapshot comes before it.
    makeRun(run, snapshotsOf(1, 2, 4, 5));
    const grown = await info(run);
    assert.deepEqual(epochsOf(grown), [1, 3, 4, 5]);
    assert.deepEqual(
      grown.marks.map(({ byHand }) => byHand),
      [false, true, false, false],
    );
  });

  it('a log that was written anew, shorter, is told apart by epoch', async () => {
    const { run, log } = begin(2);
    await ask('log/correct', { folder: run, row: { snapshot: 0, to: { line: 3 } } });
    writeFileSync(log, line(3, 30));
    const found = await info(run);
    assert.deepEqual(
      found.marks.map(({ line: at, epoch }) => [at, epoch]),
      [[1, 3]],
    );
  });

  it('none, and found by itself again', async () => {
    const { run } = begin(2, 4);
    const none = await ask('log/correct', { folder: run, row: { snapshot: 1, to: null } });
    assert.deepEqual(none.unmatchedSnapshots, [{ snapshot: 1, reason: 'set by hand to belong to no row' }]);
    const byStep = await ask('log/correct', { folder: run, row: { snapshot: 0, to: { step: 10 } } });
    assert.deepEqual(epochsOf(byStep), [1, '–']);
    await ask('log/correct', { folder: run, row: { snapshot: 0 } });
    assert.deepEqual(epochsOf(await info(run)), [2, '–']);
    await ask('log/correct', { folder: run, row: { snapshot: 1 } });
    assert.deepEqual(epochsOf(await info(run)), [2, 4]);
    assert.deepEqual(links(run).log, { path: 'log.jsonl' });
  });

  it('the shift of epochs', async () => {
    const { run } = begin(0, 1, 2);
    assert.deepEqual(epochsOf(await info(run)), ['–', 1, 2]);
    const shifted = await ask('log/correct', { folder: run, epochShift: 1 });
    assert.deepEqual(epochsOf(shifted), [1, 2, 3]);
    assert.equal(shifted.join?.byHand, true);
    // Curves go with it: the row of epoch 1 lies at the snapshot of epoch 0.
    const { curves } = await ask('log/curves', { folder: run });
    assert.deepEqual([...curves[0].x], [0, 1, 2, 3]);
    const back = await ask('log/correct', { folder: run, epochShift: null });
    assert.deepEqual(epochsOf(back), ['–', 1, 2]);
    assert.equal(back.join?.byHand, false);
    await assert.rejects(ask('log/correct', { folder: run, epochShift: 0.5 }), /whole number/);
  });

  it('what was corrected for one log is forgotten with another, and only then', async () => {
    const { run, log } = begin(2, 4);
    await ask('log/correct', { folder: run, row: { snapshot: 0, to: { line: 1 } } });
    assert.deepEqual(epochsOf(await ask('log/link', { folder: run, file: log })), [1, 4]);
    const other = path.join(run, 'other.jsonl');
    writeFileSync(other, readFileSync(log));
    assert.deepEqual(epochsOf(await ask('log/link', { folder: run, file: other })), [2, 4]);
    assert.deepEqual(links(run).log, { path: 'other.jsonl' });
  });

  it('what was corrected comes back with a log that is unlinked and linked again', async () => {
    const { run, log } = begin(2, 4);
    await ask('log/correct', { folder: run, row: { snapshot: 0, to: { line: 1 } } });
    const none = await ask('log/link', { folder: run, file: null });
    assert.deepEqual([none.state, none.marks], ['none', []]);
    assert.deepEqual(epochsOf(await ask('log/link', { folder: run, file: log })), [1, 4]);
    assert.equal(links(run).log?.was, undefined);
  });

  it('what is not there cannot be set', async () => {
    const { run, log } = begin(2, 4);
    const set = (row: { snapshot: number; to?: { line?: number } }) =>
      ask('log/correct', { folder: run, row });
    await assert.rejects(set({ snapshot: 2, to: { line: 1 } }), /has 2 snapshots, none of number 2/);
    await assert.rejects(set({ snapshot: 0, to: { line: 9 } }), (error: Error) => {
      assert.equal(error.message, `${log}, line 9: tells of no epoch or step`);
      return true;
    });
    const bare = makeRun(path.join(folder(), 'bare'), snapshotsOf(1));
    await assert.rejects(ask('log/correct', { folder: bare, epochShift: 1 }), /has no log/);
  });

  it('snapshots of the same model are told apart', async () => {
    const run = makeRun(path.join(folder(), 'same'), [
      { epoch: 1, model: 'm.onnx', patterns: 'patterns/epoch-0001.npz' },
      { epoch: 2, model: 'm.onnx', patterns: 'patterns/epoch-0002.npz' },
    ]);
    writeFileSync(path.join(run, 'log.jsonl'), [1, 2, 3].map((epoch) => line(epoch, epoch)).join(''));
    const set = await ask('log/correct', { folder: run, row: { snapshot: 1, to: { epoch: 3 } } });
    assert.deepEqual(epochsOf(set), [1, 3]);
  });
});
