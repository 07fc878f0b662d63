import { isUtf8 } from 'node:buffer';
import { InputError } from '../../core/errors';
import { limitAdvice, type Limits } from './limits';
import { formatBytes } from '../../core/wording';

/** Longest line that is read. */
export const LONGEST_LINE = 16 * 1024 ** 2;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Text of whole lines, decoded from UTF-8 chunk by chunk. Lines may end in LF, CRLF or, in files without any LF, in CR,
 * which is given out as LF.
 * @throws InputError where it is no UTF-8, a line is too long, or there are more bytes than the limit
 */
export async function* textBlocks(
  chunks: AsyncIterable<Uint8Array>,
  source: string,
  limits: Limits,
): AsyncGenerator<string> {
  const decoder = new LineDecoder(source);
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let total = 0;
  let lineEnd: number | undefined;
  for await (const chunk of chunks) {
    total += chunk.length;
    if (total > limits.bytes) {
      throw new InputError(
        source,
        `holds more text than it may, ${limitAdvice(limits, 'bytes', 2 * limits.bytes)}`,
      );
    }
    lineEnd ??= lineEndOf(chunk, waiting.at(-1));
    const end = lineEnd === undefined ? 0 : chunk.lastIndexOf(lineEnd) + 1;
    waiting.push(end === 0 ? chunk : chunk.subarray(0, end));
    waitingBytes += chunk.length;
    if (lineEnd !== undefined && end > 0) {
      yield decoder.decode(Buffer.concat(waiting), lineEnd);
      waiting = [chunk.subarray(end)];
      waitingBytes = chunk.length - end;
    } else if (waitingBytes > LONGEST_LINE) {
      throw new InputError(
        source,
        `has a line longer than ${formatBytes(LONGEST_LINE)}, the limit: an instance to a line`,
      );
    }
  }
  const rest = decoder.decode(Buffer.concat(waiting), lineEnd ?? LINE_FEED);
  if (rest.length > 0) yield rest;
}

/** What lines end in, as far as a chunk tells: a CR at its very end may be the first half of CRLF. */
function lineEndOf(chunk: Uint8Array, before: Uint8Array | undefined): number | undefined {
  if (chunk.includes(LINE_FEED)) return LINE_FEED;
  const alone = chunk.subarray(0, -1).includes(CARRIAGE_RETURN) || before?.at(-1) === CARRIAGE_RETURN;
  return alone ? CARRIAGE_RETURN : undefined;
}

/** Decodes whole lines and knows which line is wrong. */
class LineDecoder {
  private line = 1;
  private begun = false;

  constructor(private readonly source: string) {}

  decode(bytes: Buffer, lineEnd: number): string {
    if (!isUtf8(bytes)) throw this.notUtf8(bytes, lineEnd);
    let text = bytes.toString('utf8');
    for (let at = bytes.indexOf(lineEnd); at >= 0; at = bytes.indexOf(lineEnd, at + 1)) this.line++;
    if (!this.begun && text.charCodeAt(0) === 0xfeff) text = text.slice(1);
    this.begun = true;
    return lineEnd === CARRIAGE_RETURN ? text.replaceAll('\r', '\n') : text;
  }

  private notUtf8(bytes: Buffer, lineEnd: number): InputError {
    let line = this.line;
    for (let start = 0; start < bytes.length; line++) {
      const found = bytes.indexOf(lineEnd, start);
      const end = found < 0 ? bytes.length : found + 1;
      if (!isUtf8(bytes.subarray(start, end))) break;
      start = end;
    }
    return new InputError(this.source, 'is no UTF-8 text; save it as UTF-8', `line ${line}`);
  }
}
