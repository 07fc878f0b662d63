import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { appendFile, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Services } from '../../src/extension/shared/services';
import type { Session } from '../../src/extension/session/session';
import { activated, closeAll, dataset, file, runFolder } from './extension';
import { stayedSo, until } from '../helpers/setup';

const LONG_MS = 30_000;
const run = (command: string, ...args: unknown[]) => vscode.commands.executeCommand(command, ...args);
const nameOf = (epoch: number) => `epoch-${String(epoch).padStart(3, '0')}.onnx`;
const lines = readFileSync(file('digits', 'log.jsonl').fsPath, 'utf8').trimEnd().split('\n');

describe('following checkpoints', function () {
  this.timeout(2 * LONG_MS);
  let services: Services;
  let session: Session;
  let last: string;
  const folder = file('live').fsPath;
  const log = path.join(folder, 'log.jsonl');
  const live = runFolder('live');
  const took: number[] = [];

  const source = (epoch: number) => file('digits', nameOf(epoch)).fsPath;
  const write = (epoch: number, as = epoch) => copyFile(source(epoch), path.join(folder, nameOf(as)));
  const epochs = () => session.run!.snapshots.map(({ epoch }) => epoch);
  const shownEpoch = () => session.shown && session.run?.snapshots[session.shown.snapshot]?.epoch;
  const onScreen = (epoch: number) =>
    until(`epoch ${epoch} on screen`, () => shownEpoch() === epoch && !session.busy, LONG_MS);

  before(async () => {
    ({ services } = await activated());
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
    last = JSON.stringify(services.following.all);
  });

  after(async () => {
    await services.following.pause(live);
    await closeAll();
    await rm(folder, { recursive: true, force: true });
  });

  it('waits for the first checkpoint of a folder, and opens the diagram with it', async () => {
    assert.equal(last, '[]');
    await run('apd.followCheckpoints', vscode.Uri.file(folder), undefined, { dataset: dataset('digits') });
    assert.equal(services.following.of(live)?.checkpoints, folder);
    await write(0);
    await until('the first diagram', () => services.sessions.of(live)[0]?.scene !== undefined, LONG_MS);
    [session] = services.sessions.of(live);
    await onScreen(0);
  });

  it('shows each checkpoint soon after it is whole, also one that is written in halves', async () => {
    for (const epoch of [1, 2, 3]) {
      const whole = await readFile(source(epoch));
      const target = path.join(folder, nameOf(epoch));
      await writeFile(target, whole.subarray(0, whole.length / 2));
      await stayedSo(200, () => assert.ok(!epochs().includes(epoch), `half of epoch ${epoch} was recorded`));
      await appendFile(target, whole.subarray(whole.length / 2));
      const since = performance.now();
      await onScreen(epoch);
      took.push(performance.now() - since);
      await appendFile(log, `${lines[epoch - 1]}\n`);
    }
    const median = [...took].sort((a, b) => a - b)[1];
    console.log(`checkpoint to scene: ${took.map((ms) => ms.toFixed(0)).join(', ')} ms`);
    assert.ok(median < 1500, `median ${median} ms`);
    assert.deepEqual(epochs(), [0, 1, 2, 3]);
  });

  it('takes the log that lies beside them, and each line that comes', async () => {
    await until('three rows with snapshots', () => services.logs.of(live)?.marks.length === 3, LONG_MS);
    await appendFile(log, lines[3].slice(0, 10));
    await write(4);
    await onScreen(4);
    await appendFile(log, `${lines[3].slice(10)}\n`);
    await until('the row that came in halves', () => services.logs.of(live)?.marks.length === 4, LONG_MS);
    const { marks } = services.logs.of(live)!;
    assert.deepEqual(
      marks.map(({ line, epoch }) => [line, epoch]),
      [1, 2, 3, 4].map((n) => [n, n]),
    );
  });

  it('takes a burst, and ends with every snapshot in its place, once', async () => {
    await Promise.all([5, 6, 7, 8].map((epoch) => write(epoch)));
    await onScreen(8);
    await until('all nine snapshots', () => epochs().length === 9, LONG_MS);
    assert.deepEqual(epochs(), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
    const expected = JSON.parse(
      readFileSync(path.join(__dirname, '../../../test/fixtures/digits/expected.json'), 'utf8'),
    ) as { patterns_per_layer: number[][] };
    assert.deepEqual(
      session.run!.snapshots.map(({ patterns }) => patterns),
      expected.patterns_per_layer,
    );
  });

  it('survives a training that starts over: log truncated, checkpoints written over', async () => {
    await writeFile(log, '');
    await write(8, 1);
    await appendFile(log, `${lines[0]}\n`);
    await until('the log of the new training', () => services.logs.of(live)?.marks.length === 1, LONG_MS);
    await until(
      'the new snapshot in the place of the old one',
      () => session.run!.snapshots[1].patterns?.join() === session.run!.snapshots[8].patterns?.join(),
      LONG_MS,
    );
    assert.equal(epochs().length, 9);
  });

  it('goes on after the engine died', async () => {
    process.kill(services.engine.pid!, 'SIGKILL');
    await until('following again', () => services.following.of(live) !== undefined, LONG_MS);
    await write(2, 9);
    await until('a checkpoint that came after', () => epochs().includes(9), LONG_MS);
  });

  it('stays paused until it is asked for again, and then takes what came meanwhile', async () => {
    await services.following.pause(live);
    assert.equal(services.following.of(live), undefined);
    await write(3, 10);
    await stayedSo(600, () => assert.ok(!epochs().includes(10)));
    await run('apd.followCheckpoints', { folder: live });
    await until('the checkpoint of the pause', () => epochs().includes(10), LONG_MS);
  });

  it('begins a run of its own for a folder of the same name elsewhere', async () => {
    const other = file('moons', 'live').fsPath;
    await mkdir(other, { recursive: true });
    await copyFile(source(4), path.join(other, nameOf(4)));
    await run('apd.followCheckpoints', vscode.Uri.file(other), undefined, { dataset: dataset('digits') });
    const second = `${live}-2`;
    assert.equal(services.following.of(second)?.checkpoints, other);
    await until('its diagram', () => services.sessions.of(second)[0]?.scene !== undefined, LONG_MS);
    assert.equal(services.following.of(live)?.checkpoints, folder);
    await services.following.pause(second);
    await rm(other, { recursive: true, force: true });
  });

  it('takes a hundred that are there already with the newest first, and moves nobody', async () => {
    const many = file('many').fsPath;
    const burst = runFolder('many');
    await rm(many, { recursive: true, force: true });
    await mkdir(many);
    for (let epoch = 0; epoch < 100; epoch++) {
      await copyFile(source(epoch % 9), path.join(many, nameOf(epoch)));
    }
    await run('apd.followCheckpoints', vscode.Uri.file(many), undefined, { dataset: dataset('digits') });
    const shown = () => services.sessions.of(burst)[0];
    await until('the first diagram', () => shown()?.scene !== undefined, LONG_MS);
    const seen: (number | undefined)[] = [];
    const listening = shown().onDidChange((event) => {
      const { shown: state, run: now } = shown();
      if (event === 'scene') seen.push(now?.snapshots[state!.snapshot]?.epoch);
    });
    await until('all hundred snapshots', () => shown().run!.snapshots.length === 100, LONG_MS);
    await shown().settled();
    listening.dispose();
    assert.deepEqual(
      shown().run!.snapshots.map(({ epoch }) => epoch),
      Array.from({ length: 100 }, (_, epoch) => epoch),
    );
    assert.ok(
      seen.every((epoch) => epoch === 99),
      `the newest stays on screen: ${seen.join()}`,
    );
    await services.following.pause(burst);
    await rm(many, { recursive: true, force: true });
  });
});
