/**
 * Slow, obviously right versions of the mathematics, on strings and Maps: what the tests of the core compare with.
 */

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz';

/** Pattern of each row as a digit string, from pre-activations [rows, units]: how many breakpoints are below a value. */
export function naivePatterns(
  z: ArrayLike<number>,
  rows: number,
  units: number,
  breakpoints: number[],
): string[] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from(
      { length: units },
      (_, j) => DIGITS[breakpoints.filter((b) => b < z[row * units + j]).length],
    ).join(''),
  );
}

/** Bytes of bits, the first bit of eight the most significant, the last byte filled up with 0: numpy.packbits. */
export function naivePackbits(bits: number[]): number[] {
  const bytes: number[] = [];
  for (let at = 0; at < bits.length; at += 8) {
    bytes.push(
      parseInt(
        bits
          .slice(at, at + 8)
          .join('')
          .padEnd(8, '0'),
        2,
      ),
    );
  }
  return bytes;
}

/** Positions at which each value stands, values in order of first appearance. */
export function groups<T>(values: Iterable<T>): Map<T, number[]> {
  const found = new Map<T, number[]>();
  let position = 0;
  for (const value of values) {
    const members = found.get(value) ?? [];
    members.push(position++);
    found.set(value, members);
  }
  return found;
}

/** How often each value occurs. */
export function tally<T>(values: Iterable<T>): Map<T, number> {
  return new Map(Array.from(groups(values), ([value, members]) => [value, members.length]));
}

/** Most frequent value, the lowest of equals, and how often it occurs. */
export function majorityOf(values: number[]): { value: number; count: number } {
  const sorted = Array.from(tally(values)).sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  return { value: sorted[0][0], count: sorted[0][1] };
}

/** Entropy in bits of the distribution of values: Σ p log₂ (1/p). */
export function naiveEntropy(values: Iterable<unknown>): number {
  const counts = Array.from(tally(values).values());
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce((sum, count) => sum + (count / total) * Math.log2(total / count), 0);
}

/** The same values, those at `positions` only. */
export function at<T>(values: ArrayLike<T>, positions: number[]): T[] {
  return positions.map((position) => values[position]);
}

/** Number of places in which two strings of one length differ. */
export function naiveHamming(a: string, b: string): number {
  return Array.from(a).filter((digit, j) => digit !== b[j]).length;
}

/** Distinct values by decreasing occurrences, ties by first position. */
export function rankedValues<T>(values: Iterable<T>): T[] {
  const found = Array.from(groups(values));
  return found.sort((a, b) => b[1].length - a[1].length || a[1][0] - b[1][0]).map(([value]) => value);
}

/** Groups renumbered by first appearance, so that equal partitions are equal arrays. */
export function canonical<T>(values: Iterable<T>): number[] {
  const numbers = new Map<T, number>();
  return Array.from(values, (value) => {
    if (!numbers.has(value)) numbers.set(value, numbers.size);
    return numbers.get(value)!;
  });
}

/** A set of the naive partition. */
export interface NaiveSet {
  level: number;
  instances: number[];
  /** True where it was not split. */
  cluster: boolean;
}

/**
 * The partition by information gain, by the words of its definition: all instances are one set; a set is split by the
 * pattern one level further back if that gains, and is a cluster else, or when there is no level further back.
 * @param levels node of each instance, by level
 * @returns all sets; those that were split come before their parts
 */
export function naivePartition(levels: ArrayLike<number>[], predicted: ArrayLike<number>): NaiveSet[] {
  const sets: NaiveSet[] = [];
  const divide = (instances: number[], level: number): void => {
    const set: NaiveSet = { level, instances, cluster: true };
    sets.push(set);
    if (level === 0 || instances.length === 1) return;
    const parts = Array.from(groups(at(levels[level - 1], instances)).values(), (members) =>
      at(instances, members),
    );
    if (!gains(instances, parts, predicted)) return;
    set.cluster = false;
    for (const part of parts) divide(part, level - 1);
  };
  divide(
    Array.from({ length: predicted.length }, (_, i) => i),
    levels.length,
  );
  return sets;
}

/** Whether the parts tell anything of the class: one of them has another distribution than the whole, as exact fractions. */
function gains(whole: number[], parts: number[][], classOf: ArrayLike<number>): boolean {
  const inWhole = tally(at(classOf, whole));
  return parts.some((part) => {
    const inPart = tally(at(classOf, part));
    return Array.from(inWhole).some(
      ([value, count]) =>
        BigInt(inPart.get(value) ?? 0) * BigInt(whole.length) !== BigInt(count) * BigInt(part.length),
    );
  });
}

/** Share of instances whose group, when they are really taken out of it, has their class in a strict majority. */
export function naiveLeaveOneOut(nodeOf: ArrayLike<number>, classOf: ArrayLike<number>): number {
  const all = Array.from({ length: nodeOf.length }, (_, i) => i);
  const good = all.filter((i) => {
    const others = tally(
      at(
        classOf,
        all.filter((j) => j !== i && nodeOf[j] === nodeOf[i]),
      ),
    );
    const own = others.get(classOf[i]) ?? 0;
    return own > 0 && Array.from(others).every(([value, count]) => value === classOf[i] || count < own);
  });
  return good.length / all.length;
}

/** An edge of a bipartite graph. */
export interface NaiveEdge {
  source: number;
  target: number;
  weight: number;
}

/** The edges between two groupings of the same instances. */
export function naiveEdges(sourceOf: ArrayLike<number>, targetOf: ArrayLike<number>): NaiveEdge[] {
  const pairs = Array.from({ length: sourceOf.length }, (_, i) => `${sourceOf[i]},${targetOf[i]}`);
  return Array.from(tally(pairs), ([pair, weight]) => {
    const [source, target] = pair.split(',').map(Number);
    return { source, target, weight };
  });
}

/** Over all pairs of edges that cross, the product of their weights. */
export function naiveCrossings(
  edges: NaiveEdge[],
  sourceRank: ArrayLike<number>,
  targetRank: ArrayLike<number>,
): number {
  let crossings = 0;
  for (const a of edges) {
    for (const b of edges) {
      const above = sourceRank[a.source] < sourceRank[b.source];
      if (above && targetRank[a.target] > targetRank[b.target]) crossings += a.weight * b.weight;
    }
  }
  return crossings;
}
