import fc from 'fast-check';
import assert from 'node:assert/strict';
import {
  contingency,
  largestEntries,
  refine,
  transpose,
  type Contingency,
} from '../../../src/core/contingency';
import { numbers } from './arbitraries';
import { canonical, tally } from './naive';

const groupings = fc
  .record({
    length: fc.nat({ max: 60 }),
    rows: fc.integer({ min: 1, max: 30 }),
    columns: fc.integer({ min: 1, max: 30 }),
  })
  .chain(({ length, rows, columns }) =>
    fc.record({
      rows: fc.constant(rows),
      columns: fc.constant(columns),
      rowOf: numbers(length, rows).map((of) => Int32Array.from(of)),
      columnOf: numbers(length, columns).map((of) => Int32Array.from(of)),
    }),
  );

/** The table as `row,column → count`. */
function asMap(table: Contingency): Map<string, number> {
  const pairs = new Map<string, number>();
  for (let r = 0; r < table.rows; r++) {
    for (let e = table.offsets[r]; e < table.offsets[r + 1]; e++) {
      assert.ok(e === table.offsets[r] || table.column[e - 1] < table.column[e], 'columns ascend');
      pairs.set(`${r},${table.column[e]}`, table.count[e]);
    }
  }
  assert.equal(pairs.size, table.column.length);
  assert.equal(table.offsets.length, table.rows + 1);
  return pairs;
}

function sorted(map: Map<string, number>): [string, number][] {
  return Array.from(map).sort();
}

describe('contingency tables', () => {
  it('count the instances of each pair', () => {
    fc.assert(
      fc.property(groupings, ({ rows, columns, rowOf, columnOf }) => {
        const table = contingency(rowOf, rows, columnOf, columns);
        const pairs = Array.from(rowOf, (row, i) => `${row},${columnOf[i]}`);
        assert.deepEqual(sorted(asMap(table)), sorted(tally(pairs)));
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('are the same read the other way round', () => {
    fc.assert(
      fc.property(groupings, ({ rows, columns, rowOf, columnOf }) => {
        const table = contingency(rowOf, rows, columnOf, columns);
        assert.deepEqual(transpose(table), contingency(columnOf, columns, rowOf, rows));
        assert.deepEqual(transpose(transpose(table)), table);
      }),
      { seed: 2, numRuns: 200 },
    );
  });

  it('refine into the groups that are in both', () => {
    fc.assert(
      fc.property(groupings, ({ rows, columns, rowOf, columnOf }) => {
        const { of, count, parent } = refine(rowOf, rows, columnOf, columns);
        const pairs = Array.from(rowOf, (row, i) => `${row},${columnOf[i]}`);
        assert.deepEqual(canonical(of), canonical(pairs));
        assert.equal(count, new Set(pairs).size);
        assert.equal(parent.length, count);
        of.forEach((group, i) => assert.equal(parent[group], rowOf[i]));
        // Numbered by row and then by column: as the entries of the table are.
        const entries = Array.from(asMap(contingency(rowOf, rows, columnOf, columns)).keys());
        of.forEach((group, i) => assert.equal(entries[group], pairs[i]));
      }),
      { seed: 3, numRuns: 200 },
    );
  });

  it('have a largest entry in each row that is not empty, the first of equals', () => {
    fc.assert(
      fc.property(groupings, ({ rows, columns, rowOf, columnOf }) => {
        const table = contingency(rowOf, rows, columnOf, columns);
        largestEntries(table).forEach((entry, row) => {
          const counts = Array.from(table.count.subarray(table.offsets[row], table.offsets[row + 1]));
          const expected =
            counts.length === 0 ? -1 : table.offsets[row] + counts.indexOf(Math.max(...counts));
          assert.equal(entry, expected);
        });
      }),
      { seed: 4, numRuns: 200 },
    );
  });
});
