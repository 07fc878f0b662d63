import assert from 'node:assert/strict';
import { cp, link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { Services } from '../../src/extension/shared/services';
import type { Session } from '../../src/extension/session/session';
import { activated, closeAll, dataset, drawn, file, openModel } from './extension';
import { stayedSo, steady, until } from '../helpers/setup';

const run = (command: string, ...args: unknown[]) => vscode.commands.executeCommand(command, ...args);
const log = () => file('digits', 'log.jsonl');

/** Opens the log in the first column; the diagram is beside it. */
async function openLog(): Promise<vscode.TextEditor> {
  return vscode.window.showTextDocument(log(), { viewColumn: vscode.ViewColumn.One, preview: false });
}

/** Puts the cursor into a line, from 1, as a user does with a key. */
async function cursorTo(editor: vscode.TextEditor, line: number): Promise<void> {
  const start = new vscode.Position(line === 1 ? 1 : line - 2, 0);
  // A page of a diagram that has just loaded takes the focus, and the key with it.
  await until(`the cursor in line ${line}`, async () => {
    await vscode.window.showTextDocument(editor.document, { viewColumn: editor.viewColumn });
    editor.selection = new vscode.Selection(start, start);
    await run(line === 1 ? 'cursorUp' : 'cursorDown');
    return (await steady('the cursor', () => lineOf(editor), 50)) === line;
  });
}

const lineOf = (editor: vscode.TextEditor) => editor.selection.active.line + 1;

describe('the log of a run', function () {
  this.timeout(60_000);
  let services: Services;
  let session: Session;
  let folder: string;

  before(async () => {
    await closeAll();
    ({ services } = await activated());
    session = await openModel(file('digits'), dataset('digits'));
    ({ folder } = session);
    await until('the log beside the checkpoints', () => services.logs.of(folder)?.state === 'read');
  });

  beforeEach(async () => {
    await openLog();
    await run('apd.openRun', { folder });
    session = await drawn();
    session.change({ snapshot: 8 });
    await session.settled();
  });

  after(closeAll);

  it('is found beside its checkpoints, and matched with eight of the nine', () => {
    const info = services.logs.of(folder)!;
    assert.equal(info.origin, 'beside');
    assert.equal(info.file, log().fsPath);
    assert.deepEqual(
      info.marks.map(({ snapshot, line }) => [snapshot, line]),
      [1, 2, 3, 4, 5, 6, 7, 8].map((epoch) => [epoch, epoch]),
    );
    assert.equal(info.unmatchedSnapshots[0].snapshot, 0);
    // Other tests may have recorded one of the checkpoints alone.
    assert.equal(services.logs.runsOf(log().fsPath)[0], folder);
  });

  it('tells over a row of accuracy, patterns, changed bits, metrics and why', async () => {
    const at = new vscode.Position(6, 4);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      log(),
      at,
    );
    const texts = hovers.flatMap(({ contents }) => contents as vscode.MarkdownString[]);
    const text = texts.map(({ value }) => value.replace(/\\([!-/:-@[-`{-~])/g, '$1')).join('\n');
    assert.match(text, /\*\*Epoch 7\*\* · digits · accuracy 86 %/);
    const counts = [...text.matchAll(/^\| \S+ \| (\d+) \| [\d.]+ % \|$/gm)].map((match) => Number(match[1]));
    assert.deepEqual(counts, await expectedPatterns(7));
    assert.match(text, /loss 0\.6273 · accuracy 0\.8077/);
    assert.match(text, /Matched: .*epoch/);
    assert.match(text, /Show Diagram.*Previous Snapshot.*Next Snapshot/);
    const trusted = texts[0].isTrusted as { enabledCommands: string[] };
    assert.ok(trusted.enabledCommands.every((command) => command.startsWith('apd.')));
  });

  it('offers the diagram above the rows of the first, the best and the last snapshot', async () => {
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      log(),
    );
    const own = lenses.filter(({ command }) => command?.command === 'apd.showDiagramForLine');
    assert.deepEqual(
      own.map(
        ({ range, command }) => `${range.start.line + 1}: ${command!.title.replace(/^\$\(.*?\) /, '')}`,
      ),
      [
        '1: First snapshot — show diagram',
        '7: Best by accuracy — show diagram',
        '8: Last snapshot — show diagram',
      ],
    );
    await run(own[0].command!.command, ...own[0].command!.arguments!);
    await session.settled();
    assert.equal(session.shown?.snapshot, 1);
  });

  it('chooses the snapshot by its cursor, which stays where it is', async () => {
    const editor = await openLog();
    for (const line of [1, 2, 5]) {
      await cursorTo(editor, line);
      await until(`snapshot ${line}`, () => session.shown?.snapshot === line);
      assert.equal(lineOf(editor), line);
      assert.equal(vscode.window.activeTextEditor, editor);
    }
  });

  it('does not follow the cursor when that is switched off, nor one that a program moved', async () => {
    const editor = await openLog();
    const start = new vscode.Position(2, 0);
    editor.selection = new vscode.Selection(start, start);
    await stayedSo(400, () => assert.equal(session.state.snapshot, 8));
    const settings = vscode.workspace.getConfiguration('apd.log');
    await settings.update('followCursor', false, vscode.ConfigurationTarget.Global);
    try {
      await cursorTo(editor, 5);
      await stayedSo(400, () => assert.equal(session.state.snapshot, 8));
    } finally {
      await settings.update('followCursor', undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it('leaves cursor and focus where they are when the diagram steps', async () => {
    const editor = await openLog();
    await cursorTo(editor, 2);
    await until('snapshot 2', () => session.shown?.snapshot === 2);
    await run('apd.nextSnapshot');
    await session.settled();
    assert.equal(session.shown?.snapshot, 3);
    await stayedSo(300, () => {
      assert.equal(session.state.snapshot, 3);
      assert.equal(lineOf(editor), 2);
      assert.equal(vscode.window.activeTextEditor, editor);
    });
  });

  it('is gone through by keys from snapshot to snapshot, and not beyond its ends', async () => {
    const editor = await openLog();
    await cursorTo(editor, 7);
    await run('apd.nextSnapshotInLog');
    await until('snapshot 8', () => session.shown?.snapshot === 8);
    await run('apd.nextSnapshotInLog');
    assert.equal(lineOf(editor), 8);
    await run('apd.previousSnapshotInLog');
    await until('snapshot 7', () => session.shown?.snapshot === 7);
    assert.equal(lineOf(editor), 7);
  });

  it('is opened at the row of the shown snapshot, in the tab that it has', async () => {
    session.change({ snapshot: 4 });
    await session.settled();
    await run('apd.revealInLog');
    await until('the log', () => vscode.window.activeTextEditor?.document.uri.fsPath === log().fsPath);
    await until('line 4', () => lineOf(vscode.window.activeTextEditor!) === 4);
    await run('apd.revealInLog', { folder, snapshot: 6 });
    await until('line 6', () => lineOf(vscode.window.activeTextEditor!) === 6);
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    const own = tabs.filter(
      ({ input }) => input instanceof vscode.TabInputText && input.uri.fsPath === log().fsPath,
    );
    assert.equal(own.length, 1);
  });

  it('opens the diagram of a line beside itself where none is open, at that snapshot', async () => {
    await run('apd.openModel', file('digits', 'epoch-008.onnx'), undefined, { dataset: dataset('digits') });
    await drawn();
    await until('a run with only one of the snapshots', () => services.logs.runsOf(log().fsPath).length > 1);
    await closeAll();
    const editor = await openLog();
    await run('apd.showDiagramForLine', { uri: log(), lineNumber: 3 });
    session = await drawn();
    assert.equal(session.folder, folder);
    assert.equal(session.shown?.snapshot, 3);
    assert.equal(session.sceneNumber, 1, 'another snapshot was drawn before');
    await until('two groups of editors', () => vscode.window.tabGroups.all.length === 2);
    assert.ok(vscode.window.visibleTextEditors.includes(editor));
    await until('the focus in the log', () => vscode.window.activeTextEditor === editor);
  });

  it('is read again when it is written anew, and its marks are where the rows are then', async () => {
    const before = await readFile(log().fsPath, 'utf8');
    try {
      await writeFile(`${log().fsPath}.new`, `{"note": "started again"}\n\n${before}`);
      await rename(`${log().fsPath}.new`, log().fsPath);
      await until('marks two lines further down', () => services.logs.of(folder)?.marks[0]?.line === 3);
      const editor = await openLog();
      await until('the text of the new file', () => editor.document.lineCount === 11);
      await cursorTo(editor, 6);
      await until('snapshot 4', () => session.shown?.snapshot === 4);
    } finally {
      await writeFile(log().fsPath, before);
    }
    await until('marks as before', () => services.logs.of(folder)?.marks[0]?.line === 1);
  });

  it('scrolls to the row of the shown snapshot, and is typed into without delay, at 100,000 lines', async () => {
    const long = await manySnapshots(folder);
    const name = path.join(long, 'long.jsonl');
    const line = (i: number) => (i % 100 === 99 ? JSON.stringify({ epoch: (i + 1) / 100, loss: i }) : '{}');
    await writeFile(name, `${Array.from({ length: 100_000 }, (_, i) => line(i)).join('\n')}\n`);
    const { marks } = await services.logs.link(long, name);
    assert.equal(marks.length, 1000);
    await services.panels.open(long);
    session = await drawn();
    const place = { viewColumn: vscode.ViewColumn.One };
    const editor = await vscode.window.showTextDocument(vscode.Uri.file(name), place);
    try {
      await cursorTo(editor, 50_000);
      await until('snapshot 499', () => session.shown?.snapshot === 499);
      session.change({ snapshot: 899 });
      const row = new vscode.Position(89_999, 0);
      const seen = () => editor.visibleRanges.some((range) => range.contains(row));
      await until('the row of snapshot 899 in sight', seen);
      assert.equal(lineOf(editor), 50_000);
      assert.equal(session.state.snapshot, 899);
      // Other work of the machine may block one round: what we do would block all of them.
      const rounds: number[] = [];
      for (const snapshot of [5, 6, 7, 8]) {
        const longest = await longestBlock(async () => {
          for (let i = 0; i < 20; i++) await run('type', { text: i % 10 === 9 ? '\n' : 'x' });
          session.change({ snapshot });
          await session.settled();
        });
        rounds.push(longest);
      }
      assert.ok(Math.min(...rounds) < 50, `the extension host was blocked for ${rounds.join(', ')} ms`);
    } finally {
      await vscode.window.showTextDocument(editor.document, place);
      await run('workbench.action.revertAndCloseActiveEditor');
      await closeAll();
      await rm(long, { recursive: true });
    }
  });
});

/** A copy of a run with its snapshots again and again, a thousand in all. Returns its folder. */
async function manySnapshots(folder: string): Promise<string> {
  const long = path.join(path.dirname(folder), 'long');
  await cp(folder, long, { recursive: true });
  const manifest = path.join(long, 'apd-run.json');
  const whole = JSON.parse(await readFile(manifest, 'utf8')) as {
    log?: unknown;
    snapshots: { epoch: number; patterns: string }[];
  };
  const snapshots = [];
  for (let i = 0; i < 1000; i++) {
    const entry = whole.snapshots[i % whole.snapshots.length];
    const patterns = `patterns/long-${i}.npz`;
    await link(path.join(long, entry.patterns), path.join(long, patterns));
    snapshots.push({ ...entry, epoch: i + 1, patterns });
  }
  await writeFile(manifest, JSON.stringify({ ...whole, snapshots }));
  return long;
}

/** Longest time, in milliseconds, for which nothing else could run while something is done. */
async function longestBlock(action: () => Promise<void>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last - 5);
    last = now;
  }, 5);
  try {
    await action();
  } finally {
    clearInterval(timer);
  }
  return longest;
}

/** Patterns of each level in the reference. */
async function expectedPatterns(epoch: number): Promise<number[]> {
  const fixture = path.join(__dirname, '..', '..', '..', 'test', 'fixtures', 'digits', 'expected.json');
  const expected = JSON.parse(await readFile(fixture, 'utf8')) as { patterns_per_layer: number[][] };
  return expected.patterns_per_layer[epoch];
}
