import Papa from 'papaparse';
import { isMissingNumber, parseDecimalComma, parseNumber } from '../../data/tables/parseNumber';
import { readPreamble } from '../../data/tables/preamble';
import { epochName, isMoment, stepNameOf } from './jsonFields';
import { lineAt, type LineParser } from './lineLogReader';
import type { LogTool } from './log';
import type { Problems } from './problems';
import type { Point, RowStore } from './rowStore';
import { oneLine, pluralise } from '../../core/wording';

const delimiters = [',', ';', '\t'];

/** What the header of a table says. */
export interface CsvHeader {
  delimiter: string;
  names: string[];
  epoch: number;
  step: number;
  /** Whether the column of steps may count anew in every epoch. */
  isIteration: boolean;
  /** Whether the rows are the epochs: there is neither column, but those of metrics. */
  countsRows: boolean;
}

/**
 * Cells of one line. A quoted cell may not go on in the next line.
 * @returns undefined where a quote is not closed
 */
export function cellsOf(line: string, delimiter: string): string[] | undefined {
  if (!line.includes('"')) return line.split(delimiter);
  const { data, errors } = new Papa.Parser({ delimiter, newline: '\n', quoteChar: '"' }).parse(
    line,
    0,
    false,
  ) as { data: string[][]; errors: unknown[] };
  return errors.length > 0 || data.length !== 1 ? undefined : data[0];
}

/** Names that tables of a training have, where nothing else tells one. */
const metricName =
  /loss|acc|error|\blr\b|learning_rate|perplexity|f1|auc|precision|recall|iou|psnr|bleu|score/i;
/** No name, and what pandas calls a column without one. */
const noName = /^(?:Unnamed: ?\d{1,4}|index)?$/;

/**
 * The header of a log as a table: at least two columns, one of them epoch or step; or metrics alone, perhaps behind a first
 * column without a name, so that the rows are the epochs. Undefined for other lines.
 * @param only the separator, where the file names it
 */
export function csvHeader(line: string, only?: string): CsvHeader | undefined {
  for (const delimiter of only === undefined ? delimiters : [only]) {
    const names = cellsOf(line.replace(/^\s*#\s*/, ''), delimiter)?.map((name) => name.trim());
    if (!names || names.length < 2 || names.some((name) => parseNumber(name) !== undefined)) continue;
    const epoch = names.findIndex((name) => epochName.test(name));
    const exact = names.findIndex((name) => stepNameOf(name) === 'step');
    const step = exact < 0 ? names.findIndex((name) => stepNameOf(name) !== undefined) : exact;
    const isIteration = exact < 0 && step >= 0;
    if (epoch >= 0 || step >= 0) return { delimiter, names, epoch, step, isIteration, countsRows: false };
    const unnamed = noName.test(names[0]);
    const metrics = names.slice(unnamed ? 1 : 0);
    const fits = unnamed
      ? metrics.some((name) => metricName.test(name))
      : metrics.every((name) => metricName.test(name));
    if (fits) return { delimiter, names, epoch: unnamed ? 0 : -1, step, isIteration, countsRows: true };
  }
  return undefined;
}

/** What wrote a table with these columns, where they tell. */
function toolOf({ names, epoch, step, countsRows }: CsvHeader): LogTool | undefined {
  if (countsRows) return undefined;
  if (
    names.some((name) => /^(?:(?:train|val)\/(?:box|cls|dfl|obj)_?loss|metrics\/|x\/lr|lr\/pg)/.test(name))
  ) {
    return 'ultralytics';
  }
  if (epoch >= 0 && step >= 0 && names[epoch] === 'epoch' && names[step] === 'step') return 'lightning';
  const others = names.slice(1);
  const sorted = others.every((name, index) => index === 0 || others[index - 1] <= name);
  return names[0] === 'epoch' && step < 0 && sorted && others.includes('loss') ? 'keras' : undefined;
}

/**
 * Tables of Keras' `CSVLogger`, Lightning's `metrics.csv`, Ultralytics' `results.csv` and the like. Cells that are empty or
 * NA say nothing; `nan` is a value. Lines of one step, or without steps of one epoch, make one row. A header may come again,
 * as in files that trainings append to.
 */
export class CsvLogParser implements LineParser {
  tool?: LogTool;
  private header?: CsvHeader;
  /** The separator, where a line `sep=;` names it. */
  private delimiter?: string;
  /** Rows so far, which are the epochs where no column tells them. */
  private rows = 0;
  /** Columns that had a number. */
  private readonly numeric = new Set<number>();

  constructor(
    private readonly store: RowStore,
    private readonly problems: Problems,
  ) {}

  line(text: string, number: number): void {
    if (text.trim() === '') return;
    if (!this.header) {
      const { length, delimiter } = readPreamble(text);
      this.delimiter ??= delimiter;
      if (length === 0 || csvHeader(text, this.delimiter)) this.readHeader(text, number);
      return;
    }
    if (text.startsWith('# ')) return;
    const { delimiter, names } = this.header;
    const cells = cellsOf(text, delimiter);
    if (!cells) {
      this.problems.add({ line: number }, 'has a quoted cell that does not end in the line');
    } else if (
      cells[0].trim() === names[0] &&
      cells.some((cell) => cell !== '') &&
      csvHeader(text, delimiter)
    ) {
      this.readHeader(text, number);
    } else if (cells.length !== names.length) {
      const found = pluralise(cells.length, 'cell');
      this.problems.add({ line: number }, `has ${found}, expected ${names.length} as in the header`);
    } else {
      this.readCells(cells, number);
    }
  }

  copy(store: RowStore, problems: Problems): CsvLogParser {
    const copy = new CsvLogParser(store, problems);
    copy.tool = this.tool;
    copy.header = this.header;
    copy.delimiter = this.delimiter;
    copy.rows = this.rows;
    for (const column of this.numeric) copy.numeric.add(column);
    return copy;
  }

  private readHeader(text: string, number: number): void {
    const header = csvHeader(text, this.delimiter);
    if (!header) {
      this.problems.add(
        { line: number },
        `expected a header with a column epoch or step, found ${oneLine(text)}`,
      );
      return;
    }
    this.header = header;
    this.tool ??= toolOf(header);
  }

  private readCells(cells: string[], number: number): void {
    const { names, epoch, step, isIteration, countsRows } = this.header!;
    const point: Point = {};
    for (const [key, column] of [
      ['epoch', epoch],
      [isIteration ? 'iteration' : 'step', step],
    ] as const) {
      if (column < 0 || isMissingNumber(cells[column])) continue;
      const value = this.numberIn(cells[column]);
      if (value === undefined || !Number.isFinite(value)) {
        const found = oneLine(cells[column]);
        this.problems.add({ line: number }, `column ${names[column]} has ${found}, expected a number`);
        return;
      }
      point[key] = value;
    }
    if (countsRows && epoch < 0) point.epoch = this.rows++;
    if (!isMoment(point)) {
      this.problems.add({ line: number }, 'has neither epoch nor step');
      return;
    }
    this.store.add(point, this.metricsOf(cells, number), lineAt(number));
  }

  private *metricsOf(cells: string[], number: number): Generator<[string, number]> {
    const { names, epoch, step } = this.header!;
    for (let column = 0; column < cells.length; column++) {
      if (column === epoch || column === step || names[column] === '') continue;
      // An empty cell is the most frequent one in Lightning's tables.
      if (cells[column] === '') continue;
      const value = this.numberIn(cells[column]);
      if (value !== undefined) {
        if (!this.numeric.has(column)) this.numeric.add(column);
        yield [names[column], value];
      } else if (this.isDamaged(cells[column], column)) {
        const text = `column ${names[column]} has ${oneLine(cells[column])}, expected a number`;
        this.problems.addOnce(`column ${column}`, { line: number }, text);
      }
    }
  }

  /** A number, be it with a decimal comma where the separator is none. */
  private numberIn(cell: string): number | undefined {
    const number = parseNumber(cell);
    return number === undefined && this.header!.delimiter !== ',' ? parseDecimalComma(cell) : number;
  }

  /** Columns of text and lists are no metrics; a cell that is none among numbers is told. */
  private isDamaged(cell: string, column: number): boolean {
    if (isMissingNumber(cell) || cell.trimStart().startsWith('[')) return false;
    return this.numeric.has(column) || /^\s*[+-]?\d{1,18}[.,]\d[\d.,]{0,18}\s*$/.test(cell);
  }
}
