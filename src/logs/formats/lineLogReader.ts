import { firstEpochOf } from './firstEpoch';
import { LineSplitter, type LineSink } from './lines';
import type { LogFormat, LogPlace, LogReader, LogRow, LogTool, TrainingLog } from './log';
import { Problems } from './problems';
import type { RowStore } from './rowStore';

/** Understands the lines of one format and adds what they say to the rows. */
export interface LineParser {
  readonly tool?: LogTool;
  line(text: string, number: number): void;
  /** Called when the lines of a chunk have been told, for parsers that take several at once. */
  flush?(): void;
  /** A parser that goes on from here with other rows and problems; this one does not change with it. */
  copy(store: RowStore, problems: Problems): LineParser;
}

/** How a text is cut into lines. */
export interface LineOptions {
  /** Longest line, in characters. */
  longest: number;
  /** Whether backspaces rewind the line. */
  rewinding?: boolean;
}

/** A log whose unit is the line. */
export class LineLogReader implements LogReader {
  private readonly splitter: LineSplitter;
  private readonly store: RowStore;
  private readonly problems: Problems;

  constructor(
    private readonly format: LogFormat,
    private readonly parser: LineParser,
    { store, problems }: { store: RowStore; problems: Problems },
    { longest, rewinding }: LineOptions,
  ) {
    this.store = store;
    this.problems = problems;
    const sink: LineSink = {
      line: (text, number) => parser.line(text, number),
      tooLong: (number) =>
        problems.add({ line: number }, `is longer than ${longest} characters and was not read`),
    };
    this.splitter = new LineSplitter(sink, longest, rewinding);
  }

  push(chunk: Uint8Array | string): number {
    this.splitter.push(chunk);
    this.parser.flush?.();
    return this.store.takeChanged();
  }

  finish(): number {
    this.splitter.finish();
    this.parser.flush?.();
    return this.store.takeChanged();
  }

  peek(): TrainingLog | undefined {
    const { unfinished } = this.splitter;
    if (!unfinished) return undefined;
    const store = this.store.copy(this.problems);
    const problems = new Problems();
    const parser = this.parser.copy(store, problems);
    parser.line(unfinished.text, unfinished.number);
    parser.flush?.();
    if (problems.count > 0 || store.takeChanged() === store.rows.length) return undefined;
    return trainingLog(this.format, parser.tool, store, this.problems);
  }

  get rows(): readonly LogRow[] {
    return this.store.rows;
  }

  get log(): TrainingLog {
    return trainingLog(this.format, this.parser.tool, this.store, this.problems);
  }
}

/** What was read, as readers give it out. */
export function trainingLog(
  format: LogFormat,
  tool: LogTool | undefined,
  store: RowStore,
  problems: Problems,
): TrainingLog {
  const { value, reason } = firstEpochOf(tool, store);
  return {
    format,
    ...(tool ? { tool } : {}),
    rows: store.rows,
    metricNames: [...store.names],
    problems: problems.kept,
    problemCount: problems.count,
    firstEpoch: value,
    firstEpochReason: reason,
    thinnedRows: store.thinned,
  };
}

/** A place of one line. */
export function lineAt(number: number): LogPlace {
  return { line: number, endLine: number };
}
