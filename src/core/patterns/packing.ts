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

/** Bits that the index of one of `pieces` pieces needs; at least one. */
export function planesFor(pieces: number): number {
  return Math.max(1, 32 - Math.clz32(pieces - 1));
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
    z instanceof Float32Array && breakpoints.length === 1 && breakpoints[0] === 0 && out.planes === 1
      ? packSigns(z, rows, out)
      : packByComparison(z, rows, breakpoints, out);
  return finite ? -1 : firstNonFinite(z, rows * out.units);
}

/** 1 where the float of these bits is not above 0: its sign bit is set, or borrowing from all zeros sets it. */
function notAbove0(bits: number): number {
  return (bits | (bits - 1)) >>> 31;
}

/** Negative where the float of these bits is NaN or infinite: one more in a full exponent turns the sign over. */
function signOfNonFinite(bits: number): number {
  return (bits + 0x00800000) ^ bits;
}

/** The fast path, one breakpoint at 0, on the bits of the floats; eight at a time, as their bits make a byte. */
function packSigns(z: Float32Array, rows: number, out: PackedPatterns): boolean {
  const { units, wordsPerPlane, words } = out;
  const bits = new Int32Array(z.buffer, z.byteOffset, z.length);
  let nonFinite = 0;
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (let w = 0; w < wordsPerPlane; w++) {
      const width = Math.min(32, units - (w << 5));
      let word = 0;
      let j = 0;
      for (; j + 8 <= width; j += 8, at += 8) {
        const a = bits[at];
        const b = bits[at + 1];
        const c = bits[at + 2];
        const d = bits[at + 3];
        const e = bits[at + 4];
        const f = bits[at + 5];
        const g = bits[at + 6];
        const h = bits[at + 7];
        nonFinite |= signOfNonFinite(a) | signOfNonFinite(b) | signOfNonFinite(c) | signOfNonFinite(d);
        nonFinite |= signOfNonFinite(e) | signOfNonFinite(f) | signOfNonFinite(g) | signOfNonFinite(h);
        const high = (notAbove0(a) << 7) | (notAbove0(b) << 6) | (notAbove0(c) << 5) | (notAbove0(d) << 4);
        const low = (notAbove0(e) << 3) | (notAbove0(f) << 2) | (notAbove0(g) << 1) | notAbove0(h);
        word |= ((high | low) ^ 0xff) << j;
      }
      for (; j < width; j++, at++) {
        nonFinite |= signOfNonFinite(bits[at]);
        word |= (notAbove0(bits[at]) ^ 1) << (j ^ 7);
      }
      words[row * wordsPerPlane + w] = word;
    }
  }
  return nonFinite >= 0;
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
