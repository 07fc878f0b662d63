import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Services } from '../../src/extension/shared/services';
import type { Session } from '../../src/extension/session/session';
import { activated, closeAll, file } from './extension';
import { steady, stayedSo, until } from '../helpers/setup';

/** Time for what a whole training takes on a busy machine. */
const LONG_MS = 40_000;

const run = (command: string, ...args: unknown[]) => vscode.commands.executeCommand(command, ...args);
const configuration = (name: string) => file('trained', `${name}.apd.json`);
const runOf = (name: string) => file('trained', 'runs', name).fsPath;

describe('training', function () {
  this.timeout(2 * LONG_MS);
  let services: Services;

  /** Waits for the diagram of a run. */
  async function shownRun(name: string): Promise<Session> {
    await until(
      `the diagram of ${name}`,
      () => services.sessions.of(runOf(name))[0]?.scene !== undefined,
      LONG_MS,
    );
    return services.sessions.of(runOf(name))[0];
  }

  async function idle(): Promise<void> {
    await until('the end of all trainings', () => services.training.trainings.length === 0, LONG_MS);
  }

  before(async () => {
    ({ services } = await activated());
  });

  after(async () => {
    for (const training of [...services.training.trainings]) services.training.stop(training);
    await idle();
    await closeAll();
  });

  describe('of a configuration', () => {
    let session: Session;
    const snapshots = () => session.run!.snapshots.length;
    const progress = () => services.training.current?.progress;

    it('opens the diagram at the first snapshot, and goes to each that comes', async () => {
      await run('apd.train', configuration('moons'));
      session = await shownRun('moons');
      const seen = new Set<number>();
      const listening = session.onDidChange((event) => {
        if (event === 'scene') seen.add(session.shown!.snapshot);
      });
      await until('four snapshots on screen', () => seen.size >= 4, LONG_MS);
      listening.dispose();
      assert.equal(session.followsLatest, true);
      assert.ok(services.training.pid !== undefined && services.training.pid !== services.engine.pid);
    });

    it('is on screen soon after each snapshot', async () => {
      const took: number[] = [];
      const listening = services.training.onDidTakeSnapshot(({ snapshot }) => {
        const since = performance.now();
        const scene = session.onDidChange((event) => {
          if (event !== 'scene' || session.shown!.snapshot < snapshot) return;
          took.push(performance.now() - since);
          scene.dispose();
        });
      });
      await until('five more snapshots', () => took.length >= 5, LONG_MS);
      listening.dispose();
      const median = [...took].sort((a, b) => a - b)[Math.floor(took.length / 2)];
      console.log(`snapshot to scene: ${took.map((ms) => ms.toFixed(0)).join(', ')} ms`);
      assert.ok(median < 1000, `median ${median} ms`);
    });

    it('holds while it is paused, and goes on', async () => {
      await run('apd.pauseTraining');
      assert.equal(services.training.current?.state, 'paused');
      // What was under way ends, a step or a snapshot; then nothing moves any more.
      const reached = () => [progress()!.epoch, progress()!.step];
      const before = await steady('the progress', reached, 700);
      await stayedSo(700, () => assert.deepEqual(reached(), before));
      const [epoch = 0] = before;
      assert.equal((await services.training.standing(runOf('moons')))?.status, 'paused');
      await run('apd.resumeTraining');
      await until('the next epoch', () => progress()!.epoch > epoch, LONG_MS);
    });

    it('lets go when the user steps back, and comes on again by its toggle and by the last snapshot', async () => {
      session.change({ snapshot: 1 });
      assert.equal(session.followsLatest, false);
      await session.settled();
      const before = snapshots();
      await until('another snapshot', () => snapshots() > before, LONG_MS);
      await session.settled();
      assert.equal(session.shown?.snapshot, 1);
      await run('apd.followLatest');
      assert.equal(session.followsLatest, true);
      await until('the newest snapshot', () => session.shown!.snapshot >= before, LONG_MS);
      await run('apd.holdSnapshot');
      const held = session.state.snapshot;
      const then = snapshots();
      await until('another snapshot', () => snapshots() > then, LONG_MS);
      assert.equal(session.state.snapshot, held);
      await run('apd.lastSnapshot');
      assert.equal(session.followsLatest, true);
    });

    it('keeps what the user selected and hid while snapshots come', async () => {
      session.change({ selection: { kind: 'instances', instances: [3, 5] }, hiddenClasses: [1] });
      const before = session.state.snapshot;
      await until('another snapshot', () => session.shown!.snapshot > before, LONG_MS);
      assert.deepEqual(session.state.selection, { kind: 'instances', instances: [3, 5] });
      assert.deepEqual(session.shown!.hiddenClasses, [1]);
      session.change({ selection: { kind: 'none' }, hiddenClasses: [] });
    });

    it('keeps what there is when it is stopped, and its process goes', async () => {
      await run('apd.stopTraining');
      await idle();
      const standing = await services.training.standing(runOf('moons'));
      assert.equal(standing?.status, 'stopped');
      assert.ok(standing.epoch > 0 && standing.epoch < 60, `stopped after ${standing.epoch}`);
      assert.equal(services.training.pid, undefined);
    });

    it('goes on after the process was killed, without losing whole epochs', async () => {
      const { epoch } = (await services.training.standing(runOf('moons')))!;
      await run('apd.continueTraining', { folder: runOf('moons') });
      const kept = async () => (await services.training.freshInfo(runOf('moons')))?.epoch ?? 0;
      await until('an epoch more', async () => (await kept()) > epoch, LONG_MS);
      process.kill(services.training.pid!, 'SIGKILL');
      await idle();
      const broken = await services.training.freshInfo(runOf('moons'));
      assert.equal(broken?.status, 'broken');
      assert.ok(broken.epoch > epoch, `${broken.epoch} epochs are kept`);
      await run('apd.continueTraining', vscode.Uri.file(runOf('moons')));
      await until('it to go on', () => (progress()?.epoch ?? 0) > broken.epoch, LONG_MS);
    });

    it('ends, and the last snapshot is on screen', async () => {
      await idle();
      assert.deepEqual(await services.training.standing(runOf('moons')), {
        folder: runOf('moons'),
        status: 'finished',
        epoch: 60,
        epochs: 60,
        config: path.join(runOf('moons'), 'training', 'config.apd.json'),
        message: undefined,
      });
      await until('the last snapshot', () => session.run!.snapshots.at(-1)?.epoch === 60, LONG_MS);
      await session.settled();
      assert.equal(session.shown?.snapshot, snapshots() - 1);
      const log = await readFile(path.join(runOf('moons'), 'log.jsonl'), 'utf8');
      const epochs = log
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { epoch: number }).epoch);
      assert.deepEqual(
        epochs,
        Array.from({ length: 61 }, (_, epoch) => epoch),
      );
    });
  });

  it('trains one after another', async () => {
    await run('apd.train', configuration('short'));
    const second = {
      name: 'second',
      params: { config: configuration('short').fsPath, out: runOf('second') },
    };
    const third = { name: 'third', params: { config: configuration('short').fsPath, out: runOf('third') } };
    await services.training.train({ ...second, folder: runOf('second') });
    const removed = await services.training.train({ ...third, folder: runOf('third') });
    assert.deepEqual(
      services.training.trainings.map(({ state }) => state),
      ['running', 'waiting', 'waiting'],
    );
    services.training.stop(removed);
    await idle();
    assert.equal((await services.training.standing(runOf('short')))?.status, 'finished');
    assert.equal((await services.training.standing(runOf('second')))?.status, 'finished');
    assert.equal(await services.training.standing(runOf('third')), undefined);
  });

  it('trains more epochs, and anew from a snapshot, which leaves the run as it is', async () => {
    await run('apd.trainMore', { folder: runOf('short') }, 2);
    await idle();
    assert.equal((await services.training.standing(runOf('short')))?.epoch, 6);
    const { snapshots } = await services.engine.request('run/open', { folder: runOf('short') });
    const second = snapshots.findIndex(({ epoch }) => epoch === 2);
    const before = await readFile(path.join(runOf('short'), 'apd-run.json'), 'utf8');
    await run('apd.branchTraining', { folder: runOf('short'), snapshot: second });
    await idle();
    assert.equal((await services.training.standing(runOf('short-epoch-2')))?.epoch, 6);
    assert.equal(await readFile(path.join(runOf('short'), 'apd-run.json'), 'utf8'), before);
  });

  describe('configurations', () => {
    after(closeAll);

    it('are checked beyond their schema, at their line, as they change', async () => {
      const uri = file('trained', 'wrong.apd.json');
      const text = await readFile(configuration('short').fsPath, 'utf8');
      await writeFile(uri.fsPath, text.replace('"units": 2', '"units": 3'));
      const document = await vscode.workspace.openTextDocument(uri);
      const editor = await vscode.window.showTextDocument(document);
      assert.equal(document.languageId, 'jsonc');
      const own = () => vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'apd');
      const wrong = text.replace(
        '"batchSize": 32',
        '"batchSize": 32, "earlyStopping": { "split": "validation" }',
      );
      const whole = new vscode.Range(0, 0, document.lineCount, 0);
      await editor.edit((edit) => edit.replace(whole, wrong));
      await until('a diagnostic', () => own().length > 0);
      const line = document
        .getText()
        .split('\n')
        .findIndex((text) => text.includes('validation'));
      assert.equal(own()[0].range.start.line, line);
      await editor.edit((edit) => edit.replace(new vscode.Range(0, 0, document.lineCount, 0), text));
      await until('it to go', () => own().length === 0);
      await run('workbench.action.files.revert');
      await closeAll();
      await rm(uri.fsPath);
    });

    it('offer to train, and to open their runs', async () => {
      const uri = configuration('short');
      await vscode.window.showTextDocument(uri);
      const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        'vscode.executeCodeLensProvider',
        uri,
        5,
      );
      const offered = lenses.map(({ command }) => command?.command);
      assert.deepEqual(offered, ['apd.train', 'apd.openRunsOfConfiguration']);
      assert.match(lenses[1].command!.title, /Open 2 Runs/);
    });

    it('are written for a dataset, beside it, and can be trained as they are', async () => {
      await run('apd.newTraining', file('trained', 'x.npy'));
      const document = vscode.window.activeTextEditor!.document;
      assert.equal(document.uri.fsPath, file('trained', 'trained.apd.json').fsPath);
      const params = { file: document.uri.fsPath, text: document.getText() };
      const { problems, out } = await services.engine.request('training/check', params);
      assert.deepEqual(problems, []);
      assert.ok(out);
    });
  });
});
