import type { SelectionDetails } from '../../protocol/engine';

/** Units in a row of text. */
const UNITS_IN_ROW = 32;
/** Rows that are worth reading in a tree. */
const MOST_ROWS = 64;
/** Shapes of the pieces; numbers from the third on. */
const SHAPES = ['□', '■'];

/** A row of units. */
export interface PatternTextRow {
  /** Which units these are. */
  name: string;
  text: string;
  /** The same in words. */
  spoken: string;
}

/**
 * A pattern as rows of shapes, a shape per unit: the rows of a convolution's positions, else rows of 32 units.
 * @param pattern pieces of the units, shape of the layer, and pieces of the activation
 */
export function patternRows(pattern: NonNullable<SelectionDetails['pattern']>): {
  rows: PatternTextRow[];
  legend: string;
} {
  const { pieces, shape } = pattern;
  const width =
    shape.length > 1 && shape[shape.length - 1] <= 2 * UNITS_IN_ROW ? shape[shape.length - 1] : UNITS_IN_ROW;
  const rows: PatternTextRow[] = [];
  for (let from = 0; from < pieces.length && rows.length < MOST_ROWS; from += width) {
    const part = pieces.subarray(from, from + width);
    const positive = [...part.keys()].filter((unit) => part[unit] > 0).map((unit) => from + unit);
    rows.push({
      name: `units ${from}–${from + part.length - 1}`,
      text: Array.from(part, (piece) => SHAPES[piece] ?? String(piece)).join(''),
      spoken: positive.length > 0 ? `on: ${positive.join(', ')}` : 'all off',
    });
  }
  const on = pieces.reduce((sum, piece) => sum + (piece > 0 ? 1 : 0), 0);
  const cut = rows.length * width < pieces.length ? `, first ${rows.length * width} shown` : '';
  return { rows, legend: `${on} of ${pieces.length} units on${cut}` };
}
