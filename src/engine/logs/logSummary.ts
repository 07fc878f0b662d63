import type { LogTrouble } from '../../protocol/logs';
import type { LogFormat, LogTool } from '../../logs/formats/log';

/** What the log of a training says of a snapshot. */
export interface SnapshotLog {
  epoch?: number;
  step?: number;
  line?: number;
  metrics: Record<string, number>;
}

/** How a metric of the log and a measure of the diagrams go together over the snapshots. */
export interface MetricCorrelation {
  metric: string;
  measure: string;
  /** Name of the level; absent for measures of the whole network. */
  level?: string;
  /** Snapshots that have both. */
  n: number;
  /** Absent with fewer than four snapshots, and where a series is constant. */
  spearman?: number;
  pearson?: number;
}

/** The log of a run beside its diagrams. */
export interface LogReport {
  file: string;
  /** Why nothing was read of it. */
  problem?: string;
  format?: LogFormat;
  tool?: LogTool;
  /** Added to epochs of snapshots it gives those of the log. */
  join?: { shift: number; reason: string; byHand: boolean };
  /** Snapshots with a row. */
  matched: number;
  unmatchedSnapshots: { epoch: number; step?: number; reason: string }[];
  /** Epochs (or steps) of the log without snapshot. */
  unmatchedRows: number;
  /** What could not be read of the log: the first of it, and how much in all. */
  problems: LogTrouble[];
  problemCount: number;
  correlations: MetricCorrelation[];
}
