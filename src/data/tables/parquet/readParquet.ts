import { InputError } from '../../../core/errors';
import { assignColumns, columnTitle, namedColumn, type ColumnRoles, type TableHead } from '../csvColumns';
import { kindOfColumn, type ColumnKind } from '../columnKinds';
import type { CsvOptions } from '../csvOptions';
import { parseJson } from '../../files/json';
import { limitAdvice, type Limits } from '../../files/limits';
import { cellOf, shapeOfLists, spreadList } from './listCells';
import { indexNames, type ParquetColumn } from './parquetColumns';
import { ParquetFile, type Values } from './parquetFile';
import { columnsByRole, type Table } from '../table';
import { TableRows, type Cell } from '../tableRows';
import { formatBytes, formatCount } from '../../../core/wording';

/** Rows that tell whether a first column is an index, and what texts are. */
const SAMPLE_ROWS = 25;

/** How a Parquet file is to be read. */
export interface ParquetReading {
  file: string;
  options: CsvOptions;
  limits: Limits;
  notices: string[];
  signal?: AbortSignal;
}

/**
 * Reads a Parquet file as the table that it is: numbers, texts as categories, lists of one length as vectors.
 * @throws InputError naming file, column and row of what cannot be used
 */
export async function readParquet(reading: ParquetReading): Promise<Table> {
  const { file, options, limits, notices, signal } = reading;
  const parquet = await ParquetFile.open(file, limits);
  const first = parquet.groups.findIndex((rows) => rows > 0);
  if (first < 0) throw new InputError(file, 'has no rows');
  const head = headOf(reading, parquet);
  const candidates = candidateColumns(head, options, parquet.columns);
  let values = await readColumns(parquet, candidates, first, signal);
  head.rows = sampleRows(parquet, values, Math.min(SAMPLE_ROWS, parquet.groups[first]));
  head.kinds = parquet.columns.map(({ kind }, column) =>
    kind === 'text' ? kindOfText(head.rows, column) : kind,
  );
  const assigned = assignColumns(head, options, notices);
  checkLabel(head, assigned, parquet.columns);
  const shapes = listShapes(file, assigned, parquet.columns, values);
  const layout = layOut(assigned, shapes, parquet.columns);
  checkMemory(file, parquet, layout.roles.features.length, limits);
  const { missing } = options;
  const rows = new TableRows({ file, roles: layout.roles, missing, decimalCommas: false, limits });
  for (const [group, count] of parquet.groups.entries()) {
    if (group > first) values = await readColumns(parquet, layout.used, group, signal);
    if (count > 0) addRows(rows, layout, values, { file, count });
  }
  const table = { ...rows.finish(notices), columns: columnsByRole(assigned) };
  const [only] = assigned.features;
  return assigned.features.length === 1 && shapes.has(only) ? { ...table, shape: shapes.get(only) } : table;
}

/** What a column of texts holds: numbers and words for true and false may be written as texts. */
function kindOfText(rows: readonly string[][], column: number): ColumnKind {
  const kind = kindOfColumn(rows, column, ',');
  return kind === 'empty' ? 'text' : kind;
}

/** What is known of the columns before any was read. */
function headOf({ file, options, notices }: ParquetReading, parquet: ParquetFile): TableHead {
  const names = parquet.columns.map(({ name }) => name);
  const twice = names.find((name, column) => names.indexOf(name) !== column);
  if (twice !== undefined) throw new InputError(file, `has two columns \`${twice}\``);
  const pandas = indexNames(parquet.metadata, (text) => parseJson(text, file));
  const index = new Set(names.flatMap((name, column) => (pandas.includes(name) ? [column] : [])));
  for (const column of index) {
    const chosen = [options.labelColumn, ...(options.features ?? []), ...(options.drop ?? [])];
    if (chosen.includes(names[column])) {
      index.delete(column);
    } else {
      notices.push(
        `${file}: ${columnTitle({ names }, column)} is the index that pandas kept and no feature.`,
      );
    }
  }
  return {
    file,
    names,
    rows: [],
    count: names.length,
    delimiter: ',',
    role: options.role,
    index,
    vectors: new Set(parquet.columns.flatMap(({ list }, column) => (list ? [column] : []))),
  };
}

/** Columns that may be features or labels. @throws InputError where one of them cannot be read */
function candidateColumns(head: TableHead, options: CsvOptions, columns: readonly ParquetColumn[]): number[] {
  const { file, index } = head;
  const { features, drop, labelColumn } = options;
  const dropped = new Set(drop?.map((name) => namedColumn(head, name)));
  const wanted = new Set([
    ...(features ?? []).map((name) => namedColumn(head, name)),
    ...(typeof labelColumn === 'string' ? [namedColumn(head, labelColumn)] : []),
  ]);
  const all = Array.from(columns.keys(), (column) => column);
  const free = all.filter((column) => !dropped.has(column) && !index?.has(column));
  // Where the features are named but not the label, it is one of the others: what cannot be read is none.
  const candidates = features
    ? free.filter((column) => wanted.has(column) || (labelColumn === undefined && columns[column].kind))
    : free;
  for (const column of candidates) {
    const { problem } = columns[column];
    if (problem === undefined) continue;
    const expected = 'expected numbers, texts, or lists of numbers; leave the column out';
    throw new InputError(file, `${columnTitle(head, column)} ${problem}, ${expected}`);
  }
  return candidates;
}

async function readColumns(
  parquet: ParquetFile,
  columns: readonly number[],
  group: number,
  signal: AbortSignal | undefined,
): Promise<Map<number, Values>> {
  const values = new Map<number, Values>();
  for (const column of columns) {
    signal?.throwIfAborted();
    values.set(column, await parquet.read(parquet.columns[column].name, group));
  }
  return values;
}

/** First rows as text, as those of other tables are looked at; columns that were not read are empty. */
function sampleRows(parquet: ParquetFile, values: ReadonlyMap<number, Values>, count: number): string[][] {
  return Array.from({ length: count }, (_, row) =>
    parquet.columns.map(({ list }, column) => (list ? '0' : String(cellOf(values.get(column)?.[row]) ?? ''))),
  );
}

function checkLabel(
  { file, names }: TableHead,
  { label }: ColumnRoles,
  columns: readonly ParquetColumn[],
): void {
  if (label !== undefined && columns[label].list) {
    const title = columnTitle({ names }, label);
    throw new InputError(file, `${title} holds lists, expected one label a row`);
  }
}

/** Axes of the lists of each feature that is one, by its column. */
function listShapes(
  file: string,
  roles: ColumnRoles,
  columns: readonly ParquetColumn[],
  values: ReadonlyMap<number, Values>,
): Map<number, number[]> {
  const shapes = new Map<number, number[]>();
  for (const column of roles.features) {
    if (!columns[column].list) continue;
    const shape = shapeOfLists(values.get(column) ?? []);
    if (!shape || shape.includes(0)) {
      throw new InputError(file, `${columnTitle(roles, column)} has no list with a number in it`);
    }
    shapes.set(column, shape);
  }
  return shapes;
}

/** Where the values of the columns in use come to stand in a row of cells. */
interface RowLayout {
  roles: ColumnRoles;
  /** Columns in use, in the order of their cells. */
  used: readonly number[];
  shapes: ReadonlyMap<number, readonly number[]>;
}

/** Each number of a list is a column of its own, called as Python calls it: `pixels[3]`. */
function layOut(
  assigned: ColumnRoles,
  shapes: ReadonlyMap<number, readonly number[]>,
  columns: readonly ParquetColumn[],
): RowLayout {
  const used = [...assigned.features, ...(assigned.label === undefined ? [] : [assigned.label])];
  const names: string[] = [];
  const features: number[] = [];
  const kinds: ColumnRoles['kinds'] = [];
  let label: number | undefined;
  used.forEach((column, place) => {
    const { name } = columns[column];
    const shape = shapes.get(column);
    const width = shape?.reduce((product, axis) => product * axis, 1) ?? 1;
    for (let at = 0; at < width; at++) {
      if (place < assigned.features.length) {
        features.push(names.length);
        kinds.push(assigned.kinds[place]);
      } else {
        label = names.length;
      }
      names.push(shape ? `${name}${indices(at, shape)}` : name);
    }
  });
  return { roles: { names, count: names.length, label, features, kinds }, used, shapes };
}

/** Position of a number in lists within lists: `[2][3]`. */
function indices(at: number, shape: readonly number[]): string {
  let text = '';
  for (let axis = shape.length - 1, rest = at; axis >= 0; axis--) {
    text = `[${rest % shape[axis]}]${text}`;
    rest = Math.floor(rest / shape[axis]);
  }
  return text;
}

/** @throws InputError where all rows together take more memory than they may */
function checkMemory(file: string, parquet: ParquetFile, width: number, limits: Limits): void {
  const rows = parquet.groups.reduce((sum, count) => sum + count, 0);
  const needed = rows * Math.max(1, width) * 8;
  if (needed > limits.bytes) {
    const size = `${formatCount(rows)} rows of ${formatCount(width)} numbers take ${formatBytes(needed)}`;
    throw new InputError(file, `${size}, ${limitAdvice(limits, 'bytes', needed)}`);
  }
}

/** Adds the rows of a row group. @throws InputError naming column and row of what cannot be used */
function addRows(
  rows: TableRows,
  { roles, used, shapes }: RowLayout,
  values: ReadonlyMap<number, Values>,
  { file, count }: { file: string; count: number },
): void {
  const columns = used.map((column) => ({ values: values.get(column) ?? [], shape: shapes.get(column) }));
  const cells = new Array<Cell>(roles.count);
  for (let row = 0; row < count; row++) {
    let at = 0;
    const add = (value: unknown) => {
      const cell = cellOf(value);
      if (typeof value === 'bigint' && typeof cell === 'string') {
        const problem = `is ${cell}, which no floating-point number equals`;
        throw new InputError(file, `${columnTitle(roles, at)} ${problem}`, `index ${rows.seen}`);
      }
      cells[at++] = cell;
    };
    for (const { values: column, shape } of columns) {
      if (!shape) {
        add(column[row]);
        continue;
      }
      const begin = at;
      const wrong = spreadList(column[row], shape, add);
      if (wrong !== undefined) {
        const suffix = indices(0, shape);
        const title = (roles.names?.[begin] ?? '').slice(0, -suffix.length);
        const lengths = `is a list of ${wrong}, expected ${shape.join('×')} as in the first row`;
        throw new InputError(file, `column \`${title}\` ${lengths}`, `index ${rows.seen}`);
      }
    }
    rows.add(cells);
  }
  rows.checkSize();
}
