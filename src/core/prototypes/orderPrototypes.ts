import { wordsPerRow, type PackedPatterns } from '../patterns/packing';
import type { Ties } from './nearest';

/** Sum of the weights of the patterns of each of `count` prototypes. */
export function countOccurrences(assignment: Int32Array, weights: Int32Array, count: number): Int32Array {
  const occurrences = new Int32Array(count);
  for (let pattern = 0; pattern < assignment.length; pattern++) {
    occurrences[assignment[pattern]] += weights[pattern];
  }
  return occurrences;
}

/**
 * Renumbers modes by decreasing occurrences, ties by first pattern. A pattern that is as near to several modes goes to the
 * lowest number, so new numbers move such patterns, which may call for new numbers again: every time the larger modes
 * gain, which comes to an end.
 * @param assignment mode of each pattern, changed in place to the new numbers
 * @param ties the other nearest modes of patterns, in the old numbers
 * @returns the modes in their new order, those without patterns left out
 */
export function orderByOccurrences(
  modes: PackedPatterns,
  assignment: Int32Array,
  weights: Int32Array,
  ties: Ties,
): PackedPatterns {
  const tied = tiedModes(assignment, ties);
  let occurrences = countOccurrences(assignment, weights, modes.count);
  let order = rank(assignment, occurrences);
  for (;;) {
    const place = new Int32Array(modes.count);
    for (const [at, mode] of order.entries()) place[mode] = at;
    for (const [pattern, nearest] of tied) {
      assignment[pattern] = nearest.reduce((a, b) => (place[b] < place[a] ? b : a));
    }
    const after = countOccurrences(assignment, weights, modes.count);
    const settled = after.every((occurrence, mode) => occurrence === occurrences[mode]);
    if (settled) {
      return renumber(
        modes,
        assignment,
        order.filter((mode) => after[mode] > 0),
        place,
      );
    }
    occurrences = after;
    order = rank(assignment, occurrences);
  }
}

/** All nearest modes of each pattern that has several. */
function tiedModes(assignment: Int32Array, ties: Ties): Map<number, number[]> {
  const tied = new Map<number, number[]>();
  for (const [at, pattern] of ties.rows.entries()) {
    const nearest = tied.get(pattern);
    if (nearest) nearest.push(ties.modes[at]);
    else tied.set(pattern, [assignment[pattern], ties.modes[at]]);
  }
  return tied;
}

/** Modes by decreasing occurrences, ties by first pattern. */
function rank(assignment: Int32Array, occurrences: Int32Array): number[] {
  const first = new Int32Array(occurrences.length).fill(assignment.length);
  for (let pattern = assignment.length - 1; pattern >= 0; pattern--) first[assignment[pattern]] = pattern;
  const order = Array.from(occurrences.keys());
  return order.sort((a, b) => occurrences[b] - occurrences[a] || first[a] - first[b] || a - b);
}

function renumber(
  modes: PackedPatterns,
  assignment: Int32Array,
  order: number[],
  place: Int32Array,
): PackedPatterns {
  const stride = wordsPerRow(modes);
  const words = new Uint32Array(order.length * stride);
  for (const [at, mode] of order.entries()) {
    words.set(modes.words.subarray(mode * stride, (mode + 1) * stride), at * stride);
  }
  for (let pattern = 0; pattern < assignment.length; pattern++) {
    assignment[pattern] = place[assignment[pattern]];
  }
  return { ...modes, count: order.length, words };
}
