import { InputError } from '../../core/errors';

/** Numbers of instances are below this: more do not fit into memory in any form. */
const MOST = 2 ** 30;

/**
 * A set of instances by their numbers in the dataset, a bit each. As text it is a few thousand characters where an array
 * of numbers would be hundreds of thousands, so that it can be sent and remembered with every state.
 */
export class InstanceSet {
  private constructor(
    /** Bit i % 8 of byte i / 8 is instance i; the last byte is not 0, so that equal sets have equal bytes. */
    readonly bits: Uint8Array,
  ) {}

  /** The set of these numbers, in any order. */
  static of(numbers: Iterable<number>): InstanceSet {
    const all = Int32Array.from(numbers);
    const bits = new Uint8Array((all.reduce((most, number) => Math.max(most, number), -1) >> 3) + 1);
    for (const number of all) bits[number >> 3] |= 1 << (number & 7);
    return new InstanceSet(bits);
  }

  /**
   * A set as `text` has it.
   * @throws InputError when the text is not of this form
   */
  static parse(text: string): InstanceSet {
    const bytes = Buffer.from(text.slice(1), 'base64');
    if (text[0] === 'b') return new InstanceSet(trimmed(new Uint8Array(bytes)));
    if (text[0] !== 'r') throw malformed(text);
    const ends = numbersOf(bytes, text);
    const bits = new Uint8Array(Math.ceil((ends.at(-1) ?? 0) / 8));
    for (let run = 0; run + 1 < ends.length; run += 2) {
      for (let number = ends[run]; number < ends[run + 1]; number++) bits[number >> 3] |= 1 << (number & 7);
    }
    return new InstanceSet(bits);
  }

  /**
   * The set as text, the same for equal sets: `b` and the bits, or `r` and the lengths of gaps and runs by turns, whichever
   * is shorter; in base64.
   */
  get text(): string {
    const runs = this.runs();
    return runs.length < this.bits.length
      ? `r${Buffer.from(runs).toString('base64')}`
      : `b${Buffer.from(this.bits).toString('base64')}`;
  }

  has(number: number): boolean {
    return number >= 0 && (this.bits[number >> 3] & (1 << (number & 7))) !== 0;
  }

  /** What is in both. */
  and(other: InstanceSet): InstanceSet {
    const length = Math.min(this.bits.length, other.bits.length);
    return new InstanceSet(trimmed(this.bits.slice(0, length).map((byte, i) => byte & other.bits[i])));
  }

  /** The numbers, ascending. */
  numbers(): number[] {
    const found: number[] = [];
    for (let number = 0; number < 8 * this.bits.length; number++) if (this.has(number)) found.push(number);
    return found;
  }

  /** Gaps and runs by turns, seven bits a byte, the lowest first; given up where they get longer than the bits. */
  private runs(): number[] {
    const bytes: number[] = [];
    let inside = false;
    let length = 0;
    for (let number = 0; number <= 8 * this.bits.length; number++) {
      const has = number < 8 * this.bits.length && this.has(number);
      if (has === inside) {
        length++;
        continue;
      }
      for (; length > 127; length >>>= 7) bytes.push((length & 127) | 128);
      bytes.push(length);
      if (bytes.length > this.bits.length) break;
      inside = has;
      length = 1;
    }
    return bytes;
  }
}

/** Where gaps and runs end, from their lengths. */
function numbersOf(bytes: Uint8Array, text: string): number[] {
  const ends: number[] = [];
  let at = 0;
  let length = 0;
  let scale = 1;
  for (const byte of bytes) {
    length += (byte & 127) * scale;
    scale *= 128;
    if (length > MOST) throw malformed(text);
    if (byte > 127) continue;
    at += length;
    if (at > MOST) throw malformed(text);
    ends.push(at);
    length = 0;
    scale = 1;
  }
  if (scale !== 1 || ends.length % 2 !== 0) throw malformed(text);
  return ends;
}

function trimmed(bits: Uint8Array): Uint8Array {
  let { length } = bits;
  while (length > 0 && bits[length - 1] === 0) length--;
  return length === bits.length ? bits : bits.slice(0, length);
}

function malformed(text: string): InputError {
  const start = text.length > 20 ? `${text.slice(0, 20)}…` : text;
  return new InputError('filter', `“${start}” is no set of instances`);
}
