import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { Session } from '../../src/extension/session/session';
import { activated, closeAll, drawn, file, openModel } from './extension';
import { until } from '../helpers/setup';

const run = (command: string, ...args: unknown[]) => vscode.commands.executeCommand(command, ...args);

describe('the session', () => {
  let session: Session;

  before(async () => {
    await run('apd.openExample');
    const { services } = await activated();
    await until('the example', () => services.sessions.active?.run?.snapshots.length === 9);
  });

  beforeEach(async () => {
    await run('apd.openExample');
    session = await drawn();
    session.change({ snapshot: 8, view: 'flow', filters: [], selection: { kind: 'none' } });
    await session.settled();
  });

  after(closeAll);

  it('steps through snapshots and stays within them', async () => {
    await run('apd.previousSnapshot');
    await session.settled();
    assert.equal(session.shown?.snapshot, 7);
    await run('apd.firstSnapshot');
    await run('apd.previousSnapshot');
    await session.settled();
    assert.equal(session.shown?.snapshot, 0);
    await run('apd.lastSnapshot');
    await run('apd.nextSnapshot');
    await session.settled();
    assert.equal(session.shown?.snapshot, 8);
  });

  it('draws the latest of many requests, not each of them (complaint 4)', async () => {
    const before = session.sceneNumber;
    for (let snapshot = 0; snapshot < 8; snapshot++) session.change({ snapshot });
    await session.settled();
    assert.equal(session.shown?.snapshot, 7);
    assert.equal(session.sceneNumber, before + 1);
  });

  it('goes back to what is on screen when drawing is cancelled (complaint 4)', async () => {
    session.change({ snapshot: 3 });
    await run('apd.cancel');
    await session.settled();
    assert.equal(session.state.snapshot, 8);
    assert.equal(session.error, undefined);
  });

  it('filters to the selected blocks and back', async () => {
    assert.ok(session.scene?.kind === 'flow');
    const { source, instances } = session.scene.columns[0];
    session.change({ selection: { kind: 'blocks', blocks: [{ column: source, block: 0 }] } });
    await run('apd.filterToSelection');
    await session.settled();
    assert.equal(session.scene.instances, instances[0]);
    assert.equal(session.state.filters.length, 1);
    await run('apd.clearFilters');
    await session.settled();
    assert.equal(session.scene.instances, 1797);
  });

  it('changes view and colours', async () => {
    for (const view of ['partition', 'time', 'patterns', 'flow'] as const) {
      await run('apd.switchView', view);
      await session.settled();
      assert.equal(session.error, undefined);
      assert.equal(session.scene?.kind, view);
    }
    await run('apd.colourBy', 'correct');
    await session.settled();
    assert.equal(session.scene?.classes.length, 2);
    await run('apd.colourBy', 'label');
    await session.settled();
  });

  it('finds an instance and the paths it takes', async () => {
    await run('apd.findInstance', 42);
    assert.deepEqual(session.state.selection, { kind: 'instances', instances: [42] });
    const paths = await session.selectedPaths();
    assert.equal(paths?.instances, 1);
    for (const blocks of paths.blocks) {
      assert.equal(
        blocks.reduce((sum, count) => sum + count, 0),
        1,
      );
    }
  });

  it('is remembered when its panel is closed and opened again', async () => {
    session.change({ snapshot: 4, budget: 20 });
    await session.settled();
    await closeAll();
    await run('apd.openExample');
    const again = await drawn();
    assert.notEqual(again, session);
    assert.equal(again.shown?.snapshot, 4);
    assert.equal(again.shown?.budget, 20);
    again.change({ budget: 64 });
    await again.settled();
  });

  it('exports a picture of what is shown', async () => {
    const target = file('picture.svg');
    // Not awaited to its end: the command offers to open the file, and nobody answers here.
    void run('apd.exportPicture', target);
    await until('the picture', async () => {
      const text = await readFile(target.fsPath, 'utf8').catch(() => '');
      return text.includes('</svg>');
    });
  });

  it('reports the measures as a read-only document', async () => {
    await run('apd.reportRun');
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor);
    assert.equal(editor.document.uri.scheme, 'apd-report');
    assert.match(editor.document.getText(), /451/);
  });

  it('survives the death of the engine: an error is told, a refresh draws again', async () => {
    const { services } = await activated();
    const before = services.engine.pid;
    assert.ok(before);
    session.change({ snapshot: 2 });
    process.kill(before, 'SIGKILL');
    await session.settled();
    assert.match(session.error ?? '', /engine stopped/i);
    await run('apd.refresh');
    await session.settled();
    assert.equal(session.error, undefined);
    assert.equal(session.shown?.snapshot, 2);
    assert.notEqual(services.engine.pid, before);
  });
});

describe('a run that has just begun', () => {
  after(closeAll);

  it('waits for its first snapshot without an error, then draws it and goes on to each that comes', async () => {
    const { services } = await activated();
    await run('apd.openExample');
    const { folder: example } = await drawn();
    const folder = file('begun').fsPath;
    await cp(example, folder, { recursive: true });
    const manifest = path.join(folder, 'apd-run.json');
    const whole = JSON.parse(await readFile(manifest, 'utf8')) as { snapshots: unknown[] };
    const write = (snapshots: number) =>
      writeFile(manifest, JSON.stringify({ ...whole, snapshots: whole.snapshots.slice(0, snapshots) }));
    await write(0);
    await run('apd.openRun', vscode.Uri.file(folder));
    const session = services.sessions.active!;
    await session.settled();
    assert.equal(session.folder, folder);
    assert.deepEqual([session.error, session.scene, session.sceneNumber], [undefined, undefined, 0]);
    for (const snapshots of [1, 3]) {
      await write(snapshots);
      await until(`snapshot ${snapshots}`, () => session.shown?.snapshot === snapshots - 1);
      assert.equal(session.error, undefined);
    }
    // What was not written to is not drawn again.
    const { sceneNumber } = session;
    await session.refresh();
    assert.equal(session.sceneNumber, sceneNumber);
  });
});

describe('revealing instances in their dataset', () => {
  after(closeAll);

  it('opens a table at the line of the instance', async () => {
    await openModel(file('iris', 'iris.onnx'), { data: [file('iris', 'iris.csv').fsPath] });
    await run('apd.revealInDataset', { instance: 10 });
    const editor = vscode.window.activeTextEditor;
    assert.ok(editor);
    assert.ok(editor.document.uri.path.endsWith('iris.csv'));
    // Line 1 is the header, so instance 10 is on line 12.
    assert.equal(editor.selection.active.line + 1, 12);
  });
});
