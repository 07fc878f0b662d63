import type { LineParser } from './lineLogReader';
import type { LogPlace, LogTool } from './log';
import type { Point, RowStore } from './rowStore';
import { namedNumbers, type NamedNumber } from './textNumbers';

/** Longest line of console output that is read, in characters; a redrawn progress bar is cut into its drawings before. */
export const longestTextLine = 16 * 1024;

const escape = String.fromCharCode(27);
const bell = String.fromCharCode(7);
/** Colours, cursor movements and window titles (ECMA-48). */
const ansi = new RegExp(
  `${escape}(?:\\[[0-9;?]{0,40}[ -/]{0,4}[@-~]|\\][^${bell}${escape}]{0,400}(?:${bell}|${escape}\\\\)?|[@-Z\\\\^_])`,
  'g',
);

/** `Epoch 3/10`, `Epoch: [3][10/100]`, `[Epoch 3]`, `epoch=3`, `Epoch(val) [3][4/4]`. */
const epochPattern =
  /(?<![a-z_])epoch(?:\((\w{1,12})\))?\s{0,4}[:=#]?\s{0,4}[[(]?\s{0,4}(\d{1,9}(?:\.\d{1,18})?)(?!\w|\.\d)/i;
/** A step since the start; with `/total` behind it, it may be one within the epoch. */
const stepPattern =
  /(?<![a-z_])(?:global_?step|step|iter(?:ation)?)\s{0,4}[:=#]?\s{0,4}\[?\s{0,4}(\d{1,15})(?!\w|\.\d)(\s{0,2}\/)?/i;
/** What a line is about, where it begins with it; a time or a logger's prefix may stand before. */
const splitPattern =
  /^(?:\W{0,10}|.{0,80}?\b(?:INFO|DEBUG)\b\W{0,10})(train(?:ing)?|val(?:id(?:ation)?)?|test(?:ing)?|eval(?:uation)?|dev)\b(?!_)/i;
const trainWord = /^train/i;
/** A drawing of Keras' progress: `7/12 [====>…] - …`, `7/12 ━━━━ 1s …`, `12/12 - 1s - …`. */
const progressPattern = /^\s{0,10}(\d{1,12})\/(\d{1,12}|Unknown)\s{1,4}(\[[=>.]{1,200}\]|[━╸╺]|- \d)/;
/** What a line must have to tell of a training; most lines of a console have none of it, and this is quickly seen. */
const mayTell =
  /epoch|step|iter|loss|acc|prec|top|lr|learning|entropy|nll|perplexity|ppl|err|norm|f1|recall|auc|ms[ep]|mae|map|\d\/\d/i;
/** Sentences about another epoch than the present one. */
const aside = /best\s{1,4}epoch|from\s{1,4}epoch/i;

/** How far Keras' progress of the present epoch was drawn. */
interface Progress {
  done: number;
  /** Metrics in the drawing that had all of the batches; 0 before. */
  complete: number;
}

/**
 * Console output: Keras' progress bars, and the ways in which training loops print epoch and metrics. All lines of an epoch
 * make one row whose last value wins. Lines about another split than training (`Test: …`) have its word before their
 * metrics' names: `Test Loss`. Lines that say nothing of a training are no problem: consoles are full of them.
 */
export class TextLogParser implements LineParser {
  tool?: LogTool;
  private epoch?: number;
  /** Line of the present epoch's heading, until a row begins with it. */
  private heading?: number;
  private progress?: Progress;
  private lastSplit?: string;

  constructor(private readonly store: RowStore) {}

  line(text: string, number: number): void {
    if (!mayTell.test(text)) return;
    const line = plain(text);
    const drawing = progressPattern.exec(line);
    if (drawing && this.epoch !== undefined) {
      this.readProgress(line, drawing, number);
      return;
    }
    const found = /epoch/i.test(line) && !aside.test(line) ? epochPattern.exec(line) : null;
    if (found) this.readEpochLine(line, found, number);
    else this.readOtherLine(line, number);
  }

  copy(store: RowStore): TextLogParser {
    const copy = new TextLogParser(store);
    copy.tool = this.tool;
    copy.epoch = this.epoch;
    copy.heading = this.heading;
    copy.progress = this.progress;
    copy.lastSplit = this.lastSplit;
    return copy;
  }

  private readEpochLine(line: string, [, group, value]: RegExpExecArray, number: number): void {
    const epoch = Number(value);
    if (epoch !== this.epoch) this.progress = undefined;
    this.epoch = epoch;
    const split = group ?? splitPattern.exec(line)?.[1];
    const metrics = named(namedNumbers(line), split);
    if (metrics.length === 0) {
      this.heading = number;
      this.progress = undefined;
      return;
    }
    const step = stepPattern.exec(line);
    const point: Point = { epoch };
    if (step && step[2] === undefined) point.step = Number(step[1]);
    this.add(point, metrics, number);
  }

  private readOtherLine(line: string, number: number): void {
    const word = splitPattern.exec(line)?.[1];
    if (word !== undefined) this.lastSplit = word;
    const split = word ?? (/^\s{0,10}\*\s/.test(line) ? (this.lastSplit ?? '*') : undefined);
    const numbers = namedNumbers(line);
    if (!numbers.some(({ usual }) => usual)) return;
    if (this.epoch !== undefined) {
      const metrics = split === undefined ? numbers.filter(({ usual }) => usual) : numbers;
      this.add({ epoch: this.epoch }, named(metrics, split), number);
      return;
    }
    const step = stepPattern.exec(line);
    if (step) this.add({ step: Number(step[1]) }, named(numbers, split), number);
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
    if (metrics.length > 0) this.add({ epoch: this.epoch }, named(metrics, undefined), number);
  }

  private add(point: Point, metrics: [string, number][], number: number): void {
    const place: LogPlace = { line: this.heading ?? number, endLine: number };
    this.heading = undefined;
    this.store.add(point, metrics, place);
  }
}

/** Without what only a terminal shows, and without the quotes of Python's dictionaries. */
function plain(text: string): string {
  const shown = text.includes(escape) ? text.replace(ansi, '') : text;
  return shown.includes("'") || shown.includes('"') ? shown.replace(/['"]/g, '') : shown;
}

function named(numbers: NamedNumber[], split: string | undefined): [string, number][] {
  const before = split === undefined || trainWord.test(split) ? '' : `${split} `;
  return numbers.map(({ name, value }) => [name.startsWith(before) ? name : before + name, value]);
}
