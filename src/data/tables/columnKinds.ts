import { isMissing, isMissingNumber, parseDecimalComma, parseNumber } from './parseNumber';

/** What the cells of a column are. */
export type ColumnKind = 'number' | 'boolean' | 'text' | 'empty';

/** True and false as pandas, Excel and R write them. */
const booleanWord = /^(?:true|false)$/i;

/**
 * What a column holds, by the first rows of a table. A column with a single number in it is one of numbers, so that a cell
 * that is none is told and not taken for a class of its own.
 */
export function kindOfColumn(rows: readonly string[][], column: number, delimiter: string): ColumnKind {
  const cells = rows.map((row) => row[column] ?? '').filter((cell) => !isMissingNumber(cell));
  if (cells.length === 0) return 'empty';
  if (cells.some((cell) => isNumber(cell, delimiter))) return 'number';
  return cells.every((cell) => booleanWord.test(cell.trim())) ? 'boolean' : 'text';
}

/** Whether a cell is a number, be it with a decimal comma. */
export function isNumber(cell: string, delimiter: string): boolean {
  return parseNumber(cell) !== undefined || (delimiter !== ',' && parseDecimalComma(cell) !== undefined);
}

/** Names of first columns that are hardly anything else than numbers of rows. */
const indexName = /^(?:index|idx|id|row|row_?(?:id|names?|number)|no\.?|nr\.?|#)$/i;
/** No name, and what pandas calls a column without one. */
const noName = /^(?:Unnamed: ?\d+)?$/;

/**
 * Whether the first column of a table is an index and no feature: one without a name that holds different whole numbers or
 * different texts, as pandas and R write the names of rows; or one called `id` and the like that counts the rows.
 */
export function isIndexColumn(names: readonly string[] | undefined, rows: readonly string[][]): boolean {
  if (!names || names.length < 2 || rows.length === 0) return false;
  const cells = rows.map((row) => row[0]?.trim() ?? '');
  const numbers = cells.map((cell) => (/^\d{1,15}$/.test(cell) ? Number(cell) : NaN));
  if (noName.test(names[0])) {
    // Where no other column has a name either, there is nothing that tells an index.
    if (names.every((name) => name === '')) return false;
    const texts = cells.every((cell) => !isMissing(cell) && parseNumber(cell) === undefined);
    return (texts || !numbers.includes(NaN)) && new Set(cells).size === cells.length;
  }
  const counts = numbers.every((number, row) => number === numbers[0] + row) && numbers[0] <= 1;
  return indexName.test(names[0]) && counts;
}
