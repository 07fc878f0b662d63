import assert from 'node:assert/strict';
import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { stayedSo, steady, until } from '../helpers/setup';
import { zoomOf } from './zoom';
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
    let now = epoch;
    await until(
      `an epoch after ${epoch} on screen`,
      async () => {
        now = await epochOnScreen();
        return now > epoch;
      },
      LONG_MS,
    );
    return now;
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
    const newest = async () => {
      const { mtimeMs } = await stat(manifest);
      const { snapshots } = JSON.parse(await readFile(manifest, 'utf8')) as {
        snapshots: { epoch: number }[];
      };
      const { epoch } = snapshots.at(-1)!;
      if (!written.has(epoch)) written.set(epoch, mtimeMs);
      return epoch;
    };
    await until('six snapshots', async () => (await newest()) >= 0 && written.size >= 6, LONG_MS);
    const last = [...written.keys()].at(-1)!;
    let seen: [number, number][] = [];
    await until(
      `epoch ${last} on screen`,
      async () => {
        seen = await window.diagram
          .locator('body')
          .evaluate((body) => (body as typeof body & { seen: [number, number][] }).seen);
        return seen.some(([, epoch]) => epoch >= last);
      },
      LONG_MS,
    );
    // The first was there before anybody looked.
    const took = seen
      .flatMap(([at, epoch]) => (written.has(epoch) ? [at - written.get(epoch)!] : []))
      .slice(1);
    console.log(`      snapshot to picture: ${took.map((ms) => ms.toFixed(0)).join(', ')} ms`);
    assert.ok(took.length >= 3, `only ${took.length} of them were seen`);
    const median = [...took].sort((x, y) => x - y)[took.length >> 1];
    // The goal is 200 ms, which the benches are for; machines of tests do other things besides.
    assert.ok(median < 5000, `${median} ms`);
  });

  it('keeps where the user has zoomed to', async () => {
    for (let i = 0; i < 3; i++) await window.diagram.getByRole('button', { name: 'Zoom in' }).click();
    const zoom = await steady('the zoom', () => zoomOf(window), 300);
    assert.ok(zoom.k > 2, JSON.stringify(zoom));
    const later = await laterThan(await epochOnScreen());
    assert.deepEqual(await zoomOf(window), zoom);
    await laterThan(later);
    assert.deepEqual(await zoomOf(window), zoom);
    await window.picture('training-zoomed');
    await window.diagram.getByRole('button', { name: 'Fit the whole diagram' }).click();
    await until('the whole diagram', async () => (await zoomOf(window)).k === 1);
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
    await window.message('Trained moons: 60 epochs', LONG_MS);
    assert.equal((await state()).status, 'finished');
    await window.clearMessages();
    await window.reload();
    await window.drawn(/moons.*epoch 60/);
    // Nobody is told again of what was finished meanwhile.
    const told = window.page.locator('.notification-toast', { hasText: 'broken off' });
    await stayedSo(3000, async () => assert.equal(await told.count(), 0));
  });

  it('is asked what becomes of the run that is there', async () => {
    await window.explorer();
    await window.menu(window.row('moons.apd.json'), 'Train…');
    const dialog = window.page.locator('.monaco-dialog-box');
    await dialog.waitFor();
    await window.picture('training-asked');
    await dialog.getByRole('button', { name: 'Keep and Train into moons-2' }).click();
    // Before it began there is nothing to tell of its end.
    await window.status(/moons-2 · epoch \d+\/60/);
    await window.command('APD: Stop Training');
    await window.message(/moons-2 was stopped|Training of moons-2/);
    const runs = await readdir(path.join(window.folder, 'trained', 'runs'));
    assert.deepEqual(runs.sort(), ['moons', 'moons-2']);
  });

  it('sees it in a dark theme', async () => {
    await window.clearMessages();
    await window.theme('Dark Modern', 'vs-dark');
    await window.command('View: Close All Editors');
    await window.explorer();
    await window.expand('trained');
    await window.menu(window.row('short.apd.json'), 'Train…');
    await window.drawn(/short.*epoch 4/);
    await window.sidePanel();
    await window.row('short, ').waitFor();
    await window.still();
    await window.picture('training-dark');
    await window.diagram.locator('body.vscode-dark').waitFor();
    const seen = await window.diagram.locator('body').evaluate(brightnessOf);
    assert.ok(seen.page < 0.2, `the page is as bright as ${seen.page}`);
    assert.ok(seen.texts.length > 5, `only ${seen.texts.length} texts are there`);
    // What WCAG asks of text: a contrast of 4.5 to 1.
    const faint = seen.texts.filter(({ brightness }) => (brightness + 0.05) / (seen.page + 0.05) < 4.5);
    assert.deepEqual(faint, []);
    assert.ok(seen.painted.dark > 0.2, `${seen.painted.dark} of the picture is dark or empty`);
    assert.ok(seen.painted.any > 0.05, `only ${seen.painted.any} of the picture is painted`);
  });

  it('has sent nothing out of the machine, and loaded nothing that the policy forbids', () => {
    assert.deepEqual(window.strayRequests, []);
    assert.deepEqual(window.violations, []);
  });
});

/**
 * In the page: relative luminance (0 to 1) of the page and of the texts that stand on it, and shares of the picture that
 * are painted, and that are as dark as the page or not painted.
 */
const brightnessOf = new Function(
  'body',
  `const linear = (c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const pageColour = numbers(getComputedStyle(body).backgroundColor);
  const texts = [...body.querySelectorAll('.head, .legend-item, .snapshot-name')]
    .filter((one) => one.textContent.trim() !== '' && one.getBoundingClientRect().width > 0)
    .map((one) => ({ text: one.textContent.trim(), brightness: luminance(numbers(getComputedStyle(one).color)) }));
  const canvas = body.querySelector('.stage canvas.picture');
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
  let [any, dark] = [0, 0];
  for (let at = 0; at < data.length; at += 4) {
    if (data[at + 3] > 128) any++;
    if (data[at + 3] < 128 || luminance(data.subarray(at, at + 3)) < 0.2) dark++;
  }
  const all = data.length / 4;
  return { page: luminance(pageColour), texts, painted: { any: any / all, dark: dark / all } };`,
) as (body: unknown) => {
  page: number;
  texts: { text: string; brightness: number }[];
  painted: { any: number; dark: number };
};
