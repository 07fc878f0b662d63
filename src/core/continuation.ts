import { contingency, largestEntries, transpose } from './contingency';
import type { LevelNodes } from './nodes';

/** How the nodes of a level at one snapshot go on at the next. */
export interface Continuation {
  /** For each later node, the earlier node with which it shares most instances (−1: none shares any). */
  from: Int32Array;
  /** Instances shared with it. */
  shared: Int32Array;
  /** For each later node, what it is. */
  kind: LaterKind[];
  /** For each earlier node, the later node with which it shares most instances (−1: none shares any). */
  to: Int32Array;
  /** For each earlier node, what became of it. */
  fate: EarlierFate[];
}

/**
 * - `continued`: the earlier node and this one share most instances of each other
 * - `split`: at least half of its instances come from one earlier node that goes on in another
 * - `new`: drawn together from several earlier nodes, or of instances the earlier snapshot did not have
 */
export type LaterKind = 'continued' | 'split' | 'new';

/**
 * - `continued`: goes on
 * - `merged`: at least half of its instances went into a node that continues another
 * - `gone`: scattered
 */
export type EarlierFate = 'continued' | 'merged' | 'gone';

/**
 * Matches the nodes of a level across two snapshots by shared instances: the bits of a pattern change from epoch to
 * epoch, its instances hardly.
 * @param earlier nodes at the first snapshot
 * @param later nodes at the second, for the same instances in the same order
 */
export function continueNodes(earlier: LevelNodes, later: LevelNodes): Continuation {
  const table = contingency(earlier.of, earlier.count, later.of, later.count);
  const back = transpose(table);
  const bestTo = largestEntries(table);
  const bestFrom = largestEntries(back);
  const to = bestTo.map((e) => (e < 0 ? -1 : table.column[e]));
  const from = bestFrom.map((e) => (e < 0 ? -1 : back.column[e]));
  const shared = bestFrom.map((e) => (e < 0 ? 0 : back.count[e]));
  const kind = Array.from(from, (node, n): LaterKind => {
    if (node >= 0 && to[node] === n) return 'continued';
    return node >= 0 && 2 * shared[n] >= later.occurrences[n] ? 'split' : 'new';
  });
  const fate = Array.from(to, (node, n): EarlierFate => {
    if (node >= 0 && from[node] === n) return 'continued';
    return node >= 0 && 2 * table.count[bestTo[n]] >= earlier.occurrences[n] ? 'merged' : 'gone';
  });
  return { from, shared, kind, to, fate };
}

/** Share of the instances that stay in the node which continues theirs. */
export function stayingShare(earlier: LevelNodes, later: LevelNodes): number {
  const { from } = continueNodes(earlier, later);
  let staying = 0;
  for (let i = 0; i < later.of.length; i++) if (from[later.of[i]] === earlier.of[i]) staying++;
  return later.of.length === 0 ? 0 : staying / later.of.length;
}
