import { hammingUnits } from './bits';
import { nodesOf, rankByOccurrences } from '../nodes';
import { emptyPatterns, wordsPerRow } from './packing';
import type { PatternLevel } from './patternTable';
import type { ResolvedLevel } from './resolution';
import type { Outcome } from './outcome';
import type { RecordedLevel, Snapshot } from './snapshot';

/**
 * Part of a snapshot as if nothing else had been recorded: patterns that none of its instances has are dropped, the rest
 * is numbered anew by decreasing occurrences, ties by first instance. Prototypes that were recorded instead of patterns
 * keep their numbers, as they go on from snapshot to snapshot; some may be left without instances.
 * @param rows positions in the snapshot, ascending
 */
export function subsetSnapshot(snapshot: Snapshot, rows: Int32Array): Snapshot {
  return pickRows(snapshot, rows, compactLevel);
}

/**
 * Part of a snapshot whose patterns keep their numbers: those that none of its instances has stay as empty nodes. For
 * leaving classes out without renaming what remains.
 * @param rows positions in the snapshot, ascending
 */
export function thinSnapshot(snapshot: Snapshot, rows: Int32Array): Snapshot {
  return pickRows(snapshot, rows, (level, of) => ({
    ...level,
    ...nodesOf(of, level.count),
  }));
}

/** Part of a resolved level, its nodes under their numbers, some of them maybe empty; its measures are counted again. */
export function thinResolved(
  resolved: ResolvedLevel,
  recorded: RecordedLevel,
  rows: Int32Array,
): ResolvedLevel {
  const nodes = nodesOf(pick(resolved.nodes.of, rows), resolved.nodes.count);
  const { exact } = recorded;
  if (!exact) return { ...resolved, nodes, distance: meanOf(recorded.coarse.distance, rows) };
  const occurrences = nodesOf(pick(exact.of, rows), exact.count).occurrences;
  let exactPatterns = 0;
  let exactSingletons = 0;
  for (const count of occurrences) {
    if (count > 0) exactPatterns++;
    if (count === 1) exactSingletons++;
  }
  const distance =
    resolved.resolution === 'exact' ? 0 : meanDistance(resolved, exact, occurrences, rows.length);
  return { ...resolved, nodes, distance, exactPatterns, exactSingletons };
}

/** Mean distance of instances to their prototype: equal patterns have the same one. */
function meanDistance(
  resolved: ResolvedLevel,
  exact: PatternLevel,
  occurrences: Int32Array,
  instances: number,
): number {
  const { patterns } = resolved;
  const stride = wordsPerRow(patterns);
  let sum = 0;
  for (let p = 0; p < exact.count; p++) {
    if (occurrences[p] === 0) continue;
    const prototype = resolved.nodes.of[exact.first[p]];
    const at = p * stride;
    const distance = hammingUnits(patterns, exact.patterns.words, at, patterns.words, prototype * stride);
    sum += distance * occurrences[p];
  }
  return instances === 0 ? 0 : sum / instances;
}

function meanOf(values: Int32Array, rows: Int32Array): number {
  let sum = 0;
  for (const row of rows) sum += values[row];
  return rows.length === 0 ? 0 : sum / rows.length;
}

function pickRows(
  snapshot: Snapshot,
  rows: Int32Array,
  part: (level: PatternLevel, of: Int32Array) => PatternLevel,
): Snapshot {
  const { epoch, step, instances, predicted, outcome, labels, targets, splits, levels } = snapshot;
  return {
    epoch,
    step,
    instances: pick(instances, rows),
    predicted: pick(predicted, rows),
    labels: labels && pick(labels, rows),
    outcome: outcome && { ...outcome, values: outcome.values && pickValues(outcome, rows) },
    targets: targets && Float32Array.from(rows, (row) => targets[row]),
    splits: splits && Uint8Array.from(rows, (row) => splits[row]),
    levels: levels.map(({ layer, exact, coarse }): RecordedLevel => {
      if (exact) return { layer, exact: part(exact, pick(exact.of, rows)) };
      const { modes, of, distance } = coarse;
      return { layer, coarse: { modes, of: pick(of, rows), distance: pick(distance, rows) } };
    }),
  };
}

function pickValues({ values, columns = 1 }: Outcome, rows: Int32Array): Float32Array {
  const picked = new Float32Array(rows.length * columns);
  rows.forEach((row, at) => picked.set(values!.subarray(row * columns, (row + 1) * columns), at * columns));
  return picked;
}

function pick(values: Int32Array, rows: Int32Array): Int32Array {
  return rows.map((row) => values[row]);
}

function compactLevel(level: PatternLevel, of: Int32Array): PatternLevel {
  const thinned = nodesOf(of, level.count);
  const kept: number[] = [];
  for (let n = 0; n < level.count; n++) if (thinned.occurrences[n] > 0) kept.push(n);
  const rank = rankByOccurrences(
    Int32Array.from(kept, (n) => thinned.occurrences[n]),
    Int32Array.from(kept, (n) => thinned.first[n]),
  );
  const patterns = emptyPatterns(kept.length, level.patterns.units, level.patterns.planes);
  const stride = wordsPerRow(patterns);
  const numberOf = new Int32Array(level.count).fill(-1);
  kept.forEach((n, k) => {
    numberOf[n] = rank[k];
    patterns.words.set(level.patterns.words.subarray(n * stride, (n + 1) * stride), rank[k] * stride);
  });
  return {
    ...nodesOf(
      of.map((n) => numberOf[n]),
      kept.length,
    ),
    patterns,
  };
}
