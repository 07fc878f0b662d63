import { wordsPerRow, type PackedPatterns } from '../patterns/packing';
import type { Random } from '../random';

/** Rows with the weights they count with. */
export interface WeightedRows {
  rows: PackedPatterns;
  weights: Int32Array;
}

/**
 * A sample of at most `size` patterns that stands for the instances: a pattern of many instances is in it for certain,
 * with its own weight; from the others instances are drawn, one from each stretch of as many in order, and count for all
 * of their stretch. So neither a few huge patterns nor a periodic order of the data leaves something out.
 * @param weights instances of each pattern, at least 1
 * @returns all patterns themselves where there are no more than `size`
 */
export function samplePatterns(
  patterns: PackedPatterns,
  weights: Int32Array,
  size: number,
  random: Random,
): WeightedRows {
  if (patterns.count <= size) return { rows: patterns, weights };
  const { light, draws, instances } = withoutHeavy(weights, size);
  const worth = Math.max(1, Math.round(instances / draws));
  const sampled = weights.slice();
  for (const pattern of light) sampled[pattern] = 0;
  let at = -1;
  let passed = 0;
  for (let draw = 0; draw < draws; draw++) {
    const from = Math.floor((draw * instances) / draws);
    const to = Math.floor(((draw + 1) * instances) / draws);
    const instance = from + random.below(to - from);
    while (passed <= instance) passed += weights[light[++at]];
    sampled[light[at]] += worth;
  }
  return gather(patterns, sampled);
}

/** The patterns with fewer instances than there are to each draw, the draws left for them, and their instances. */
function withoutHeavy(
  weights: Int32Array,
  size: number,
): { light: number[]; draws: number; instances: number } {
  let light = Array.from(weights, (_, pattern) => pattern);
  for (;;) {
    const draws = size - (weights.length - light.length);
    const instances = light.reduce((sum, pattern) => sum + weights[pattern], 0);
    const lighter = light.filter((pattern) => weights[pattern] * draws <= instances);
    // As long as patterns are more than draws, some are not above the average: the loop ends with at least those.
    if (lighter.length === light.length) return { light, draws, instances };
    light = lighter;
  }
}

function gather(patterns: PackedPatterns, sampled: Int32Array): WeightedRows {
  const stride = wordsPerRow(patterns);
  const chosen = Array.from(sampled.keys()).filter((pattern) => sampled[pattern] > 0);
  const words = new Uint32Array(chosen.length * stride);
  for (const [row, pattern] of chosen.entries()) {
    words.set(patterns.words.subarray(pattern * stride, (pattern + 1) * stride), row * stride);
  }
  return {
    rows: { ...patterns, count: chosen.length, words },
    weights: Int32Array.from(chosen, (pattern) => sampled[pattern]),
  };
}
