/**
 * Logs of trainings as engine and extension speak of them: a run may have one log; its rows and the run's snapshots are
 * matched by the engine, which follows the file. Lines count from 1, as in `src/logs`.
 */

/** How a log is found and read; the same in all requests of one window. */
export interface LogOptions {
  /** Looks for a log beside the checkpoints of runs that have none linked. */
  findBeside: boolean;
  /** A user's regular expression with named groups, for text in no format known here; absent for none. */
  pattern?: string;
}

/** Why a run has the log that it has: `linked` by the user, its `own` (`log.jsonl`), or found `beside` its checkpoints. */
export type LogOrigin = 'linked' | 'own' | 'beside';

/** A snapshot of a run and the row of its log that tells of its moment. */
export interface LogMark {
  /** Index of the snapshot in the run. */
  snapshot: number;
  /** Index of the row, as `log/table` counts them. */
  row: number;
  /** Index of the first row that is of this snapshot: those from here to `row` mean it. */
  fromRow: number;
  /** As the log has them. */
  epoch?: number;
  step?: number;
  /** Lines of the row. Absent in binary files. */
  line?: number;
  endLine?: number;
  /** First line that is of this snapshot: those from here to `endLine` mean it. */
  fromLine?: number;
  /** All that the log says of the epoch up to this row. */
  metrics: Record<string, number>;
  /** How they were found to belong together, in words. */
  reason: string;
  byHand: boolean;
}

/** A place in a log with what is wrong there. */
export interface LogTrouble {
  line?: number;
  byteFrom?: number;
  text: string;
}

/** What is known of the log of a run. */
export interface LogInfo {
  folder: string;
  /** Another one whenever anything here changed. */
  version: string;
  /** Absolute path; absent when the run has no log. */
  file?: string;
  /**
   * Absolute path of the event file that the same training wrote for the other part of the data (Keras: `train` and
   * `validation`). Its metrics are added to the rows of the log, named by its folder: `validation/epoch_loss`.
   */
  companion?: string;
  origin?: LogOrigin;
  /** `none`: no log; `missing`: the file is not there (it may come); `failed`: it cannot be read, `problem` says why. */
  state: 'none' | 'read' | 'missing' | 'failed';
  problem?: string;
  format?: string;
  tool?: string;
  rows: number;
  /** Rows that were left out because the log has more than are held in memory. */
  thinnedRows: number;
  metricNames: string[];
  /** The first of what could not be read, and how much there is. */
  problems: LogTrouble[];
  problemCount: number;
  /** How epochs of checkpoints and log were brought together: added to the former it gives the latter. */
  join?: { shift: number; reason: string; byHand: boolean };
  /** By snapshot. */
  marks: LogMark[];
  unmatchedSnapshots: { snapshot: number; reason: string }[];
  /** Rows of epochs without snapshot: the first of them, and how many there are. */
  unmatchedRows: { row: number; epoch?: number; step?: number; line?: number; reason: string }[];
  unmatchedRowCount: number;
  /** The best snapshot by the log (validation accuracy, validation loss, …) or else by its own accuracy. */
  best?: { snapshot: number; reason: string };
}

/** A metric of a log by the name it has there, and what that means where it is a usual one. */
export interface MetricName {
  name: string;
  meaning?: { name: string; split: 'train' | 'validation' };
}

/** A metric over the training: arrays of equal length. */
export interface LogCurve extends MetricName {
  /** On the axis of the run's epochs; rows within an epoch lie between whole numbers. */
  x: Float64Array;
  /** Without NaN and infinities. */
  y: Float64Array;
  /** Values there are; more than `x` has where they were thinned (lowest and highest of each stretch stay). */
  values: number;
  /** Index of the best value, where it is known whether high or low is good. */
  best?: number;
  /** Whether high or low values are good, where that is known. */
  good?: 'high' | 'low';
}

/** Curves of a log. */
export interface LogCurves {
  /** As in `LogInfo`. */
  version: string;
  /** All metrics there are. */
  metrics: MetricName[];
  curves: LogCurve[];
}

/** A row of a log in a table. */
export interface LogTableRow {
  row: number;
  epoch?: number;
  step?: number;
  /** Seconds since 1970. */
  time?: number;
  line?: number;
  metrics: Record<string, number>;
}

/** A page of a log as a table. */
export interface LogTable {
  version: string;
  format?: string;
  tool?: string;
  metricNames: string[];
  total: number;
  from: number;
  rows: LogTableRow[];
  problems: LogTrouble[];
  problemCount: number;
}

/** A row of a log as a user points at it. */
export interface RowPointer {
  line?: number;
  epoch?: number;
  step?: number;
}

/** Requests of the engine about logs. */
export interface LogRequests {
  /** Logs of runs, without reading them through; runs without log are left out. Fast enough for all runs of a workspace. */
  'log/links': {
    params: { folders: string[]; options: LogOptions };
    result: { folder: string; file: string; origin: LogOrigin }[];
  };
  /** The log of a run, read up to its present end, matched with the run's snapshots. */
  'log/info': { params: { folder: string; options: LogOptions }; result: LogInfo };
  /** Links a log to a run; null: none. What was corrected by hand stays with the last log, and is forgotten with another. */
  'log/link': {
    params: { folder: string; file: string | null; options: LogOptions };
    result: LogInfo;
  };
  /**
   * Corrects the match: the row of a snapshot (null: it belongs to none; undefined: found by itself again), or the shift of
   * epochs (null: found by itself again).
   */
  'log/correct': {
    params: {
      folder: string;
      row?: { snapshot: number; to?: RowPointer | null };
      epochShift?: number | null;
      options: LogOptions;
    };
    result: LogInfo;
  };
  /** Curves of metrics by name; without names, of the usual ones that the log has (the losses). */
  'log/curves': {
    params: { folder: string; metrics?: string[]; options: LogOptions };
    result: LogCurves;
  };
  /** Rows of any log, linked or not. */
  'log/table': {
    params: { file: string; from: number; count: number; options: LogOptions };
    result: LogTable;
  };
  /** Logs of which changes are wanted to be told (`log/changed`), all of them: others are told no more. */
  'log/watch': { params: { files: string[]; options: LogOptions }; result: Record<string, never> };
}

/** What the engine says of logs unasked. */
export interface LogNotifications {
  /** A watched log has changed: new rows, another state. At most a few times a second. */
  'log/changed': { file: string };
}
