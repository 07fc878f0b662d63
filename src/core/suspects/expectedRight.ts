import { largest } from '../lists';

/** Bins of the scores' histogram. */
const BINS = 24;
/** Bins below the valley that the decrease of the right labels' scores is read from. */
const TAIL_BINS = 8;
/** A rise at the upper end counts when it is this many standard deviations of the valley's count high. */
const LEAST_RISE = 3;
/** Agreement beyond chance (Cohen's kappa) below which labels and predictions, or neighbours, say nothing of each other. */
export const LEAST_AGREEMENT = 0.2;

/** Where the scores of wrong labels rise above those of right ones. */
interface Bump {
  /** Bin between the two. */
  valley: number;
  /** Logarithm of the right labels' count in bin b: `intercept + slope · b`. */
  intercept: number;
  slope: number;
}

/**
 * Tells, from the scores alone, how many of the highest ones can be expected to be of wrong labels. Scores of right labels
 * get rarer towards 1: their decrease, read from the bins below the rise, is continued to the end, and what is beyond it
 * (less two standard deviations) is expected to be wrong. Where nothing rises at the upper end, nothing is expected: the
 * first ones are then the oddest of right labels, as in clean data, with labels at random, or in an untrained network.
 * Meant to be cautious, not a bound: on MNIST with 2 % of changed labels it said 1.00 of the first 20 where .95 were. With few
 * wrong labels, or slow learning, nothing rises though the first ones are wrong: 0 says that the scores do not tell.
 * @param scores from 0 to 1, highest first
 * @param counts how many of the first are asked about
 * @returns for each the share that is expected to be wrong
 */
export function expectedRight(scores: Float32Array, counts: readonly number[]): number[] {
  const bump = findBump(histogram(scores));
  const wrongAmong = (count: number): number => {
    if (!bump || count === 0) return 0;
    const from = scores[count - 1] * BINS;
    // Below the valley nothing more is expected than what is above it.
    if (from < bump.valley) return wrongAmong(countAbove(scores, bump.valley / BINS));
    let right = 0;
    for (let b = 0; b < BINS; b++) {
      const share = Math.min(1, Math.max(0, b + 1 - from));
      right += share * Math.exp(bump.intercept + bump.slope * b);
    }
    return Math.max(0, count - right - 2 * Math.sqrt(right));
  };
  return counts.map((count) => (count === 0 ? 0 : wrongAmong(Math.min(count, scores.length)) / count));
}

function countAbove(scores: Float32Array, least: number): number {
  const end = scores.findIndex((score) => score < least);
  return end < 0 ? scores.length : end;
}

function histogram(scores: Float32Array): Float64Array {
  const counts = new Float64Array(BINS);
  for (const score of scores) counts[Math.min(BINS - 1, Math.max(0, Math.floor(score * BINS)))]++;
  return counts;
}

function findBump(counts: Float64Array): Bump | undefined {
  const smooth = counts.map((count, b) => {
    const before = counts[Math.max(0, b - 1)];
    const after = counts[Math.min(BINS - 1, b + 1)];
    return before / 4 + count / 2 + after / 4;
  });
  const mode = smooth.indexOf(largest(smooth));
  let valley = -1;
  let highest = LEAST_RISE;
  for (let b = mode + 3; b < BINS - 1; b++) {
    const rise = (largest(smooth.subarray(b + 1)) - smooth[b]) / Math.sqrt(smooth[b] + 1);
    if (rise <= highest) continue;
    highest = rise;
    valley = b;
  }
  return valley < 0
    ? undefined
    : { valley, ...decrease(counts, Math.max(mode + 1, valley - TAIL_BINS), valley) };
}

/** Least squares line through the logarithms of the counts of some bins; level where they do not decrease. */
function decrease(counts: Float64Array, from: number, to: number): { intercept: number; slope: number } {
  const logs = Array.from(counts.subarray(from, to + 1), (count) => Math.log(count + 0.5));
  const n = logs.length;
  const middle = (from + to) / 2;
  const mean = logs.reduce((sum, log) => sum + log, 0) / n;
  let products = 0;
  let squares = 0;
  for (const [k, log] of logs.entries()) {
    const x = from + k - middle;
    products += x * (log - mean);
    squares += x * x;
  }
  const slope = squares === 0 ? 0 : products / squares;
  if (slope >= 0) return { intercept: logs[n - 1], slope: 0 };
  return { intercept: mean - slope * middle, slope };
}

/**
 * Agreement of two labellings beyond what their classes' shares alone would give: Cohen's kappa, 1 for equal ones, about 0
 * for unrelated ones.
 */
export function agreement(a: Int32Array, b: Int32Array, classes: number): number {
  const ofA = new Float64Array(classes);
  const ofB = new Float64Array(classes);
  let equal = 0;
  let counted = 0;
  for (let i = 0; i < a.length; i++) {
    if (a[i] < 0 || b[i] < 0) continue;
    counted++;
    ofA[a[i]]++;
    ofB[b[i]]++;
    if (a[i] === b[i]) equal++;
  }
  if (counted === 0) return 0;
  const chance = ofA.reduce((sum, count, c) => sum + (count / counted) * (ofB[c] / counted), 0);
  return chance === 1 ? 0 : (equal / counted - chance) / (1 - chance);
}
