/**
 * Activation patterns as packed bits.
 *
 * A layer whose activation has `p` pieces needs ceil(log2 p) bits a unit. The bits are kept as planes: plane 0 holds
 * the most significant bit of every unit, so that ReLU is one plane, equality is equality of words, and the distance of
 * two patterns in units is the popcount of the OR over the planes of their XOR.
 *
 * Unit j of a plane is in word j >>> 5 at bit (j & 31) ^ 7: on a little-endian machine the bytes of a plane are then
 * those of `numpy.packbits`. Bits beyond the last unit are 0.
 */
export interface PackedPatterns {
  /** Number of patterns (rows). */
  count: number;
  units: number;
  planes: number;
  wordsPerPlane: number;
  /** count × planes × wordsPerPlane words. */
  words: Uint32Array;
}

/** Pieces of an activation with these finite breakpoints. */
export function pieceCount(breakpoints: ArrayLike<number>): number {
  return breakpoints.length + 1;
}

/** Bits that the index of one of `pieces` pieces needs; at least one. */
export function planesFor(pieces: number): number {
  return Math.max(1, Math.ceil(Math.log2(pieces)));
}

/** Words of one row of a layer. */
export function wordsPerRow(patterns: { planes: number; wordsPerPlane: number }): number {
  return patterns.planes * patterns.wordsPerPlane;
}

/** Room for `count` patterns of a layer, all bits 0. */
export function emptyPatterns(count: number, units: number, planes: number): PackedPatterns {
  const wordsPerPlane = Math.max(1, (units + 31) >>> 5);
  return { count, units, planes, wordsPerPlane, words: new Uint32Array(count * planes * wordsPerPlane) };
}

/**
 * Packs the pieces of pre-activations: the piece of a unit is how many breakpoints are below its value.
 * @param z pre-activations [rows, units], row-major
 * @param breakpoints ascending
 * @param out patterns with room for `rows` rows; rows 0 … rows − 1 are overwritten
 * @returns −1, or the flat index of the first value that is NaN or infinite (`out` is then not to be used)
 */
export function packPieces(
  z: Float32Array | Float64Array,
  rows: number,
  breakpoints: ArrayLike<number>,
  out: PackedPatterns,
): number {
  const finite =
    z instanceof Float32Array && breakpoints.length === 1 && breakpoints[0] === 0
      ? packSigns(z, rows, out)
      : packByComparison(z, rows, breakpoints, out);
  return finite ? -1 : firstNonFinite(z, rows * out.units);
}

/**
 * The fast path, one breakpoint at 0, on the bits of the floats: z > 0 is "sign bit clear and not zero", and NaN and
 * infinities are the magnitudes from 0x7f800000 on.
 */
function packSigns(z: Float32Array, rows: number, out: PackedPatterns): boolean {
  const { units, wordsPerPlane, words } = out;
  const bits = new Int32Array(z.buffer, z.byteOffset, z.length);
  let largest = 0;
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (let w = 0; w < wordsPerPlane; w++) {
      const width = Math.min(32, units - (w << 5));
      let word = 0;
      for (let j = 0; j < width; j++) {
        const value = bits[at++];
        const magnitude = value & 0x7fffffff;
        if (magnitude > largest) largest = magnitude;
        word |= ((-value & ~value) >>> 31) << (j ^ 7);
      }
      words[row * wordsPerPlane + w] = word;
    }
  }
  return largest < 0x7f800000;
}

function packByComparison(
  z: Float32Array | Float64Array,
  rows: number,
  breakpoints: ArrayLike<number>,
  out: PackedPatterns,
): boolean {
  const { units, planes, wordsPerPlane, words } = out;
  const stride = planes * wordsPerPlane;
  words.fill(0, 0, rows * stride);
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < units; j++) {
      const value = z[row * units + j];
      sum += value - value; // 0, or NaN for NaN and infinities
      let piece = 0;
      while (piece < breakpoints.length && value > breakpoints[piece]) piece++;
      if (piece > 0) writePiece(words, row * stride + (j >>> 5), wordsPerPlane, planes, (j & 31) ^ 7, piece);
    }
  }
  return sum === 0;
}

function writePiece(
  words: Uint32Array,
  word: number,
  wordsPerPlane: number,
  planes: number,
  bit: number,
  piece: number,
): void {
  for (let p = 0; p < planes; p++) {
    if ((piece >>> (planes - 1 - p)) & 1) words[word + p * wordsPerPlane] |= 1 << bit;
  }
}

function firstNonFinite(z: Float32Array | Float64Array, length: number): number {
  for (let i = 0; i < length; i++) {
    if (!Number.isFinite(z[i])) return i;
  }
  return -1;
}

/** Packs pieces given as numbers [rows, units], e.g. the winning pieces of a Maxout layer. */
export function packIndices(
  pieces: ArrayLike<number>,
  rows: number,
  units: number,
  planes: number,
): PackedPatterns {
  const out = emptyPatterns(rows, units, planes);
  const stride = wordsPerRow(out);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < units; j++) {
      const word = row * stride + (j >>> 5);
      writePiece(out.words, word, out.wordsPerPlane, planes, (j & 31) ^ 7, pieces[row * units + j]);
    }
  }
  return out;
}

/** Piece of one unit in one pattern. */
export function pieceOf(patterns: PackedPatterns, row: number, unit: number): number {
  const { planes, wordsPerPlane, words } = patterns;
  const word = row * planes * wordsPerPlane + (unit >>> 5);
  const bit = (unit & 31) ^ 7;
  let piece = 0;
  for (let p = 0; p < planes; p++) piece = (piece << 1) | ((words[word + p * wordsPerPlane] >>> bit) & 1);
  return piece;
}

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz';

/** A pattern as a digit string, one digit a unit: '0101…'. Pieces above 9 are letters, above 35 a '?'. */
export function patternText(patterns: PackedPatterns, row: number): string {
  let text = '';
  for (let j = 0; j < patterns.units; j++) text += DIGITS[pieceOf(patterns, row, j)] ?? '?';
  return text;
}

/** Bytes of one row on disk: units × planes bits, rounded up. */
export function bytesPerRow(units: number, planes: number): number {
  return Math.ceil((units * planes) / 8);
}

/**
 * Rows of patterns as NumPy would pack them: `numpy.packbits` of the units' bits, most significant first, a row padded to
 * whole bytes.
 * @param rows which pattern each row of the result shows; all patterns in order when absent
 * @returns [rows, ceil(units × planes / 8)] bytes
 */
export function toPackedBytes(patterns: PackedPatterns, rows?: Int32Array): Uint8Array {
  const { units, planes, words } = patterns;
  const count = rows ? rows.length : patterns.count;
  const width = bytesPerRow(units, planes);
  const stride = wordsPerRow(patterns);
  const bytes = new Uint8Array(count * width);
  for (let r = 0; r < count; r++) {
    const row = rows ? rows[r] : r;
    const at = r * width;
    if (planes === 1) {
      const word = row * stride;
      for (let k = 0; k < width; k++) bytes[at + k] = words[word + (k >>> 2)] >>> ((k & 3) << 3);
    } else {
      interleave(patterns, row, bytes, at);
    }
  }
  return bytes;
}

function interleave(patterns: PackedPatterns, row: number, bytes: Uint8Array, at: number): void {
  const { units, planes } = patterns;
  for (let j = 0; j < units; j++) {
    const piece = pieceOf(patterns, row, j);
    for (let p = 0; p < planes; p++) {
      const bit = j * planes + p;
      if ((piece >>> (planes - 1 - p)) & 1) bytes[at + (bit >>> 3)] |= 0x80 >>> (bit & 7);
    }
  }
}

/** The reverse of `toPackedBytes`: `count` rows of bytes as packed patterns. Padding bits are ignored. */
export function fromPackedBytes(
  bytes: Uint8Array,
  count: number,
  units: number,
  planes: number,
): PackedPatterns {
  const out = emptyPatterns(count, units, planes);
  const width = bytesPerRow(units, planes);
  const stride = wordsPerRow(out);
  const padding = (units * planes) & 7;
  const lastMask = padding === 0 ? 0xff : 0xff << (8 - padding);
  for (let row = 0; row < count; row++) {
    const at = row * width;
    if (planes === 1) {
      for (let k = 0; k < width; k++) {
        const byte = k === width - 1 ? bytes[at + k] & lastMask : bytes[at + k];
        out.words[row * stride + (k >>> 2)] |= byte << ((k & 3) << 3);
      }
    } else {
      deinterleave(bytes, at, out, row);
    }
  }
  return out;
}

function deinterleave(bytes: Uint8Array, at: number, out: PackedPatterns, row: number): void {
  const { units, planes, wordsPerPlane, words } = out;
  const word = row * planes * wordsPerPlane;
  for (let j = 0; j < units; j++) {
    for (let p = 0; p < planes; p++) {
      const bit = j * planes + p;
      if ((bytes[at + (bit >>> 3)] >>> (7 - (bit & 7))) & 1) {
        words[word + p * wordsPerPlane + (j >>> 5)] |= 1 << ((j & 31) ^ 7);
      }
    }
  }
}
