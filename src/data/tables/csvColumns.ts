import { InputError } from '../../core/errors';
import { isIndexColumn, kindOfColumn, type ColumnKind } from './columnKinds';
import { isLabelName } from './csvDialect';
import { oneLine } from '../../core/wording';

/** Which columns of a table are numbers, and which one is the labels. */
export interface ColumnRoles {
  /** Names of all columns, where the table has them. */
  names?: string[];
  /** Number of columns in all. */
  count: number;
  label?: number;
  /** Columns of the features, in the order in which a network gets them. */
  features: number[];
  /** Of each feature, whether it is a number or a text that becomes one number for each of its values. */
  kinds: ColumnKind[];
}

/** What a table is read for. */
export type TableRole = 'data' | 'data with labels elsewhere' | 'labels';

/** Which columns a user wants, by name or 0-based number. */
export interface ColumnChoice {
  /** Column of the labels; false: there is none; undefined: find out. */
  labelColumn?: string | false;
  /** Columns of the features, in this order; all others when left out. */
  features?: readonly string[];
  /** Columns that are left out. */
  drop?: readonly string[];
}

/** The beginning of a table. */
export interface TableHead {
  file: string;
  names?: string[];
  /** First rows below the names. */
  rows: readonly string[][];
  /** Number of columns. */
  count: number;
  delimiter: string;
  role: TableRole;
  /** What each column is, where the file tells it. */
  kinds?: readonly (ColumnKind | undefined)[];
  /** Columns that the file says are its index, and no features. */
  index?: ReadonlySet<number>;
  /** Columns of lists of numbers, which are no labels. */
  vectors?: ReadonlySet<number>;
}

/** A column for messages: its name, else its 0-based number. */
export function columnTitle(roles: Pick<ColumnRoles, 'names'>, column: number): string {
  const name = roles.names?.[column];
  return name ? `column \`${oneLine(name)}\`` : `column ${column}`;
}

/**
 * Decides what each column is.
 * @throws InputError where a wanted column is not there, or nothing is left
 */
export function assignColumns(head: TableHead, choice: ColumnChoice, notices: string[]): ColumnRoles {
  const { file, names, count, role } = head;
  const wanted = choice.features?.map((name) => namedColumn(head, name));
  const dropped = new Set(choice.drop?.map((name) => namedColumn(head, name)));
  const twice = wanted?.find((column, index) => wanted.indexOf(column) !== index || dropped.has(column));
  if (twice !== undefined) {
    const how = dropped.has(twice) ? 'is wanted and left out' : 'is wanted twice';
    throw new InputError(file, `${columnTitle({ names }, twice)} ${how}`);
  }
  const named = typeof choice.labelColumn === 'string' ? namedColumn(head, choice.labelColumn) : undefined;
  const all = Array.from({ length: count }, (_, column) => column);
  const spare = wanted ? [] : spareColumns(head, named, dropped, notices);
  const free = all.filter((column) => !dropped.has(column) && !spare.includes(column));
  const label = named ?? labelIndex(head, { free, features: wanted, wanted: choice.labelColumn, notices });
  const onlyLabels = role === 'labels' && label !== undefined;
  const features = onlyLabels ? [] : (wanted ?? free).filter((column) => column !== label);
  if (!onlyLabels && features.length === 0) {
    throw new InputError(
      file,
      free.length === 1
        ? 'has a single column, taken as the labels: nothing is left to be data; say that there is no label column'
        : 'has no column left that could be data',
    );
  }
  return { names, count, label, ...kindsOf(head, features, wanted !== undefined, notices) };
}

/** Columns that are no features though nobody says so: an index, and a last one that separators at the ends of rows make. */
function spareColumns(
  { file, names, rows, count, delimiter, kinds, index }: TableHead,
  label: number | undefined,
  dropped: ReadonlySet<number>,
  notices: string[],
): number[] {
  const isFree = (column: number) => column !== label && !dropped.has(column);
  const spare = [...(index ?? [])].filter(isFree);
  if (isFree(0) && !spare.includes(0) && isIndexColumn(names, rows)) {
    spare.push(0);
    const name = names?.[0] ? ` \`${oneLine(names[0])}\`` : ' without a name';
    notices.push(`${file}: the first column${name} numbers the rows and is no feature.`);
  }
  const last = count - 1;
  const unnamed = names ? names[last] === '' : rows.length > 1;
  if (!kinds && last > 1 && isFree(last) && unnamed && rows.length > 0) {
    if (kindOfColumn(rows, last, delimiter) === 'empty' && rows.every((row) => row[last]?.trim() === '')) {
      spare.push(last);
      notices.push(`${file}: the last column is empty and left out.`);
    }
  }
  return spare;
}

/** Features with their kinds. Texts come behind the numbers, as in \`pandas.get_dummies\`, unless an order was given. */
function kindsOf(
  head: TableHead,
  columns: number[],
  ordered: boolean,
  notices: string[],
): Pick<ColumnRoles, 'features' | 'kinds'> {
  const found = (column: number) =>
    head.rows.length < 2 ? 'number' : kindOfColumn(head.rows, column, head.delimiter);
  const kind = new Map(columns.map((column) => [column, head.kinds?.[column] ?? found(column)]));
  const isText = (column: number) => kind.get(column) === 'text';
  const features = ordered
    ? columns
    : [...columns.filter((column) => !isText(column)), ...columns.filter(isText)];
  const words = features.filter((column) => kind.get(column) === 'boolean');
  if (words.length > 0) {
    const titles = words.map((column) => columnTitle(head, column)).join(', ');
    notices.push(`${head.file}: True and False of ${titles} are taken as 1 and 0.`);
  }
  return { features, kinds: features.map((column) => kind.get(column)!) };
}

/** @param free columns that are neither left out nor an index */
function labelIndex(
  { file, names, role, vectors }: TableHead,
  {
    free,
    features,
    wanted,
    notices,
  }: {
    free: readonly number[];
    features: readonly number[] | undefined;
    wanted: string | false | undefined;
    notices: string[];
  },
): number | undefined {
  if (role === 'data with labels elsewhere' || (wanted === false && role === 'data')) {
    return undefined;
  }
  const candidates = free.filter((column) => !features?.includes(column) && !vectors?.has(column));
  const usual = candidates.filter((column) => isLabelName(names?.[column] ?? ''));
  if (role === 'labels') {
    return candidates.length === 1 ? candidates[0] : usual.length === 1 ? usual[0] : undefined;
  }
  const last = free.at(-1);
  const label = usual.length === 1 ? usual[0] : candidates.length === 1 ? candidates[0] : last;
  if (label === undefined || !candidates.includes(label)) {
    notices.push(`${file}: no column is taken as the label.`);
    return undefined;
  }
  const name = names && oneLine(names[label]);
  notices.push(
    `${file}: ${label === last ? 'the last column' : 'column'}${name ? ` \`${name}\`` : ''} is taken as the label.`,
  );
  return label;
}

/** Number of the column that a user names. @throws InputError where there is none, or more than one */
export function namedColumn({ file, names, count }: TableHead, wanted: string): number {
  const found = (names ?? []).flatMap((name, column) => (name === wanted ? [column] : []));
  if (found.length === 1) {
    return found[0];
  }
  if (found.length > 1) {
    throw new InputError(
      file,
      `has ${found.length} columns \`${wanted}\`: give the number of the one that is meant`,
    );
  }
  const index = /^\d{1,9}$/.test(wanted) ? Number(wanted) : count;
  if (index < count) {
    return index;
  }
  const shown = names
    ? `${names.slice(0, 8).map(oneLine).join(', ')}${names.length > 8 ? ', …' : ''}`
    : 'no names (no header)';
  throw new InputError(file, `has no column \`${wanted}\`: there are columns 0 to ${count - 1}, ${shown}`);
}
