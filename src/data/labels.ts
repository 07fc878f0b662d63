import { InputError } from '../core/errors';
import type { Labels } from './dataset';
import { parseNumber } from './tables/parseNumber';
import { formatCount, oneLine } from '../core/wording';
import { wordedFor } from '../core/audience';

/** More classes than this are taken for a column that holds no labels. */
const MOST_CLASSES = 65_536;

/** Different labels of a file; numbers that are no classes may be as many as there are instances. */
const MOST_LABELS = 2 ** 24;

/** The labels of one file as they stand there: the distinct ones, and for every instance which of them it has. */
export interface LabelColumn {
  /** File, for messages. */
  source: string;
  codes: Int32Array;
  distinct: readonly (string | number)[];
  /** True where the labels are names of folders, which stay names though they look like numbers. */
  names?: boolean;
  /** True where each is a set of labels by its name, several of which an instance may have. */
  sets?: boolean;
  /** Where in the file an instance's label stands. */
  place(row: number): string | undefined;
}

/** Collects labels one by one. */
export class LabelCollector {
  private codes = new Int32Array(1024);
  private count = 0;
  private readonly known = new Map<string | number, number>();

  constructor(private readonly source: string) {}

  /** @throws InputError where there are more distinct labels than classes anyone has */
  add(label: string | number): void {
    let code = this.known.get(label);
    if (code === undefined) {
      code = this.known.size;
      if (code === MOST_LABELS) {
        throw new InputError(
          this.source,
          `has more than ${formatCount(MOST_LABELS)} different labels: it seems to hold something else`,
        );
      }
      this.known.set(label, code);
    }
    if (this.count === this.codes.length) {
      const longer = new Int32Array(this.count * 2);
      longer.set(this.codes);
      this.codes = longer;
    }
    this.codes[this.count++] = code;
  }

  finish(place: LabelColumn['place']): LabelColumn {
    return {
      source: this.source,
      codes: this.codes.slice(0, this.count),
      distinct: [...this.known.keys()],
      place,
    };
  }
}

/** A label column of numbers. */
export function labelsOfNumbers(
  source: string,
  numbers: ArrayLike<number>,
  place: LabelColumn['place'],
): LabelColumn {
  const collector = new LabelCollector(source);
  for (let row = 0; row < numbers.length; row++) collector.add(numbers[row]);
  return collector.finish(place);
}

/** Only the labels of some rows. */
export function pickLabels(column: LabelColumn, rows: Int32Array): LabelColumn {
  return { ...column, codes: rows.map((row) => column.codes[row]), place: (row) => column.place(rows[row]) };
}

/**
 * Class of each row of a matrix of zeros with a single one in each row.
 * @param numbers row-major
 * @returns undefined where the matrix is not such a one
 */
export function classesOfOneHot(numbers: ArrayLike<number>, columns: number): Int32Array | undefined {
  const classes = new Int32Array(numbers.length / columns).fill(-1);
  for (let index = 0; index < numbers.length; index++) {
    if (numbers[index] === 0) continue;
    const row = Math.floor(index / columns);
    if (numbers[index] !== 1 || classes[row] >= 0) return undefined;
    classes[row] = index % columns;
  }
  return classes.includes(-1) ? undefined : classes;
}

/** How labels become classes. */
export interface ClassChoice {
  /** Whether numbers that are no classes are taken as such; refused when left out. */
  targets?: boolean;
  /** Names of the classes in their order; found out when left out. */
  classes?: readonly string[];
}

/**
 * The labels of one or several files, in order, as indices of classes that all of them share.
 * Whole numbers from 0 to 65,535 are the indices themselves; other whole numbers, and text, are sorted.
 * @throws InputError naming the first label that is a number but not a whole one, where these are not taken, or that is none
 * of the classes given
 */
export function resolveLabels(
  columns: readonly LabelColumn[],
  notices: string[],
  { targets = false, classes }: ClassChoice = {},
): Labels {
  if (classes) return givenLabels(columns, classes);
  const numbers = columns.map((column) =>
    column.names
      ? []
      : column.distinct.map((label) => (typeof label === 'number' ? label : parseNumber(label))),
  );
  const allNumbers = !columns.some((column) => column.names) && !numbers.flat().includes(undefined);
  if (targets && allNumbers && !numbers.flat().every(Number.isSafeInteger)) {
    return numberLabels(columns, numbers as number[][]);
  }
  const labels = allNumbers ? numericLabels(columns, numbers as number[][], notices) : namedLabels(columns);
  const only = labels.values.length > 1 && labels.values.every((value) => value === labels.values[0]);
  if (only) {
    notices.push(`All instances have the same label, \`${oneLine(labels.classes[labels.values[0]])}\`.`);
  }
  return labels;
}

/** Numbers that are no classes, as the targets of a regression are. */
function numberLabels(columns: readonly LabelColumn[], numbers: readonly number[][]): Labels {
  columns.forEach((column, part) => {
    const wrong = numbers[part].findIndex((label) => !Number.isFinite(label));
    if (wrong >= 0) {
      const place = column.place(column.codes.indexOf(wrong));
      throw new InputError(column.source, `label ${numbers[part][wrong]} is no finite number`, place);
    }
  });
  const targets = Float32Array.from(
    columns.flatMap((column, part) => Array.from(column.codes, (code) => numbers[part][code])),
  );
  return { values: new Int32Array(targets.length), classes: [], numeric: false, targets };
}

function numericLabels(
  columns: readonly LabelColumn[],
  numbers: readonly number[][],
  notices: string[],
): Labels {
  columns.forEach((column, part) => {
    const wrong = numbers[part].findIndex((label) => !Number.isSafeInteger(label));
    if (wrong >= 0) {
      throw new InputError(
        column.source,
        `label ${numbers[part][wrong]} is no class: expected whole numbers or text`,
        column.place(column.codes.indexOf(wrong)),
      );
    }
  });
  const distinct = [...new Set(numbers.flat())]
    .sort((a, b) => a - b)
    .map((label) => (label === 0 ? 0 : label));
  const largest = distinct[distinct.length - 1];
  if (distinct[0] >= 0 && largest < MOST_CLASSES) {
    const classes = Array.from({ length: largest + 1 }, (_, index) => String(index));
    return { values: encode(columns, numbers, (label) => label), classes, numeric: true };
  }
  const index = new Map(distinct.map((label, position) => [label, position]));
  checkClassCount(columns[0].source, distinct.length);
  const classes = distinct.map(String);
  const shown = classes.slice(0, 6).join(', ') + (classes.length > 6 ? ', …' : '');
  notices.push(`The labels ${shown} are taken as classes 0 to ${classes.length - 1}, in this order.`);
  return { values: encode(columns, numbers, (label) => index.get(label) ?? 0), classes, numeric: false };
}

/** Labels as the names of classes that the user gives in their order. */
function givenLabels(columns: readonly LabelColumn[], classes: readonly string[]): Labels {
  const index = new Map(classes.map((label, position) => [label, position]));
  if (index.size < classes.length) throw new InputError('classes', 'has a name twice, expected each once');
  const texts = columns.map((column) => column.distinct.map(String));
  columns.forEach((column, part) => {
    const wrong = texts[part].findIndex((label) => !index.has(label));
    if (wrong < 0) return;
    const problem = `label \`${oneLine(texts[part][wrong])}\` is none of the classes given${wordedFor({ commandLine: ' (--classes)', window: '' })}`;
    throw new InputError(column.source, problem, column.place(column.codes.indexOf(wrong)));
  });
  return {
    values: encode(columns, texts, (label) => index.get(label) ?? 0),
    classes,
    numeric: false,
    given: true,
  };
}

function namedLabels(columns: readonly LabelColumn[]): Labels {
  const texts = columns.map((column) => column.distinct.map(String));
  const classes = [...new Set(texts.flat())].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  checkClassCount(columns[0].source, classes.length);
  const index = new Map(classes.map((label, position) => [label, position]));
  const numeric = classes.every((label, position) => label === String(position));
  const sets = columns.some((column) => column.sets);
  return {
    values: encode(columns, texts, (label) => index.get(label) ?? 0),
    classes,
    numeric,
    ...(sets && { sets }),
  };
}

/** @throws InputError where there are more classes than anyone has */
function checkClassCount(source: string, count: number): void {
  if (count <= MOST_CLASSES) return;
  throw new InputError(
    source,
    `has more than ${formatCount(MOST_CLASSES)} different labels: it seems to hold something else`,
  );
}

/** Class of every instance of all files, one after the other. */
function encode<T>(
  columns: readonly LabelColumn[],
  distinct: readonly T[][],
  classOf: (label: T) => number,
): Int32Array {
  const values = new Int32Array(columns.reduce((sum, column) => sum + column.codes.length, 0));
  let at = 0;
  columns.forEach((column, part) => {
    const classes = distinct[part].map(classOf);
    column.codes.forEach((code) => (values[at++] = classes[code]));
  });
  return values;
}
