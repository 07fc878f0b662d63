import Papa from 'papaparse';
import { isMissing, parseNumber } from '../../data/tables/parseNumber';
import { countOf, oneLine } from '../../data/wording';
import { epochName, iterationName, stepName } from './jsonFields';
import { lineAt, type LineParser } from './lineLogReader';
import type { LogTool } from './log';
import type { Problems } from './problems';
import type { Point, RowStore } from './rowStore';

const delimiters = [',', ';', '\t'];

/** What the header of a table says. */
export interface CsvHeader {
  delimiter: string;
  names: string[];
  epoch: number;
  step: number;
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

/** The header of a log as a table: at least two columns, one of them epoch or step. Undefined for other lines. */
export function csvHeader(line: string): CsvHeader | undefined {
  for (const delimiter of delimiters) {
    const names = cellsOf(line, delimiter)?.map((name) => name.trim());
    if (!names || names.length < 2) continue;
    const epoch = names.findIndex((name) => epochName.test(name));
    const exact = names.findIndex((name) => stepName.test(name));
    const step = exact < 0 && epoch < 0 ? names.findIndex((name) => iterationName.test(name)) : exact;
    if ((epoch >= 0 || step >= 0) && !names.some((name) => parseNumber(name) !== undefined)) {
      return { delimiter, names, epoch, step };
    }
  }
  return undefined;
}

/** What wrote a table with these columns, where they tell. */
function toolOf({ names, epoch, step }: CsvHeader): LogTool | undefined {
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

  constructor(
    private readonly store: RowStore,
    private readonly problems: Problems,
  ) {}

  line(text: string, number: number): void {
    if (text.trim() === '') return;
    if (!this.header) {
      this.readHeader(text, number);
      return;
    }
    const { delimiter, names } = this.header;
    const cells = cellsOf(text, delimiter);
    if (!cells) {
      this.problems.add({ line: number }, 'has a quoted cell that does not end in the line');
    } else if (cells[0].trim() === names[0] && csvHeader(text)) {
      this.readHeader(text, number);
    } else if (cells.length !== names.length) {
      const found = countOf(cells.length, 'cell');
      this.problems.add({ line: number }, `has ${found}, expected ${names.length} as in the header`);
    } else {
      this.readCells(cells, number);
    }
  }

  copy(store: RowStore, problems: Problems): CsvLogParser {
    const copy = new CsvLogParser(store, problems);
    copy.tool = this.tool;
    copy.header = this.header;
    return copy;
  }

  private readHeader(text: string, number: number): void {
    const header = csvHeader(text);
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
    const { names, epoch, step } = this.header!;
    const point: Point = {};
    for (const [key, column] of [
      ['epoch', epoch],
      ['step', step],
    ] as const) {
      if (column < 0 || isMissing(cells[column])) continue;
      const value = parseNumber(cells[column]);
      if (value === undefined || !Number.isFinite(value)) {
        const found = oneLine(cells[column]);
        this.problems.add({ line: number }, `column ${names[column]} has ${found}, expected a number`);
        return;
      }
      point[key] = value;
    }
    if (point.epoch === undefined && point.step === undefined) {
      this.problems.add({ line: number }, 'has neither epoch nor step');
      return;
    }
    this.store.add(point, metricsOf(cells, names, epoch, step), lineAt(number));
  }
}

function* metricsOf(
  cells: string[],
  names: string[],
  epoch: number,
  step: number,
): Generator<[string, number]> {
  for (let column = 0; column < cells.length; column++) {
    if (column === epoch || column === step || names[column] === '') continue;
    // An empty cell is the most frequent one in Lightning's tables.
    const value = cells[column] === '' ? undefined : parseNumber(cells[column]);
    if (value !== undefined) yield [names[column], value];
  }
}
