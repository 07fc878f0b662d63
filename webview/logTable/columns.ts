import type { TableRow, TableValue } from '../../src/protocol/logTable';
import { largest } from '../../src/core/lists';
import { formatCount } from '../../src/core/wording';

/** A column of the table. */
export interface TableColumn {
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

/** Columns besides the metrics, as far as some row that came has something for them. */
export interface KnownFields {
  line: boolean;
  /** Characters of the longest of them; 0 for none. */
  epoch: number;
  step: number;
  time: boolean;
}

/** Before any row came. */
export const noFields: KnownFields = { line: false, epoch: 0, step: 0, time: false };

/** What a page of rows tells of the fields that rows have. */
export function fieldsOf(rows: readonly TableRow[], known: KnownFields): KnownFields {
  return {
    line: known.line || rows.some(({ line }) => line !== undefined),
    epoch: largest(
      rows.map(({ epoch }) => shortNumber(epoch).length),
      known.epoch,
    ),
    step: largest(
      rows.map(({ step }) => shortNumber(step).length),
      known.step,
    ),
    time: known.time || rows.some(({ time }) => time !== undefined),
  };
}

/** The columns that stay in sight: what a row is called. */
export function fixedColumns(rows: number, fields: KnownFields): TableColumn[] {
  const digits = Math.max(4, formatCount(rows).length);
  const { epoch, step } = fields;
  return [
    numbered('row', 'Row of the log, from 1', digits, (row) => row.row + 1),
    ...(epoch > 0
      ? [numbered('epoch', 'Epoch as the log counts', Math.max(6, epoch), (row) => row.epoch)]
      : []),
    ...(step > 0 ? [numbered('step', 'Step as the log counts', Math.max(5, step), (row) => row.step)] : []),
  ];
}

/** The columns that scroll: the metrics, and after them time and line, where there are any. */
export function movingColumns(names: readonly string[], rows: number, fields: KnownFields): TableColumn[] {
  const digits = Math.max(4, formatCount(rows).length);
  const line = numbered('line', 'Line of the file', digits, (row) => row.line);
  const time: TableColumn = {
    title: 'time',
    description: 'Time that was logged, here',
    width: 19,
    text: ({ time }) => (time === undefined ? '' : localTime(time)),
    whole: ({ time }) => (time === undefined ? '' : wholeTime(time)),
  };
  const metrics = names.map((name, index): TableColumn => ({
    title: name,
    description: name,
    width: Math.min(WIDEST, Math.max(NUMBER_WIDTH, name.length)),
    text: ({ values }) => shortValue(values[index] ?? null),
    whole: ({ values }) => wholeValue(values[index] ?? null),
  }));
  return [...metrics, ...(fields.time ? [time] : []), ...(fields.line ? [line] : [])];
}

function numbered(
  title: string,
  description: string,
  width: number,
  value: (row: TableRow) => number | undefined,
): TableColumn {
  return {
    title,
    description,
    width: Math.max(width, title.length),
    text: (row) => shortNumber(value(row)),
    whole: (row) => wholeValue(value(row) ?? null),
  };
}

/** A number of a row, an epoch or a step; empty for none. */
function shortNumber(value: number | undefined): string {
  return value !== undefined && Number.isSafeInteger(value) ? formatCount(value) : shortValue(value ?? null);
}

/** A value in at most nine characters; empty for none. */
export function shortValue(value: TableValue): string {
  if (typeof value !== 'number') return wholeValue(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) return value.toExponential(2);
  return String(Number(value.toPrecision(6)));
}

/** A value with all its digits; empty for none. */
function wholeValue(value: TableValue): string {
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
export function asTsv(row: TableRow, columns: readonly TableColumn[]): string {
  return columns.map((column) => column.whole(row).replaceAll(/[\t\r\n]/g, ' ')).join('\t');
}
