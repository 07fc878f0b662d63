import { trainingLog } from './lineLogReader';
import { isMoment, metricsOf, pointOf } from './jsonFields';
import { parseJsonObject } from './jsonValues';
import type { LogReader, LogRow, TrainingLog } from './log';
import type { Problems } from './problems';
import type { RowStore } from './rowStore';

/** Longest entry of the history, in characters. */
const LONGEST_ENTRY = 1024 * 1024;
/** The key at depth 1 whose list is read. */
const HISTORY_KEY = 'log_history';

/**
 * `trainer_state.json` of Hugging Face's Trainer. The entries of its `log_history` are cut out as the text comes, each with
 * its lines, so that a long history needs no tree of the whole file.
 */
export class TrainerStateReader implements LogReader {
  private readonly decoder = new TextDecoder();
  private line = 1;
  private afterReturn = false;
  private depth = 0;
  private ended = false;
  private broken = false;
  private inText = false;
  private escaped = false;
  /** Text that began last, as far as it can be a key. */
  private lastText = '';
  /** Whether there was a history, be it empty. */
  private hadHistory = false;
  private inHistory = false;
  /** What was read of the present entry before the present chunk. */
  private entry?: { text: string; line: number; tooLong: boolean };

  constructor(
    private readonly store: RowStore,
    private readonly problems: Problems,
  ) {}

  push(chunk: Uint8Array | string): number {
    this.take(typeof chunk === 'string' ? chunk : this.decoder.decode(chunk, { stream: true }));
    return this.store.takeChanged();
  }

  finish(): number {
    this.take(this.decoder.decode());
    if (!this.ended && !this.broken) {
      this.problems.add({ line: this.line }, 'the file ends before its JSON does');
    }
    return this.store.takeChanged();
  }

  get rows(): readonly LogRow[] {
    return this.store.rows;
  }

  get log(): TrainingLog {
    return trainingLog('trainerState', 'huggingface', this.store, this.problems);
  }

  private take(text: string): void {
    let entryFrom = 0;
    for (let at = 0; at < text.length && !this.broken; at++) {
      const character = text[at];
      this.countLine(character);
      if (this.inText) {
        this.withinText(character);
      } else if (character === '"') {
        this.inText = true;
        this.lastText = '';
      } else if (character === '{' || character === '[') {
        if (this.open(character)) entryFrom = at;
      } else if (character === '}' || character === ']') {
        const whole = this.inHistory && this.depth === 3;
        if (whole && this.entry) this.closeEntry(text.slice(entryFrom, at + 1));
        this.close();
      } else if (this.depth === 0 && !/[\s\ufeff]/.test(character)) {
        this.breakOff(`found ${character}, expected a JSON object`);
      }
    }
    if (this.entry) this.keep(text.slice(entryFrom));
  }

  private countLine(character: string): void {
    if (character === '\n' ? !this.afterReturn : character === '\r') this.line++;
    this.afterReturn = character === '\r';
  }

  private withinText(character: string): void {
    if (this.escaped) this.escaped = false;
    else if (character === '\\') this.escaped = true;
    else if (character === '"') this.inText = false;
    else if (this.lastText.length <= HISTORY_KEY.length) this.lastText += character;
  }

  /** @returns true where an entry begins */
  private open(character: string): boolean {
    if (this.ended || (this.depth === 0 && character === '[')) {
      this.breakOff(`found ${character}, expected one JSON object`);
      return false;
    }
    this.depth++;
    if (this.depth === 2 && character === '[' && this.lastText === HISTORY_KEY) {
      this.inHistory = true;
      this.hadHistory = true;
    }
    if (!this.inHistory || this.depth !== 3 || character !== '{') return false;
    this.entry = { text: '', line: this.line, tooLong: false };
    return true;
  }

  private close(): void {
    this.depth--;
    if (this.depth < 2) this.inHistory = false;
    if (this.depth === 0) this.end();
    if (this.depth < 0) this.breakOff('has a closing bracket too many');
  }

  private end(): void {
    this.ended = true;
    if (!this.hadHistory) this.problems.add({ line: this.line }, `has no list \`${HISTORY_KEY}\``);
  }

  private breakOff(text: string): void {
    this.broken = true;
    this.entry = undefined;
    this.problems.add({ line: this.line }, text);
  }

  private keep(text: string): void {
    const entry = this.entry!;
    if (entry.tooLong || entry.text.length + text.length > LONGEST_ENTRY) {
      this.entry = { text: '', line: entry.line, tooLong: true };
    } else {
      entry.text += text;
    }
  }

  private closeEntry(rest: string): void {
    this.keep(rest);
    const { text, line, tooLong } = this.entry!;
    this.entry = undefined;
    const place = { line, endLine: this.line };
    if (tooLong) {
      this.problems.add(place, `the entry is longer than ${LONGEST_ENTRY} characters and was not read`);
      return;
    }
    const object = parseJsonObject(text);
    if (typeof object === 'string') {
      this.problems.add(place, `the entry ${object}`);
      return;
    }
    const point = pointOf(object);
    if (!isMoment(point)) {
      this.problems.add(place, 'the entry has neither epoch nor step');
      return;
    }
    this.store.add(point, metricsOf(object), place);
  }
}
