import { InputError } from '../../core/errors';
import { RecordReader } from './csvRecords';
import { isMissing, parseNumber } from './parseNumber';

/** Records looked at to find out how a file is written. */
const sampleRecords = 25;

/** Separators tried, the surest first: a comma may be a decimal comma, a tab is hardly anything else. */
const delimiters = ['\t', ';', ','];

const delimiterNames: Record<string, string> = { tab: '\t', comma: ',', semicolon: ';', '\\t': '\t' };

/**
 * The separator a user names: itself, or `tab`, `comma`, `semicolon`.
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
    return new RecordReader('', delimiter).read(text, whole).rows.slice(0, sampleRecords);
  } catch (error) {
    if (error instanceof InputError) return [];
    throw error;
  }
}

/**
 * The separator that gives the first records the same number of fields, more than one; else a comma.
 * @param whole true where nothing follows the text
 */
export function detectDelimiter(text: string, whole: boolean): string {
  const consistent = delimiters.find((delimiter) => {
    const rows = sample(text, delimiter, whole);
    return rows.length > 0 && rows[0].length > 1 && rows.every((row) => row.length === rows[0].length);
  });
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

function isValue(text: string): boolean {
  return isMissing(text) || parseNumber(text) !== undefined;
}

/**
 * Whether the first row of a table names its columns: some column has text there and numbers below, or it has one of the
 * usual names of a column of labels, or the name the user asks for.
 */
export function detectHeader(rows: readonly string[][], labelColumn: string | undefined): boolean {
  const [first, ...others] = rows;
  const names = first.map((name) => name.trim());
  if (labelColumn !== undefined && !/^\d+$/.test(labelColumn) && names.includes(labelColumn)) return true;
  if (others.length === 0) return !names.some(isValue);
  const textAboveNumbers = names.some(
    (name, column) =>
      !isValue(name) && others.every((row) => row[column] !== undefined && isValue(row[column])),
  );
  const usual = names.some(isLabelName) && !names.some((name) => name !== '' && isValue(name));
  return textAboveNumbers || usual;
}
