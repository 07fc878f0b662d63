/**
 * How many instances each pair of a row group and a column group shares, as sparse rows: those of row r are
 * `column[offsets[r] … offsets[r + 1])` with `count`, columns ascending. Edges, label histograms, continuations
 * across snapshots: all of them are such tables.
 */
export interface Contingency {
  rows: number;
  columns: number;
  offsets: Int32Array;
  column: Int32Array;
  count: Int32Array;
}

/** Instances ordered by row group, within it by column group, within that by number: two stable counting sorts. */
function orderByPair(rowOf: Int32Array, rows: number, columnOf: Int32Array, columns: number): Int32Array {
  const byColumn = countingSort(null, columnOf, columns);
  return countingSort(byColumn, rowOf, rows);
}

/** Where each group begins when instances are sorted by group. */
function groupStarts(keyOf: Int32Array, keys: number): Int32Array {
  const starts = new Int32Array(keys + 1);
  for (let i = 0; i < keyOf.length; i++) starts[keyOf[i] + 1]++;
  for (let k = 0; k < keys; k++) starts[k + 1] += starts[k];
  return starts;
}

function countingSort(order: Int32Array | null, keyOf: Int32Array, keys: number): Int32Array {
  const next = groupStarts(keyOf, keys);
  const length = keyOf.length;
  const sorted = new Int32Array(length);
  for (let i = 0; i < length; i++) {
    const instance = order === null ? i : order[i];
    sorted[next[keyOf[instance]]++] = instance;
  }
  return sorted;
}

/**
 * Counts the instances of each pair of groups.
 * @param rowOf row group of each instance, 0 … rows − 1
 * @param columnOf column group of each instance, 0 … columns − 1
 */
export function contingency(
  rowOf: Int32Array,
  rows: number,
  columnOf: Int32Array,
  columns: number,
): Contingency {
  return rows * columns <= DENSE_CELLS * rowOf.length
    ? denseContingency(rowOf, rows, columnOf, columns)
    : sortedContingency(rowOf, rows, columnOf, columns);
}

/** Cells for each instance up to which counting in a whole table is cheaper than sorting. */
const DENSE_CELLS = 8;

function denseContingency(
  rowOf: Int32Array,
  rows: number,
  columnOf: Int32Array,
  columns: number,
): Contingency {
  const cells = new Int32Array(rows * columns);
  let pairs = 0;
  for (let i = 0; i < rowOf.length; i++) {
    if (cells[rowOf[i] * columns + columnOf[i]]++ === 0) pairs++;
  }
  const offsets = new Int32Array(rows + 1);
  const column = new Int32Array(pairs);
  const count = new Int32Array(pairs);
  for (let r = 0, cell = 0, pair = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++, cell++) {
      if (cells[cell] === 0) continue;
      column[pair] = c;
      count[pair++] = cells[cell];
    }
    offsets[r + 1] = pair;
  }
  return { rows, columns, offsets, column, count };
}

function sortedContingency(
  rowOf: Int32Array,
  rows: number,
  columnOf: Int32Array,
  columns: number,
): Contingency {
  const instances = rowOf.length;
  const endOfColumn = groupStarts(columnOf, columns);
  const rowsByColumn = new Int32Array(instances);
  for (let i = 0; i < instances; i++) rowsByColumn[endOfColumn[columnOf[i]]++] = rowOf[i];
  const endOfRow = groupStarts(rowOf, rows);
  const column = new Int32Array(instances);
  for (let c = 0, k = 0; c < columns; c++) {
    for (; k < endOfColumn[c]; k++) column[endOfRow[rowsByColumn[k]]++] = c;
  }
  // Runs of equal columns in a row become one entry; entries never pass what is still to be read.
  const offsets = new Int32Array(rows + 1);
  const count = new Int32Array(instances);
  let pairs = 0;
  for (let r = 0, k = 0; r < rows; r++) {
    for (let last = -1; k < endOfRow[r]; k++) {
      if (column[k] !== last) {
        last = column[k];
        column[pairs++] = last;
      }
      count[pairs - 1]++;
    }
    offsets[r + 1] = pairs;
  }
  return { rows, columns, offsets, column: column.slice(0, pairs), count: count.slice(0, pairs) };
}

/**
 * The common refinement of two groupings: instances are together when they are in both.
 * @returns group of each instance, numbered by row group and then column group, and the row group of each
 */
export function refine(
  rowOf: Int32Array,
  rows: number,
  columnOf: Int32Array,
  columns: number,
): { of: Int32Array; count: number; parent: Int32Array } {
  const order = orderByPair(rowOf, rows, columnOf, columns);
  const of = new Int32Array(order.length);
  const parent: number[] = [];
  let lastRow = -1;
  let lastColumn = -1;
  for (let i = 0; i < order.length; i++) {
    const instance = order[i];
    const row = rowOf[instance];
    const col = columnOf[instance];
    if (row !== lastRow || col !== lastColumn) {
      parent.push(row);
      lastRow = row;
      lastColumn = col;
    }
    of[instance] = parent.length - 1;
  }
  return { of, count: parent.length, parent: Int32Array.from(parent) };
}

/** The same table read the other way round. */
export function transpose(table: Contingency): Contingency {
  const { rows, columns } = table;
  const offsets = new Int32Array(columns + 1);
  for (const c of table.column) offsets[c + 1]++;
  for (let c = 0; c < columns; c++) offsets[c + 1] += offsets[c];
  const next = offsets.slice();
  const column = new Int32Array(table.column.length);
  const count = new Int32Array(table.column.length);
  for (let r = 0; r < rows; r++) {
    for (let e = table.offsets[r]; e < table.offsets[r + 1]; e++) {
      const to = next[table.column[e]]++;
      column[to] = r;
      count[to] = table.count[e];
    }
  }
  return { rows: columns, columns: rows, offsets, column, count };
}

/** For each row the entry with the largest count (the first of equals); −1 for an empty row. */
export function largestEntries(table: Contingency): Int32Array {
  const best = new Int32Array(table.rows).fill(-1);
  for (let r = 0; r < table.rows; r++) {
    for (let e = table.offsets[r]; e < table.offsets[r + 1]; e++) {
      if (best[r] < 0 || table.count[e] > table.count[best[r]]) best[r] = e;
    }
  }
  return best;
}
