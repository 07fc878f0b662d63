import type { LogInfo, LogTable, LogTableRow } from '../../protocol/logs';
import type { LogTableHead, TableRow, TableValue } from '../../protocol/logTable';
import { nameOfFormat } from '../views/snapshotTexts';
import { pluralise } from '../../core/wording';

/** A run that has a log, as far as the log's table needs to know it. */
export interface TableRun {
  name: string;
  info: LogInfo;
  /** Names of its snapshots. */
  snapshots: string[];
}

/** The snapshot that a row of a log tells of. */
export interface RowSnapshot {
  folder: string;
  snapshot: number;
  /** For users; with the run where several have the log. */
  name: string;
}

/** Snapshots by row; where several tell of a row, the first run's last one. */
export function snapshotsByRow(runs: readonly TableRun[]): Map<number, RowSnapshot> {
  const found = new Map<number, RowSnapshot>();
  // What comes later stays: the first runs are the ones that are looked at.
  for (const { name, info, snapshots } of [...runs].reverse()) {
    for (const { row, snapshot } of info.marks) {
      const own = snapshots[snapshot] ?? `number ${snapshot + 1}`;
      const text = runs.length > 1 ? `${own} of ${name}` : own;
      found.set(row, { folder: info.folder, snapshot, name: text });
    }
  }
  return found;
}

/** The snapshot that a row is of: one that it tells of, or the one whose epoch it is within. */
export function snapshotOfRow(runs: readonly TableRun[], row: number): Omit<RowSnapshot, 'name'> | undefined {
  for (const { info } of runs) {
    const own = info.marks.findLast((mark) => mark.row === row);
    const meant = own ?? info.marks.find((mark) => mark.fromRow <= row && row <= mark.row);
    if (meant) return { folder: info.folder, snapshot: meant.snapshot };
  }
  return undefined;
}

/** What is said of a log over its rows. */
export function tableHead(
  table: LogTable,
  version: string,
  runs: readonly TableRun[],
  hasRun: boolean,
): LogTableHead {
  const { format, tool, total, metricNames, problems, problemCount } = table;
  const marked = runs.map(({ name, info }) => {
    const all = info.marks.length + info.unmatchedSnapshots.length;
    return `${info.marks.length} of ${pluralise(all, 'snapshot')} of ${name}`;
  });
  return {
    version,
    facts: [
      format === undefined ? 'format not known yet' : nameOfFormat(format, tool),
      pluralise(total, 'row'),
      ...marked,
    ],
    columns: metricNames,
    rows: total,
    problems: problems.map(({ line, byteFrom, text }) => ({
      line,
      text: line === undefined && byteFrom !== undefined ? `byte ${byteFrom}: ${text}` : text,
    })),
    problemCount,
    ...(total === 0 && { empty: emptyText(problemCount) }),
    ...(!hasRun && {
      hint: { text: 'This log belongs to no run.', command: 'apd.linkLog', title: 'Link to Run…' },
    }),
  };
}

function emptyText(problemCount: number): string {
  return problemCount > 0
    ? 'Nothing of this log could be read as rows of epochs or steps; what is wrong is listed above. A format of your own is read with the setting “apd.log.pattern”.'
    : 'There are no rows yet. They appear here as they are written.';
}

/** A row as the page gets it. */
export function tableRow(
  { row, epoch, step, time, line, metrics }: LogTableRow,
  columns: readonly string[],
  snapshots: ReadonlyMap<number, RowSnapshot>,
): TableRow {
  const values = columns.map((name) => (Object.hasOwn(metrics, name) ? tableValue(metrics[name]) : null));
  return { row, epoch, step, time, line, values, snapshot: snapshots.get(row)?.name };
}

function tableValue(value: number): TableValue {
  if (Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? 'Infinity' : '-Infinity';
}
