import { CsvLogParser } from './csvLog';
import { EventLogReader } from './eventLog';
import { JsonDocumentReader } from './jsonDocument';
import { JsonLinesParser } from './jsonLines';
import { LineLogReader } from './lineLogReader';
import type { LogFormat, LogReader } from './log';
import { LONGEST_PATTERN_LINE, PatternLogParser, type LogPattern } from './patternLog';
import { Problems } from './problems';
import { RowStore, usualRowLimits, type RowLimits } from './rowStore';
import { LONGEST_TEXT_LINE, TextLogParser } from './textLog';
import { TrainerStateReader } from './trainerState';

/** Longest line of JSON or of a table, in characters. */
const LONGEST_DATA_LINE = 1024 * 1024;

/** What a reader may be told. */
export interface LogReaderOptions {
  /** Needed for the format `pattern`. */
  pattern?: LogPattern;
  /** How much is held in memory; `usualRowLimits` when absent. */
  limits?: RowLimits;
}

/**
 * A reader that takes a log as its bytes come.
 * @throws InputError where the format is `pattern` and there is none, or it is wrong
 */
export function createLogReader(
  format: LogFormat,
  { pattern, limits = usualRowLimits }: LogReaderOptions = {},
): LogReader {
  const problems = new Problems();
  const store = new RowStore(problems, format === 'events' ? 'anywhere' : 'recent', limits);
  const lines = { longest: LONGEST_DATA_LINE };
  switch (format) {
    case 'events':
      return new EventLogReader(store, problems);
    case 'trainerState':
      return new TrainerStateReader(store, problems);
    case 'json':
      return new JsonDocumentReader(store, problems);
    case 'jsonLines':
      return new LineLogReader(format, new JsonLinesParser(store, problems), { store, problems }, lines);
    case 'csv':
      return new LineLogReader(format, new CsvLogParser(store, problems), { store, problems }, lines);
    case 'text': {
      const options = { longest: LONGEST_TEXT_LINE, rewinding: true };
      return new LineLogReader(format, new TextLogParser(store), { store, problems }, options);
    }
    case 'pattern': {
      const options = { longest: LONGEST_PATTERN_LINE, rewinding: true };
      const parser = new PatternLogParser(pattern ?? { pattern: '', source: 'log pattern' }, store, problems);
      return new LineLogReader(format, parser, { store, problems }, options);
    }
  }
}
