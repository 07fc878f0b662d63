import { InputError } from '../../core/errors';
import type { LogFormat, LogReader, TrainingLog } from '../formats/log';
import { createLogReader, type LogReaderOptions } from '../formats/reader';
import { HEAD_BYTES, recogniseLog } from '../formats/recognise';
import { beginsWithRecord } from '../formats/recordFrames';

/** A log whose bytes come one after the other and whose format is recognised on the way. */
export class GrowingLog {
  /** The beginning of the file, from which the format is recognised; the reader has what is behind it, too. */
  private head: Buffer = Buffer.alloc(0);
  private format?: LogFormat;
  private reader?: LogReader;
  /** Bytes of the head that the reader has. */
  private pushed = 0;
  private changed = false;
  /** Bytes in all, and how many there were when the unfinished last line was looked at. */
  private bytes = 0;
  private peekedAt?: number;
  /** The log with its unfinished last line. */
  private withTail?: TrainingLog;
  private reason = 'is empty';
  /** Whether the content was recognised, and not only taken for text. */
  private recognised = false;
  /** What is wrong with the user's pattern. */
  private broken?: string;

  /** @param name of the file, see `recogniseLog` */
  constructor(
    private readonly name: string,
    private readonly options: LogReaderOptions,
  ) {}

  /** What was read; undefined until the format is known. */
  get log(): TrainingLog | undefined {
    return this.withTail ?? this.reader?.log;
  }

  /** Why a file in which something stands is no log, as far as can be told. */
  get problem(): string | undefined {
    if (this.broken !== undefined) return this.broken;
    const fine = this.bytes === 0 || this.recognised || (this.log?.rows.length ?? 0) > 0;
    return fine ? undefined : this.reason;
  }

  /** Whether something stands behind the last line that was read. */
  get unfinished(): boolean {
    return this.bytes !== this.peekedAt && this.bytes > 0;
  }

  /** Whether all that could tell a log was looked at, and there is none: nothing of the rest is of use. */
  get refused(): boolean {
    return this.head.length >= HEAD_BYTES && !this.reader;
  }

  /** Takes the next bytes. */
  push(chunk: Uint8Array): void {
    this.bytes += chunk.length;
    const free = HEAD_BYTES - this.head.length;
    if (free <= 0) {
      this.read(chunk);
      return;
    }
    this.head = Buffer.concat([this.head, chunk.subarray(0, free)]);
    if (chunk.length < free) return;
    this.recognise(this.head, true);
    this.readHead();
    if (chunk.length > free) this.read(chunk.subarray(free));
  }

  /**
   * Says that these are all bytes for now.
   * @param quiet whether nothing came for a while, so that a last line without line end is looked at
   * @returns whether anything changed since this was last called
   */
  caughtUp(quiet: boolean): boolean {
    if (this.head.length < HEAD_BYTES && this.pushed < this.head.length) {
      // Half a line may look like another format: half a line of JSON is no JSON.
      const whole = quiet || beginsWithRecord(this.head) ? this.head : wholeLines(this.head);
      if (whole.length > 0) this.recognise(whole, false);
    }
    this.readHead();
    this.peek(quiet);
    const { changed } = this;
    this.changed = false;
    return changed;
  }

  private recognise(head: Buffer, last: boolean): void {
    const { format, reason } = recogniseLog(head, this.name);
    this.reason = reason;
    this.recognised ||= format !== undefined;
    let wanted = format;
    if (last || this.options.pattern) wanted ??= this.fallback(head);
    if (wanted === 'text' && this.options.pattern) wanted = 'pattern';
    if (wanted === undefined || wanted === this.format) return;
    this.format = wanted;
    this.reader = this.createReader(wanted);
    this.pushed = 0;
    this.changed = true;
  }

  private createReader(format: LogFormat): LogReader | undefined {
    try {
      return createLogReader(format, this.options);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.broken = error.message;
      return undefined;
    }
  }

  /** A console may say much before it tells of a training, and JSON lines may begin with a long one: both are read on. */
  private fallback(head: Buffer): LogFormat | undefined {
    if (head.includes(0)) return undefined;
    return head.toString('latin1').trimStart().startsWith('{') && !this.options.pattern
      ? 'jsonLines'
      : 'text';
  }

  private readHead(): void {
    if (!this.reader || this.pushed === this.head.length) return;
    const rest = this.head.subarray(this.pushed);
    this.pushed = this.head.length;
    this.read(rest);
  }

  private read(chunk: Uint8Array): void {
    if (!this.reader) return;
    const { problemCount } = this.reader.log;
    const first = this.reader.push(chunk);
    if (first < this.reader.rows.length || this.reader.log.problemCount !== problemCount) this.changed = true;
  }

  private peek(quiet: boolean): void {
    if (this.bytes === this.peekedAt) return;
    const shown = this.withTail;
    // Where it was shown once, it does not vanish while more of it comes.
    this.withTail = quiet || shown ? this.reader?.peek?.() : undefined;
    if (quiet) this.peekedAt = this.bytes;
    if (shown || this.withTail) this.changed = true;
  }
}

/** Without what stands behind the last line end. */
function wholeLines(head: Buffer): Buffer {
  return head.subarray(0, Math.max(head.lastIndexOf('\n'), head.lastIndexOf('\r')) + 1);
}
