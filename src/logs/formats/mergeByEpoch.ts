import type { LogRow } from './log';
import { widen } from './rowStore';

/** Fractions of an epoch below this are rounding. */
const ROUNDING = 1e-6;

/**
 * The epoch that a row is of. Where a log has fractions of epochs done (Hugging Face), 0.4 and 1.0 are of the first: 1.
 */
export function epochOfRow(row: LogRow): number | undefined {
  // Rounding up leaves a negative zero, which is an epoch of its own for strict comparisons.
  return row.epoch === undefined ? undefined : Math.ceil(row.epoch - ROUNDING) || 0;
}

/**
 * One row for each epoch (and attempt), in the order of the rows: of each metric the last value, of step and time the last,
 * and the place from the first line to the last. Rows without epoch, as some callbacks write them, belong to the epoch of
 * the row that follows them. A log without any epochs is given back as it is.
 */
export function mergeByEpoch(rows: readonly LogRow[]): LogRow[] {
  if (!rows.some(({ epoch }) => epoch !== undefined)) return [...rows];
  const merged: LogRow[] = [];
  let waiting: LogRow[] = [];
  let current: LogRow | undefined;
  for (const row of rows) {
    const epoch = epochOfRow(row);
    if (epoch === undefined) {
      waiting.push(row);
      continue;
    }
    if (!current || current.epoch !== epoch || current.attempt !== row.attempt) {
      current = { epoch, metrics: {}, place: {} };
      if (row.attempt !== undefined) current.attempt = row.attempt;
      merged.push(current);
    }
    for (const part of [...waiting, row]) addTo(current, part);
    waiting = [];
  }
  for (const part of waiting) addTo(current!, part);
  return merged;
}

function addTo(row: LogRow, part: LogRow): void {
  Object.assign(row.metrics, part.metrics);
  if (part.step !== undefined) row.step = part.step;
  if (part.time !== undefined) row.time = part.time;
  widen(row.place, part.place);
}
