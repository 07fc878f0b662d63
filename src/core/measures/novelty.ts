import { hammingUnits } from '../patterns/bits';
import { wordsPerRow } from '../patterns/packing';
import type { LevelNodes } from '../nodes';
import type { PatternLevel } from '../patterns/patternTable';

/** How much of another split a reference split (training) has not shown. */
export interface Novelty {
  /** Instances of the other split. */
  instances: number;
  /** Share of them whose node the reference never visits. */
  unseen: number;
  /**
   * Share of the reference's instances that are alone in their node: on data of the same kind Good–Turing says that this
   * is what `unseen` will be, so that a gap between the two is a real shift.
   */
  expected: number;
  /** Between these `unseen` lies for 95 of 100 splits of the same kind. */
  interval: [number, number];
}

/** Standard deviations that 95 of 100 values of a normal distribution are within. */
const WITHIN_95 = 1.96;

/**
 * Where the unseen share of data of the same kind lies: around the Good–Turing estimate, whose variance is that of Esty
 * (1983), `(f₁(1 − f₁/n) + 2·f₂)/n²`, and beside it that of drawing `others` instances. One instance more is taken to be
 * alone, so that the interval of a reference without any is not a point.
 * @param once nodes that one instance of the reference visits
 * @param twice nodes that two visit
 * @param size instances of the reference
 * @param others instances that are compared with it
 */
export function unseenInterval(once: number, twice: number, size: number, others: number): [number, number] {
  if (size === 0 || others === 0) return [0, 1];
  const expected = once / size;
  const careful = Math.min(1, (once + 1) / size);
  const estimate = (careful * size * (1 - careful) + 2 * twice) / size ** 2;
  const deviation = Math.sqrt(estimate + (careful * (1 - careful)) / others);
  return [Math.max(0, expected - WITHIN_95 * deviation), Math.min(1, expected + WITHIN_95 * deviation)];
}

/** Unseen rate of one split against another, for the nodes of a level or the paths through all levels. */
export function noveltyOf(nodes: LevelNodes, isReference: Uint8Array, isOther: Uint8Array): Novelty {
  const inReference = new Int32Array(nodes.count);
  let referenceSize = 0;
  for (let i = 0; i < nodes.of.length; i++) {
    if (isReference[i] === 1) {
      inReference[nodes.of[i]]++;
      referenceSize++;
    }
  }
  let singletons = 0;
  let pairs = 0;
  for (const c of inReference) {
    if (c === 1) singletons++;
    if (c === 2) pairs++;
  }
  let instances = 0;
  let unseen = 0;
  for (let i = 0; i < nodes.of.length; i++) {
    if (isOther[i] !== 1) continue;
    instances++;
    if (inReference[nodes.of[i]] === 0) unseen++;
  }
  return {
    instances,
    unseen: instances === 0 ? 0 : unseen / instances,
    expected: referenceSize === 0 ? 0 : singletons / referenceSize,
    interval: unseenInterval(singletons, pairs, referenceSize, instances),
  };
}

/**
 * For each pattern of a level, its least Hamming distance in units to a pattern that the reference split shows: 0 for
 * those it shows itself, and −1 for all when it shows none.
 */
export function distanceToReference(level: PatternLevel, isReference: Uint8Array): Int32Array {
  const shown = new Uint8Array(level.count);
  for (let i = 0; i < level.of.length; i++) if (isReference[i] === 1) shown[level.of[i]] = 1;
  const { patterns } = level;
  const stride = wordsPerRow(patterns);
  const distance = new Int32Array(level.count);
  for (let a = 0; a < level.count; a++) {
    if (shown[a] === 1) continue;
    let least = -1;
    for (let b = 0; b < level.count && least !== 1; b++) {
      if (shown[b] === 0) continue;
      const limit = least < 0 ? Infinity : least;
      const d = hammingUnits(patterns, patterns.words, a * stride, patterns.words, b * stride, limit);
      if (least < 0 || d < least) least = d;
    }
    distance[a] = least;
  }
  return distance;
}

/** Comparisons of words beyond which the distances to the reference are left out: they grow with the square of patterns. */
const MOST_COMPARISONS = 200_000_000;

/**
 * Mean over a split's instances of the least Hamming distance, in units, to a pattern of the reference split.
 * @returns undefined when a split is empty, or when there are too many patterns to compare
 */
export function meanDistanceToReference(
  level: PatternLevel,
  isReference: Uint8Array,
  isOther: Uint8Array,
): number | undefined {
  if (level.count * level.count * wordsPerRow(level.patterns) > MOST_COMPARISONS) return undefined;
  const distance = distanceToReference(level, isReference);
  let sum = 0;
  let instances = 0;
  for (let i = 0; i < level.of.length; i++) {
    if (isOther[i] !== 1) continue;
    sum += distance[level.of[i]];
    instances++;
  }
  return instances === 0 || !isReference.includes(1) ? undefined : sum / instances;
}
