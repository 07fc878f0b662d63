import { InputError } from '../../core/errors';
import { columnTitle, type ColumnRoles } from './csvColumns';
import type { MissingRule } from './csvOptions';
import { GrowingIntegers } from './growingIntegers';
import { placeWithinFile } from '../instancePlaceText';
import { LabelCollector } from '../labels';
import { limitAdvice, type Limits } from '../files/limits';
import { NumberStore } from './numberStore';
import { isMissingLabel, isMissingNumber, parseDecimalComma, parseNumber } from './parseNumber';
import { columnsByRole, type Table } from './table';
import { TextColumn } from './textColumn';
import { oneLine, pluralise } from '../../core/wording';

/** What stands in a row for a column: text as it was written, a number where the file stores numbers, nothing where it is missing. */
export type Cell = string | number | undefined;

/** How rows become numbers and labels. */
export interface RowReading {
  file: string;
  roles: ColumnRoles;
  missing: MissingRule;
  /** Whether numbers may have a decimal comma. */
  decimalCommas: boolean;
  limits: Limits;
}

const booleans = new Map([
  ['true', 1],
  ['false', 0],
]);

/** Whether a cell holds no number that is there. */
function isMissing(cell: Cell): boolean {
  return typeof cell === 'string' ? isMissingNumber(cell) : cell === undefined || Number.isNaN(cell);
}

/** Number of a text; undefined where it is missing. */
function codeOf(column: TextColumn, cell: Cell): number | undefined {
  return isMissing(cell) ? undefined : column.code(String(cell).trim());
}

function notNumber(cell: Cell): string {
  const text = String(cell);
  const shown = JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
  const comma = /^\s*[+-]?\d[\d.]*,\d+\s*$/.test(text)
    ? ' (with a decimal point, or a decimal comma and no others)'
    : '';
  return `is ${shown}, expected a ${parseNumber(text) === undefined ? '' : 'finite '}number${comma}`;
}

/** Collects the rows of a table: numbers, texts that become numbers, labels, and what is done about missing ones. */
export class TableRows {
  private readonly labels?: LabelCollector;
  private readonly numbers: NumberStore;
  private readonly row: Float64Array;
  private readonly rows = new GrowingIntegers();
  private readonly lines = new GrowingIntegers();
  /** Missing numbers that are to become means: row, column, row, column, … */
  private readonly gaps = new GrowingIntegers();
  private readonly sums: Float64Array;
  private total = 0;
  private missing = 0;
  private readonly texts: readonly (TextColumn | undefined)[];
  /** Numbers with a decimal comma. */
  private commas = 0;

  constructor(private readonly reading: RowReading) {
    const { file, roles } = reading;
    this.texts = roles.kinds.map((kind, feature) =>
      kind === 'text' ? new TextColumn(file, columnTitle(roles, roles.features[feature])) : undefined,
    );
    this.labels = roles.label === undefined ? undefined : new LabelCollector(file);
    this.numbers = new NumberStore(roles.features.length);
    this.row = new Float64Array(roles.features.length);
    this.sums = new Float64Array(roles.features.length);
  }

  /**
   * Adds the next row of the file.
   * @param line 1-based line, where the file has lines
   * @throws InputError naming row and column of the first value that cannot be used
   */
  add(cells: readonly Cell[], line?: number): void {
    const index = this.total++;
    const missingBefore = this.missing;
    const { roles, missing } = this.reading;
    const { features, label } = roles;
    for (let k = 0; k < features.length; k++) {
      const cell = cells[features[k]];
      const texts = this.texts[k];
      const number = texts ? codeOf(texts, cell) : typeof cell === 'string' ? parseNumber(cell) : cell;
      if (number !== undefined && number - number === 0) {
        this.row[k] = number;
      } else {
        this.row[k] = this.replacement(cell, k, line);
      }
    }
    const name = label === undefined ? undefined : cells[label];
    const missingLabel =
      label !== undefined && (typeof name === 'string' ? isMissingLabel(name) : isMissing(name));
    if (missingLabel && missing !== 'drop') throw this.refusal(label, 'the label is missing', line, ':');
    if (missing === 'drop' && (missingLabel || this.missing > missingBefore)) {
      this.missing = missingBefore + 1;
      return;
    }
    if (name !== undefined) this.labels?.add(typeof name === 'string' ? name.trim() : name);
    if (missing === 'mean') this.addToSums();
    if (this.row.length > 0) this.numbers.add(this.row);
    this.rows.push(index);
    if (line !== undefined) this.lines.push(line);
  }

  /** Rows that were added, with those left out. */
  get seen(): number {
    return this.total;
  }

  /** @throws InputError where the rows so far take more memory than they may */
  checkSize(): void {
    const { limits, file } = this.reading;
    if (this.numbers.count * this.row.length * 8 > limits.bytes) {
      const advice = limitAdvice(limits, 'bytes', 2 * limits.bytes);
      throw new InputError(file, `takes more memory than it may, ${advice}`);
    }
  }

  /** To be called once, behind the last row. @throws InputError where no row is left, or a text is no category */
  finish(notices: string[]): Table {
    const { file, roles } = this.reading;
    if (this.rows.length === 0) {
      const reason = this.total > 0 ? 'all its rows were left out for missing values' : 'has no rows of data';
      throw new InputError(file, reason);
    }
    this.numbers.seal();
    this.fillGaps();
    this.texts.forEach((column, feature) => this.tellText(column, roles.features[feature], notices));
    if (this.commas > 0) notices.push(`${file}: commas in numbers are decimal commas.`);
    if (this.missing > 0) notices.push(`${file}: ${this.missingNotice()}.`);
    const lines = this.lines.length > 0 ? this.lines.toArray() : undefined;
    const rows = this.rows.toArray();
    return {
      file,
      roles,
      numbers: this.numbers,
      texts: this.texts,
      labels: this.labels?.finish((row) => placeWithinFile({ file, line: lines?.[row], index: rows[row] })),
      rows,
      lines,
      columns: columnsByRole(roles),
      total: this.total,
    };
  }

  private tellText(column: TextColumn | undefined, index: number, notices: string[]): void {
    if (!column) return;
    column.seal(this.rows.length);
    const { values } = column;
    const shown = `${values.slice(0, 6).map(oneLine).join(', ')}${values.length > 6 ? ', …' : ''}`;
    const columns = pluralise(values.length, 'column');
    const title = columnTitle(this.reading.roles, index);
    notices.push(`${this.reading.file}: ${title} is text and becomes ${columns} of 0 and 1, for ${shown}.`);
  }

  private missingNotice(): string {
    switch (this.reading.missing) {
      case 'drop':
        return `${pluralise(this.missing, 'row')} with missing values left out`;
      case 'mean':
        return `${pluralise(this.missing, 'missing value')} taken as the mean of the column`;
      case 'zero':
      case 'error':
        return `${pluralise(this.missing, 'missing value')} taken as 0`;
    }
  }

  /** What is wrong with a column of the row that is being added. */
  private refusal(column: number, problem: string, line: number | undefined, colon = ''): InputError {
    const { file, roles } = this.reading;
    const place = placeWithinFile({ file, line, index: this.total - 1 });
    return new InputError(file, `${columnTitle(roles, column)}${colon} ${problem}`, place);
  }

  /** What stands in for a cell that is no finite number. */
  private replacement(cell: Cell, feature: number, line: number | undefined): number {
    const { roles, missing, decimalCommas } = this.reading;
    const refuse = (problem: string) => this.refusal(roles.features[feature], problem, line);
    if (!isMissing(cell)) {
      if (typeof cell !== 'string') throw refuse(notNumber(cell));
      const word = roles.kinds[feature] === 'boolean' ? booleans.get(cell.trim().toLowerCase()) : undefined;
      if (word !== undefined) return word;
      const comma = decimalCommas ? parseDecimalComma(cell) : undefined;
      if (comma !== undefined && Number.isFinite(comma)) {
        this.commas++;
        return comma;
      }
      throw refuse(notNumber(cell));
    }
    this.missing++;
    switch (missing) {
      case 'error': {
        const word = cell === undefined ? '' : String(cell).trim();
        throw refuse(`is missing${word === '' ? '' : ` (${word})`}; say what to do about missing values`);
      }
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
        const { file, roles } = this.reading;
        const title = columnTitle(roles, roles.features[feature]);
        throw new InputError(file, `${title} has no value at all, so no mean`);
      }
      this.numbers.fill(gaps[k], feature, this.sums[feature] / present);
    }
  }
}
