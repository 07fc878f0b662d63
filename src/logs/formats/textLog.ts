import { AlignedTables } from './alignedTable';
import { isMoment } from './jsonFields';
import type { LineParser } from './lineLogReader';
import type { LogPlace, LogTool } from './log';
import type { Point, RowStore } from './rowStore';
import { plainLine, withoutBest } from './textLine';
import { epochIn, stepIn, tellsEnd, type ToldEpoch } from './textMoments';
import { namedNumbers, splitWords, type NamedNumber } from './textNumbers';

/** Longest line of console output that is read, in characters; a redrawn progress bar is cut into its drawings before. */
export const LONGEST_TEXT_LINE = 16 * 1024;

const trainWord = /^train/i;
/** A drawing of Keras' progress: `7/12 [====>…] - …`, `7/12 ━━━━ 1s …`, `12/12 - 1s - …`. */
const progressPattern = /^\s{0,10}(\d{1,12})\/(\d{1,12}|Unknown)\s{1,4}(\[[=>.]{1,200}\]|[━╸╺]|- \d)/;
/** What a line must have to tell of a training; most lines of a console have none of it, and this is quickly seen. */
const mayTell =
  /epoch|\bep\b|step|iter|loss|acc|prec|top|lr|learning|entropy|nll|perplexity|ppl|err|norm|f1|recall|auc|ms[ep]|mae|map|val|test|train|eval|\d\/\d|=\s{0,2}\d|\[\d/i;
/** Words of a heading at most. */
const MOST_HEADING_WORDS = 4;

/** How far Keras' progress of the present epoch was drawn. */
interface Progress {
  done: number;
  /** Metrics in the drawing that had all of the batches; 0 before. */
  complete: number;
}

/**
 * Console output: Keras' progress bars, tables, and the ways in which training loops print epoch and metrics. All lines of
 * an epoch (or of a step, where only steps are told) make one row whose last value wins. Metrics of another split than
 * training have its word before their names, `Test Loss`: it stands before them in the line, or in a heading of its own.
 * Lines that say nothing of a training are no problem: consoles are full of them.
 */
export class TextLogParser implements LineParser {
  tool?: LogTool;
  /** What lines without a number of their own belong to. */
  private present: Point = {};
  /** Whether the present epoch was told by the word. */
  private byWord = false;
  /** Line of the present epoch's heading, until a row begins with it. */
  private heading?: number;
  private progress?: Progress;
  private lastSplit?: string;
  /** The split of the lines below a heading. */
  private headingSplit?: string;
  private tables = new AlignedTables();

  constructor(private readonly store: RowStore) {}

  line(text: string, number: number): void {
    if (!mayTell.test(text) && !this.tables.open) return;
    const line = plainLine(text);
    const row = this.tables.read(line);
    if (row === 'header') return;
    if (row) {
      this.addTableRow(row.point, row.metrics, number);
      return;
    }
    const drawing = progressPattern.exec(line);
    if (drawing && this.present.epoch !== undefined) {
      this.readProgress(line, drawing, number);
      return;
    }
    const told = withoutBest(line);
    const found = epochIn(told);
    if (found && (found.byWord || !this.byWord || found.epoch >= this.present.epoch!)) {
      this.readEpochLine(told, found, number);
    } else {
      this.readOtherLine(told, number);
    }
  }

  copy(store: RowStore): TextLogParser {
    const copy = new TextLogParser(store);
    copy.tool = this.tool;
    copy.present = this.present;
    copy.byWord = this.byWord;
    copy.heading = this.heading;
    copy.progress = this.progress;
    copy.lastSplit = this.lastSplit;
    copy.headingSplit = this.headingSplit;
    copy.tables = this.tables.copy();
    return copy;
  }

  private addTableRow(point: Point, metrics: [string, number][], number: number): void {
    if (isMoment(point)) {
      this.present = point;
      this.headingSplit = undefined;
    }
    if (isMoment(this.present)) this.add(this.present, metrics, number);
  }

  private readEpochLine(line: string, { epoch, split, byWord, end }: ToldEpoch, number: number): void {
    // Without the word, `Train: 3 [` looks like a metric.
    const numbers = namedNumbers(line).filter(({ at }) => byWord || at >= end);
    const isNew = epoch !== this.present.epoch;
    if (numbers.length === 0 && tellsEnd(line) && this.present.epoch !== undefined && isNew) return;
    if (isNew) this.progress = undefined;
    const words = splitWords(line);
    const step = stepIn(line);
    this.present = { epoch };
    if (step) this.present[step.ofTotal ? 'iteration' : 'step'] = step.step;
    this.byWord ||= byWord;
    this.headingSplit = undefined;
    if (numbers.length === 0) {
      this.heading = number;
      this.progress = undefined;
      this.headingSplit = split ?? words.at(-1)?.word;
      return;
    }
    this.add(this.present, named(numbers, words, split), number);
  }

  private readOtherLine(line: string, number: number): void {
    const words = splitWords(line);
    const numbers = namedNumbers(line);
    const step = this.present.epoch === undefined ? stepIn(line) : undefined;
    if (step) this.beginStep(step.step, numbers.length === 0 ? number : undefined);
    if (words.length > 0) this.lastSplit = words.at(-1)!.word;
    if (numbers.length === 0) {
      if (isHeading(line, words)) this.headingSplit = words.at(-1)!.word;
      return;
    }
    const summary = /^\s{0,10}\*\s|INFO\s{1,4}\*\s/.test(line) ? (this.lastSplit ?? '*') : undefined;
    const split = summary ?? this.headingSplit;
    const all = words.length > 0 || split !== undefined || step !== undefined || namedOnly.test(line);
    const metrics = all && isMoment(this.present) ? numbers : numbers.filter(({ usual }) => usual);
    if (metrics.some(({ usual }) => usual) || namedOnly.test(line)) {
      if (isMoment(this.present)) this.add(this.present, named(metrics, words, split), number);
    }
  }

  /** @param heading line that tells the step and no metrics */
  private beginStep(step: number, heading: number | undefined): void {
    if (step !== this.present.step) this.headingSplit = undefined;
    this.present = { step };
    if (heading !== undefined) this.heading = heading;
  }

  /** Drawings behind the end of an epoch are those of an evaluation, which says nothing of the epoch. */
  private readProgress(line: string, [, done, total, bar]: RegExpExecArray, number: number): void {
    const metrics = namedNumbers(line);
    const complete = done === total;
    const { progress } = this;
    const repeated = complete && progress !== undefined && progress.complete > 0;
    const evaluation =
      progress !== undefined &&
      (Number(done) < progress.done ||
        (repeated && (bar.startsWith('-') || metrics.length < progress.complete)));
    if (evaluation) return;
    this.tool = 'kerasConsole';
    this.progress = { done: Number(done), complete: complete ? metrics.length : 0 };
    if (metrics.length > 0) this.add({ epoch: this.present.epoch }, named(metrics, [], undefined), number);
  }

  private add(point: Point, metrics: [string, number][], number: number): void {
    const place: LogPlace = { line: this.heading ?? number, endLine: number };
    this.heading = undefined;
    this.store.add(point, metrics, place);
  }
}

/** A line of one metric and nothing else, as below the line of a step: `    train/CrossEntropyLoss=9.8`. */
const namedOnly =
  /^\s{1,40}[a-z_][\w@/.%-]{0,60}\s{0,8}[:=]\s{0,8}[+-]?[\d.]{1,20}(?:e[+-]?\d{1,4})?\s{0,8}$/i;

/** `Test Error:`, `--- Validation ---`, `Evaluating...`: few words, one of them of a split, and nothing else. */
function isHeading(line: string, words: { word: string }[]): boolean {
  if (words.length !== 1 || /\d/.test(line)) return false;
  const all = line.match(/[a-z]{1,40}/gi) ?? [];
  const begins = all[0]?.toLowerCase() === words[0].word.toLowerCase();
  return all.length <= MOST_HEADING_WORDS && (all.length === 1 || begins || /[:=*#-]\W{0,80}$/.test(line));
}

/**
 * Metrics with the word of their split before their names: their own, the last that stands before them in the line, else
 * that of the line or heading.
 */
function named(
  numbers: NamedNumber[],
  words: { word: string; at: number }[],
  split: string | undefined,
): [string, number][] {
  return numbers.map(({ name, value, at }) => {
    const word = words.findLast((one) => one.at < at)?.word ?? split;
    const before = word === undefined || trainWord.test(word) ? '' : `${word} `;
    const own = /^(?:train|val|test|eval|dev)[a-z]{0,8}[ _/.-]/i.test(name);
    return [own || name.startsWith(before) ? name : before + name, value];
  });
}
