import { hammingUnits } from '../patterns/bits';
import { wordsPerRow } from '../patterns/packing';
import { tableOf, type PatternLevel } from '../patterns/patternTable';
import { Random } from '../random';

/** Pairs of positions at which two snapshots hold the same instance. */
export interface Alignment {
  earlier: Int32Array;
  later: Int32Array;
}

/** Matches the instances of two snapshots by their numbers: rows may be shuffled, or some missing. */
export function alignInstances(earlier: Int32Array, later: Int32Array): Alignment {
  const at = new Map<number, number>();
  earlier.forEach((instance, i) => at.set(instance, i));
  const pairs: Alignment = { earlier: new Int32Array(later.length), later: new Int32Array(later.length) };
  let count = 0;
  later.forEach((instance, i) => {
    const match = at.get(instance);
    if (match === undefined) return;
    pairs.earlier[count] = match;
    pairs.later[count++] = i;
  });
  return { earlier: pairs.earlier.subarray(0, count), later: pairs.later.subarray(0, count) };
}

/**
 * Bit change of a layer: mean over instances of Hamming(pattern now, pattern before) / units.
 * @returns undefined when the snapshots share no instance or the layer has another shape
 */
export function bitChange(earlier: PatternLevel, later: PatternLevel, pairs: Alignment): number | undefined {
  const a = earlier.patterns;
  const b = later.patterns;
  const count = pairs.later.length;
  if (count === 0 || a.units !== b.units || a.planes !== b.planes) return undefined;
  const stride = wordsPerRow(a);
  let changed = 0;
  for (let i = 0; i < count; i++) {
    const from = earlier.of[pairs.earlier[i]] * stride;
    const to = later.of[pairs.later[i]] * stride;
    changed += hammingUnits(a, a.words, from, b.words, to);
  }
  return changed / count / a.units;
}

/** How alike two snapshots' sets of patterns are. */
export interface SetStability {
  /** |A ∩ B| / |A ∪ B| over distinct patterns. */
  jaccard: number;
  /** Σ min(c, c′) / Σ max(c, c′) over their occurrences. */
  weightedJaccard: number;
}

/** Stability of the set of patterns of a level (Hartmann et al. 2021). undefined for layers of different shape. */
export function setStability(a: PatternLevel, b: PatternLevel): SetStability | undefined {
  if (a.patterns.units !== b.patterns.units || a.patterns.planes !== b.patterns.planes) return undefined;
  const table = tableOf(a.patterns);
  let common = 0;
  let minimum = 0;
  for (let row = 0; row < b.count; row++) {
    const match = table.lookup(b.patterns, row);
    if (match >= 0) {
      common++;
      minimum += Math.min(a.occurrences[match], b.occurrences[row]);
    }
  }
  const maximum = a.of.length + b.of.length - minimum;
  return { jaccard: common / (a.count + b.count - common), weightedJaccard: minimum / maximum };
}

/** Pairs of patterns that are compared at most; all of them where there are no more. */
const COMPARED_PAIRS = 20_000;

/**
 * Overlap-unlikeness index of a level: mean over pairs of instances of 2·min(d, ½), d their normalised Hamming distance
 * (arXiv 2504.17160). 0 exactly when all patterns are equal: the share of pairs with the same pattern is counted, only
 * the mean over pairs of different patterns is sampled (seeded), and that only where there are many patterns.
 */
export function overlapIndex(level: PatternLevel, seed = 1): number {
  const instances = level.of.length;
  if (instances < 2 || level.count < 2) return 0;
  let samePairs = 0;
  for (const c of level.occurrences) samePairs += c * (c - 1);
  const allPairs = instances * (instances - 1);
  const different = (allPairs - samePairs) / allPairs;
  const patternPairs = (level.count * (level.count - 1)) / 2;
  const mean = patternPairs <= COMPARED_PAIRS ? meanOverAll(level) : meanOverSample(level, seed);
  return different * mean;
}

function halfDistance(level: PatternLevel, a: number, b: number): number {
  const { patterns } = level;
  const stride = wordsPerRow(patterns);
  const distance = hammingUnits(patterns, patterns.words, a * stride, patterns.words, b * stride);
  return 2 * Math.min(distance / patterns.units, 0.5);
}

/** Mean of 2·min(d, ½) over all pairs of instances with different patterns. */
function meanOverAll(level: PatternLevel): number {
  let sum = 0;
  let weight = 0;
  for (let a = 0; a < level.count; a++) {
    for (let b = a + 1; b < level.count; b++) {
      const pairs = level.occurrences[a] * level.occurrences[b];
      sum += pairs * halfDistance(level, a, b);
      weight += pairs;
    }
  }
  return sum / weight;
}

/**
 * The same over seeded draws of such pairs, each as likely: the one pattern by the number of pairs that it is in, the
 * other by the instances that are not in the first. No draw is in vain, however few patterns hold nearly all instances.
 */
function meanOverSample(level: PatternLevel, seed: number): number {
  const { count, occurrences } = level;
  const instances = level.of.length;
  const instancesUpTo = new Float64Array(count);
  const pairsUpTo = new Float64Array(count);
  for (let n = 0; n < count; n++) {
    instancesUpTo[n] = (instancesUpTo[n - 1] ?? 0) + occurrences[n];
    pairsUpTo[n] = (pairsUpTo[n - 1] ?? 0) + occurrences[n] * (instances - occurrences[n]);
  }
  const random = new Random(seed);
  let sum = 0;
  for (let draw = 0; draw < COMPARED_PAIRS; draw++) {
    const a = firstAbove(pairsUpTo, random.float() * pairsUpTo[count - 1]);
    const other = random.below(instances - occurrences[a]);
    const skipped = other < instancesUpTo[a] - occurrences[a] ? 0 : occurrences[a];
    sum += halfDistance(level, a, firstAbove(instancesUpTo, other + skipped));
  }
  return sum / COMPARED_PAIRS;
}

/** Index of the first of these ascending numbers that is above `value`. */
function firstAbove(ascending: Float64Array, value: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
