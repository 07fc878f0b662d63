/** A list of rows of one height behind a window that scrolls. Lengths are in CSS pixels. */
export interface RowWindow {
  rows: number;
  rowHeight: number;
  /** Height of the window. */
  height: number;
}

/** Browsers cut longer elements off (at 2²⁵ px, less when the page is zoomed in): longer lists scroll faster instead. */
export const LONGEST = 8_000_000;

/** Height of the element that scrolls. */
export function scrollHeight({ rows, rowHeight }: RowWindow): number {
  return Math.min(rows * rowHeight, LONGEST);
}

/** How much faster than the scroll bar the rows move: 1 for all but very long lists. */
function speed(window: RowWindow): number {
  const room = scrollHeight(window) - window.height;
  return room <= 0 ? 1 : Math.max(1, (window.rows * window.rowHeight - window.height) / room);
}

/** How far down the window is in the rows when the element is scrolled to `scrollTop`. */
export function offsetAt(window: RowWindow, scrollTop: number): number {
  return Math.max(0, scrollTop) * speed(window);
}

/** Where to scroll to for the window to be at an offset. */
export function scrollTo(window: RowWindow, offset: number): number {
  const { rows, rowHeight, height } = window;
  const last = Math.max(0, rows * rowHeight - height);
  return Math.min(Math.max(0, offset), last) / speed(window);
}

/** Rows in the window, those that are cut included: from `first` up to, not with, `end`. */
export function rowsInWindow(window: RowWindow, scrollTop: number): { first: number; end: number } {
  const { rows, rowHeight, height } = window;
  const offset = offsetAt(window, scrollTop);
  const first = Math.min(Math.max(0, rows - 1), Math.floor(offset / rowHeight));
  return { first, end: Math.min(rows, Math.ceil((offset + height) / rowHeight)) };
}

/** True where the last row is wholly in the window. */
export function isAtEnd(window: RowWindow, scrollTop: number): boolean {
  const { rows, rowHeight, height } = window;
  return offsetAt(window, scrollTop) + height >= rows * rowHeight - 1;
}

/**
 * Where to scroll to for a row to be wholly in the window; where it is already, nothing moves.
 * @param place `near`: no further than needed; `middle`: the row comes to the middle
 */
export function scrollToRow(
  window: RowWindow,
  scrollTop: number,
  row: number,
  place: 'near' | 'middle',
): number {
  const { rowHeight, height } = window;
  const offset = offsetAt(window, scrollTop);
  const top = row * rowHeight;
  if (top >= offset && top + rowHeight <= offset + height) return scrollTop;
  if (place === 'middle') return scrollTo(window, top - (height - rowHeight) / 2);
  return scrollTo(window, top < offset ? top : top + rowHeight - height);
}

/** The row that a key goes to; undefined for keys that go to none. */
export function rowByKey(window: RowWindow, row: number, key: string): number | undefined {
  const page = Math.max(1, Math.floor(window.height / window.rowHeight) - 1);
  const steps: Record<string, number> = {
    ArrowUp: -1,
    ArrowDown: 1,
    PageUp: -page,
    PageDown: page,
    Home: -Infinity,
    End: Infinity,
  };
  if (!Object.hasOwn(steps, key) || window.rows === 0) return undefined;
  return Math.min(Math.max(0, row + steps[key]), window.rows - 1);
}
