import { InputError } from '../../core/errors';
import type { LogTable, LogTableRow } from '../../protocol/logs';
import type { LogRow } from '../../logs/formats/log';
import { whyUnread } from './linking';
import { troublesOf } from './logInfo';
import type { ReadLog } from './logRegistry';

/** Rows of one page, at most. */
const MOST_ROWS = 10_000;

/**
 * A page of a log.
 * @throws InputError where the file is not there, or is no log
 */
export function logTable({ followed, version }: ReadLog, from: number, count: number): LogTable {
  const { log, file, state, problem } = followed;
  const first = Math.max(0, Math.floor(from));
  if (!log) {
    if (state !== 'read') throw new InputError(file, problem ?? whyUnread(state));
    // An empty file may be a log that has just begun.
    return { version, metricNames: [], total: 0, from: first, rows: [], problems: [], problemCount: 0 };
  }
  const rows = log.rows.slice(first, first + Math.min(MOST_ROWS, Math.max(0, Math.floor(count))));
  return {
    version,
    format: log.format,
    tool: log.tool,
    metricNames: [...log.metricNames],
    total: log.rows.length,
    from: first,
    rows: rows.map((row, index) => tableRow(row, first + index)),
    ...troublesOf(log),
  };
}

function tableRow({ epoch, step, time, metrics, place }: LogRow, row: number): LogTableRow {
  return { row, epoch, step, time, line: place.line, metrics: { ...metrics } };
}
