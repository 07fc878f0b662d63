import { hammingUnits } from '../patterns/bits';
import { wordsPerRow } from '../patterns/packing';
import type { PatternLevel } from '../patterns/patternTable';
import { Random } from '../random';
import { rowsPerStep, type WorkSteps } from '../workSteps';

/** Comparisons of words that one level may cost; beyond it a sample of the reference's patterns stands for all. */
const WORD_BUDGET = 1.5e9;
/** Patterns of the reference that are compared with at the least. */
const LEAST_SAMPLE = 1000;

/** How near instances are to what a reference shows in a level. */
export interface NearestReference {
  /**
   * Least Hamming distance in units of each pattern of the level to one of the reference: 0 for those that it shows, −1
   * for those that were not asked for, or where the reference has none.
   */
  distance: Int32Array;
  /** Different patterns of the reference, and how many of them were compared with. */
  patterns: number;
  compared: number;
}

/**
 * The nearest pattern of a reference, for the patterns that some instances visit. Where all pairs are too many, a seeded
 * sample of the reference's patterns is compared with: the distance is then an upper bound, but 0 only for what the
 * reference shows.
 * @param isReference 1 for each instance of the reference
 * @param isWanted 1 for each instance that is asked for
 */
export function* nearestReference(
  level: PatternLevel,
  isReference: Uint8Array,
  isWanted: Uint8Array,
): WorkSteps<NearestReference> {
  const shown = new Uint8Array(level.count);
  const wanted = new Uint8Array(level.count);
  level.of.forEach((pattern, i) => {
    if (isReference[i] === 1) shown[pattern] = 1;
    if (isWanted[i] === 1) wanted[pattern] = 1;
  });
  const all = Int32Array.from(shown.keys()).filter((pattern) => shown[pattern] === 1);
  const asked = Int32Array.from(wanted.keys()).filter((pattern) => wanted[pattern] === 1);
  const { patterns } = level;
  const stride = wordsPerRow(patterns);
  const affordable = Math.floor(WORD_BUDGET / Math.max(1, asked.length * stride));
  const size = Math.min(all.length, Math.max(LEAST_SAMPLE, affordable));
  const compared = size === all.length ? all : new Random(1).sample(all.length, size).map((k) => all[k]);
  const distance = new Int32Array(level.count).fill(-1);
  const step = rowsPerStep(compared.length * stride);
  for (const [k, a] of asked.entries()) {
    if (shown[a] === 1) {
      distance[a] = 0;
    } else {
      let least = -1;
      for (let j = 0; j < compared.length && least !== 1; j++) {
        const limit = least < 0 ? Infinity : least;
        const d = hammingUnits(
          patterns,
          patterns.words,
          a * stride,
          patterns.words,
          compared[j] * stride,
          limit,
        );
        if (least < 0 || d < least) least = d;
      }
      distance[a] = least;
    }
    if ((k + 1) % step === 0) yield;
  }
  return { distance, patterns: all.length, compared: compared.length };
}
