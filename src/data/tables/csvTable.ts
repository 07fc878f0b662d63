import { InputError } from '../../core/errors';
import { columnTitle, type ColumnRoles } from './csvColumns';
import type { CsvOptions } from './csvOptions';
import { RecordReader, type Records } from './csvRecords';
import { GrowingIntegers } from './growingIntegers';
import { LabelCollector, type LabelColumn } from '../labels';
import { limitAdvice, type Limits } from '../files/limits';
import { NumberStore } from './numberStore';
import { isMissingLabel, isMissingNumber, parseDecimalComma, parseNumber } from './parseNumber';
import { isComment, isRemark } from './preamble';
import { readTableHead } from './tableHead';
import { TextColumn } from './textColumn';
import { textBlocks } from '../files/textBlocks';
import { oneLine, pluralise } from '../../core/wording';

/** A table as read: numbers and labels of the rows in use. */
export interface CsvTable {
  file: string;
  roles: ColumnRoles;
  numbers: NumberStore;
  labels?: LabelColumn;
  /** Of each feature that is a text, what it becomes; the numbers of such a column are its codes. */
  texts: readonly (TextColumn | undefined)[];
  /** 0-based number, among the rows of the file, of each row in use. */
  rows: Int32Array;
  /** 1-based line in which each row in use begins. */
  lines: Int32Array;
  /** Rows of the file, with those left out. */
  total: number;
}

/**
 * Reads a table of numbers and labels.
 * @param chunks the file's bytes
 * @throws InputError naming line and column of the first value that cannot be used
 */
export async function readCsv(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
  options: CsvOptions,
  limits: Limits,
  notices: string[],
): Promise<CsvTable> {
  const blocks = textBlocks(chunks, file, limits);
  let reader: TableReader | undefined;
  let block = await blocks.next();
  while (!block.done) {
    const next = await blocks.next();
    reader ??= new TableReader(file, options, limits, notices, block.value, next.done === true);
    reader.read(block.value, next.done === true);
    block = next;
  }
  if (!reader) {
    throw new InputError(file, 'is empty');
  }
  return reader.finish();
}

const booleans = new Map([
  ['true', 1],
  ['false', 0],
]);

/** Number of a text; undefined where it is missing. */
function codeOf(column: TextColumn, text: string): number | undefined {
  return isMissingNumber(text) ? undefined : column.code(text.trim());
}

function notNumber(text: string): string {
  const shown = JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
  const comma = /^\s*[+-]?\d[\d.]*,\d+\s*$/.test(text)
    ? ' (with a decimal point, or a decimal comma and no others)'
    : '';
  return `is ${shown}, expected a ${parseNumber(text) === undefined ? '' : 'finite '}number${comma}`;
}

class TableReader {
  private readonly records: RecordReader;
  private readonly labels?: LabelCollector;
  private readonly numbers: NumberStore;
  private readonly roles: ColumnRoles;
  private readonly row: Float64Array;
  private readonly rows = new GrowingIntegers();
  private readonly lines = new GrowingIntegers();
  /** Missing numbers that are to become means: row, column, row, column, … */
  private readonly gaps = new GrowingIntegers();
  private readonly sums: Float64Array;
  private total = 0;
  private missing = 0;
  private skipHeader: boolean;
  private skipCharacters: number;
  private readonly delimiter: string;
  private readonly texts: readonly (TextColumn | undefined)[];
  /** Whether a number had a decimal point, and whether one had a comma. */
  private commas = 0;

  constructor(
    private readonly file: string,
    private readonly options: CsvOptions,
    private readonly limits: Limits,
    private readonly notices: string[],
    text: string,
    whole: boolean,
  ) {
    const head = readTableHead({ file, text, whole }, options, notices);
    const { delimiter, lines, roles } = head;
    this.delimiter = delimiter;
    this.skipCharacters = head.length;
    this.skipHeader = head.hasHeader;
    this.records = new RecordReader(file, delimiter, lines + 1);
    this.roles = roles;
    this.texts = this.roles.kinds.map((kind, feature) =>
      kind === 'text'
        ? new TextColumn(file, columnTitle(this.roles, this.roles.features[feature]))
        : undefined,
    );
    this.labels = this.roles.label === undefined ? undefined : new LabelCollector(file);
    this.numbers = new NumberStore(this.roles.features.length);
    this.row = new Float64Array(this.roles.features.length);
    this.sums = new Float64Array(this.roles.features.length);
  }

  read(text: string, last: boolean): void {
    const begin = this.skipCharacters;
    this.skipCharacters = 0;
    const { rows, lines }: Records = this.records.read(begin === 0 ? text : text.slice(begin), last);
    for (let index = 0; index < rows.length; index++) {
      if (this.skipHeader) {
        this.skipHeader = false;
      } else {
        this.addRow(rows[index], lines[index]);
      }
    }
    if (this.numbers.count * this.row.length * 8 > this.limits.bytes) {
      throw new InputError(
        this.file,
        `takes more memory than it may, ${limitAdvice(this.limits, 'bytes', 2 * this.limits.bytes)}`,
      );
    }
  }

  finish(): CsvTable {
    if (this.rows.length === 0) {
      const reason = this.total > 0 ? 'all its rows were left out for missing values' : 'has no rows of data';
      throw new InputError(this.file, reason);
    }
    this.numbers.seal();
    this.fillGaps();
    this.texts.forEach((column, feature) => this.tellText(column, this.roles.features[feature]));
    if (this.commas > 0) {
      this.notices.push(`${this.file}: commas in numbers are decimal commas.`);
    }
    if (this.missing > 0) {
      this.notices.push(`${this.file}: ${this.missingNotice()}.`);
    }
    const lines = this.lines.toArray();
    return {
      file: this.file,
      roles: this.roles,
      numbers: this.numbers,
      texts: this.texts,
      labels: this.labels?.finish((row) => `line ${lines[row]}`),
      rows: this.rows.toArray(),
      lines,
      total: this.total,
    };
  }

  private tellText(column: TextColumn | undefined, index: number): void {
    if (!column) return;
    column.seal(this.rows.length);
    const { values } = column;
    const shown = `${values.slice(0, 6).map(oneLine).join(', ')}${values.length > 6 ? ', …' : ''}`;
    const columns = pluralise(values.length, 'column');
    this.notices.push(
      `${this.file}: ${columnTitle(this.roles, index)} is text and becomes ${columns} of 0 and 1, for ${shown}.`,
    );
  }

  private missingNotice(): string {
    switch (this.options.missing) {
      case 'drop':
        return `${pluralise(this.missing, 'row')} with missing values left out`;
      case 'mean':
        return `${pluralise(this.missing, 'missing value')} taken as the mean of the column`;
      case 'zero':
      case 'error':
        return `${pluralise(this.missing, 'missing value')} taken as 0`;
    }
  }

  private addRow(fields: string[], line: number): void {
    if (isRemark(fields)) return;
    if (fields.length !== this.roles.count) {
      if (isComment(fields[0])) return;
      throw new InputError(
        this.file,
        `has ${pluralise(fields.length, 'field')}, expected ${this.roles.count}`,
        `line ${line}`,
      );
    }
    const index = this.total++;
    const missingBefore = this.missing;
    const { features, label } = this.roles;
    for (let k = 0; k < features.length; k++) {
      const text = fields[features[k]];
      const texts = this.texts[k];
      const number = texts ? codeOf(texts, text) : parseNumber(text);
      if (number !== undefined && number - number === 0) {
        this.row[k] = number;
      } else {
        this.row[k] = this.replacement(text, k, line);
      }
    }
    const missingLabel = label !== undefined && isMissingLabel(fields[label]);
    if (missingLabel && this.options.missing !== 'drop') {
      throw new InputError(
        this.file,
        `${columnTitle(this.roles, label)}: the label is missing`,
        `line ${line}`,
      );
    }
    if (this.options.missing === 'drop' && (missingLabel || this.missing > missingBefore)) {
      this.missing = missingBefore + 1;
      return;
    }
    if (label !== undefined) {
      this.labels?.add(fields[label].trim());
    }
    if (this.options.missing === 'mean') {
      this.addToSums();
    }
    this.keep(index, line);
  }

  private keep(index: number, line: number): void {
    if (this.row.length > 0) {
      this.numbers.add(this.row);
    }
    this.rows.push(index);
    this.lines.push(line);
  }

  /** What stands in for a field that is no finite number. */
  private replacement(text: string, feature: number, line: number): number {
    const refuse = (problem: string) =>
      new InputError(
        this.file,
        `${columnTitle(this.roles, this.roles.features[feature])} ${problem}`,
        `line ${line}`,
      );
    if (!isMissingNumber(text)) {
      const word =
        this.roles.kinds[feature] === 'boolean' ? booleans.get(text.trim().toLowerCase()) : undefined;
      if (word !== undefined) return word;
      const comma = this.delimiter === ',' ? undefined : parseDecimalComma(text);
      if (comma !== undefined && Number.isFinite(comma)) {
        this.commas++;
        return comma;
      }
      throw refuse(notNumber(text));
    }
    this.missing++;
    switch (this.options.missing) {
      case 'error':
        throw refuse(
          `is missing${text.trim() === '' ? '' : ` (${text.trim()})`}; say what to do about missing values`,
        );
      case 'mean':
        if (this.texts[feature]) return -1;
        this.gaps.push(this.numbers.count);
        this.gaps.push(feature);
        return NaN;
      case 'zero':
      case 'drop':
        return this.texts[feature] ? -1 : 0;
    }
  }

  private addToSums(): void {
    for (let k = 0; k < this.row.length; k++) {
      this.sums[k] += Number.isNaN(this.row[k]) ? 0 : this.row[k];
    }
  }

  private fillGaps(): void {
    const gaps = this.gaps.toArray();
    const missing = new Map<number, number>();
    for (let k = 1; k < gaps.length; k += 2) {
      missing.set(gaps[k], (missing.get(gaps[k]) ?? 0) + 1);
    }
    for (let k = 0; k < gaps.length; k += 2) {
      const feature = gaps[k + 1];
      const present = this.numbers.count - (missing.get(feature) ?? 0);
      if (present === 0) {
        const title = columnTitle(this.roles, this.roles.features[feature]);
        throw new InputError(this.file, `${title} has no value at all, so no mean`);
      }
      this.numbers.fill(gaps[k], feature, this.sums[feature] / present);
    }
  }
}
