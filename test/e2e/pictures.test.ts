import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { steady, until } from '../helpers/setup';
import { recordCheckpoints } from './recordCheckpoints';
import { VsCodeWindow } from './vscodeWindow';

const themes = {
  light: ['Light Modern', 'vs'],
  dark: ['Dark Modern', 'vs-dark'],
  contrast: ['Dark High Contrast', 'hc-black'],
  'contrast-light': ['Light High Contrast', 'hc-light'],
};
/** As the list names them; its descriptions have some of these words in small letters. */
const views = { flow: /Flow/, partition: /Partition/, time: /Level over Time/, patterns: /Patterns/ };
const wide = { width: 1280, height: 800 };
const NARROW_PANEL = 500;

/** Pictures of every view, state and theme, to be looked at; what can be measured of them is asserted. */
describe('every view and state, in each theme, wide and narrow', function () {
  this.timeout(120_000);
  let window: VsCodeWindow;

  before(async () => {
    window = await VsCodeWindow.open({
      prepare: (folder) => {
        recordCheckpoints(path.join(folder, 'digits'), path.join(folder, 'run'));
        return undefined;
      },
    });
    await window.menu(window.row('run'), 'Open Run');
    await window.drawn(/run, epoch 8: 1,797 instances/);
    await window.sidePanel();
  });

  after(() => window.close());

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.picture(`failed-${this.currentTest.title}`);
  });

  const body = () => window.diagram.locator('body');
  const widthOfPanel = () => body().evaluate((one) => one.ownerDocument.documentElement.clientWidth);

  /** Makes the panel so wide, by the width of the window. */
  async function resize(panel: 'wide' | 'narrow'): Promise<void> {
    const { page } = window;
    await page.setViewportSize(wide);
    const width = await steady('the width of the panel', widthOfPanel, 200);
    if (panel === 'wide') return;
    const rest = wide.width - width;
    await page.setViewportSize({ width: rest + NARROW_PANEL, height: wide.height });
    await until('the panel is narrow', async () => (await widthOfPanel()) <= NARROW_PANEL + 20);
  }

  /** Takes the picture of what is shown. @returns controls and texts that are cut off */
  async function look(name: string): Promise<string[]> {
    await window.still();
    await window.picture(`look-${name}`);
    const cut = await body().evaluate(cutOff);
    return cut.map((text) => `${name}: ${text}`);
  }

  async function everyView(name: string): Promise<string[]> {
    const cut: string[] = [];
    for (const [view, entry] of Object.entries(views)) {
      await window.command('APD: Switch View');
      await window.pick(entry);
      cut.push(...(await look(`${name}-${view}`)));
    }
    return cut;
  }

  it('shows every view wide and narrow, with no control cut off', async () => {
    const cut: string[] = [];
    for (const width of ['wide', 'narrow'] as const) {
      await resize(width);
      cut.push(...(await everyView(width)));
    }
    assert.deepEqual(cut, []);
  });

  it('shows a selection and a filter', async () => {
    const cut: string[] = [];
    await resize('wide');
    await window.command('APD: Switch View');
    await window.pick(views.flow);
    await window.command('APD: Find Instance');
    await window.answer('2');
    cut.push(...(await look('instance')));
    const stage = window.diagram.locator('.stage');
    await stage.focus();
    await window.page.keyboard.press('ArrowRight');
    await window.page.keyboard.press('Enter');
    await window.beside('Instances', /selected instances$/);
    cut.push(...(await look('selection')));
    await window.page.keyboard.press('f');
    await window.diagram.locator('.chip').waitFor();
    cut.push(...(await look('filter')));
    await resize('narrow');
    cut.push(...(await look('filter-narrow')));
    await resize('wide');
    await window.command('APD: Clear Filters');
    assert.deepEqual(cut, []);
  });

  it('shows the flow in each theme', async () => {
    const cut: string[] = [];
    for (const [name, [theme, kind]] of Object.entries(themes)) {
      await window.theme(theme, kind);
      cut.push(...(await look(name)));
    }
    assert.deepEqual(cut, []);
  });

  it('shows what is wrong with a run that cannot be read (complaint 10)', async () => {
    writeFileSync(path.join(window.folder, 'run', 'apd-run.json'), '{ "format": ');
    const error = window.diagram.locator('.error');
    await error.waitFor();
    assert.match(await error.innerText(), /apd-run\.json/);
    const cut = await look('error');
    await resize('narrow');
    cut.push(...(await look('error-narrow')));
    assert.deepEqual(cut, []);
  });
});

/** In the page: names of controls that reach beyond it, and texts of buttons, messages and chips that do not fit. */
const cutOff = new Function(
  'body',
  `const wide = document.documentElement.clientWidth;
  const named = (one) => one.getAttribute('aria-label') ?? one.textContent.slice(0, 40);
  const shown = [...body.querySelectorAll('button, select, input, .snapshot-name, .notice-text, .legend-mark')]
    .filter((one) => one.getBoundingClientRect().width > 0);
  const beyond = shown.filter((one) => {
    const { left, right } = one.getBoundingClientRect();
    return left < -0.5 || right > wide + 0.5;
  });
  const over = shown.filter((one, i) => !one.classList.contains('head') && shown.slice(i + 1).some((other) => {
    if (other.classList.contains('head') || one.contains(other) || other.contains(one)) return false;
    const a = one.getBoundingClientRect(), b = other.getBoundingClientRect();
    return Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  }));
  return [...beyond.map((one) => 'beyond the page: ' + named(one)), ...over.map((one) => 'overlaps: ' + named(one))];`,
) as (body: unknown) => string[];
