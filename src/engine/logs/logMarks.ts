import type { LogMark } from '../../protocol/logs';
import type { LogRow } from '../../logs/formats/log';
import type { CheckpointMatches } from '../../logs/matching/matchCheckpoints';
import type { RowGroup, RowGroups } from './rowGroups';

/** What of a log belongs to a row that a snapshot matches. */
interface RowShare {
  metrics: Record<string, number>;
  fromRow: number;
  fromLine?: number;
}

/** Snapshots and the rows that tell of their moments, by snapshot. Checkpoints are the snapshots, in their order. */
export function marksOf(groups: RowGroups, { matches }: CheckpointMatches): LogMark[] {
  const { rows } = groups.log;
  const shares = sharesOf(
    groups,
    matches.map(({ row }) => row),
  );
  const marks = matches.map(({ checkpoint, row, reason, byHand }): LogMark => {
    const { epoch, step, place } = rows[row];
    const share = shares.get(row)!;
    const { fromRow, fromLine } = share;
    const mark: LogMark = {
      snapshot: checkpoint,
      row,
      fromRow,
      metrics: { ...share.metrics },
      reason,
      byHand,
    };
    if (epoch !== undefined) mark.epoch = epoch;
    if (step !== undefined) mark.step = step;
    if (place.line === undefined) return mark;
    return { ...mark, line: place.line, endLine: place.endLine ?? place.line, fromLine };
  });
  return marks.sort((a, b) => a.snapshot - b.snapshot);
}

function sharesOf(groups: RowGroups, matched: readonly number[]): Map<number, RowShare> {
  const wanted = new Set(matched);
  const shares = new Map<number, RowShare>();
  for (const group of new Set(matched.map((row) => groups.of[row]))) {
    shareGroup(group, groups.log.rows, wanted, shares);
  }
  return shares;
}

/**
 * Goes through a group once. Metrics add up over the epoch; where a group is no epoch, only since the last matched row, as
 * older values may be long outdated.
 */
function shareGroup(
  group: RowGroup,
  rows: readonly LogRow[],
  wanted: ReadonlySet<number>,
  shares: Map<number, RowShare>,
): void {
  let metrics: Record<string, number> = {};
  let fromLine: number | undefined;
  let fromRow = Infinity;
  for (const row of group.rows) {
    const { place } = rows[row];
    Object.assign(metrics, rows[row].metrics);
    if (place.line !== undefined) fromLine = Math.min(fromLine ?? place.line, place.line);
    fromRow = Math.min(fromRow, row);
    if (!wanted.has(row)) continue;
    shares.set(row, { metrics: { ...metrics }, fromRow, fromLine });
    fromLine = undefined;
    fromRow = Infinity;
    if (group.epoch === undefined) metrics = {};
  }
}
