import { hammingUnits } from '../patterns/bits';
import { wordsPerRow, type PackedPatterns } from '../patterns/packing';
import type { Random } from '../random';
import { rowsPerStep, type WorkSteps } from '../workSteps';

/**
 * Chooses `k` rows as first modes, in steps, as greedy k-means++ does (Arthur and Vassilvitskii 2007): each next one is drawn with a
 * chance that grows with weight × distance to the nearest chosen (the Hamming distance of bits is their squared Euclidean
 * one); of several drawn the one that brings the rows nearest in sum is taken.
 * @param k at most the number of distinct rows
 * @param tries rows drawn for each mode
 * @returns the rows, different ones, in the order chosen
 */
export function* seedRows(
  patterns: PackedPatterns,
  { weights, k, random, tries }: { weights: Int32Array; k: number; random: Random; tries: number },
): WorkSteps<Int32Array> {
  const { count } = patterns;
  const seeds = new Int32Array(k);
  const nearest = new Float64Array(count);
  const closer = new Float64Array(count);
  const best = new Float64Array(count);
  nearest.fill(patterns.units + 1);
  const step = rowsPerStep(wordsPerRow(patterns));
  for (let chosen = 0; chosen < k; chosen++) {
    let bestSum = Infinity;
    // The first is drawn by weight alone, where all distances are alike.
    for (let t = 0; t < (chosen === 0 ? 1 : tries); t++) {
      const row = draw(nearest, weights, random);
      let sum = 0;
      for (let from = 0; from < count; from += step) {
        sum += distancesWith({
          patterns,
          weights,
          seed: row,
          nearest,
          closer,
          from,
          to: Math.min(count, from + step),
        });
        yield;
      }
      if (sum < bestSum) {
        bestSum = sum;
        seeds[chosen] = row;
        best.set(closer);
      }
    }
    nearest.set(best);
  }
  return seeds;
}

/** A row, drawn with chances proportional to weight × distance. */
function draw(distances: Float64Array, weights: Int32Array, random: Random): number {
  let total = 0;
  for (let row = 0; row < distances.length; row++) total += distances[row] * weights[row];
  let rest = random.float() * total;
  let last = 0;
  for (let row = 0; row < distances.length; row++) {
    const share = distances[row] * weights[row];
    if (share === 0) continue;
    last = row;
    rest -= share;
    if (rest < 0) break;
  }
  return last;
}

/** Distance of rows `from` … `to` − 1 to the nearest of the chosen when `seed` joins them. Returns their weighted sum. */
function distancesWith({
  patterns,
  weights,
  seed,
  nearest,
  closer: out,
  from,
  to,
}: {
  patterns: PackedPatterns;
  weights: Int32Array;
  seed: number;
  nearest: Float64Array;
  closer: Float64Array;
  from: number;
  to: number;
}): number {
  const { words } = patterns;
  const stride = wordsPerRow(patterns);
  let sum = 0;
  for (let row = from; row < to; row++) {
    const limit = nearest[row];
    const d = limit === 0 ? 0 : hammingUnits(patterns, words, row * stride, words, seed * stride, limit);
    out[row] = Math.min(d, limit);
    sum += out[row] * weights[row];
  }
  return sum;
}
