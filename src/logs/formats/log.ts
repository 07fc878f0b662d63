/**
 * The ways of writing a log that can be read. `json`: one document, of rows or of columns; `pattern`: text read with a
 * regular expression of the user.
 */
export type LogFormat = 'jsonLines' | 'json' | 'csv' | 'trainerState' | 'events' | 'text' | 'pattern';

/** What wrote a log, where its content tells: tools differ in how they count epochs. */
export type LogTool =
  | 'apd'
  | 'keras'
  | 'kerasConsole'
  | 'lightning'
  | 'huggingface'
  | 'mmdetection'
  | 'mmengine'
  | 'ultralytics'
  | 'tensorboard';

/**
 * Where in its file something stands. Lines are those of a VS Code editor, from 1: LF, CRLF and a CR alone each end one.
 * Bytes are offsets from the file's start, the end not included.
 */
export interface LogPlace {
  line?: number;
  /** Last line, where what stands there goes over several. */
  endLine?: number;
  byteFrom?: number;
  byteTo?: number;
}

/** What a log says of one moment of the training. It has an epoch, a step, or both. */
export interface LogRow {
  /** As the log counts, from 0 or from 1 (`TrainingLog.firstEpoch`); Hugging Face's are fractions of epochs done. */
  epoch?: number;
  step?: number;
  /** Seconds since 1970. */
  time?: number;
  /** Values by the name that the log has for them; NaN and infinities where it says so. */
  metrics: Record<string, number>;
  place: LogPlace;
  /** How often the log had started over before this row, as when one file holds several trainings; absent for never. */
  attempt?: number;
}

/** Something in a log that could not be read. */
export interface LogProblem {
  place: LogPlace;
  /** What was found and what was expected, in one line. */
  text: string;
}

/** What was read of a log. */
export interface TrainingLog {
  format: LogFormat;
  tool?: LogTool;
  /** In the order in which they began in the file. */
  rows: readonly LogRow[];
  /** In the order in which they came. */
  metricNames: readonly string[];
  /** The first `KEPT_PROBLEMS`. */
  problems: readonly LogProblem[];
  /** All of them. */
  problemCount: number;
  /** The number that the first epoch has in this log; undefined where nothing tells. */
  firstEpoch: 0 | 1 | undefined;
  /** How that was decided, in a sentence. */
  firstEpochReason: string;
  /** Rows that were left out because the log has more than are held in memory. */
  thinnedRows: number;
}

/**
 * Reads a log as its bytes come. Whatever way a file is cut into chunks, the rows are the same. A last line or record that
 * is not whole yet waits for the next chunk. A file that shrank or was written anew needs a new reader.
 */
export interface LogReader {
  /**
   * Takes the next bytes of the file (or, for text, characters).
   * @returns index of the first row that is new or has changed; `rows.length` when none has
   */
  push(chunk: Uint8Array | string): number;
  /** Says that nothing follows: a last line without a line end is read, too. @returns as `push` */
  finish(): number;
  /**
   * What was read with the unfinished last line, as if its end came now; nothing of the reader changes. Undefined where no
   * line is unfinished, or it does not look whole: where it would be a problem.
   */
  peek?(): TrainingLog | undefined;
  readonly rows: readonly LogRow[];
  /** What was read up to now; a new object at every call, over the same rows. */
  readonly log: TrainingLog;
}

/** Problems that are kept with their text; the others are only counted. */
export const KEPT_PROBLEMS = 100;
