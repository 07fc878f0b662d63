/** Commands that the page of a log's table offers. */
export const logTableCommands = ['apd.linkLog', 'apd.showLog', 'apd.refresh'] as const;

/** One of them. */
export type LogTableCommand = (typeof logTableCommands)[number];

/** A value as a page gets it: messages are JSON, which has neither NaN nor infinities; null for none. */
export type TableValue = number | 'NaN' | 'Infinity' | '-Infinity' | null;

/** A row of the table. */
export interface TableRow {
  row: number;
  epoch?: number;
  step?: number;
  /** Seconds since 1970. */
  time?: number;
  line?: number;
  /** By the columns of the table. */
  values: TableValue[];
  /** Snapshot that the row tells of: its name. */
  snapshot?: string;
}

/** A log as a whole. */
export interface LogTableHead {
  /** Another one whenever rows or marks changed: pages of rows that were sent before are out of date. */
  version: string;
  /** What the log is, in words: format, rows, snapshots. */
  facts: string[];
  /** Names of the metrics. */
  columns: string[];
  rows: number;
  /** The first of what could not be read, and how much there is. */
  problems: { line?: number; text: string }[];
  problemCount: number;
  /** What could be done, with the button for it. */
  hint?: { text: string; command: LogTableCommand; title: string };
  /** Why there is nothing to see. */
  empty?: string;
}

/** What the extension says to the page of a log's table. */
export type ToLogTable =
  | { type: 'head'; head: LogTableHead }
  | { type: 'rows'; version: string; from: number; rows: TableRow[] }
  /** The row of the snapshot that is shown; absent where it has none. `reveal`: it is to be scrolled to. */
  | { type: 'shown'; row?: number; reveal: boolean }
  /** The log cannot be read. */
  | { type: 'error'; message: string; commands: { command: LogTableCommand; title: string }[] };

/** What the page of a log's table says to the extension. */
export type FromLogTable =
  /** It listens; also after it was hidden. */
  | { type: 'ready' }
  /** It has no rows of this page, or old ones. */
  | { type: 'rows'; from: number; count: number }
  /** A row was gone to: what the cursor is in a text. */
  | { type: 'cursor'; row: number }
  /** The snapshot of a row is to be shown. */
  | { type: 'show'; row: number }
  /** A line of the file is to be opened as text. */
  | { type: 'open'; line: number }
  | { type: 'command'; command: LogTableCommand }
  /** A fault of the page, for the log. */
  | { type: 'failed'; message: string };
