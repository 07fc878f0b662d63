import type { PackedPatterns } from './packing';

/** Number of bits set in a 32-bit word. */
export function popcount32(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  x = (x + (x >>> 4)) & 0x0f0f0f0f;
  return Math.imul(x, 0x01010101) >>> 24;
}

/**
 * Number of bits in which `length` words of `a` from `i` on differ from those of `b` from `j` on.
 * @param limit the caller is not interested in distances above it: the count may stop there, and what is returned is then
 * a lower bound of the distance that is itself above the limit
 */
export function hammingBits(
  a: Uint32Array,
  i: number,
  b: Uint32Array,
  j: number,
  length: number,
  limit = Infinity,
): number {
  if (length >= 8) return hammingBitsOfMany(a, i, b, j, length, limit);
  let total = 0;
  for (let w = 0; w < length; w++) total += popcount32(a[i + w] ^ b[j + w]);
  return total;
}

/**
 * Eight words at a time go through a tree of carry-save adders (Harley–Seal), which leaves one popcount for the eight,
 * plus three at the very end.
 */
function hammingBitsOfMany(
  a: Uint32Array,
  i: number,
  b: Uint32Array,
  j: number,
  length: number,
  limit: number,
): number {
  let ones = 0;
  let twos = 0;
  let fours = 0;
  let total = 0;
  let w = 0;
  for (; w + 8 <= length; w += 8) {
    const p = i + w;
    const q = j + w;
    // Each step is a full adder: the parity of its three words stays, the majority of them is carried.
    let x = a[p] ^ b[q];
    let y = a[p + 1] ^ b[q + 1];
    let half = ones ^ x;
    const twos1 = (ones & x) | (half & y);
    ones = half ^ y;
    x = a[p + 2] ^ b[q + 2];
    y = a[p + 3] ^ b[q + 3];
    half = ones ^ x;
    const twos2 = (ones & x) | (half & y);
    ones = half ^ y;
    half = twos ^ twos1;
    const fours1 = (twos & twos1) | (half & twos2);
    twos = half ^ twos2;
    x = a[p + 4] ^ b[q + 4];
    y = a[p + 5] ^ b[q + 5];
    half = ones ^ x;
    const twos3 = (ones & x) | (half & y);
    ones = half ^ y;
    x = a[p + 6] ^ b[q + 6];
    y = a[p + 7] ^ b[q + 7];
    half = ones ^ x;
    const twos4 = (ones & x) | (half & y);
    ones = half ^ y;
    half = twos ^ twos3;
    const fours2 = (twos & twos3) | (half & twos4);
    twos = half ^ twos4;
    half = fours ^ fours1;
    const eights = (fours & fours1) | (half & fours2);
    fours = half ^ fours2;
    total += popcount32(eights) << 3;
    if (total > limit) return total;
  }
  total += popcount32(ones) + (popcount32(twos) << 1) + (popcount32(fours) << 2);
  for (; w < length; w++) total += popcount32(a[i + w] ^ b[j + w]);
  return total;
}

/** Number of units whose pieces differ between rows of planes: popcount of the OR over the planes of their XOR. */
function hammingPieces(
  layout: RowLayout,
  a: Uint32Array,
  i: number,
  b: Uint32Array,
  j: number,
  limit: number,
): number {
  const { planes, wordsPerPlane } = layout;
  let total = 0;
  for (let w = 0; w < wordsPerPlane && total <= limit; w++) {
    let differs = 0;
    for (let p = w; p < planes * wordsPerPlane; p += wordsPerPlane) differs |= a[i + p] ^ b[j + p];
    total += popcount32(differs);
  }
  return total;
}

/** What the distance of two rows needs to know of their layer. */
export type RowLayout = Pick<PackedPatterns, 'planes' | 'wordsPerPlane'>;

/**
 * Hamming distance of two packed patterns of a layer: the number of units whose pieces differ.
 * @param i first word of the one pattern in `a`
 * @param j first word of the other in `b`
 * @param limit the caller is not interested in distances above it: the count may stop there, and what is returned is then
 * a lower bound of the distance that is itself above the limit
 */
export function hammingUnits(
  layout: RowLayout,
  a: Uint32Array,
  i: number,
  b: Uint32Array,
  j: number,
  limit = Infinity,
): number {
  return layout.planes === 1
    ? hammingBits(a, i, b, j, layout.wordsPerPlane, limit)
    : hammingPieces(layout, a, i, b, j, limit);
}
