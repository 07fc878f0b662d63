import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { activated, closeAll, file, openModel } from './extension';
import { until } from '../helpers/setup';

const LONG_MS = 40_000;

/** Data that is beside the configurations of the test workspace. */
const data = () => ({ data: [file('trained', 'x.npy').fsPath], labels: [file('trained', 'y.npy').fsPath] });

describe('models that a training wrote', function () {
  this.timeout(2 * LONG_MS);
  const run = () => file('trained', 'runs', 'short').fsPath;

  before(async () => {
    const { services } = await activated();
    await rm(run(), { recursive: true, force: true });
    await vscode.commands.executeCommand('apd.train', file('trained', 'short.apd.json'));
    await until('the end of the training', () => services.training.trainings.length === 0, LONG_MS);
    await closeAll();
  });

  afterEach(closeAll);

  after(() => rm(run(), { recursive: true, force: true }));

  it('open by right-click on a model.json, with the patterns that were taken while training', async () => {
    const model = file('trained', 'runs', 'short', 'models', 'epoch-0004', 'model.json');
    const session = await openModel(model, data());
    const { snapshots } = JSON.parse(await readFile(path.join(run(), 'apd-run.json'), 'utf8')) as {
      snapshots: { epoch: number; patternCounts: number[] }[];
    };
    await until('the timeline', () => session.timeline !== undefined);
    assert.deepEqual(
      session.timeline?.patterns.map((level) => level[0]),
      snapshots.at(-1)!.patternCounts,
    );
    assert.equal(session.run?.snapshots[0].epoch, 4);
  });

  it('open as one run by right-click on the folder of all of them, in the order of training', async () => {
    const session = await openModel(file('trained', 'runs', 'short', 'models'), data());
    await until('all snapshots', () => (session.run?.snapshots.length ?? 0) >= 6);
    const epochs = session.run!.snapshots.map(({ epoch }) => epoch);
    assert.deepEqual(
      epochs,
      [...epochs].sort((a, b) => a - b),
    );
    assert.equal(epochs.at(-1), 4);
  });
});

describe('examples to train', () => {
  it('are copied into the workspace, and their configuration is opened; what was changed there stays', async () => {
    await activated();
    await vscode.commands.executeCommand('apd.openTrainingExample', 'moons');
    const shown = () => vscode.window.activeTextEditor;
    const wanted = file('apd-examples', 'moons', 'moons.apd.json').fsPath;
    await until('the configuration', () => shown()?.document.uri.fsPath === wanted);
    assert.equal(shown()?.document.languageId, 'jsonc');
    const edit = new vscode.WorkspaceEdit();
    edit.insert(shown()!.document.uri, new vscode.Position(0, 0), '// mine\n');
    await vscode.workspace.applyEdit(edit);
    await shown()!.document.save();
    await vscode.commands.executeCommand('apd.openTrainingExample', 'moons');
    assert.match(await readFile(wanted, 'utf8'), /^\/\/ mine/);
    await closeAll();
  });
});
