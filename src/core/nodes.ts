/** The nodes of one level at one resolution: which node each instance belongs to. */
export interface LevelNodes {
  /** Number of nodes. */
  count: number;
  /** Node of each instance. */
  of: Int32Array;
  /** Instances of each node. */
  occurrences: Int32Array;
  /** First instance of each node; −1 for a node without instances. */
  first: Int32Array;
}

/** Counts and first instances for a given assignment of instances to `count` nodes. */
export function nodesOf(of: Int32Array, count: number): LevelNodes {
  const occurrences = new Int32Array(count);
  const first = new Int32Array(count).fill(-1);
  for (let i = 0; i < of.length; i++) {
    const node = of[i];
    if (occurrences[node]++ === 0) first[node] = i;
  }
  return { count, of, occurrences, first };
}

/**
 * New numbers by decreasing occurrences, ties by first instance.
 * @param first first instance of each
 * @returns `rank[old] = new`
 */
export function rankByOccurrences(occurrences: Int32Array, first: Int32Array): Int32Array {
  const byFirst = new Int32Array(occurrences.length);
  let ascending = true;
  let most = 0;
  for (let n = 0; n < byFirst.length; n++) {
    byFirst[n] = n;
    if (n > 0 && first[n] < first[n - 1]) ascending = false;
    if (occurrences[n] > most) most = occurrences[n];
  }
  // Patterns are mostly numbered as they appeared.
  if (!ascending) byFirst.sort((a, b) => first[a] - first[b]);
  // A counting sort: `next[k]` is the next rank for k occurrences less than the most.
  const next = new Int32Array(most + 2);
  for (const count of occurrences) next[most - count + 1]++;
  for (let k = 0; k < most; k++) next[k + 1] += next[k];
  const rank = new Int32Array(byFirst.length);
  for (const n of byFirst) rank[n] = next[most - occurrences[n]]++;
  return rank;
}

/** Instances of each node, grouped: those of node n are `members[offsets[n] … offsets[n + 1])`, ascending. */
export function membersOf(nodes: LevelNodes): { offsets: Int32Array; members: Int32Array } {
  const offsets = new Int32Array(nodes.count + 1);
  for (let n = 0; n < nodes.count; n++) offsets[n + 1] = offsets[n] + nodes.occurrences[n];
  const next = offsets.slice();
  const members = new Int32Array(nodes.of.length);
  for (let i = 0; i < nodes.of.length; i++) members[next[nodes.of[i]]++] = i;
  return { offsets, members };
}

/** Nodes that hold a single instance. */
export function singletonCount(occurrences: Int32Array): number {
  let singletons = 0;
  for (const count of occurrences) if (count === 1) singletons++;
  return singletons;
}
