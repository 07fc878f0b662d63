import { hammingUnits } from '../patterns/bits';
import { membersOf } from '../nodes';
import { wordsPerRow } from '../patterns/packing';
import type { PatternLevel } from '../patterns/patternTable';
import { Random } from '../random';

/** Patterns that each pattern is compared with at most; beyond it a seeded sample of them. */
const COMPARED_PATTERNS = 4_000;

/**
 * For each instance, the share of its nearest neighbours in Hamming distance of their patterns that have another label:
 * finds flipped labels better than counts of wrong epochs do. Neighbours at the distance of the last one needed all
 * count, so that the order of instances decides nothing.
 * @param neighbours how many neighbours are looked at, at least
 */
export function neighbourDisagreement(
  level: PatternLevel,
  labels: Int32Array,
  neighbours = 10,
  seed = 1,
): Float64Array {
  const compared = comparedPatterns(level, seed);
  const { offsets, members } = membersOf(level);
  const { patterns } = level;
  const stride = wordsPerRow(patterns);
  const classes = labels.reduce((most, label) => Math.max(most, label), 0) + 1;
  const disagreement = new Float64Array(level.of.length);
  const distances = new Int32Array(compared.length);
  const around = new Int32Array(classes);
  for (let a = 0; a < level.count; a++) {
    compared.forEach((b, i) => {
      distances[i] =
        b === a ? 0 : hammingUnits(patterns, patterns.words, a * stride, patterns.words, b * stride);
    });
    around.fill(0);
    const own = !compared.includes(a);
    const radius = radiusOf({
      level,
      compared,
      distances,
      wanted: neighbours + 1 - (own ? level.occurrences[a] : 0),
      units: patterns.units,
    });
    let total = 0;
    const count = (b: number) => {
      for (let m = offsets[b]; m < offsets[b + 1]; m++) around[labels[members[m]]]++;
      total += level.occurrences[b];
    };
    compared.forEach((b, i) => {
      if (distances[i] <= radius) count(b);
    });
    if (own) count(a);
    for (let m = offsets[a]; m < offsets[a + 1]; m++) {
      const others = total - 1;
      disagreement[members[m]] = others === 0 ? 0 : 1 - (around[labels[members[m]]] - 1) / others;
    }
  }
  return disagreement;
}

function comparedPatterns(level: PatternLevel, seed: number): Int32Array {
  const all = Int32Array.from({ length: level.count }, (_, n) => n);
  return level.count <= COMPARED_PATTERNS ? all : new Random(seed).sample(level.count, COMPARED_PATTERNS);
}

/** Least distance within which the compared patterns hold `wanted` instances. */
function radiusOf({
  level,
  compared,
  distances,
  wanted,
  units,
}: {
  level: PatternLevel;
  compared: Int32Array;
  distances: Int32Array;
  wanted: number;
  units: number;
}): number {
  const within = new Int32Array(units + 1);
  compared.forEach((b, i) => {
    within[distances[i]] += level.occurrences[b];
  });
  let sum = 0;
  for (let d = 0; d <= units; d++) {
    sum += within[d];
    if (sum >= wanted) return d;
  }
  return units;
}
