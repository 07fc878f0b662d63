import { InputError } from '../../core/errors';
import { isLabelName } from './csvDialect';
import { oneLine } from '../wording';

/** Which columns of a table are numbers, and which one is the labels. */
export interface ColumnRoles {
  /** Names of all columns, where the table has them. */
  names?: string[];
  /** Number of columns in all. */
  count: number;
  label?: number;
  features: number[];
}

/** What a table is read for. */
export type TableRole = 'data' | 'data with labels elsewhere' | 'labels';

/** A column for messages: its name, else its 0-based number. */
export function columnTitle(roles: ColumnRoles, column: number): string {
  const name = roles.names?.[column];
  return name ? `column \`${oneLine(name)}\`` : `column ${column}`;
}

/**
 * Decides what each column is.
 * @param wanted name or 0-based number of the label column; false: there is none; undefined: find out
 * @throws InputError where the wanted column is not there, or nothing is left
 */
export function assignColumns(
  file: string,
  names: string[] | undefined,
  count: number,
  wanted: string | false | undefined,
  role: TableRole,
  notices: string[],
): ColumnRoles {
  const label = labelIndex(file, names, count, wanted, role, notices);
  const all = Array.from({ length: count }, (_, column) => column);
  const onlyLabels = role === 'labels' && label !== undefined;
  const features = onlyLabels ? [] : all.filter((column) => column !== label);
  if (!onlyLabels && features.length === 0) {
    throw new InputError(
      file,
      'has a single column, taken as the labels: nothing is left to be data; say that there is no label column',
    );
  }
  return { names, count, label, features };
}

function labelIndex(
  file: string,
  names: string[] | undefined,
  count: number,
  wanted: string | false | undefined,
  role: TableRole,
  notices: string[],
): number | undefined {
  if (role === 'data with labels elsewhere' || (wanted === false && role === 'data')) return undefined;
  if (typeof wanted === 'string') return namedColumn(file, names, count, wanted);
  const usual = (names ?? []).flatMap((name, column) => (isLabelName(name) ? [column] : []));
  if (role === 'labels') return count === 1 ? 0 : usual.length === 1 ? usual[0] : undefined;
  const label = usual.length === 1 ? usual[0] : count - 1;
  const name = names && oneLine(names[label]);
  notices.push(
    `${file}: ${label === count - 1 ? 'the last column' : 'column'}${name ? ` \`${name}\`` : ''} is taken as the label.`,
  );
  return label;
}

function namedColumn(file: string, names: string[] | undefined, count: number, wanted: string): number {
  const found = (names ?? []).flatMap((name, column) => (name === wanted ? [column] : []));
  if (found.length === 1) return found[0];
  if (found.length > 1) {
    throw new InputError(
      file,
      `has ${found.length} columns \`${wanted}\`: give the number of the one that is meant`,
    );
  }
  const index = /^\d{1,9}$/.test(wanted) ? Number(wanted) : count;
  if (index < count) return index;
  const shown = names
    ? `${names.slice(0, 8).map(oneLine).join(', ')}${names.length > 8 ? ', …' : ''}`
    : 'no names (no header)';
  throw new InputError(file, `has no column \`${wanted}\`: there are columns 0 to ${count - 1}, ${shown}`);
}
