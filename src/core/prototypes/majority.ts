import type { PackedPatterns } from '../patterns/packing';

/** Rows of patterns with their weights; members `begin` … `end` − 1 of the two lists. */
export interface Members {
  rows: Int32Array;
  weights: Int32Array;
  begin: number;
  end: number;
}

/**
 * Makes row `to` of `modes` the mode of the members: for every unit the piece that has the most weight among them. A tie
 * goes to the piece that the row had before, where it is among the tied, otherwise to the lowest. Without members the
 * row stays as it was.
 *
 * Counting is bit-sliced: word b of a counter holds bit b of the counts of 32 units, so that a word of a pattern is added
 * to all 32 counts at once.
 */
export function writeMode(
  patterns: PackedPatterns,
  members: Members,
  modes: PackedPatterns,
  to: number,
): void {
  let total = 0;
  for (let m = members.begin; m < members.end; m++) total += members.weights[m];
  if (total === 0) return;
  const digits = 32 - Math.clz32(total);
  if (patterns.planes === 1) writeBinaryMode(patterns, members, total, digits, modes, to);
  else writePieceMode(patterns, members, digits, modes, to);
}

function writeBinaryMode(
  patterns: PackedPatterns,
  members: Members,
  total: number,
  digits: number,
  modes: PackedPatterns,
  to: number,
): void {
  const { words, wordsPerPlane: width } = patterns;
  const { rows, weights, begin, end } = members;
  const counter = new Int32Array(digits);
  const half = total >>> 1;
  const even = (total & 1) === 0;
  for (let w = 0; w < width; w++) {
    counter.fill(0);
    for (let m = begin; m < end; m++) addWeighted(counter, 0, words[rows[m] * width + w], weights[m]);
    let more = 0;
    let equal = -1;
    for (let b = digits - 1; b >= 0; b--) {
      const digit = -((half >>> b) & 1);
      more |= equal & counter[b] & ~digit;
      equal &= ~(counter[b] ^ digit);
    }
    // An odd total has no ties: as many as its half, rounded down, are fewer than the others.
    modes.words[to * width + w] = even ? more | (equal & modes.words[to * width + w]) : more;
  }
}

function writePieceMode(
  patterns: PackedPatterns,
  members: Members,
  digits: number,
  modes: PackedPatterns,
  to: number,
): void {
  const { words, planes, wordsPerPlane: width } = patterns;
  const { rows, weights, begin, end } = members;
  const pieces = 1 << planes;
  const counters = new Int32Array(pieces * digits);
  const chosen = new Int32Array(planes);
  for (let w = 0; w < width; w++) {
    counters.fill(0);
    for (let m = begin; m < end; m++) {
      const at = rows[m] * planes * width + w;
      for (let piece = 0; piece < pieces; piece++) {
        addWeighted(counters, piece * digits, unitsAt(words, at, planes, width, piece), weights[m]);
      }
    }
    const most = largestOf(counters, pieces, digits);
    const row = to * planes * width + w;
    chosen.fill(0);
    let open = -1;
    // The former piece first, then the pieces in order: each takes the units where its count is the largest.
    for (let turn = 0; turn < 2 * pieces && open !== 0; turn++) {
      const piece = turn % pieces;
      let mine = open;
      for (let b = 0; b < digits; b++) mine &= ~(counters[piece * digits + b] ^ most[b]);
      if (turn < pieces) mine &= unitsAt(modes.words, row, planes, width, piece);
      open &= ~mine;
      for (let p = 0; p < planes; p++) if ((piece >>> (planes - 1 - p)) & 1) chosen[p] |= mine;
    }
    for (let p = 0; p < planes; p++) modes.words[row + p * width] = chosen[p];
  }
}

/** The units (bits) of one word of a row that have this piece. */
function unitsAt(words: Uint32Array, at: number, planes: number, width: number, piece: number): number {
  let units = -1;
  for (let p = 0; p < planes; p++) {
    const word = words[at + p * width];
    units &= (piece >>> (planes - 1 - p)) & 1 ? word : ~word;
  }
  return units;
}

/** Adds `weight` to the counts of the units set in `word`, in the counter that starts at `at`. */
function addWeighted(counters: Int32Array, at: number, word: number, weight: number): void {
  for (let digit = 0; weight >>> digit !== 0; digit++) {
    if (((weight >>> digit) & 1) === 0) continue;
    let carry = word;
    for (let b = at + digit; carry !== 0; b++) {
      const before = counters[b];
      counters[b] = before ^ carry;
      carry &= before;
    }
  }
}

/** For every unit the largest of its counts, bit-sliced like them. */
function largestOf(counters: Int32Array, pieces: number, digits: number): Int32Array {
  const largest = counters.slice(0, digits);
  for (let piece = 1; piece < pieces; piece++) {
    let more = 0;
    let equal = -1;
    for (let b = digits - 1; b >= 0; b--) {
      const differs = counters[piece * digits + b] ^ largest[b];
      more |= equal & differs & counters[piece * digits + b];
      equal &= ~differs;
    }
    for (let b = 0; b < digits; b++) {
      largest[b] = (largest[b] & ~more) | (counters[piece * digits + b] & more);
    }
  }
  return largest;
}
