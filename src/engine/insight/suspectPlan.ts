import { Random } from '../../core/random';

/** Comparisons of words that finding suspects may cost, where the least sample does not need more: some two seconds' worth. */
const WORD_BUDGET = 1.5e9;
/** Instances that are compared with, and snapshots in which: fewer find less (600 and 1 were measured as too few). */
const LEAST_SAMPLE = 1500;
const LEAST_SNAPSHOTS = 3;
const USUAL_SAMPLE = 2000;
const USUAL_SNAPSHOTS = 4;
const LARGEST_SAMPLE = 6000;
const MOST_SNAPSHOTS = 12;
/** Neighbours in a sample of that many instances or more, and in smaller ones. */
const LARGE_SAMPLE = 4000;
const MANY_NEIGHBOURS = 20;
const FEW_NEIGHBOURS = 10;

/** How suspects are looked for. */
export interface SuspectPlan {
  /** Rows that are compared with, ascending. */
  sample: Int32Array;
  /** Snapshots in which neighbours are looked for, ascending. */
  snapshots: number[];
  neighbours: number;
}

/**
 * Chooses what is compared: the larger the run, the fewer instances and snapshots, so that time stays linear in instances.
 * @param rows instances that are judged
 * @param reference rows that may be compared with
 * @param words words of one instance's patterns over all levels
 * @param snapshots those that can be used, ascending
 */
export function planSuspects(
  rows: number,
  reference: Int32Array,
  words: number,
  snapshots: readonly number[],
): SuspectPlan {
  const perPair = Math.max(1, rows) * words;
  const affordable = (pairs: number) => Math.floor(WORD_BUDGET / (perPair * pairs));
  const usual = affordable(USUAL_SAMPLE * USUAL_SNAPSHOTS) >= 1;
  const leastSnapshots = Math.min(snapshots.length, usual ? USUAL_SNAPSHOTS : LEAST_SNAPSHOTS);
  const size = Math.min(
    reference.length,
    Math.max(usual ? USUAL_SAMPLE : LEAST_SAMPLE, Math.min(LARGEST_SAMPLE, affordable(leastSnapshots))),
  );
  const count = Math.min(
    snapshots.length,
    Math.max(leastSnapshots, Math.min(MOST_SNAPSHOTS, affordable(size))),
  );
  return {
    sample: new Random(1).sample(reference.length, size).map((k) => reference[k]),
    snapshots: spread(snapshots, count),
    neighbours: size >= LARGE_SAMPLE ? MANY_NEIGHBOURS : FEW_NEIGHBOURS,
  };
}

/** `count` of some numbers, the first and the last among them, evenly spread. */
function spread(numbers: readonly number[], count: number): number[] {
  if (count >= numbers.length) return [...numbers];
  if (count === 1) return [numbers[numbers.length - 1]];
  return Array.from(
    { length: count },
    (_, k) => numbers[Math.round((k * (numbers.length - 1)) / (count - 1))],
  );
}
