import assert from 'node:assert/strict';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { steady, until } from '../helpers/setup';
import { recordCheckpoints } from './recordCheckpoints';
import { zoomOf as zoomIn } from './zoom';
import { VsCodeWindow } from './vscodeWindow';

/** Snapshots that the run has at first; the last one arrives later. */
const AT_FIRST = 8;

/** Records the digits into the workspace, as if training had not come to its last epoch yet. */
function recordDigits(folder: string): void {
  recordCheckpoints(path.join(folder, 'digits'), path.join(folder, 'live'));
  const manifest = path.join(folder, 'live', 'apd-run.json');
  const whole = readFileSync(manifest, 'utf8');
  const run = JSON.parse(whole) as { snapshots: unknown[] };
  assert.equal(run.snapshots.length, AT_FIRST + 1);
  writeFileSync(`${manifest}.whole`, whole);
  writeFileSync(manifest, JSON.stringify({ ...run, snapshots: run.snapshots.slice(0, AT_FIRST) }));
}

/** What the page tells of its frames. */
interface Measured {
  apdPerformance: { between: number };
}

describe('a user whose view is not to be disturbed', function () {
  this.timeout(90_000);
  let window: VsCodeWindow;

  before(async () => {
    window = await VsCodeWindow.open({
      prepare: (folder) => {
        recordDigits(folder);
        return undefined;
      },
    });
    await window.menu(window.row('live'), 'Open Run');
    await window.drawn(/live, epoch 7: 1,797 instances/);
    await window.sidePanel();
    await window.beside('Instances', /^1,?797 instances$/);
  });

  after(() => window.close());

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.picture(`failed-${this.currentTest.title}`);
  });

  const stage = () => window.diagram.locator('.stage');
  const zoomOf = () => zoomIn(window);
  const selected = () => window.beside('Instances', /^[\d,]+ selected instances?$/);

  /** Frames that show something between one picture and the next, from now on in the time that a change takes. */
  async function framesBetween(change: () => Promise<unknown>): Promise<number> {
    const count = () =>
      window.diagram
        .locator('body')
        .evaluate(() => (globalThis as unknown as Measured).apdPerformance.between);
    const before = await count();
    await change();
    return (await steady('the number of frames', count, 500)) - before;
  }

  const step = (key: '[' | ']', epoch: number) => async () => {
    await window.page.keyboard.press(key);
    await window.drawn(new RegExp(`live, epoch ${epoch}:`));
  };

  it('zooms, pans and selects', async () => {
    const { page } = window;
    const { x, y, width, height } = (await stage().boundingBox())!;
    await page.mouse.move(x + 20, y + height / 2);
    for (let turns = 0; turns < 3; turns++) {
      const { k } = await zoomOf();
      await page.mouse.wheel(0, -200);
      await until('the zoom of a turn', async () => (await zoomOf()).k > k);
    }
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width / 2 + 6, y + height / 2 - 60, { steps: 5 });
    await page.mouse.up();
    const zoom = await zoomOf();
    assert.ok(zoom.k > 1.5 && zoom.y < 0, JSON.stringify(zoom));
    // A predicted output: every snapshot has it, while patterns come and go.
    await stage().focus();
    const live = window.diagram.locator('[aria-live=polite]');
    for (
      let said = await live.textContent(), moves = 0;
      moves < 5 && !/^predicted/.test(said ?? '');
      moves++
    ) {
      await page.keyboard.press('ArrowRight');
      await until('the next block is announced', async () => (await live.textContent()) !== said);
      said = await live.textContent();
    }
    await page.keyboard.press('Enter');
    await selected();
  });

  it('finds zoom, pan and selection as they were when a snapshot is stepped (complaint 2)', async () => {
    const zoom = await zoomOf();
    await step('[', 6)();
    await step('[', 5)();
    assert.deepEqual(await zoomOf(), zoom);
    await selected();
    await step(']', 6)();
    await step(']', 7)();
    assert.deepEqual(await zoomOf(), zoom);
    await selected();
    await window.picture('steady-stepped');
  });

  it('finds them when a new snapshot arrives, and sees that one (complaints 2 and 9)', async () => {
    const zoom = await zoomOf();
    const manifest = path.join(window.folder, 'live', 'apd-run.json');
    renameSync(`${manifest}.whole`, manifest);
    await window.drawn(/live, epoch 8:/);
    await window.status(/live · epoch 8 · 84 %/);
    assert.deepEqual(await zoomOf(), zoom);
    await selected();
    await window.picture('steady-arrived');
  });

  it('finds them when the tab comes back from behind another (complaint 1)', async () => {
    const zoom = await zoomOf();
    await window.command('File: New Untitled Text File');
    await window.page.locator('.monaco-editor.focused').waitFor();
    await window.page.locator('.tab', { hasText: 'live' }).first().click();
    await window.drawn(/live, epoch 8:/);
    const back = await zoomOf();
    for (const part of ['k', 'x', 'y'] as const) assert.ok(Math.abs(back[part] - zoom[part]) < 1.5, part);
    await selected();
  });

  it('sees snapshots change by movement, and at once with reduced motion (complaint 6)', async () => {
    await stage().focus();
    // A busy machine draws few frames, but some.
    const moving = await framesBetween(step('[', 7));
    assert.ok(moving >= 3, `only ${moving} frames were drawn on the way`);
    await window.page.emulateMedia({ reducedMotion: 'reduce' });
    await until('the page knows', () => window.diagram.locator('body').evaluate(motionIsReduced));
    assert.equal(await framesBetween(step(']', 8)), 0);
    await window.page.emulateMedia({ reducedMotion: 'no-preference' });
  });

  it('sees outlines in the light high-contrast theme (complaint 5)', async () => {
    await window.theme('Light High Contrast', 'hc-light');
    await window.diagram.locator('body.vscode-high-contrast-light').waitFor();
    await window.still();
    const seen = await stage().locator('canvas.picture').evaluate(countBorder);
    assert.ok(seen.border !== '', 'the theme has no colour for borders');
    assert.ok(seen.pixels > 200, `${seen.pixels} pixels have the colour of borders, ${seen.border}`);
    assert.equal(seen.background, 'rgb(255, 255, 255)');
    await window.picture('high-contrast-light');
  });
});

/** In the page: the theme's colour of borders, how many pixels of a canvas have it, and the page's background. */
const countBorder = new Function(
  'canvas',
  `const border = getComputedStyle(document.documentElement).getPropertyValue('--vscode-contrastBorder').trim();
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
  copy.fillStyle = border;
  copy.fillRect(0, 0, 1, 1);
  const [r, g, b] = copy.getImageData(0, 0, 1, 1).data;
  copy.clearRect(0, 0, 1, 1);
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
  let pixels = 0;
  for (let at = 0; at < data.length; at += 4) {
    const near = Math.abs(data[at] - r) + Math.abs(data[at + 1] - g) + Math.abs(data[at + 2] - b) < 24;
    if (near && data[at + 3] > 128) pixels++;
  }
  return { border, pixels, background: getComputedStyle(document.body).backgroundColor };`,
) as (canvas: unknown) => { border: string; pixels: number; background: string };

/** In the page: whether it is asked to move little. */
const motionIsReduced = new Function(
  "return matchMedia('(prefers-reduced-motion: reduce)').matches;",
) as () => boolean;
