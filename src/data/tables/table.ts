import type { ColumnRoles } from './csvColumns';
import type { LabelColumn } from '../labels';
import type { NumberStore } from './numberStore';
import type { TextColumn } from './textColumn';

/** A column of a table, and what is made of it. */
export interface TableColumn {
  /** Its name, else its 0-based number. */
  name: string;
  role: 'feature' | 'label' | 'left out';
}

/** A table as read: numbers and labels of the rows in use. */
export interface Table {
  file: string;
  roles: ColumnRoles;
  numbers: NumberStore;
  labels?: LabelColumn;
  /** Of each feature that is a text, what it becomes; the numbers of such a column are its codes. */
  texts: readonly (TextColumn | undefined)[];
  /** 0-based number, among the rows of the file, of each row in use. */
  rows: Int32Array;
  /** 1-based line in which each row in use begins, where the file has lines. */
  lines?: Int32Array;
  /** Axes of a row, where it is one list; else a row has one axis. */
  shape?: readonly number[];
  /** The columns of the file. */
  columns: readonly TableColumn[];
  /** Rows of the file, with those left out. */
  total: number;
}

/** The columns of a file by what was decided of them. */
export function columnsByRole({ names, count, label, features }: ColumnRoles): TableColumn[] {
  const chosen = new Set(features);
  return Array.from({ length: count }, (_, column) => ({
    name: names?.[column] === undefined || names[column] === '' ? String(column) : names[column],
    role: column === label ? 'label' : chosen.has(column) ? 'feature' : 'left out',
  }));
}
