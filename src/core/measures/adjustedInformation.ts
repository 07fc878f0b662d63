import { contingency } from '../contingency';

/** A grouping of instances: the group of each, 0 … count − 1. */
export interface Grouping {
  of: Int32Array;
  count: number;
}

/** Chances below this add nothing to a sum that is known to some ten digits. */
const NEGLIGIBLE = 1e-16;
/** Differences below this are rounding. */
const ROUNDING = 1e-12;

/**
 * Adjusted mutual information of two groupings of the same instances (Vinh, Epps and Bailey 2010; arithmetic mean of the
 * entropies): 1 for the same groups whatever their numbers, about 0 for groups that have nothing to do with each other, however
 * many they are.
 * @throws RangeError where they are of different numbers of instances
 */
export function adjustedInformation(a: Grouping, b: Grouping): number {
  const n = a.of.length;
  if (b.of.length !== n) throw new RangeError(`groupings of ${n} and of ${b.of.length} instances`);
  if (n === 0) return 1;
  const sizesA = sizesOf(a);
  const sizesB = sizesOf(b);
  const mutual = mutualInformation(a, b, sizesA, sizesB);
  const [entropyA, entropyB] = [entropy(sizesA, n), entropy(sizesB, n)];
  const most = (entropyA + entropyB) / 2;
  // Equal groupings share all that they tell; then and only then is the information both of their entropies.
  if (Math.abs(mutual - entropyA) < ROUNDING && Math.abs(mutual - entropyB) < ROUNDING) return 1;
  const expected = expectedInformation(sizesA, sizesB, n);
  const room = most - expected;
  return Math.abs(room) < ROUNDING ? 0 : (mutual - expected) / room;
}

function sizesOf({ of, count }: Grouping): Int32Array {
  const sizes = new Int32Array(count);
  for (const group of of) sizes[group]++;
  return sizes;
}

function entropy(sizes: Int32Array, n: number): number {
  let sum = 0;
  for (const size of sizes) if (size > 0) sum -= (size / n) * Math.log(size / n);
  return sum;
}

function mutualInformation(a: Grouping, b: Grouping, sizesA: Int32Array, sizesB: Int32Array): number {
  const n = a.of.length;
  const { offsets, column, count } = contingency(a.of, a.count, b.of, b.count);
  let sum = 0;
  for (let row = 0; row < a.count; row++) {
    for (let e = offsets[row]; e < offsets[row + 1]; e++) {
      const both = count[e];
      if (both > 0) sum += (both / n) * Math.log((n * both) / (sizesA[row] * sizesB[column[e]]));
    }
  }
  return sum;
}

/** Different sizes and how many groups have each: what is expected of a pair of groups depends on their sizes alone. */
function tally(sizes: Int32Array): [number, number][] {
  const of = new Map<number, number>();
  for (const size of sizes) if (size > 0) of.set(size, (of.get(size) ?? 0) + 1);
  return [...of];
}

function expectedInformation(sizesA: Int32Array, sizesB: Int32Array, n: number): number {
  const factorials = logFactorials(n);
  const ofB = tally(sizesB);
  let sum = 0;
  for (const [a, timesA] of tally(sizesA)) {
    for (const [b, timesB] of ofB) sum += timesA * timesB * expectedOfPair(a, b, n, factorials);
  }
  return sum;
}

/**
 * What two groups of these sizes add on average over all ways to draw them: the sum over their common instances, whose number
 * is hypergeometric, from its most likely value outwards.
 */
function expectedOfPair(a: number, b: number, n: number, logFactorial: Float64Array): number {
  const least = Math.max(0, a + b - n);
  const most = Math.min(a, b);
  const mode = Math.min(most, Math.max(least, Math.floor(((a + 1) * (b + 1)) / (n + 2))));
  const f = logFactorial;
  const chanceAtMode = Math.exp(
    f[a] + f[b] + f[n - a] + f[n - b] - f[n] - f[mode] - f[a - mode] - f[b - mode] - f[n - a - b + mode],
  );
  const term = (both: number, chance: number) =>
    both === 0 ? 0 : (both / n) * Math.log((n * both) / (a * b)) * chance;
  let sum = term(mode, chanceAtMode);
  let chance = chanceAtMode;
  for (let both = mode; both < most && chance > NEGLIGIBLE; both++) {
    chance *= ((a - both) * (b - both)) / ((both + 1) * (n - a - b + both + 1));
    sum += term(both + 1, chance);
  }
  chance = chanceAtMode;
  for (let both = mode; both > least && chance > NEGLIGIBLE; both--) {
    chance *= (both * (n - a - b + both)) / ((a - both + 1) * (b - both + 1));
    sum += term(both - 1, chance);
  }
  return sum;
}

/** ln k! for k = 0 … n. */
function logFactorials(n: number): Float64Array {
  const logs = new Float64Array(n + 1);
  for (let k = 2; k <= n; k++) logs[k] = logs[k - 1] + Math.log(k);
  return logs;
}
