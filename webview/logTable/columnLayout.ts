import type { TableColumn } from './columns';

/** Room at both sides of a cell's text, in pixels. */
const PADDING = 9;
/** Width of the column of marks. */
export const MARK_WIDTH = 26;

/** Where columns are. */
export interface ColumnLayout {
  columns: TableColumn[];
  /** Left edge of each, and of what follows the last. */
  left: number[];
}

/** Width of a column in pixels. */
function columnWidth({ width }: TableColumn, characterWidth: number): number {
  return Math.ceil(width * characterWidth) + 2 * PADDING;
}

/** Places columns side by side, from a left edge on. */
export function layoutColumns(columns: TableColumn[], from: number, characterWidth: number): ColumnLayout {
  const left = [from];
  for (const column of columns) left.push(left.at(-1)! + columnWidth(column, characterWidth));
  return { columns, left };
}

/** Columns from `first` up to, not with, `end`. */
export interface ColumnsInSight {
  first: number;
  end: number;
}

/** Columns that are in sight, at least in part. */
export function columnsInSight(
  { columns, left }: ColumnLayout,
  scrollLeft: number,
  width: number,
): ColumnsInSight {
  let first = 0;
  while (first < columns.length && left[first + 1] <= scrollLeft) first++;
  let end = first;
  while (end < columns.length && left[end] < scrollLeft + width) end++;
  return { first, end };
}

/** Where to scroll to for the next column to be the first in sight, or the one before. */
export function columnScroll(
  { columns, left }: ColumnLayout,
  scrollLeft: number,
  fixed: number,
  step: -1 | 1,
): number {
  const edges = left.slice(0, columns.length).map((edge) => edge - fixed);
  const next =
    step > 0 ? edges.find((edge) => edge > scrollLeft + 1) : edges.findLast((edge) => edge < scrollLeft - 1);
  return Math.max(0, next ?? scrollLeft);
}
