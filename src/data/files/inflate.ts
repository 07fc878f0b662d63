import { pipeline, Readable } from 'node:stream';
import { createGunzip, createInflateRaw } from 'node:zlib';
import { InputError } from '../../core/errors';
import { allocate, asInputError, readPieces } from './fileAccess';
import { FREE_TEXT, limitAdvice, type Limits } from './limits';
import { formatBytes } from '../../core/wording';

/** DEFLATE stores 258 bytes in 2 bits at best, so no stream grows by more than this. */
export const LARGEST_RATIO = 1032;

/** Where compressed bytes lie in a file. */
export interface CompressedPart {
  path: string;
  /** Archive member, for messages. */
  place?: string;
  start: number;
  size: number;
  format: 'gzip' | 'deflate';
}

/**
 * Inflates part of a file chunk by chunk.
 * @throws InputError where the compressed bytes are damaged or cut off
 */
export async function* inflated(part: CompressedPart): AsyncGenerator<Uint8Array> {
  if (part.size === 0) throw new InputError(part.path, 'holds no compressed bytes', part.place);
  const options = { chunkSize: 256 * 1024 };
  const inflate = part.format === 'gzip' ? createGunzip(options) : createInflateRaw(options);
  const compressed = Readable.from(readPieces(part.path, part.start, part.size));
  // A failure of the file ends the inflating stream with the same error, which the loop below then throws.
  pipeline(compressed, inflate, () => undefined);
  try {
    for await (const chunk of inflate) yield chunk as Uint8Array;
  } catch (error) {
    throw asInputError(part.path, error, 'its compressed bytes are damaged or cut off', part.place);
  } finally {
    compressed.destroy();
    inflate.destroy();
  }
}

/** @throws InputError where `size` inflated bytes are over the limit, or more than the compressed ones can hold */
function checkInflatedSize(part: CompressedPart, size: number, limits: Limits): void {
  if (size > limits.bytes) {
    throw new InputError(
      part.path,
      `is ${formatBytes(size)} when inflated, ${limitAdvice(limits, 'bytes', size)}`,
      part.place,
    );
  }
  if (size > part.size * LARGEST_RATIO) {
    throw new InputError(
      part.path,
      `promises ${formatBytes(size)}, more than ${formatBytes(part.size)} of compressed data can hold`,
      part.place,
    );
  }
}

/**
 * Inflates text chunk by chunk. How long it is shows only as it comes: a small file of many gigabytes is refused before it
 * was read.
 * @throws InputError as `inflated`, and where the text is far larger than text that is compressed
 */
export async function* inflatedText(part: CompressedPart, limits: Limits): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of inflated(part)) {
    size += chunk.length;
    const growth = size / part.size;
    if (size > FREE_TEXT && growth > limits.growth) {
      const problem = `inflates to more than ${limits.growth} times its size`;
      throw new InputError(
        part.path,
        `${problem}; ${limitAdvice(limits, 'growth', 10 * growth)}`,
        part.place,
      );
    }
    yield chunk;
  }
}

/** Tells from the first inflated bytes how many there are in all; undefined while it cannot tell yet. */
export type SizeOf = (head: Uint8Array, ended: boolean) => number | undefined;

/**
 * Inflates part of a file into memory. The size is known, and checked, before memory is taken for it.
 * @throws InputError where there are more or fewer bytes than promised, or more than the limit
 */
export async function inflateWhole(
  part: CompressedPart,
  sizeOf: SizeOf,
  limits: Limits,
): Promise<Uint8Array> {
  let head: Uint8Array = new Uint8Array(0);
  let whole: Uint8Array | undefined;
  let filled = 0;
  const begin = (ended: boolean) => {
    const size = sizeOf(head, ended);
    if (size !== undefined) {
      checkInflatedSize(part, size, limits);
      whole = allocate(part.path, size);
      filled = put(part, whole, head, 0);
    }
  };
  for await (const chunk of inflated(part)) {
    if (whole) {
      filled = put(part, whole, chunk, filled);
    } else {
      head = Buffer.concat([head, chunk]);
      begin(false);
    }
  }
  if (!whole) begin(true);
  if (!whole || filled < whole.length) {
    const expected = whole ? `, expected ${whole.length}` : '';
    throw new InputError(part.path, `ends after ${filled} inflated bytes${expected}`, part.place);
  }
  return whole;
}

/** Copies a chunk to its place. Returns how much is filled then. */
function put(part: CompressedPart, whole: Uint8Array, chunk: Uint8Array, at: number): number {
  if (at + chunk.length > whole.length) {
    throw new InputError(
      part.path,
      `inflates to more than the ${whole.length} bytes it promises`,
      part.place,
    );
  }
  whole.set(chunk, at);
  return at + chunk.length;
}
