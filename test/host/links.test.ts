import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { Services } from '../../src/extension/shared/services';
import { activated, closeAll, dataset, drawn, file, openModel } from './extension';
import { stayedSo, steady, until } from '../helpers/setup';

const run = (command: string, ...args: unknown[]) => vscode.commands.executeCommand(command, ...args);

/** What the run remembers of its log. */
interface Links {
  log?: { path: string | null; rows?: Record<string, unknown>; epochShift?: number };
}

/** Chooses an entry of the list that a command asks with, counted from the one that it proposes. */
async function choosing(command: string, target: unknown, entry: number): Promise<void> {
  let over = false;
  const done = run(command, target).then(() => (over = true));
  // The list opens a moment after the command began, and waits; keys before that go nowhere.
  await stayedSo(700, () => assert.ok(!over, `${command} asked nothing`));
  for (let i = 0; i < entry; i++) await run('workbench.action.quickOpenSelectNext');
  await until(`an answer of ${command}`, async () => {
    if (over) return true;
    await run('workbench.action.acceptSelectedQuickOpenItem');
    return steady('whether it is over', () => over, 200);
  });
  await done;
}

describe('the link of a run to its log', function () {
  this.timeout(60_000);
  let services: Services;
  let folder: string;
  let other: string;

  const info = () => services.logs.of(folder);
  const marks = () => info()?.marks.map(({ snapshot, line }) => [snapshot, line]);
  const links = async () => JSON.parse(await readFile(path.join(folder, 'apd-links.json'), 'utf8')) as Links;

  before(async () => {
    await closeAll();
    ({ services } = await activated());
    ({ folder } = await openModel(file('digits'), dataset('digits')));
    await until('the log beside the checkpoints', () => services.logs.of(folder)?.state === 'read');
    // As Keras writes it, which counts epochs from 0: the checkpoint of epoch 1 was written after its epoch 0.
    const lines = Array.from({ length: 8 }, (_, epoch) => `${epoch},${0.1 * epoch},${2 - 0.2 * epoch}`);
    other = file('elsewhere', 'training.csv').fsPath;
    await mkdir(path.dirname(other), { recursive: true });
    await writeFile(other, `epoch,accuracy,loss\n${lines.join('\n')}\n`);
  });

  after(async () => {
    await closeAll();
    await rm(path.join(folder, 'apd-links.json'), { force: true });
    await rm(path.dirname(other), { recursive: true, force: true });
    await services.logs.search();
  });

  it('is made by a command, remembered with the run, and told of to who asks', async () => {
    let told = 0;
    const listening = services.logs.onDidChange((of) => (told += of === folder ? 1 : 0));
    await run('apd.linkLog', { folder, file: other });
    listening.dispose();
    assert.ok(told > 0);
    assert.deepEqual([info()?.file, info()?.origin], [other, 'linked']);
    assert.equal(path.resolve(folder, (await links()).log!.path!), other);
    assert.deepEqual(services.logs.runsOf(other), [folder]);
    assert.equal(info()!.marks.length + info()!.unmatchedSnapshots.length, 9);
    assert.ok(info()!.join!.reason.length > 0);
  });

  it('is not made to what is no log, and the one before stays', async () => {
    // The command tells of it by a message, for which nobody is here.
    await run('apd.linkLog', { folder, file: file('digits', 'x.npy').fsPath });
    assert.equal(info()?.file, other);
    await assert.rejects(
      () => services.logs.link(folder, file('digits', 'x.npy').fsPath),
      (error: Error) => /x\.npy/.test(error.message) && !error.message.includes('\n'),
    );
  });

  it('is corrected by hand: another shift of epochs', async () => {
    // After “found by itself” come −1, 0 and +1.
    await choosing('apd.shiftEpochs', { folder }, 2);
    assert.deepEqual([info()?.join?.shift, info()?.join?.byHand], [0, true]);
    assert.deepEqual(marks()?.slice(0, 3), [
      [0, 2],
      [1, 3],
      [2, 4],
    ]);
    assert.equal((await links()).log?.epochShift, 0);
    await choosing('apd.shiftEpochs', { folder }, 0);
    assert.equal(info()?.join?.byHand, false);
    assert.equal((await links()).log?.epochShift, undefined);
  });

  it('is corrected by hand: the line of one snapshot, or none; and found by itself again', async () => {
    const before = marks();
    await choosing('apd.matchSnapshot', { folder, snapshot: 8 }, 3);
    const by = info()?.marks.find(({ snapshot }) => snapshot === 8);
    assert.deepEqual([by?.line, by?.byHand], [5, true]);
    assert.equal(Object.keys((await links()).log?.rows ?? {}).length, 1);
    await services.logs.correct({ folder, row: { snapshot: 8, to: null } });
    assert.equal(
      marks()?.some(([snapshot]) => snapshot === 8),
      false,
    );
    assert.deepEqual(Object.values((await links()).log?.rows ?? {}), [null]);
    await services.logs.correct({ folder, row: { snapshot: 8 } });
    assert.deepEqual(marks(), before);
  });

  it('survives the end of the engine and of the diagram', async () => {
    await services.logs.correct({ folder, row: { snapshot: 7, to: { line: 3 } } });
    await closeAll();
    process.kill(services.engine.pid!, 'SIGKILL');
    await until('the end of the engine', () => services.engine.pid === undefined);
    await run('apd.openRun', { folder });
    await drawn();
    const read = await services.logs.read(folder);
    assert.equal(read?.file, other);
    const mark = read.marks.find(({ snapshot }) => snapshot === 7);
    assert.deepEqual([mark?.line, mark?.byHand], [3, true]);
  });

  it('is undone: no log is looked for, until one is linked again', async () => {
    await run('apd.unlinkLog', { folder });
    assert.deepEqual([info()?.state, info()?.file], ['none', undefined]);
    assert.equal((await links()).log?.path, null);
    assert.deepEqual(services.logs.runsOf(other), []);
    // It is what the message offers.
    await run('apd.linkLog', { folder, file: other });
    assert.equal(info()?.origin, 'linked');
  });

  it('lets metrics of the timeline be chosen', async () => {
    const session = await drawn();
    // What is marked at first are the losses.
    await choosing('apd.chooseMetrics', undefined, 0);
    assert.deepEqual(session.state.metrics, ['loss']);
  });
});

describe('a log in the table editor', () => {
  after(closeAll);

  it('opens for event files by itself, for text logs when that is asked for', async () => {
    const text = file('digits', 'log.jsonl');
    await run('vscode.openWith', text, 'apd.textLogTable');
    const input = () => vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    await until('the table', () => input() instanceof vscode.TabInputCustom);
    assert.equal((input() as vscode.TabInputCustom).viewType, 'apd.textLogTable');
    const events = file('elsewhere.out.tfevents.1');
    await writeFile(events.fsPath, '');
    await run('vscode.open', events);
    await until(
      'the table of events',
      () => (input() as vscode.TabInputCustom | undefined)?.viewType === 'apd.logTable',
    );
    await rm(events.fsPath);
  });
});
