import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Frame, Locator } from 'playwright-core';
import { shortValue } from '../../webview/logTable/columns';
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
      rmSync(path.join(folder, 'digits', 'log.jsonl'));
      copyFileSync(
        path.join(FIXTURES, 'events.out.tfevents.keras-train'),
        path.join(folder, 'digits', 'events.out.tfevents.2.keras'),
      );
      return undefined;
    },
  });
}

/** The page in the window that has an element. */
async function pageWith(window: VsCodeWindow, selector: string): Promise<Frame> {
  const end = Date.now() + 20_000;
  while (Date.now() < end) {
    for (const frame of window.page.frames()) {
      const found = await frame
        .locator(selector)
        .first()
        .isVisible()
        .catch(() => false);
      if (found) return frame;
    }
    await window.page.waitForTimeout(100);
  }
  assert.fail(`no page has ${selector}`);
}

const tableOf = (window: VsCodeWindow) => pageWith(window, '[role=grid]');
const diagramOf = (window: VsCodeWindow) => pageWith(window, '.stage');

/** Texts of the cells of a row, by column. */
async function cellsOf(row: Locator): Promise<Record<string, string>> {
  const titles = await row
    .page()
    .frames()
    .reduce<Promise<string[]>>(async (found, frame) => {
      const before = await found;
      if (before.length > 0) return before;
      return frame
        .locator('[role=columnheader]')
        .allInnerTexts()
        .catch(() => []);
    }, Promise.resolve([]));
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
      for (const tag of Object.keys(reading))
        assert.equal(cells[tag], expected[tag] ?? '', `${tag} at ${step}`);
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
    await window.row('log ').waitFor();
    await window.picture('log-snapshots');
    await window.command('APD: Reveal in Log');
    await window.picture('log-revealed');
    await tableOf(window);
  });
  after(() => window.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.picture(`failed-${this.currentTest.title}`);
  });

  it('marks the rows that have a snapshot', async () => {
    const table = await tableOf(window);
    await table.locator('[role=row] .mark .codicon').first().waitFor();
    await window.picture('log-table');
  });
});
