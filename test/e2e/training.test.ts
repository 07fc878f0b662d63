import assert from 'node:assert/strict';
import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { VsCodeWindow } from './vscodeWindow';

const LONG_MS = 60_000;

describe('a user who trains', function () {
  this.timeout(2 * LONG_MS);
  let window: VsCodeWindow;

  before(async () => {
    window = await VsCodeWindow.open();
  });

  after(() => window.close());

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.picture(`failed-${this.currentTest.title}`);
  });

  /** Epoch that the diagram on screen is of. */
  const epochOnScreen = async () => Number(/epoch ([\d.]+)/.exec(await window.drawn(/moons.*epoch/))![1]);

  async function laterThan(epoch: number): Promise<number> {
    const end = Date.now() + LONG_MS;
    for (;;) {
      const now = await epochOnScreen();
      if (now > epoch) return now;
      assert.ok(Date.now() < end, `no epoch after ${epoch} came on screen`);
      await window.page.waitForTimeout(50);
    }
  }

  async function state(): Promise<{ status: string; epoch: number }> {
    const file = path.join(window.folder, 'trained', 'runs', 'moons', 'training', 'state.json');
    return JSON.parse(await readFile(file, 'utf8')) as { status: string; epoch: number };
  }

  it('opens a configuration, and starts at its top', async () => {
    await window.expand('trained');
    await window.row('moons.apd.json').dblclick();
    const train = window.page.locator('.codelens-decoration a', { hasText: 'Train' });
    await train.waitFor({ timeout: 20_000 });
    await window.picture('configuration');
    await train.click();
    await window.status(/moons · epoch \d+\/60/);
    await laterThan(2);
    await window.picture('training');
  });

  it('sees the run in the tree, and pauses and resumes it there', async () => {
    await window.sidePanel();
    const row = window.row('moons, ').and(window.page.locator('[aria-label*="training, epoch"]'));
    await row.waitFor();
    await row.hover();
    await window.picture('training-tree');
    await row.locator('.action-label[aria-label^="Pause Training"]').click();
    await window.status(/moons · epoch .* paused/);
    const paused = window.page.locator('.monaco-list-row[aria-label*="paused in epoch"]').first();
    await paused.waitFor();
    await window.picture('training-paused');
    await paused.hover();
    await paused.locator('.action-label[aria-label^="Resume Training"]').click();
    const epoch = await epochOnScreen();
    await laterThan(epoch);
  });

  it('sees each snapshot on screen soon after it is written', async () => {
    // Noted in the page itself: asking it from here takes longer than what is measured.
    await window.diagram.locator('body').evaluate((body) => {
      const seen: [number, number][] = [];
      Object.assign(body, { seen });
      setInterval(() => {
        const labels = [...body.querySelectorAll('[aria-label]')].map((one) =>
          one.getAttribute('aria-label'),
        );
        const found = labels.map((label) => /moons.*epoch ([\d.]+)/.exec(label ?? '')).find(Boolean);
        if (found && !seen.some(([, epoch]) => epoch === Number(found[1]))) {
          seen.push([Date.now(), Number(found[1])]);
        }
      }, 5);
    });
    const manifest = path.join(window.folder, 'trained', 'runs', 'moons', 'apd-run.json');
    const written = new Map<number, number>();
    while (written.size < 6) {
      const { mtimeMs } = await stat(manifest);
      const { snapshots } = JSON.parse(await readFile(manifest, 'utf8')) as {
        snapshots: { epoch: number }[];
      };
      const { epoch } = snapshots.at(-1)!;
      if (!written.has(epoch)) written.set(epoch, mtimeMs);
      await window.page.waitForTimeout(20);
    }
    await window.page.waitForTimeout(500);
    const seen: [number, number][] = await window.diagram
      .locator('body')
      .evaluate((body) => (body as typeof body & { seen: [number, number][] }).seen);
    // The first was there before anybody looked.
    const took = seen
      .flatMap(([at, epoch]) => (written.has(epoch) ? [at - written.get(epoch)!] : []))
      .slice(1);
    console.log(`      snapshot to picture: ${took.map((ms) => ms.toFixed(0)).join(', ')} ms`);
    assert.ok(took.length >= 3, `only ${took.length} of them were seen`);
    const median = [...took].sort((x, y) => x - y)[took.length >> 1];
    // The goal is 200 ms; machines of tests do other things besides.
    assert.ok(median < 600, `${median} ms`);
  });

  it('keeps where the user has zoomed to', async () => {
    for (let i = 0; i < 3; i++) await window.diagram.getByRole('button', { name: 'Zoom in' }).click();
    await laterThan(await epochOnScreen());
    await window.picture('training-zoomed');
    await window.diagram.getByRole('button', { name: 'Fit the whole diagram' }).click();
  });

  it('is asked by the cancel button of the progress, while the training holds', async () => {
    const progress = await window.message(/Training moons.*epoch \d+ of 60/);
    await window.picture('training-progress');
    await progress.getByRole('button', { name: 'Cancel' }).click();
    await window.status(/moons · epoch .* paused/);
    const message = await window.message(/Training of moons is paused in epoch \d+ of 60/);
    await message.getByRole('button', { name: 'Resume' }).click();
    const epoch = await epochOnScreen();
    await laterThan(epoch);
    await window.page.locator('[id="status.notifications"]').click();
  });

  it('pauses and stops by what the status bar offers', async () => {
    await window.page.locator('.statusbar-item', { hasText: /moons · epoch \d+\/60/ }).click();
    await window.pick('Pause');
    await window.status(/moons · epoch .* paused/);
    await window.page.locator('.statusbar-item', { hasText: /moons · epoch .* paused/ }).click();
    await window.pick('Resume');
    await window.command('APD: Stop Training');
    const message = await window.message('was stopped after');
    assert.equal((await state()).status, 'stopped');
    await window.picture('training-stopped');
    await message.getByRole('button', { name: 'Continue' }).click();
    await window.status(/moons · epoch \d+\/60/);
  });

  it('reloads the window in the middle, is told of it, and continues', async () => {
    const before = await epochOnScreen();
    await laterThan(before);
    await window.reload();
    const message = await window.message('was broken off after epoch');
    await window.picture('training-broken-off');
    const { epoch, status } = await state();
    assert.ok(status !== 'finished' && epoch > 0, `${status} after epoch ${epoch}`);
    await message.getByRole('button', { name: 'Continue' }).click();
    await window.status(/moons · epoch \d+\/60/);
    await laterThan(epoch);
    await window.message('Trained moons: 60 epochs');
    assert.equal((await state()).status, 'finished');
    await window.clearMessages();
    await window.reload();
    await window.drawn(/moons.*epoch 60/);
    await window.page.waitForTimeout(3000);
    assert.equal(await window.page.locator('.notification-toast', { hasText: 'broken off' }).count(), 0);
  });

  it('is asked what becomes of the run that is there', async () => {
    await window.explorer();
    await window.menu(window.row('moons.apd.json'), 'Train…');
    const dialog = window.page.locator('.monaco-dialog-box');
    await dialog.waitFor();
    await window.picture('training-asked');
    await dialog.getByRole('button', { name: 'Keep and Train into moons-2' }).click();
    await window.status(/moons-2 · /);
    await window.command('APD: Stop Training');
    await window.message(/moons-2 was stopped|Training of moons-2/);
    const runs = await readdir(path.join(window.folder, 'trained', 'runs'));
    assert.deepEqual(runs.sort(), ['moons', 'moons-2']);
  });

  it('sees it in a dark theme', async () => {
    await window.clearMessages();
    await window.command('Preferences: Color Theme');
    await window.answer('Dark Modern');
    await window.page.locator('.monaco-workbench.vs-dark').waitFor();
    await window.command('View: Close All Editors');
    await window.menu(window.row('short.apd.json'), 'Train…');
    await window.drawn(/short.*epoch 4/);
    await window.sidePanel();
    await window.page.waitForTimeout(1000);
    await window.picture('training-dark');
  });

  it('has sent nothing out of the machine, and loaded nothing that the policy forbids', () => {
    assert.deepEqual(window.strayRequests, []);
    assert.deepEqual(window.violations, []);
  });
});
