import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { until } from '../helpers/setup';
import { recordCheckpoints } from './recordCheckpoints';
import { VsCodeWindow } from './vscodeWindow';

const FIXTURE = path.join(process.cwd(), 'test', 'fixtures', 'digits');
const expected = JSON.parse(readFileSync(path.join(FIXTURE, 'expected.json'), 'utf8')) as {
  patterns_per_layer: number[][];
};
/** Epochs of the log, one to a line. */
const LINES = 8;
/** Steps of the mouse over the whole width of the timeline. */
const STEPS = 40;

/** Puts the fixture into the workspace as a training leaves it behind, and records its checkpoints. */
function prepare(folder: string): undefined {
  const training = path.join(folder, 'training');
  mkdirSync(training);
  const models = Array.from({ length: LINES + 1 }, (_, epoch) => `epoch-00${epoch}.onnx`);
  for (const name of [...models, 'x.npy', 'y.npy', 'log.jsonl']) {
    cpSync(path.join(FIXTURE, name), path.join(training, name));
  }
  recordCheckpoints(training, path.join(folder, 'recorded'));
}

describe('a user with the log of a training beside its diagram', function () {
  this.timeout(120_000);
  let window: VsCodeWindow;

  before(async () => {
    window = await VsCodeWindow.open({ size: { width: 1440, height: 860 }, prepare });
    await window.expand('training');
    await window.row('log.jsonl').dblclick();
    await window.page.locator('.tab.active', { hasText: 'log.jsonl' }).waitFor();
  });

  after(() => window.close());

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.picture(`failed-${this.currentTest.title}`);
  });

  const editor = () => window.page.locator('.editor-instance .monaco-editor:visible').first();

  /** Lines with icons in the gutter, and lines that are highlighted, from 1. */
  async function marked(): Promise<{ icons: number[]; shown: number[] }> {
    return editor().evaluate(linesOfMarks);
  }

  /** Waits until the highlight is on a line. */
  async function highlighted(line: number): Promise<void> {
    let shown: number[] = [];
    await until(
      () => `line ${line} is highlighted, not ${shown.join()}`,
      async () => {
        ({ shown } = await marked());
        return shown.length === 1 && shown[0] === line;
      },
    );
  }

  /** Patterns of each level, as the heads of the columns tell. */
  async function shownPatterns(): Promise<number[]> {
    const heads = window.diagram.getByRole('button', { name: / patterns?\b/ });
    const names = await heads.evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') ?? ''));
    const counts = names.map((name) => /, ([\d,]+) patterns?\b/.exec(name)?.[1]);
    return counts.filter((count) => count !== undefined).map((count) => Number(count.replaceAll(',', '')));
  }

  /** Waits until the diagram shows an epoch with the patterns that the reference has. */
  async function shows(epoch: number): Promise<void> {
    await window.drawn(new RegExp(`recorded, epoch ${epoch}: 1,797 instances`));
    const wanted = expected.patterns_per_layer[epoch];
    let patterns: number[] = [];
    await until(
      () => `epoch ${epoch} has patterns ${wanted.join()}, not ${patterns.join()}`,
      async () => {
        patterns = await shownPatterns();
        return patterns.join() === wanted.join();
      },
    );
  }

  const line = (number: number) =>
    window.page.locator('[id="status.editor.selection"]', { hasText: new RegExp(`^Ln ${number},`) });
  /** Where keys go. */
  const focus = () => window.page.evaluate(whatHasFocus);

  it('sees which lines have a snapshot before any diagram is open, and what is known of one', async () => {
    await editor().locator('.glyph-margin-widgets [class*=TextEditorDecorationType]').nth(7).waitFor();
    assert.deepEqual(await marked(), { icons: [1, 2, 3, 4, 5, 6, 7, 8], shown: [] });
    const hover = window.page.locator('.monaco-hover:visible', { hasText: 'bits changed' });
    await editor().locator('.view-line', { hasText: '"epoch": 7' }).locator('span span').first().hover();
    await hover.waitFor();
    const cells = await hover.locator('tbody tr').evaluateAll(cellTexts);
    assert.deepEqual(
      cells.map(([, patterns]) => Number(patterns)),
      expected.patterns_per_layer[7],
    );
    await window.picture('log-hover');
    await hover.getByText('Show Diagram').click();
    await window.drawn(/recorded, epoch 7:/);
    assert.equal(await focus(), 'editor');
    // As it is, the diagram shows large levels by prototypes.
    await window.diagram.locator('select:has(option[value=exact])').selectOption('exact');
    await shows(7);
    await highlighted(7);
    await window.page.mouse.move(640, 4);
  });

  it('opens the diagram at the line that a lens stands above', async () => {
    await window.command('View: Focus First Editor Group');
    const lens = editor().locator('.codelens-decoration a', { hasText: 'First snapshot — show diagram' });
    await lens.click();
    await shows(1);
    await highlighted(1);
    assert.deepEqual((await marked()).icons, [1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('goes down the log line by line, and the diagram shows the patterns of each', async () => {
    const { page } = window;
    await editor().locator('.view-line', { hasText: '"epoch": 8' }).click();
    await shows(8);
    await page.keyboard.press('Control+Home');
    await shows(1);
    for (let number = 1; number <= LINES; number++) {
      await shows(number);
      await highlighted(number);
      await line(number).waitFor();
      assert.equal(await focus(), 'editor');
      if (number === 4) await window.picture('log-light');
      if (number < LINES) await page.keyboard.press('ArrowDown');
    }
  });

  it('drags the timeline, and the highlighted line follows without any cursor or focus that moves', async () => {
    const { page, diagram } = window;
    const slider = diagram.locator('.timeline[role=slider]');
    const box = (await slider.boundingBox())!;
    const grip = (await slider.locator('line.cursor').boundingBox())!;
    const y = box.y + box.height / 2;
    await page.mouse.move(grip.x, y);
    await page.mouse.down();
    const before = await focus();
    const met = new Set<number>();
    for (let step = 0; step <= STEPS; step++) {
      await page.mouse.move(grip.x - ((grip.x - box.x) * step) / STEPS, y);
      const snapshot = Number(await slider.getAttribute('aria-valuenow'));
      if (snapshot === 0 || met.has(snapshot)) continue;
      await highlighted(snapshot);
      await shows(snapshot);
      met.add(snapshot);
      assert.equal(await focus(), before);
    }
    await page.mouse.up();
    assert.deepEqual([...met], [8, 7, 6, 5, 4, 3, 2, 1]);
    // The first snapshot is of before the training: no line tells of it.
    await window.drawn(/recorded, epoch 0:/);
    await page.waitForFunction(nothingShown, undefined, { timeout: 10_000 });
    assert.equal(await focus(), before);
    await page.keyboard.press('Control+1');
    await line(LINES).waitFor();
  });

  it('goes to the snapshot before and after by keys, and asks for the diagram by the title', async () => {
    const { page } = window;
    await page.keyboard.press('Alt+PageUp');
    await line(7).waitFor();
    await shows(7);
    await page.keyboard.press('Alt+PageDown');
    await line(8).waitFor();
    await shows(8);
    await page.locator('.tab', { hasText: 'recorded' }).click({ button: 'middle' });
    await page.locator('.tab', { hasText: 'recorded' }).waitFor({ state: 'detached' });
    await page.keyboard.press('Control+1');
    await page.locator('.editor-actions [aria-label^="Show Diagram for Line"]').first().click();
    await shows(8);
    assert.equal(await focus(), 'editor');
  });

  it('is told which lines have a snapshot where one has none, and goes there', async () => {
    const { page } = window;
    await window.command('View: Focus First Editor Group');
    await page.keyboard.press('Control+Home');
    await shows(1);
    await page.keyboard.press('Control+End');
    await line(LINES + 1).waitFor();
    await window.command('APD: Show Diagram for Line');
    const message = await window.message(
      /No snapshot belongs to line 9\. The nearest ones: line 8 \(epoch 8\)/,
    );
    await message.getByRole('button', { name: 'Show epoch 8' }).click();
    await line(LINES).waitFor();
    await shows(8);
    await window.clearMessages();
  });

  it('is told why a snapshot has no line, and what can be done', async () => {
    await window.command('APD: First Snapshot');
    await window.drawn(/recorded, epoch 0:/);
    await window.command('APD: Reveal in Log');
    const message = await window.message(/No line of log\.jsonl belongs to epoch 0: /);
    await message.getByRole('button', { name: 'Set Log Line' }).waitFor();
    await window.clearMessages();
    await window.command('APD: Last Snapshot');
    await window.command('APD: Reveal in Log');
    await line(LINES).waitFor();
  });

  for (const [theme, kind] of [
    ['Dark Modern', 'vs-dark'],
    ['Dark High Contrast', 'hc-black'],
    ['Light High Contrast', 'hc-light'],
  ]) {
    it(`sees the shown line in ${theme}`, async () => {
      await window.theme(theme, kind);
      await highlighted(8);
      let look = { background: 0, border: 0 };
      await until(
        () =>
          `the line stands out by ${kind.startsWith('hc') ? 'its border' : 'its background'}: ${JSON.stringify(look)}`,
        async () => {
          look = await editor().evaluate(lookOfShown);
          return kind.startsWith('hc') ? look.border > 0.9 : look.background > 0.1 && look.border < 0.1;
        },
      );
      await window.picture(`log-${kind}`);
    });
  }
});

/** In the page, of an editor: the lines of our decorations, by the numbers in its margin. */
const linesOfMarks = new Function(
  'editor',
  `const middle = (one) => { const { top, height } = one.getBoundingClientRect(); return top + height / 2; };
  const numbers = [...editor.querySelectorAll('.line-numbers')];
  const lineOf = (one) => {
    const found = numbers.find((number) => Math.abs(middle(number) - middle(one)) < 4);
    return found ? Number(found.textContent) : -1;
  };
  const lines = (selector) => [...editor.querySelectorAll(selector)].map(lineOf).sort((a, b) => a - b);
  return {
    icons: lines('.glyph-margin-widgets [class*=TextEditorDecorationType]'),
    shown: lines('.view-overlays [class*=TextEditorDecorationType]'),
  };`,
) as (editor: unknown) => { icons: number[]; shown: number[] };

/** In the page: how visible background and border of the shown line are, from 0 to 1. */
const lookOfShown = new Function(
  'editor',
  `const style = getComputedStyle(editor.querySelector('.view-overlays [class*=TextEditorDecorationType]'));
  const opacity = (colour) => {
    const numbers = colour.match(/[\\d.]+/g).map(Number);
    return numbers.length > 3 ? numbers[3] : 1;
  };
  return { background: opacity(style.backgroundColor), border: opacity(style.borderTopColor) };`,
) as (editor: unknown) => { background: number; border: number };

/** In the page: true when no line of a log is highlighted. */
const nothingShown = new Function(
  "return document.querySelector('.view-overlays [class*=TextEditorDecorationType]') === null;",
) as () => boolean;

/** In the page: what has the focus. */
const whatHasFocus = new Function(
  `const { activeElement } = document;
  if (activeElement?.closest('.monaco-editor')) return 'editor';
  return activeElement?.tagName ?? 'none';`,
) as () => string;

/** In the page: the texts of the cells of rows. */
const cellTexts = new Function(
  'rows',
  'return rows.map((row) => [...row.cells].map((cell) => cell.textContent));',
) as (rows: unknown) => string[][];
