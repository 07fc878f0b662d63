/** Encoding by the byte order mark. */
export function encodingOf(head: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  return head[0] === 0xfe && head[1] === 0xff ? 'utf-16be' : 'utf-8';
}

/**
 * Where UTF-16 begins in bytes that began as UTF-8: Windows PowerShell appends it to whatever a file holds. It is told by
 * the zeros of its ASCII characters, behind a line end.
 * @returns undefined where there is none
 */
export function beginOfUtf16(
  bytes: Uint8Array,
): { at: number; encoding: 'utf-16le' | 'utf-16be' } | undefined {
  const zero = bytes.indexOf(0);
  if (zero < 0) return undefined;
  const mark = zero >= 2 ? encodingOf(bytes.subarray(zero - 3 < 0 ? 0 : zero - 3)) : 'utf-8';
  if (mark === 'utf-16le' && zero >= 3) return { at: zero - 3, encoding: 'utf-16le' };
  for (const [at, encoding] of [
    [zero - 1, 'utf-16le'],
    [zero, 'utf-16be'],
  ] as const) {
    if (at < 0 || (at > 0 && bytes[at - 1] !== 0x0a)) continue;
    const low = encoding === 'utf-16le' ? 0 : 1;
    const sample = bytes.subarray(at, at + 16 - (bytes.length - at < 16 ? (bytes.length - at) % 2 : 0));
    if (sample.every((byte, index) => (index % 2 === low ? byte !== 0 : byte === 0))) return { at, encoding };
  }
  return undefined;
}

/** Decodes a text as it comes: by its byte order mark, else UTF-8 that may go on in UTF-16. */
export class MixedDecoder {
  private decoder: InstanceType<typeof TextDecoder>;
  private readonly mayChange: boolean;
  private changed = false;
  /** Bytes that are held back: what follows tells whether UTF-16 begins with them. */
  private held = new Uint8Array();

  constructor(head: Uint8Array) {
    const encoding = encodingOf(head);
    this.decoder = new TextDecoder(encoding);
    this.mayChange = encoding === 'utf-8';
  }

  decode(chunk: Uint8Array, last: boolean): string {
    if (!this.mayChange || this.changed) return this.decoder.decode(chunk, { stream: !last });
    const bytes = this.held.length === 0 ? chunk : Uint8Array.from([...this.held, ...chunk]);
    const begin = beginOfUtf16(bytes);
    if (begin) {
      const before = this.decoder.decode(bytes.subarray(0, begin.at));
      this.decoder = new TextDecoder(begin.encoding);
      this.changed = true;
      this.held = new Uint8Array();
      return before + this.decoder.decode(bytes.subarray(begin.at), { stream: !last });
    }
    // A last line end with up to three bytes behind it may be followed by the first zero.
    const from = last ? bytes.length : beginOfTail(bytes);
    // The caller may use its buffer again.
    this.held = Uint8Array.from(bytes.subarray(from));
    return this.decoder.decode(bytes.subarray(0, from), { stream: !last });
  }
}

function beginOfTail(bytes: Uint8Array): number {
  const lineEnd = bytes.lastIndexOf(0x0a);
  return lineEnd >= 0 && bytes.length - lineEnd <= 4 ? lineEnd + 1 : bytes.length;
}
