import { InputError } from '../../core/errors';
import { assignColumns, type ColumnRoles } from './csvColumns';
import { detectDelimiter, detectHeader, parseDelimiter } from './csvDialect';
import { RecordReader } from './csvRecords';
import type { CsvOptions } from './csvOptions';
import { parseNumber } from './parseNumber';
import { isRemark, readPreamble } from './preamble';
import { formatCount } from '../../core/wording';

/** More columns than any table has. */
const MOST_COLUMNS = 2 ** 24;
/** Rows that tell what the columns are. */
const SAMPLE_ROWS = 25;

/** The beginning of a file. */
interface Beginning {
  file: string;
  /** Whole lines. */
  text: string;
  /** True where nothing follows. */
  whole: boolean;
}

/** How a table is written, by its beginning. */
export interface WrittenTable {
  delimiter: string;
  /** Characters before the first row, and lines. */
  length: number;
  lines: number;
  /** Whether the first row names the columns. */
  hasHeader: boolean;
  roles: ColumnRoles;
}

/**
 * Finds out how a table is written and what its columns are.
 * @throws InputError where it has no rows, or not the columns that the options name
 */
export function readTableHead(begin: Beginning, options: CsvOptions, notices: string[]): WrittenTable {
  const { file, text, whole } = begin;
  const { length, lines, delimiter: named, comment } = readPreamble(text);
  const table = text.slice(length);
  const delimiter = options.delimiter
    ? parseDelimiter(options.delimiter)
    : (named ?? detectDelimiter(table, whole));
  const { rows } = new RecordReader(file, delimiter, lines + 1).read(table, whole);
  if (rows.length === 0) {
    throw new InputError(file, whole ? 'has no rows' : 'has no whole row among its first megabyte');
  }
  if (rows[0].length > MOST_COLUMNS) {
    throw new InputError(
      file,
      `has ${formatCount(rows[0].length)} columns, the limit is ${formatCount(MOST_COLUMNS)}`,
    );
  }
  const sample = rows.slice(0, SAMPLE_ROWS).filter((row) => !isRemark(row));
  if (sample.length === 0) throw new InputError(file, 'has no rows');
  const wanted = options.labelColumn === false ? undefined : options.labelColumn;
  const hasHeader = options.header ?? detectHeader(sample, wanted, delimiter);
  const names = hasHeader
    ? namesOf(sample)
    : options.header === undefined && comment !== undefined
      ? namesInComment(comment, sample, delimiter)
      : undefined;
  if (
    hasHeader &&
    options.header === undefined &&
    sample[0].some((name) => parseNumber(name) !== undefined)
  ) {
    notices.push(`${file}: the first row is taken as the names of the columns, though some are numbers.`);
  }
  const count = names?.length ?? sample[0].length;
  const head = { file, names, rows: sample.slice(hasHeader ? 1 : 0), count, delimiter, role: options.role };
  return { delimiter, length, lines, hasHeader, roles: assignColumns(head, options, notices) };
}

/** R leaves the name of the column of row names out. */
function namesOf([header, first]: string[][]): string[] {
  const names = header.map((name) => name.trim());
  return first !== undefined && names.length === first.length - 1 ? ['', ...names] : names;
}

/** Names before rows that have none, as NumPy's savetxt writes them: `# a,b,c`. */
function namesInComment(comment: string, sample: string[][], delimiter: string): string[] | undefined {
  const line = `${comment.replaceAll('"', '')}\n`;
  const names = new RecordReader('', delimiter).read(line, true).rows[0]?.map((name) => name.trim()) ?? [];
  const fits = names.length > 1 && names.length === sample[0].length;
  return fits && detectHeader([names, ...sample], undefined, delimiter) ? names : undefined;
}
