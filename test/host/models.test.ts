import assert from 'node:assert/strict';
import { cp, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { activated, closeAll, dataset, drawn, file, openModel, runFolder } from './extension';
import { until } from '../helpers/setup';

/** Patterns per level of digits/epoch-008.onnx, by the authors' code (test/fixtures/digits/expected.json). */
const digits = [451, 203, 250];

describe('opening models', () => {
  afterEach(closeAll);

  it('records one model and shows its diagram with the patterns of the reference', async () => {
    const session = await openModel(file('digits', 'epoch-008.onnx'), dataset('digits'));
    assert.equal(session.folder, runFolder('digits-epoch-008'));
    assert.equal(session.run?.dataset.rows, 1797);
    assert.equal(session.run.snapshots.length, 1);
    await until('the timeline', () => session.timeline !== undefined);
    assert.deepEqual(
      session.timeline?.patterns.map((level) => level[0]),
      digits,
    );
    assert.equal(session.scene?.instances, 1797);
    const tab = () => vscode.window.tabGroups.activeTabGroup.activeTab;
    await until('the panel', () => tab()?.input instanceof vscode.TabInputWebview);
    await until('its title', () => tab()?.label === 'digits-epoch-008 · epoch 8');
  });

  it('opens the run that is there when nothing changed, without asking', async () => {
    const manifest = path.join(runFolder('digits-epoch-008'), 'apd-run.json');
    const { mtimeMs } = await stat(manifest);
    await openModel(file('digits', 'epoch-008.onnx'), dataset('digits'));
    assert.equal((await stat(manifest)).mtimeMs, mtimeMs);
  });

  it('remembers the dataset of a model', async () => {
    await vscode.commands.executeCommand('apd.openModel', file('digits', 'epoch-008.onnx'));
    assert.equal((await drawn()).folder, runFolder('digits-epoch-008'));
  });

  it('makes one run of a folder of checkpoints, in the order of their epochs', async () => {
    const session = await openModel(file('moons'), dataset('moons'));
    await until('all snapshots', () => session.run?.snapshots.length === 21);
    assert.deepEqual(
      session.run?.snapshots.map(({ epoch }) => epoch),
      Array.from({ length: 21 }, (_, epoch) => epoch),
    );
    await until('the last snapshot on screen', () => !session.busy && session.shown?.snapshot === 20);
  });

  it('makes one run of several selected models', async () => {
    const models = ['epoch-010.onnx', 'epoch-002.onnx'].map((name) => file('moons', name));
    const { services } = await activated();
    await rm(runFolder('moons'), { recursive: true });
    const options = { dataset: dataset('moons') };
    await vscode.commands.executeCommand('apd.openModel', models[0], models, options);
    const session = await drawn();
    assert.deepEqual(
      session.run?.snapshots.map(({ epoch }) => epoch),
      [2, 10],
    );
    assert.equal(services.sessions.of(runFolder('moons')).length, 1);
  });

  it('shows a model in the read-only editor', async () => {
    const model = file('digits', 'epoch-008.onnx');
    await vscode.commands.executeCommand('vscode.openWith', model, 'apd.modelDiagram');
    const { services } = await activated();
    await until('the drawing', () => services.sessions.active?.scene !== undefined);
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    assert.ok(input instanceof vscode.TabInputCustom);
    assert.equal(input.viewType, 'apd.modelDiagram');
  });

  it('records a whole model of Keras', async () => {
    const data = [`${file('others', 'residual.npz').fsPath}:x`];
    const session = await openModel(file('others', 'residual.keras'), { data, labels: [] });
    assert.equal(session.run?.dataset.rows, 24);
    assert.deepEqual(
      session.run.layers.map(({ units }) => units),
      [144, 144, 64],
    );
  });

  it('opens nothing of weights that only Python opens, and offers the way on', async () => {
    const { services } = await activated();
    const weights = file('others', 'weights.pt');
    // A message with buttons, which nobody answers here.
    await vscode.commands.executeCommand('apd.openModel', weights);
    assert.equal(services.sessions.active, undefined);
    const { other } = await services.engine.request('model/other', { file: weights.fsPath });
    assert.match(other?.problem ?? '', /is a checkpoint of PyTorch, weights without their network/);
    assert.equal(other?.replayed, true);
    assert.equal(other.lines.length, 3);
  });

  it('leaves no run and no panel of a damaged model', async () => {
    const options = { dataset: dataset('damaged') };
    await vscode.commands.executeCommand('apd.openModel', file('damaged', 'broken.onnx'), undefined, options);
    const { services } = await activated();
    assert.equal(services.sessions.active, undefined);
    await assert.rejects(stat(runFolder('damaged-broken')), { code: 'ENOENT' });
  });

  it('records and opens the example', async () => {
    await vscode.commands.executeCommand('apd.openExample');
    const { services } = await activated();
    await until('the example', () => services.sessions.active?.run?.snapshots.length === 9);
    assert.ok(services.sessions.active?.folder.startsWith(services.context.globalStorageUri.fsPath));
  });
});

describe('run folders', () => {
  afterEach(closeAll);

  it('come and go with the files', async () => {
    const { services } = await activated();
    const copy = file('elsewhere', 'copy').fsPath;
    await cp(runFolder('digits-epoch-008'), copy, { recursive: true });
    await until('the new run', async () => (await services.runs.list()).includes(copy));
    await vscode.commands.executeCommand('apd.openRun', vscode.Uri.file(path.join(copy, 'apd-run.json')));
    assert.equal((await drawn()).folder, copy);
    await closeAll();
    await rm(path.dirname(copy), { recursive: true });
    await until('the run to go', async () => !(await services.runs.list()).includes(copy));
  });

  it('show several panels at once, each with its own state', async () => {
    const { services } = await activated();
    await vscode.commands.executeCommand('apd.openRun', vscode.Uri.file(runFolder('moons')));
    const moons = await drawn();
    await vscode.commands.executeCommand('apd.openRun', vscode.Uri.file(runFolder('digits-epoch-008')));
    const digits = await drawn();
    assert.notEqual(moons, digits);
    moons.change({ snapshot: 0 });
    await moons.settled();
    assert.equal(moons.shown?.snapshot, 0);
    // News of which panel is in front arrives a moment after the panels themselves.
    await until('the panel opened last is the active one', () => services.sessions.active === digits);
  });
});
