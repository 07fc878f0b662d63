import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fixture } from '../fixtures';
import { stayedSo } from '../helpers/setup';
import { VsCodeWindow } from './vscodeWindow';

const expected = JSON.parse(readFileSync(fixture('digits', 'expected.json'), 'utf8')) as {
  patterns_per_layer: number[][];
};
const lines = readFileSync(fixture('digits', 'log.jsonl'), 'utf8').trimEnd().split('\n');
const nameOf = (epoch: number) => `epoch-${String(epoch).padStart(3, '0')}.onnx`;

describe('a user who follows a training elsewhere', function () {
  this.timeout(90_000);
  let window: VsCodeWindow;
  let live: string;

  before(async () => {
    window = await VsCodeWindow.open({
      prepare: (folder) => {
        live = path.join(folder, 'live');
        mkdirSync(live);
        for (const name of ['x.npy', 'y.npy', nameOf(0)]) {
          copyFileSync(fixture('digits', name), path.join(live, name));
        }
        return undefined;
      },
    });
  });

  after(() => window.close());

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.picture(`failed-${this.currentTest.title}`);
  });

  /** A checkpoint as training scripts write it: not all at once. */
  async function checkpoint(epoch: number): Promise<void> {
    const whole = readFileSync(fixture('digits', nameOf(epoch)));
    const before = await window.drawn(/live, epoch \d+:/);
    const file = path.join(live, nameOf(epoch));
    writeFileSync(file, whole.subarray(0, 2000));
    // A part of it is not shown.
    await stayedSo(120, async () => assert.equal(await window.drawn(/live, epoch \d+:/), before));
    appendFileSync(file, whole.subarray(2000));
    if (epoch > 0) appendFileSync(path.join(live, 'log.jsonl'), `${lines[epoch - 1]}\n`);
  }

  /** Heads of the columns on screen tell the patterns of each level. */
  const patternsShown = (epoch: number) =>
    Promise.all(
      expected.patterns_per_layer[epoch].map((patterns) =>
        window.drawn(new RegExp(`\\b${patterns.toLocaleString('en')} patterns`)),
      ),
    );

  it('right-clicks the folder of checkpoints, and sees the first', async () => {
    await window.menu(window.row('live'), 'Follow Checkpoints');
    await window.pick('x.npy');
    await window.drawn(/live, epoch 0: 1,797 instances/);
    await window.status(/live/);
  });

  it('sees each checkpoint within a second of its last byte (complaint 9)', async () => {
    const took: number[] = [];
    for (const epoch of [1, 2, 3, 4, 5]) {
      await checkpoint(epoch);
      const since = performance.now();
      await window.drawn(new RegExp(`live, epoch ${epoch}: 1,797 instances`));
      took.push(performance.now() - since);
      await patternsShown(epoch);
    }
    console.log(`      finished checkpoint to picture: ${took.map((ms) => ms.toFixed(0)).join(', ')} ms`);
    const median = took.toSorted((a, b) => a - b)[2];
    // The goal is a second; machines of tests do other things besides.
    assert.ok(median < 2000, `${median} ms`);
  });

  it('steps back, and is left alone while others come', async () => {
    await window.command('APD: Previous Snapshot');
    await window.drawn(/live, epoch 4: 1,797 instances/);
    await checkpoint(6);
    await checkpoint(7);
    await checkpoint(8);
    await window.staysDrawn(/live, epoch 4: 1,797 instances/, 1500);
    await window.picture('following');
  });

  it('keeps the snapshots when checkpoints are deleted, also after a reload, and follows on', async () => {
    await window.command('APD: Last Snapshot');
    await window.drawn(/live, epoch 8: 1,797 instances/);
    rmSync(path.join(live, nameOf(3)));
    await window.reload();
    await window.drawn(/live, epoch 8: 1,797 instances/);
    await window.status(/live/);
    copyFileSync(fixture('digits', nameOf(1)), path.join(live, nameOf(9)));
    await window.drawn(/live, epoch 9: 1,797 instances/);
    await patternsShown(1);
  });

  it('is told of a checkpoint that stays damaged, and pauses', async () => {
    writeFileSync(path.join(live, nameOf(10)), 'no model');
    await window.message(/could not be recorded.*epoch-010\.onnx/);
    await window.picture('following-damaged');
    await window.clearMessages();
    await window.command('APD: Pause Following Checkpoints');
    await window.message(/are not recorded any more/);
    copyFileSync(fixture('digits', nameOf(2)), path.join(live, nameOf(11)));
    await window.staysDrawn(/live, epoch 9: 1,797 instances/, 1500);
  });
});
