import type { FileMetaData, SchemaTree } from 'hyparquet';
import type { ColumnKind } from '../columnKinds';

/** A column of a Parquet file. */
export interface ParquetColumn {
  name: string;
  /** What its cells are; undefined where they cannot be features or labels. */
  kind?: ColumnKind;
  /** Whether a cell is a list of numbers. */
  list: boolean;
  /** What it is where it cannot be read: `is times`. */
  problem?: string;
}

/** Times and the like, by the names of the format for them (parquet-format, LogicalTypes). */
const otherTypes: Record<string, string> = {
  DATE: 'dates',
  TIME: 'times',
  TIME_MILLIS: 'times',
  TIME_MICROS: 'times',
  TIMESTAMP: 'times',
  TIMESTAMP_MILLIS: 'times',
  TIMESTAMP_MICROS: 'times',
  INTERVAL: 'spans of time',
  JSON: 'JSON texts',
  BSON: 'BSON',
  UUID: 'UUIDs',
  GEOMETRY: 'shapes',
  GEOGRAPHY: 'shapes',
  VARIANT: 'variants',
  FILE: 'files',
};

/** Types whose values are numbers, whatever is said of them besides. */
const numberTypes: readonly (string | undefined)[] = ['INT32', 'INT64', 'FLOAT', 'DOUBLE'];
/** What bytes may be said to be. */
const saidTypes: Record<string, ColumnKind> = {
  DECIMAL: 'number',
  FLOAT16: 'number',
  UTF8: 'text',
  STRING: 'text',
  ENUM: 'text',
  NULL: 'empty',
};

/** What the cells of a column without columns below it are, or a word for what is not read. */
function leafKind({ element }: SchemaTree): { kind: ColumnKind } | { problem: string } {
  const said = [element.logical_type?.type, element.converted_type].filter((name) => name !== undefined);
  const other = said.map((name) => otherTypes[name]).find((word) => word !== undefined);
  if (other !== undefined) return { problem: `holds ${other}` };
  if (element.type === 'INT96') return { problem: 'holds times' };
  const kind = said.map((name) => saidTypes[name]).find((found) => found !== undefined);
  if (kind !== undefined) return { kind };
  if (element.type === 'BOOLEAN') return { kind: 'boolean' };
  return numberTypes.includes(element.type) ? { kind: 'number' } : { problem: 'holds bytes' };
}

/** The column that lists are of, through lists within lists; undefined where it is no list. */
function listed(tree: SchemaTree): SchemaTree | undefined {
  const [repeated] = tree.children;
  const { element } = tree;
  const isList = element.converted_type === 'LIST' || element.logical_type?.type === 'LIST';
  const isRepeated = tree.children.length === 1 && repeated.element.repetition_type === 'REPEATED';
  if (!isList || !isRepeated) return undefined;
  if (repeated.children.length !== 1) return undefined;
  const [inner] = repeated.children;
  return inner.children.length === 0 ? inner : listed(inner);
}

function columnOf(tree: SchemaTree): ParquetColumn {
  const { name, repetition_type: repetition } = tree.element;
  if (tree.children.length === 0) {
    if (repetition === 'REPEATED') return { name, list: false, problem: 'is repeated' };
    return { name, list: false, ...leafKind(tree) };
  }
  const leaf = listed(tree);
  if (leaf) {
    const found = leafKind(leaf);
    if ('problem' in found) return { name, list: true, problem: `${found.problem} in lists` };
    if (found.kind === 'text') return { name, list: true, problem: 'holds lists of texts' };
    return { name, list: true, kind: 'number' };
  }
  const parts = tree.children.map(({ element }) => element.name).join(', ');
  return { name, list: false, problem: `has parts (${parts})` };
}

/** The columns of a file, in order. */
export function columnsOf(root: SchemaTree): ParquetColumn[] {
  return root.children.map(columnOf);
}

/** Columns that pandas keeps its index in, by the note that it leaves in the file. */
export function indexNames(
  { key_value_metadata: notes }: FileMetaData,
  parse: (text: string) => unknown,
): string[] {
  const text = notes?.find(({ key }) => key === 'pandas')?.value;
  const told = text === undefined ? undefined : parse(text);
  const names = (told as { index_columns?: unknown } | undefined | null)?.index_columns;
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
}
