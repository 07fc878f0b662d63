import { maskedCrc32c } from './crc32c';

/** What is told of the records of a file. */
export interface RecordSink {
  /** Data of a whole record, valid only during the call, and the bytes of the file that it takes. */
  record(data: Uint8Array, from: number, to: number): void;
  /** A stretch of the file that could not be read. */
  damaged(from: number, to: number, problem: string): void;
}

/** u64 length, u32 checksum of the length. */
const HEADER_BYTES = 12;
const FOOTER_BYTES = 4;
/** Longest record that is held; scalars take some dozen bytes, pictures and graphs can be longer. */
const LONGEST_RECORD = 64 * 1024 * 1024;

/**
 * Takes the framing of TensorFlow's records off a stream: u64le length, u32le masked CRC of it, data, u32le masked CRC of
 * the data. Where a length is damaged, the next place that can be a record's beginning is looked for; where only data are,
 * the next record follows as usual.
 */
export class RecordFrames {
  /** Bytes not dealt with: `buffer[start, end)`, the first of them at `offset` in the file. */
  private buffer = new Uint8Array(64 * 1024);
  private start = 0;
  private end = 0;
  private offset = 0;
  /** Bytes of a too long record that are still to come. */
  private toSkip = 0;
  /** Where the damage began in which a record's beginning is looked for. */
  private damagedFrom?: number;

  constructor(private readonly sink: RecordSink) {}

  push(chunk: Uint8Array): void {
    const skipped = Math.min(this.toSkip, chunk.length);
    this.toSkip -= skipped;
    this.offset += skipped;
    this.append(skipped === 0 ? chunk : chunk.subarray(skipped));
    while (this.step());
  }

  /** Says that nothing follows. */
  finish(): void {
    const to = this.offset + (this.end - this.start);
    if (this.damagedFrom !== undefined) {
      this.tellDamage(to);
    } else if (this.toSkip > 0 || to > this.offset) {
      this.sink.damaged(
        this.offset,
        to,
        'the file ends inside a record (it may not be written to its end yet)',
      );
    }
  }

  private append(chunk: Uint8Array): void {
    if (this.end + chunk.length > this.buffer.length) {
      const held = this.buffer.subarray(this.start, this.end);
      const needed = held.length + chunk.length;
      const target = needed > this.buffer.length ? new Uint8Array(2 * needed) : this.buffer;
      target.set(held);
      this.buffer = target;
      this.start = 0;
      this.end = held.length;
    }
    this.buffer.set(chunk, this.end);
    this.end += chunk.length;
  }

  private consume(count: number): void {
    const there = Math.min(count, this.end - this.start);
    this.start += there;
    this.offset += count;
    if (count > there) {
      this.toSkip = count - there;
      this.offset -= this.toSkip;
    }
  }

  /** Bytes up to the next place where a length fits its checksum, or where too few follow to tell. */
  private countUntilHeader(): number {
    const { buffer, start, end } = this;
    let at = start;
    while (end - at >= HEADER_BYTES && maskedCrc32c(buffer, at, at + 8) !== unsigned32(buffer, at + 8)) at++;
    return at - start;
  }

  /** Deals with one record, or with the damage before it. @returns false where more bytes are needed */
  private step(): boolean {
    const held = this.end - this.start;
    if (held < HEADER_BYTES) return false;
    const lost = this.countUntilHeader();
    if (lost > 0) {
      this.damagedFrom ??= this.offset;
      this.consume(lost);
      return true;
    }
    const view = new DataView(this.buffer.buffer, this.start, held);
    this.tellDamage(this.offset);
    const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
    const total = HEADER_BYTES + length + FOOTER_BYTES;
    if (length > LONGEST_RECORD) {
      this.sink.damaged(
        this.offset,
        this.offset + total,
        `a record of ${length} bytes is too long and was left out`,
      );
      this.consume(total);
      return true;
    }
    if (held < total) return false;
    this.tellRecord(length, view.getUint32(HEADER_BYTES + length, true), total);
    return true;
  }

  private tellRecord(length: number, checksum: number, total: number): void {
    const from = this.start + HEADER_BYTES;
    const whole = maskedCrc32c(this.buffer, from, from + length) === checksum;
    const at = this.offset;
    if (whole) this.sink.record(this.buffer.subarray(from, from + length), at, at + total);
    else this.sink.damaged(at, at + total, `the record at byte ${at} does not fit its checksum`);
    this.consume(total);
  }

  private tellDamage(to: number): void {
    if (this.damagedFrom === undefined) return;
    const text = `the record at byte ${this.damagedFrom} has a damaged length; ${to - this.damagedFrom} bytes are lost`;
    this.sink.damaged(this.damagedFrom, to, text);
    this.damagedFrom = undefined;
  }
}

/** A u32le, without a view for each place. */
function unsigned32(bytes: Uint8Array, at: number): number {
  return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
}

/** Whether bytes begin with the header of a record; undefined where there are too few to tell. */
export function beginsWithRecord(head: Uint8Array): boolean | undefined {
  if (head.length < HEADER_BYTES) return undefined;
  return maskedCrc32c(head, 0, 8) === unsigned32(head, 8);
}
