import { epochName, stepNameOf } from './jsonFields';
import { numberOf, type LogObject } from './jsonValues';
import type { Point } from './rowStore';

/** Rows made of columns. */
export interface ColumnRows {
  rows: { point: Point; metrics: [string, number][] }[];
  /** Columns of another length than most. */
  leftOut: string[];
}

/** A column of numbers; undefined where there is none. */
interface Column {
  name: string;
  values: (number | undefined)[];
  /** Numbers of the rows, where the column tells them. */
  keys?: number[];
}

/**
 * The rows of an object of columns: lists, or objects with the keys 0, 1, 2, … as pandas writes them, also one level deeper
 * (`{"train": {"loss": […]}}`); or of an object of rows by their numbers. The epoch is the column of that name, else the key,
 * else the place of the row.
 * @returns undefined where there are no such columns
 */
export function jsonColumnsOf(object: LogObject): ColumnRows | undefined {
  const columns = byRows(object) ?? listColumns(object, '', 2);
  const usual = mostFrequent(columns.map(({ values }) => values.length));
  if (usual === undefined || usual === 0) return undefined;
  const kept = columns.filter(({ values }) => values.length === usual);
  const epoch = kept.find(({ name }) => epochName.test(name));
  const step = kept.find(({ name }) => stepNameOf(name) !== undefined);
  const keys = kept.find((column) => column.keys)?.keys;
  const metrics = kept.filter((column) => column !== epoch && column !== step);
  const rows = Array.from({ length: usual }, (_, row) => {
    const point: Point = {};
    if (epoch) point.epoch = epoch.values[row];
    if (step) point.step = step.values[row];
    if (!epoch && !step) point.epoch = keys?.[row] ?? row;
    const values = metrics.flatMap(({ name, values: all }): [string, number][] => {
      const value = all[row];
      return value === undefined ? [] : [[name, value]];
    });
    return { point, metrics: values };
  });
  return {
    rows: rows.filter(({ point }) => point.epoch !== undefined || point.step !== undefined),
    leftOut: columns.filter(({ values }) => values.length !== usual).map(({ name }) => name),
  };
}

function isObject(value: unknown): value is LogObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Columns of lists and of objects with whole numbers as keys. */
function listColumns(object: LogObject, prefix: string, depth: number): Column[] {
  return Object.entries(object).flatMap(([name, value]): Column[] => {
    if (Array.isArray(value)) {
      const values = value.map(numberOf);
      return values.some((one) => one !== undefined) ? [{ name: prefix + name, values }] : [];
    }
    if (!isObject(value)) return [];
    const keys = wholeKeys(value);
    if (keys) {
      const values = keys.map((key) => numberOf(value[key]));
      return values.some((one) => one !== undefined)
        ? [{ name: prefix + name, values, keys: keys.map(Number) }]
        : [];
    }
    return depth > 1 ? listColumns(value, `${prefix}${name}.`, depth - 1) : [];
  });
}

/** Columns of an object of rows by their numbers: `{"0": {"loss": 1}, "1": {"loss": 0.5}}`. */
function byRows(object: LogObject): Column[] | undefined {
  const keys = wholeKeys(object);
  const rows = keys?.map((key) => object[key]);
  if (!keys || !rows?.every(isObject)) return undefined;
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return names.map((name) => ({
    name,
    values: rows.map((row) => numberOf(row[name])),
    keys: keys.map(Number),
  }));
}

/** Keys in their order as numbers, where all are whole numbers. */
function wholeKeys(object: LogObject): string[] | undefined {
  const keys = Object.keys(object);
  const whole = keys.length > 0 && keys.every((key) => /^\d{1,12}$/.test(key));
  return whole ? keys.sort((a, b) => Number(a) - Number(b)) : undefined;
}

function mostFrequent(lengths: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const length of lengths) counts.set(length, (counts.get(length) ?? 0) + 1);
  return [...counts].sort(([a, m], [b, n]) => n - m || b - a)[0]?.[0];
}
