import { formatCount } from '../../src/core/look/text';
import type { TableRow, TableValue } from '../../src/protocol/logTable';

/** A column of the table. */
export interface Column {
  title: string;
  /** What it is, for its tooltip. */
  description: string;
  /** Width in characters. */
  width: number;
  /** Text of a row's cell: as short as it is shown, and whole for tooltip and copy. */
  text(row: TableRow): string;
  whole(row: TableRow): string;
}

/** Width of the widest number that is shown. */
const NUMBER_WIDTH = 9;
const WIDEST = 28;

/** Columns that stand before the metrics, as far as some row that came has something for them. */
export interface KnownFields {
  line: boolean;
  epoch: boolean;
  step: boolean;
  time: boolean;
}

/** What a page of rows tells of the fields that rows have. */
export function fieldsOf(rows: readonly TableRow[], known: KnownFields): KnownFields {
  return {
    line: known.line || rows.some(({ line }) => line !== undefined),
    epoch: known.epoch || rows.some(({ epoch }) => epoch !== undefined),
    step: known.step || rows.some(({ step }) => step !== undefined),
    time: known.time || rows.some(({ time }) => time !== undefined),
  };
}

/** The columns that stay in sight: what a row is called. */
export function fixedColumns(rows: number, fields: KnownFields): Column[] {
  const digits = Math.max(3, formatCount(rows).length);
  const columns: Column[] = [
    numbered('row', 'Row of the log, from 1', digits, ({ row }) => row + 1),
    numbered('epoch', 'Epoch as the log counts', 6, ({ epoch }) => epoch),
    numbered('step', 'Step as the log counts', 8, ({ step }) => step),
  ];
  return columns.filter(
    ({ title }) => (title !== 'epoch' || fields.epoch) && (title !== 'step' || fields.step),
  );
}

/** The columns that scroll: line and time, where there are any, and the metrics. */
export function movingColumns(names: readonly string[], rows: number, fields: KnownFields): Column[] {
  const digits = Math.max(4, formatCount(rows).length);
  const line = numbered('line', 'Line of the file', digits, (row) => row.line);
  const time: Column = {
    title: 'time',
    description: 'Time that was logged, here',
    width: 19,
    text: ({ time }) => (time === undefined ? '' : localTime(time)),
    whole: ({ time }) => (time === undefined ? '' : wholeTime(time)),
  };
  const metrics = names.map((name, index): Column => ({
    title: name,
    description: name,
    width: Math.min(WIDEST, Math.max(NUMBER_WIDTH, name.length)),
    text: ({ values }) => shortValue(values[index] ?? null),
    whole: ({ values }) => wholeValue(values[index] ?? null),
  }));
  return [...(fields.time ? [time] : []), ...metrics, ...(fields.line ? [line] : [])];
}

function numbered(
  title: string,
  description: string,
  width: number,
  value: (row: TableRow) => number | undefined,
): Column {
  const whole = (row: TableRow) => wholeValue(value(row) ?? null);
  return {
    title,
    description,
    width: Math.max(width, title.length),
    text: (row) => {
      const number = value(row);
      return number !== undefined && Number.isSafeInteger(number)
        ? formatCount(number)
        : shortValue(number ?? null);
    },
    whole,
  };
}

/** A value in at most nine characters; empty for none. */
export function shortValue(value: TableValue): string {
  if (typeof value !== 'number') return wholeValue(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) return value.toExponential(2);
  return String(Number(value.toPrecision(6)));
}

/** A value with all its digits; empty for none. */
export function wholeValue(value: TableValue): string {
  if (value === null) return '';
  return typeof value === 'number' ? String(value) : value.replace('Infinity', '∞').replace('-', '−');
}

/** A moment as clocks here show it: `2026-11-22 14:31:42`. */
function localTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return String(seconds);
  const two = (number: number) => String(number).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

function wholeTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString();
}

/** A row as tab-separated values, with all digits. */
export function asTsv(row: TableRow, columns: readonly Column[]): string {
  return columns.map((column) => column.whole(row).replaceAll(/[\t\r\n]/g, ' ')).join('\t');
}
