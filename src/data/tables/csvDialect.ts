import { InputError } from '../../core/errors';
import { isNumber, kindOfColumn } from './columnKinds';
import { BLANK, RecordReader } from './csvRecords';
import { isMissingNumber } from './parseNumber';
import { isRemark } from './preamble';

/** Records looked at to find out how a file is written. */
const SAMPLE_RECORDS = 25;

/** Separators tried, the surest first: a comma may be a decimal comma, a tab is hardly anything else. */
const delimiters = ['\t', ';', ',', '|'];

const delimiterNames: Record<string, string> = {
  tab: '\t',
  comma: ',',
  semicolon: ';',
  space: BLANK,
  '\\t': '\t',
};

/**
 * The separator a user names: itself, or `tab`, `comma`, `semicolon`, `space` (any number of blanks).
 * @throws InputError where it is not a single character, or one that has another meaning
 */
export function parseDelimiter(text: string): string {
  const delimiter = delimiterNames[text] ?? text;
  if (delimiter.length !== 1 || /["\r\n\ufeff]/.test(delimiter)) {
    throw new InputError('delimiter', `${JSON.stringify(text)} is no single character; expected , ; or tab`);
  }
  return delimiter;
}

/** The first records of a text with a separator; fewer where the text is damaged there. */
function sample(text: string, delimiter: string, whole: boolean): string[][] {
  try {
    const { rows } = new RecordReader('', delimiter).read(text, whole);
    return rows.slice(0, SAMPLE_RECORDS).filter((row) => !isRemark(row));
  } catch (error) {
    if (error instanceof InputError) {
      return [];
    }
    throw error;
  }
}

/** Whether rows have the same number of fields, more than one; the first may lack the name of a column of row names. */
function isConsistent([first, second = first, ...rest]: string[][]): boolean {
  if (first === undefined || second.length < 2) return false;
  const unnamed = first.length === second.length - 1 && rest.length > 0 && first.length > 1;
  return (first.length === second.length || unnamed) && rest.every((row) => row.length === second.length);
}

/** Whether blanks part a text into columns most of which are numbers. */
function isBlankSeparated(text: string, whole: boolean): boolean {
  const rows = sample(text, BLANK, whole);
  if (!isConsistent(rows)) return false;
  const body = rows.length > 1 ? rows.slice(1) : rows;
  const columns = body[0].map((_, column) => kindOfColumn(body, column, BLANK));
  const numbers = columns.filter((kind) => kind === 'number').length;
  return numbers * 2 > columns.length;
}

/** Whether a separator leaves cells that are several numbers with blanks between them: its commas are decimal ones. */
function leavesNumbersTogether(text: string, delimiter: string, whole: boolean): boolean {
  const several = (cell: string) => /^\s*[\d.e+-]+\s+[\d.e+-]+\s*$/i.test(cell);
  return sample(text, delimiter, whole)
    .slice(1)
    .some((row) => row.some(several));
}

/**
 * The separator that gives the first records the same number of fields, more than one; blanks where they part columns of
 * numbers; else a comma.
 * @param whole true where nothing follows the text
 */
export function detectDelimiter(text: string, whole: boolean): string {
  const consistent = delimiters.find((delimiter) => isConsistent(sample(text, delimiter, whole)));
  const unsure = consistent === undefined || leavesNumbersTogether(text, consistent, whole);
  if (unsure && isBlankSeparated(text, whole)) return BLANK;
  // With ragged rows the header alone has to tell, so that the error names the row and not the separator.
  return (
    consistent ?? delimiters.find((delimiter) => (sample(text, delimiter, whole)[0]?.length ?? 0) > 1) ?? ','
  );
}

/** Names that columns of labels usually have. */
const labelNames = /^(labels?|class(es)?|targets?|species|y|variety|category)$/i;

/** True for a usual name of a column of labels. */
export function isLabelName(name: string): boolean {
  return labelNames.test(name.trim());
}

/**
 * Whether the first row of a table names its columns: some column has text there and numbers below, or it has one of the
 * usual names of a column of labels, or the name the user asks for, or it stands behind an empty cell above the names or
 * numbers of rows.
 */
export function detectHeader(
  rows: readonly string[][],
  labelColumn: string | undefined,
  delimiter = ',',
): boolean {
  const isValue = (text: string) => isMissingNumber(text) || isNumber(text, delimiter);
  const [first, ...others] = rows;
  const names = first.map((name) => name.trim());
  if (labelColumn !== undefined && !/^\d+$/.test(labelColumn) && names.includes(labelColumn)) {
    return true;
  }
  if (others.length === 0) {
    return !names.some(isValue);
  }
  const rowNames = others[0].length - first.length === 1 ? 1 : 0;
  const textAboveNumbers = names.some(
    (name, column) =>
      !isValue(name) &&
      others.every((row) => row[column + rowNames] !== undefined && isValue(row[column + rowNames])),
  );
  const usual = names.some(isLabelName) && !names.some((name) => name !== '' && isValue(name));
  const numbered =
    names.length > 1 && names.every((name, column) => name === (column ? `${column - 1}` : ''));
  const rowNamesBelow =
    names.length > 1 &&
    names.every((name, column) => (column === 0 ? name === '' : !isValue(name))) &&
    others.every(([cell]) => cell.trim() !== '');
  return textAboveNumbers || usual || numbered || rowNamesBelow;
}
