import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { VsCodeWindow } from './vscodeWindow';

describe('a user with a mouse', function () {
  this.timeout(90_000);
  let window: VsCodeWindow;

  before(async () => {
    window = await VsCodeWindow.open();
  });

  after(() => window.close());

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.picture(`failed-${this.currentTest.title}`);
  });

  it('right-clicks a model, chooses its data, and sees the diagram', async () => {
    await window.expand('digits');
    await window.menu(window.row('epoch-008.onnx'), 'Open Diagram for Model');
    await window.pick('x.npy');
    const description = await window.drawn(/digits-epoch-008.*epoch 8/);
    assert.match(description, /1,?797/);
    assert.match(await window.status(/digits-epoch-008/), /epoch 8 · 84 %/);
    await window.picture('diagram');
  });

  it('reads the patterns per level in the tree of runs and of levels', async () => {
    await window.sidePanel();
    await window.page
      .locator('.monaco-list-row', { hasText: '451 · 203 · 250' })
      .first()
      .waitFor({ timeout: 20_000 });
    for (const [name, patterns] of [
      ['relu_2', 451],
      ['relu_4', 203],
      ['relu_6', 250],
    ] as const) {
      await window.page
        .locator('.monaco-list-row', { hasText: `${patterns} patterns` })
        .and(window.page.locator(`[aria-label*="${name}"]`))
        .first()
        .waitFor();
    }
    await window.picture('side-panel');
  });

  it('finds an instance, which is listed with its label', async () => {
    await window.sidePanel();
    await window.command('APD: Find Instance');
    await window.answer('42');
    await window.page.locator('.monaco-list-row[aria-label^="instance 42"]').waitFor();
    await window.picture('instance');
  });

  it('exports a picture through the save dialog (complaint 7)', async () => {
    await window.command('APD: Export Picture');
    const target = path.join(window.folder, 'exported.svg');
    await window.answer(target);
    await window.message('exported.svg');
    await window.clearMessages();
    assert.match(await readFile(target, 'utf8'), /<svg[\s\S]*relu_6/);
  });

  it('reloads the window and finds the panel as it was (complaint 1)', async () => {
    await window.command('APD: Switch View');
    await window.pick('Partition');
    await window.diagram
      .getByRole('button', { name: /partition/i, pressed: true })
      .first()
      .waitFor();
    await window.reload();
    await window.diagram
      .getByRole('button', { name: /partition/i, pressed: true })
      .first()
      .waitFor({ timeout: 30_000 });
    await window.status(/digits-epoch-008/);
    await window.picture('reloaded');
  });

  it('right-clicks a folder of checkpoints, and steps through its snapshots', async () => {
    await window.explorer();
    await window.menu(window.row('moons'), 'Open Diagram for Model');
    await window.pick('x.npy');
    await window.status(/moons · epoch 20/);
    await window.command('APD: First Snapshot');
    await window.drawn(/moons.*epoch 0\b/);
    await window.command('APD: Go to Snapshot');
    await window.answer('epoch 12');
    await window.drawn(/moons.*epoch 12/);
    await window.sidePanel();
    await window.command('APD: Next Snapshot');
    await window.row('epoch 13, shown').waitFor();
    await window.row('epoch 12').click();
    await window.drawn(/moons.*epoch 12/);
    await window.picture('snapshots');
  });

  it('right-clicks a run folder, which opens it', async () => {
    await window.command('View: Close All Editors');
    await window.explorer();
    await window.expand('apd-runs');
    await window.menu(window.row('digits-epoch-008'), 'Open Run');
    await window.drawn(/digits-epoch-008.*epoch 8/);
  });

  it('switches to a dark and to a high-contrast theme (complaint 5)', async () => {
    for (const [theme, kind, picture] of [
      ['Dark Modern', 'vs-dark', 'dark'],
      ['Dark High Contrast', 'hc-black', 'high-contrast'],
    ]) {
      await window.theme(theme, kind);
      await window.drawn(/digits-epoch-008.*epoch 8/);
      await window.still();
      await window.picture(picture);
    }
  });

  it('is told the file of a damaged model (complaint 10)', async () => {
    await window.explorer();
    await window.expand('damaged');
    await window.menu(window.row('broken.onnx'), 'Open Diagram for Model');
    await window.pick('x.npy');
    const message = await window.message('broken.onnx');
    await message.getByRole('button', { name: 'Show Log' }).waitFor();
    await window.picture('damaged');
    await window.clearMessages();
  });

  it('is told that the engine died, and sees the diagram again after a refresh (complaint 10)', async () => {
    const engines = window.engines();
    assert.ok(engines.length > 0);
    for (const pid of engines) process.kill(pid, 'SIGKILL');
    const message = await window.message('The engine stopped');
    await window.picture('engine-stopped');
    await message.getByRole('button', { name: 'Refresh' }).click();
    await window.command('APD: Switch View');
    await window.pick('Flow');
    await window.drawn(/digits-epoch-008.*epoch 8/);
  });

  it('has sent nothing out of the machine, and loaded nothing that the policy forbids (complaint 8)', () => {
    assert.deepEqual(window.strayRequests, []);
    assert.deepEqual(window.violations, []);
  });
});
