import { MixedDecoder } from './textDecoding';

/** What is told of each line: its text without the line end, and its number from 1. */
export interface LineSink {
  line(text: string, number: number): void;
  /** A line that is longer than the limit; nothing of it is kept. */
  tooLong(number: number): void;
}

const CARRIAGE_RETURN = '\r';
const BACKSPACE = String.fromCharCode(8);
const ends = new RegExp(`\r\n|[\n\r]`, 'g');
const endsAndBackspaces = new RegExp(`\r\n|[\n\r]|(?<!${BACKSPACE})${BACKSPACE}+`, 'g');

/**
 * Cuts text into lines as it comes: UTF-8 (what is none becomes U+FFFD), or UTF-16 with a byte order mark, as PowerShell
 * redirects output, or appends it to UTF-8. LF, CRLF and a lone CR end a line, as they do in an editor. With `rewinding`, backspaces end a piece
 * of a line: progress bars write over themselves with them, so that a single line may be as long as an epoch.
 */
export class LineSplitter {
  private number = 1;
  private pending = '';
  /** Inside a line that is too long. */
  private skipping = false;
  /** A CR at the end of a chunk may be half of a CRLF. */
  private heldReturn = false;
  private decoder?: MixedDecoder;
  private head: Uint8Array = new Uint8Array();

  constructor(
    private readonly sink: LineSink,
    private readonly longest: number,
    private readonly rewinding = false,
  ) {}

  push(chunk: Uint8Array | string): void {
    if (typeof chunk === 'string') this.take(chunk);
    else this.take(this.decode(chunk, false));
  }

  /** Gives out the last line, when it has no line end. */
  finish(): void {
    this.take(this.decode(new Uint8Array(), true));
    if (this.heldReturn) this.cut(CARRIAGE_RETURN);
    if (this.pending !== '') this.emit('');
  }

  /** The last line as far as it came, where it has no line end and is not too long. */
  get unfinished(): { text: string; number: number } | undefined {
    return this.pending === '' || this.skipping ? undefined : { text: this.pending, number: this.number };
  }

  private decode(chunk: Uint8Array, last: boolean): string {
    if (!this.decoder) {
      this.head = this.head.length === 0 ? chunk : Uint8Array.from([...this.head, ...chunk]);
      if (this.head.length < 2 && !last) {
        // The caller may use its buffer again.
        this.head = this.head.slice();
        return '';
      }
      this.decoder = new MixedDecoder(this.head);
      chunk = this.head;
      this.head = new Uint8Array();
    }
    return this.decoder.decode(chunk, last);
  }

  private take(text: string): void {
    if (text === '') return;
    const whole = this.heldReturn ? CARRIAGE_RETURN + text : text;
    this.heldReturn = whole.endsWith(CARRIAGE_RETURN);
    this.cut(this.heldReturn ? whole.slice(0, -1) : whole);
  }

  private cut(text: string): void {
    let start = 0;
    if (text.includes(CARRIAGE_RETURN) || (this.rewinding && text.includes(BACKSPACE))) {
      for (const match of text.matchAll(this.rewinding ? endsAndBackspaces : ends)) {
        this.emit(text.slice(start, match.index));
        if (!match[0].startsWith(BACKSPACE)) this.number++;
        start = match.index + match[0].length;
      }
    } else {
      for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', start)) {
        this.emit(text.slice(start, at));
        this.number++;
        start = at + 1;
      }
    }
    this.keep(start === 0 ? text : text.slice(start));
  }

  private emit(piece: string): void {
    this.keep(piece);
    const text = this.pending;
    this.pending = '';
    if (!this.skipping) this.sink.line(text, this.number);
    this.skipping = false;
  }

  private keep(rest: string): void {
    if (this.skipping) return;
    if (this.pending.length + rest.length > this.longest) {
      this.skipping = true;
      this.pending = '';
      this.sink.tooLong(this.number);
    } else if (this.pending === '') {
      this.pending = rest;
    } else {
      this.pending += rest;
    }
  }
}
