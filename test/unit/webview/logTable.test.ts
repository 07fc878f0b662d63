import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { TableRow } from '../../../src/protocol/logTable';
import {
  asTsv,
  fieldsOf,
  fixedColumns,
  movingColumns,
  noFields,
  shortValue,
} from '../../../webview/logTable/columns';
import { columnScroll, columnsInSight, layoutColumns } from '../../../webview/logTable/columnLayout';
import { PAGE, RowPages } from '../../../webview/logTable/rowPages';
import {
  isAtEnd,
  LONGEST,
  offsetAt,
  rowByKey,
  rowsInWindow,
  scrollHeight,
  scrollTo,
  scrollToRow,
} from '../../../webview/logTable/virtualRows';

const none = noFields;
const row = (number: number, more: Partial<TableRow> = {}): TableRow => ({
  row: number,
  values: [],
  ...more,
});

describe('rows of a log in a window that scrolls', () => {
  const small = { rows: 1000, rowHeight: 22, height: 440 };
  const million = { rows: 1_000_000, rowHeight: 22, height: 437 };

  it('are those between its upper and lower edge, with the ones that are cut', () => {
    assert.deepEqual(rowsInWindow(small, 0), { first: 0, end: 20 });
    assert.deepEqual(rowsInWindow(small, 33), { first: 1, end: 22 });
    assert.deepEqual(rowsInWindow(small, 22_000 - 440), { first: 980, end: 1000 });
    assert.deepEqual(rowsInWindow({ ...small, rows: 0 }, 0), { first: 0, end: 0 });
    assert.deepEqual(rowsInWindow({ ...small, rows: 3 }, 0), { first: 0, end: 3 });
  });

  it('reach from the first to the last of a million, though no browser has an element so long', () => {
    assert.equal(scrollHeight(million), LONGEST);
    assert.equal(rowsInWindow(million, 0).first, 0);
    const bottom = LONGEST - million.height;
    assert.equal(rowsInWindow(million, bottom).end, 1_000_000);
    assert.ok(isAtEnd(million, bottom));
    assert.ok(!isAtEnd(million, bottom - 20));
  });

  it('are found again where they were scrolled to', () => {
    const windows = fc.record({
      rows: fc.integer({ min: 1, max: 2_000_000 }),
      rowHeight: fc.constant(22),
      height: fc.integer({ min: 22, max: 2000 }),
    });
    const property = fc.property(windows, fc.nat(), fc.nat(), (window, number, from) => {
      const target = number % window.rows;
      const start = scrollTo(window, (from % window.rows) * window.rowHeight);
      for (const place of ['near', 'middle'] as const) {
        const offset = offsetAt(window, scrollToRow(window, start, target, place));
        assert.ok(offset <= target * 22 + 0.01 && offset + window.height >= target * 22 + 22 - 0.01);
      }
    });
    fc.assert(property, { seed: 5, numRuns: 300 });
  });

  it('stay where they are when a row in sight is gone to', () => {
    assert.equal(scrollToRow(small, 100, 10, 'middle'), 100);
    assert.notEqual(scrollToRow(small, 100, 3, 'near'), 100);
  });

  it('are walked through with keys, not over the ends', () => {
    assert.equal(rowByKey(small, 5, 'ArrowDown'), 6);
    assert.equal(rowByKey(small, 0, 'ArrowUp'), 0);
    assert.equal(rowByKey(small, 5, 'PageDown'), 24);
    assert.equal(rowByKey(small, 990, 'PageDown'), 999);
    assert.equal(rowByKey(small, 5, 'End'), 999);
    assert.equal(rowByKey(small, 5, 'Home'), 0);
    assert.equal(rowByKey(small, 5, 'toString'), undefined);
    assert.equal(rowByKey({ ...small, rows: 0 }, 0, 'End'), undefined);
  });
});

describe('pages of rows', () => {
  it('are asked for once, and again when they are out of date; what is there stays until then', () => {
    const asked: number[] = [];
    const pages = new RowPages((from) => asked.push(from));
    pages.renew('a');
    pages.need(150, 230);
    pages.need(160, 240);
    assert.deepEqual(asked, [100, 200]);
    pages.take(100, [row(100, { epoch: 1 })], 'a');
    pages.need(150, 190);
    assert.equal(asked.length, 2);
    pages.renew('b');
    assert.equal(pages.row(100)?.epoch, 1);
    pages.need(150, 190);
    assert.deepEqual(asked, [100, 200, 100]);
    pages.take(100, [row(100, { epoch: 2 })], 'b');
    assert.equal(pages.row(100)?.epoch, 2);
  });

  it('are forgotten, the least recently used first, before they are too many', () => {
    const pages = new RowPages(() => undefined);
    pages.renew('a');
    pages.take(0, [row(0)], 'a');
    for (let page = 1; page <= 100; page++) {
      pages.need(0, 1);
      pages.take(page * PAGE, [row(page * PAGE)], 'a');
    }
    assert.ok(pages.row(0), 'a page in use was forgotten');
    assert.equal(pages.row(PAGE), undefined);
    assert.ok(pages.row(100 * PAGE));
  });
});

describe('columns of a log', () => {
  it('are those that rows have something for', () => {
    const fields = fieldsOf([row(0, { epoch: 1 }), row(1, { time: 5 })], none);
    assert.deepEqual(fields, { line: false, epoch: 1, step: 0, time: true });
    const titles = [...fixedColumns(2, fields), ...movingColumns(['loss'], 2, fields)].map(
      ({ title }) => title,
    );
    assert.deepEqual(titles, ['row', 'epoch', 'loss', 'time']);
    const [, step] = fixedColumns(2, fieldsOf([row(0, { step: 1_234_567_890_123 })], none));
    assert.equal(step.width, '1,234,567,890,123'.length);
  });

  it('show values in short, NaN and none apart, and copy them whole', () => {
    assert.equal(shortValue(0.3333333432674408), '0.333333');
    assert.equal(shortValue(1.5e-7), '1.50e-7');
    assert.equal(shortValue('NaN'), 'NaN');
    assert.equal(shortValue('-Infinity'), '−∞');
    assert.equal(shortValue(null), '');
    const columns = [...fixedColumns(9, { ...none, epoch: 1 }), ...movingColumns(['a', 'b'], 9, none)];
    const values = [0.3333333432674408, null];
    assert.equal(asTsv(row(4, { epoch: 5, values }), columns), '5\t5\t0.3333333432674408\t');
  });

  it('are drawn only where they are in sight, of forty as of four', () => {
    const names = Array.from({ length: 40 }, (_, i) => `metric ${i}`);
    const layout = layoutColumns(movingColumns(names, 9, none), 100, 7);
    const { first, end } = columnsInSight(layout, 0, 900);
    assert.equal(first, 0);
    assert.ok(end > 5 && end < 20, `${end} columns`);
    assert.equal(columnsInSight(layout, layout.left[40] - 1, 900).end, 40);
    const next = columnScroll(layout, 0, 100, 1);
    assert.equal(next, layout.left[1] - 100);
    assert.equal(columnScroll(layout, next, 100, -1), 0);
    assert.equal(columnScroll(layout, 0, 100, -1), 0);
  });
});
