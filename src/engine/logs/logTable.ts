import { InputError } from '../../core/errors';
import type { LogTable, LogTableRow } from '../../protocol/logs';
import type { LogRow } from '../../runs/logs/log';
import { troublesOf } from './logInfo';
import type { ReadLog } from './logRegistry';

/** Rows of one page, at most. */
const mostRows = 10_000;

/**
 * A page of a log.
 * @throws InputError where the file is not there, or is no log
 */
export function logTable({ followed, version }: ReadLog, from: number, count: number): LogTable {
  const { log, file, state, problem } = followed;
  if (!log) throw new InputError(file, problem ?? (state === 'missing' ? 'is not there' : 'is no log'));
  const first = Math.max(0, Math.floor(from));
  const rows = log.rows.slice(first, first + Math.min(mostRows, Math.max(0, Math.floor(count))));
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
