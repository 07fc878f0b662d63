import Papa from 'papaparse';
import { InputError } from '../../core/errors';
import { LONGEST_LINE } from '../files/textBlocks';

/** Longest record: a quoted field may go over many lines. Blocks of lines are a little longer than a line may be. */
const LONGEST_RECORD = 2 * LONGEST_LINE;

/** Rows of a table with the 1-based line each begins in. Blank lines are left out. */
export interface Records {
  rows: string[][];
  lines: number[];
}

/** What Papa Parse hands over of a piece of text. */
interface ParsedPiece {
  data: string[][];
  errors: unknown[];
  meta: { cursor: number };
}

/** Turns blocks of whole lines into records; a quoted field may go on in the next block. */
export class RecordReader {
  /** Text of a record that has not ended yet. */
  private pending = '';
  /** Text behind it that was not looked at yet. */
  private later = '';

  /**
   * @param delimiter a character; a blank stands for any number of blanks and tabs
   * @param line 1-based number of the first line
   */
  constructor(
    private readonly source: string,
    private readonly delimiter: string,
    private line = 1,
  ) {}

  /**
   * @param text whole lines
   * @param last true where nothing follows: then an unfinished record is an error
   */
  read(text: string, last: boolean): Records {
    this.later += text;
    // A record that goes on is looked at again only when it has doubled, so that a long one takes no quadratic time.
    if (!last && this.later.length < this.pending.length && this.pending.length < LONGEST_RECORD) {
      return { rows: [], lines: [] };
    }
    const whole = this.pending + this.later;
    this.later = '';
    if (whole.length > LONGEST_RECORD) {
      throw this.unfinished();
    }
    if (this.delimiter === BLANK) {
      this.pending = '';
      return this.readBlanks(whole);
    }
    return whole.includes('"') ? this.readQuoted(whole, last) : this.readPlain(whole);
  }

  /** Without quotes every line is a record. */
  private readPlain(text: string): Records {
    const records: Records = { rows: [], lines: [] };
    const parser = new Papa.Parser({ delimiter: this.delimiter, newline: '\n', quoteChar: '"' });
    const { data } = parser.parse(text, 0, false) as ParsedPiece;
    const ended = text.endsWith('\n');
    // Behind the last line end Papa sees one more, empty line.
    const count = ended ? data.length - 1 : data.length;
    for (let row = 0; row < count; row++) {
      addRecord(records, data[row], this.line + row);
    }
    this.line += count;
    this.pending = '';
    return records;
  }

  /** Columns with any number of blanks between them; a quoted field ends in its line. */
  private readBlanks(text: string): Records {
    const records: Records = { rows: [], lines: [] };
    const lines = text.split('\n');
    if (text.endsWith('\n')) lines.pop();
    for (const line of lines) {
      const trimmed = line.trim();
      if (trimmed !== '') {
        const row = trimmed.includes('"') ? quotedWords(trimmed) : trimmed.split(/[ \t]+/);
        // Nothing but a quote, which begins a field and ends none.
        if (row.length === 0) throw this.unfinished();
        records.rows.push(row);
        records.lines.push(this.line);
      }
      this.line++;
    }
    return records;
  }

  private readQuoted(text: string, last: boolean): Records {
    const records: Records = { rows: [], lines: [] };
    const wrong = findTextBehindQuote(text, this.delimiter);
    if (wrong >= 0) {
      const line = this.line + countLineEnds(text, 0, wrong);
      throw new InputError(this.source, 'has text behind a closing quote', `line ${line}`);
    }
    let start = 0;
    const step = (piece: ParsedPiece) => {
      if (piece.errors.length > 0) {
        throw this.unfinished();
      }
      addRecord(records, piece.data[0], this.line);
      this.line += countLineEnds(text, start, piece.meta.cursor);
      start = piece.meta.cursor;
    };
    const parser = new Papa.Parser({ delimiter: this.delimiter, newline: '\n', quoteChar: '"', step });
    parser.parse(text, 0, !last);
    this.pending = last ? '' : text.slice(start);
    return records;
  }

  private unfinished(): InputError {
    return new InputError(this.source, 'has a quoted field that never ends', `line ${this.line}`);
  }
}

/** Stands for columns that are parted by any number of blanks. */
export const BLANK = ' ';

/** Words of a line; what is in quotes is one. */
function quotedWords(line: string): string[] {
  return Array.from(line.matchAll(/"([^"]*)"|[^\s"]+/g), ([word, quoted]) => quoted ?? word);
}

/**
 * Where a quoted field has text between its closing quote and the next separator; -1 where none has. Papa Parse would take
 * quadratic time over such text, so it is found before, in one pass.
 */
function findTextBehindQuote(text: string, delimiter: string): number {
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') {
      at = closingQuote(text, at) + 1;
      if (at === 0) {
        return -1;
      }
      while (text[at] !== delimiter && /^[ \t\r]$/.test(text[at] ?? '')) {
        at++;
      }
      if (at < text.length && text[at] !== delimiter && text[at] !== '\n') {
        return at;
      }
    } else {
      while (at < text.length && text[at] !== delimiter && text[at] !== '\n') {
        at++;
      }
    }
  }
  return -1;
}

/** The quote that closes the one at `open`, a doubled one being text; -1 where none does. */
function closingQuote(text: string, open: number): number {
  let close = text.indexOf('"', open + 1);
  while (close >= 0 && text[close + 1] === '"') {
    close = text.indexOf('"', close + 2);
  }
  return close;
}

function countLineEnds(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) {
    count++;
  }
  return count;
}

function addRecord(records: Records, row: string[], line: number): void {
  const last = row[row.length - 1];
  if (last.endsWith('\r')) {
    row[row.length - 1] = last.slice(0, -1);
  }
  if (row.length > 1 || row[0].trim() !== '') {
    records.rows.push(row);
    records.lines.push(line);
  }
}
