import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Frame, Locator } from 'playwright-core';
import { shortValue } from '../../webview/logTable/columns';
import { until } from '../helpers/setup';
import { VsCodeWindow } from './vscodeWindow';

/** What the test needs of the page's own types. */
interface PageWithClipboard {
  defaultView: {
    DataTransfer: new () => { getData(type: string): string };
    ClipboardEvent: new (type: string, options: object) => unknown;
  };
  dispatchEvent(event: unknown): void;
}

const FIXTURES = path.join(process.cwd(), 'test', 'fixtures', 'logs', 'tensorboard');

/** What TensorBoard reads of an event file: time, step and value of each scalar tag. */
type Reading = Record<string, [number, number, number | string][]>;

function readingOf(name: string): Reading {
  return JSON.parse(readFileSync(path.join(FIXTURES, `${name}.json`), 'utf8')) as Reading;
}

/** A window with event files: one that belongs to no run, and one beside the checkpoints of digits. */
function openWindow(): Promise<VsCodeWindow> {
  return VsCodeWindow.open({
    size: { width: 1500, height: 850 },
    prepare: (folder) => {
      mkdirSync(path.join(folder, 'board'));
      copyFileSync(
        path.join(FIXTURES, 'events.out.tfevents.torch'),
        path.join(folder, 'board', 'events.out.tfevents.1.torch'),
      );
      writeFileSync(path.join(folder, 'board', 'long.csv'), longLog());
      rmSync(path.join(folder, 'digits', 'log.jsonl'));
      copyFileSync(
        path.join(FIXTURES, 'events.out.tfevents.keras-train'),
        path.join(folder, 'digits', 'events.out.tfevents.2.keras'),
      );
      return undefined;
    },
  });
}

const LONG = 20_000;
const METRICS = 40;

/** A log with many rows of many metrics. */
function longLog(): string {
  const names = Array.from({ length: METRICS }, (_, i) => `metric_${i}`);
  const rows = Array.from({ length: LONG }, (_, step) =>
    [step, ...names.map((_, i) => step / (i + 1))].join(),
  );
  return `${['step', ...names].join()}\n${rows.join('\n')}\n`;
}

/** The page in the window that has an element. */
async function pageWith(window: VsCodeWindow, selector: string): Promise<Frame> {
  return until(
    `a page has ${selector}`,
    async () => {
      for (const frame of window.page.frames()) {
        const found = await frame
          .locator(selector)
          .first()
          .isVisible()
          .catch(() => false);
        if (found) return frame;
      }
      return undefined;
    },
    20_000,
  );
}

const tableOf = (window: VsCodeWindow) => pageWith(window, '[role=grid]');
const diagramOf = (window: VsCodeWindow) => pageWith(window, '.stage');

/** Texts of the cells of a row, by column. */
async function cellsOf(row: Locator): Promise<Record<string, string>> {
  const titles = await row.locator('xpath=..').locator('.head [role=columnheader]').allInnerTexts();
  const texts = await row.locator('[role=gridcell]').allInnerTexts();
  return Object.fromEntries(titles.map((title, i) => [title.trim(), texts[i].trim()]));
}

describe('an event file as a table', function () {
  this.timeout(120_000);
  let window: VsCodeWindow;

  before(async () => {
    window = await openWindow();
  });
  after(() => window.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.picture(`failed-${this.currentTest.title}`);
  });

  it('opens from the Explorer, with the values that TensorBoard reads', async () => {
    await window.expand('board');
    await window.row('events.out.tfevents.1.torch').dblclick();
    const table = await tableOf(window);
    const rows = table.locator('[role=row]:not(.head)');
    await rows.first().locator('[role=gridcell]', { hasText: '1.5' }).waitFor();
    const reading = readingOf('events.out.tfevents.torch');
    const steps = new Map<number, Record<string, string>>();
    for (const [tag, values] of Object.entries(reading)) {
      for (const [, step, value] of values) {
        const cell = shortValue(value as number | 'NaN');
        steps.set(step, { ...steps.get(step), [tag]: cell });
      }
    }
    assert.equal(await rows.count(), steps.size);
    for (let i = 0; i < steps.size; i++) {
      const cells = await cellsOf(rows.nth(i));
      const step = Number((cells.step || cells.epoch).replaceAll(',', ''));
      const expected = steps.get(step);
      assert.ok(expected, `a row of step ${step}`);
      for (const tag of Object.keys(reading)) {
        assert.equal(cells[tag], expected[tag] ?? '', `${tag} at ${step}`);
      }
    }
    await window.picture('log-table-alone');
  });

  it('goes from row to row by keys, and copies a row with all digits', async () => {
    const table = await tableOf(window);
    await table.locator('[role=grid]').focus();
    await window.page.keyboard.press('Home');
    await window.page.keyboard.press('ArrowDown');
    const selected = table.locator('[role=row][aria-selected=true]');
    assert.equal(await selected.getAttribute('aria-rowindex'), '3');
    await window.page.keyboard.press('End');
    assert.equal(
      await selected.getAttribute('aria-rowindex'),
      await table.locator('[role=grid]').getAttribute('aria-rowcount'),
    );
    await window.page.keyboard.press('Home');
    await window.page.keyboard.press('ArrowDown');
    await window.page.keyboard.press('ArrowDown');
    // What the page writes to the clipboard when it is asked to copy.
    const copied = await table.locator('body').evaluate((body) => {
      const { ownerDocument: page } = body as unknown as { ownerDocument: PageWithClipboard };
      const view = page.defaultView;
      const clipboardData = new view.DataTransfer();
      page.dispatchEvent(new view.ClipboardEvent('copy', { clipboardData, cancelable: true }));
      return clipboardData.getData('text/plain');
    });
    assert.ok(copied.split('\t').includes('0.3333333432674408'), copied);
  });

  it('scrolls through a long text log with many metrics, of which only what is in sight is in the page', async () => {
    await window.row('long.csv').dblclick();
    await window.page.locator('.tab.active', { hasText: 'long.csv' }).waitFor();
    await window.command('View: Reopen Editor With...');
    await window.pick('Training Log Table');
    await window.page.locator('.breadcrumbs-control, .tab.active', { hasText: 'long.csv' }).first().waitFor();
    const last = async () => {
      const table = await pageWith(window, `[role=grid][aria-rowcount="${LONG + 1}"]`);
      await table.locator(`[role=row][aria-rowindex="${LONG + 1}"]`).waitFor();
      return table;
    };
    const first = await pageWith(window, `[role=grid][aria-rowcount="${LONG + 1}"]`);
    await first.locator('[role=gridcell]', { hasText: /^1$/ }).first().waitFor();
    await window.picture('log-table-long');
    await first.locator('[role=grid]').focus();
    await window.page.keyboard.press('End');
    const table = await last();
    assert.ok((await table.locator('[role=row]').count()) < 80);
    assert.ok((await table.locator('[role=gridcell]').count()) < 80 * 20);
    const row = table.locator(`[role=row][aria-rowindex="${LONG + 1}"]`);
    await row
      .locator('[role=gridcell]', { hasText: String(LONG - 1) })
      .first()
      .waitFor();
    assert.equal((await cellsOf(row)).metric_1, String((LONG - 1) / 2));
    // Hidden and shown again, it is where it was.
    await window.page.locator('.tab', { hasText: 'tfevents' }).click();
    await pageWith(window, `[role=grid]:not([aria-rowcount="${LONG + 1}"])`);
    await window.page.locator('.tab', { hasText: 'long.csv' }).click();
    const again = await last();
    const selected = again.locator('[role=row][aria-selected=true]');
    assert.equal(await selected.getAttribute('aria-rowindex'), String(LONG + 1));
    await window.page.locator('.tab', { hasText: 'tfevents' }).click();
  });

  it('offers to link it to a run', async () => {
    const table = await tableOf(window);
    await table.getByRole('button', { name: 'Link to Run…' }).waitFor();
    assert.deepEqual(window.strayRequests, []);
    assert.deepEqual(window.violations, []);
  });
});

describe('the table of a log beside its diagram', function () {
  this.timeout(120_000);
  let window: VsCodeWindow;

  before(async () => {
    window = await openWindow();
    await window.menu(window.row('digits'), 'Open Diagram for Model');
    await window.pick('x.npy');
    await window.drawn(/digits.*1,797 instances/);
    await window.sidePanel();
    // Room for all snapshots: the tree scrolls to the one that is shown, the last.
    for (const view of ['Levels', 'Instances', 'Details']) {
      await window.page.locator('.pane-header', { hasText: view }).first().click();
    }
    await window.row('log ').waitFor();
  });
  after(() => window.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.picture(`failed-${this.currentTest.title}`);
  });

  /** Names of the pages that have the focus, as the workbench sees it. */
  const focused = () =>
    window.page.locator(':focus').evaluateAll((all) => all.map((one) => one.getAttribute('class') ?? ''));
  const shownRow = (table: Frame) => table.locator('[role=row].shown');

  it('lists snapshots with their rows, and the log with how it was found', async () => {
    const log = window.row('log ');
    assert.match(
      (await log.getAttribute('aria-label')) ?? '',
      /5 of 9 snapshots, found beside the checkpoints/,
    );
    const rows = window.page.locator('.monaco-list-row[aria-label^="epoch "][aria-label*=", row "]');
    assert.ok((await rows.count()) > 0, 'no snapshot tells of its row');
    await window.picture('log-snapshots');
    await log.locator('.monaco-tl-twistie').click();
    await window.page.locator('.monaco-list-row[aria-level="2"]', { hasText: 'Epochs' }).waitFor();
    await log.locator('.monaco-tl-twistie').click();
  });

  it('shows the snapshot that is chosen in the tree, which keeps the focus', async () => {
    await snapshot(2).click();
    await window.drawn(/digits.*epoch 2\b/);
    assert.ok(
      (await focused()).some((name) => name.includes('monaco-list')),
      (await focused()).join(),
    );
  });

  it('is opened by “Reveal in Log”, at the row of the shown snapshot', async () => {
    await window.command('APD: Reveal in Log');
    const table = await tableOf(window);
    await shownRow(table).waitFor();
    assert.equal((await cellsOf(shownRow(table))).epoch, '2');
    assert.equal(await shownRow(table).getAttribute('aria-current'), 'true');
    await window.picture('log-table');
  });

  it('shows the snapshot of a row that is clicked on, and keeps the focus', async () => {
    const table = await tableOf(window);
    await table.locator('[role=row][aria-rowindex="5"] .cell').nth(2).click();
    await shownRow(table).and(table.locator('[aria-rowindex="5"]')).waitFor();
    assert.equal(await epochOf(window), 3);
    assert.ok(await table.locator('[role=grid]').evaluate((grid) => grid.matches(':focus')));
  });

  it('lets the selected row choose the snapshot as a cursor does', async () => {
    const table = await tableOf(window);
    for (const [key, row] of [
      ['ArrowUp', 4],
      ['Home', 2],
      ['End', 6],
    ] as const) {
      await window.page.keyboard.press(key);
      await shownRow(table)
        .and(table.locator(`[aria-rowindex="${row}"]`))
        .waitFor();
      assert.equal(await epochOf(window), row - 2);
    }
  });

  it('moves the marked row as the diagram is stepped through, and unmarks it where the log has none', async () => {
    const table = await tableOf(window);
    const diagram = await diagramOf(window);
    const step = (name: string) => diagram.getByRole('button', { name }).first().click();
    await step('Previous');
    await shownRow(table).and(table.locator('[aria-rowindex="5"]')).waitFor();
    await step('Next');
    await shownRow(table).and(table.locator('[aria-rowindex="6"]')).waitFor();
    await step('Next');
    await shownRow(table).waitFor({ state: 'detached' });
  });

  it('grows with the log, by rows and by metrics', async () => {
    const table = await tableOf(window);
    const file = path.join(window.folder, 'digits', 'events.out.tfevents.2.keras');
    const rows = table.locator('[role=row]:not(.head)');
    const before = await rows.count();
    // Another writer of the same training goes on in the same file, with the other tags of its epochs.
    appendFileSync(file, readFileSync(path.join(FIXTURES, 'events.out.tfevents.tensorboardx')));
    await rows.nth(before + 4).waitFor();
    // The new metric is beyond the edge: columns are drawn as they come into sight.
    const grid = table.locator('[role=grid]');
    const metric = table.locator('[role=columnheader]', { hasText: /^loss$/ });
    await grid.focus();
    for (let i = 0; i < 6 && (await metric.count()) === 0; i++) {
      await window.page.keyboard.press('ArrowRight');
    }
    await metric.waitFor();
    await window.page.keyboard.press('ArrowLeft');
  });

  it('is readable in dark and in high contrast, beside its diagram', async () => {
    await snapshot(3).click();
    for (const [theme, kind, page, name] of [
      ['Dark Modern', 'vs-dark', 'vscode-dark', 'dark'],
      ['Dark High Contrast', 'hc-black', 'vscode-high-contrast', 'contrast'],
    ]) {
      await window.theme(theme, kind);
      for (const frame of [await tableOf(window), await diagramOf(window)]) {
        await frame.locator(`body.${page}`).waitFor();
      }
      await window.picture(`log-table-${name}`);
    }
    assert.deepEqual(window.violations, []);
    assert.deepEqual(window.strayRequests, []);
  });

  function snapshot(epoch: number): Locator {
    return window.page
      .locator(`.monaco-list-row[aria-label^="epoch ${epoch},"][aria-label*=", row "]`)
      .first();
  }
});

/** The epoch whose diagram is shown. */
async function epochOf(window: VsCodeWindow): Promise<number> {
  const text = await window.status(/digits · epoch/);
  return Number(/epoch (\d+)/.exec(text)?.[1]);
}
