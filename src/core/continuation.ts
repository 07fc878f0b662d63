import { contingency, transpose, type Contingency } from './contingency';
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
 * - `continued`: of all later nodes it shares most instances with an earlier one, which of all earlier ones shares most
 *   with it
 * - `split`: at least half of its instances come from one earlier node, which shares most with another later one
 * - `new`: drawn together from several earlier nodes
 * - `empty`: without instances, as a prototype can be
 */
export type LaterKind = 'continued' | 'split' | 'new' | 'empty';

/**
 * - `continued`: goes on in a later node that is `continued`
 * - `merged`: at least half of its instances went into one later node, which shares most with another earlier one
 * - `gone`: scattered
 * - `empty`: had no instances, as a prototype can
 */
export type EarlierFate = 'continued' | 'merged' | 'gone' | 'empty';

/**
 * Matches the nodes of a level across two snapshots by shared instances: the bits of a pattern change from epoch to
 * epoch, its instances hardly. Among partners that share equally many it is the smallest one, of which the shared
 * instances are the larger part, and among equally large ones that of the lowest number.
 * @param earlier nodes at the first snapshot
 * @param later nodes at the second, for the same instances in the same order
 */
export function continueNodes(earlier: LevelNodes, later: LevelNodes): Continuation {
  const table = contingency(earlier.of, earlier.count, later.of, later.count);
  const back = transpose(table);
  const bestTo = bestPartners(table, later.occurrences);
  const bestFrom = bestPartners(back, earlier.occurrences);
  const to = bestTo.map((e) => (e < 0 ? -1 : table.column[e]));
  const from = bestFrom.map((e) => (e < 0 ? -1 : back.column[e]));
  const shared = bestFrom.map((e) => (e < 0 ? 0 : back.count[e]));
  const kind = Array.from(from, (node, n): LaterKind => {
    if (node < 0) return 'empty';
    if (to[node] === n) return 'continued';
    return 2 * shared[n] >= later.occurrences[n] ? 'split' : 'new';
  });
  const fate = Array.from(to, (node, n): EarlierFate => {
    if (node < 0) return 'empty';
    if (from[node] === n) return 'continued';
    return 2 * table.count[bestTo[n]] >= earlier.occurrences[n] ? 'merged' : 'gone';
  });
  return { from, shared, kind, to, fate };
}

/** For each row the entry of its best partner; −1 for a row that shares nothing. */
function bestPartners({ rows, offsets, column, count }: Contingency, sizes: Int32Array): Int32Array {
  const best = new Int32Array(rows).fill(-1);
  for (let r = 0; r < rows; r++) {
    for (let e = offsets[r]; e < offsets[r + 1]; e++) {
      const b = best[r];
      if (b < 0 || count[e] > count[b] || (count[e] === count[b] && sizes[column[e]] < sizes[column[b]])) {
        best[r] = e;
      }
    }
  }
  return best;
}

/**
 * Share of the instances that stay in the node which continues theirs. Instances of a node that was split off do not
 * stay: a level that falls apart into singletons would else be called perfectly steady.
 */
export function stayingShare(earlier: LevelNodes, later: LevelNodes): number {
  const { kind, shared } = continueNodes(earlier, later);
  const staying = shared.reduce((sum, count, n) => sum + (kind[n] === 'continued' ? count : 0), 0);
  return later.of.length === 0 ? 0 : staying / later.of.length;
}
