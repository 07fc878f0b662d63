import type { Contingency } from '../contingency';

/**
 * Weighted crossings between two consecutive levels: over all pairs of edges that cross, the product of their weights.
 * O(E log V) with a Fenwick tree over the targets.
 * @param sourceRank position of each source (row) in its level
 * @param targetRank position of each target (column) in its level
 */
export function weightedCrossings(
  edges: Contingency,
  sourceRank: Int32Array,
  targetRank: Int32Array,
): number {
  const sourceAt = inverse(sourceRank);
  const tree = new Float64Array(edges.columns + 1);
  let crossings = 0;
  let total = 0;
  for (let at = 0; at < edges.rows; at++) {
    const source = sourceAt[at];
    const from = edges.offsets[source];
    const to = edges.offsets[source + 1];
    for (let e = from; e < to; e++) {
      crossings += edges.count[e] * (total - prefixSum(tree, targetRank[edges.column[e]] + 1));
    }
    for (let e = from; e < to; e++) {
      addTo(tree, targetRank[edges.column[e]] + 1, edges.count[e]);
      total += edges.count[e];
    }
  }
  return crossings;
}

/**
 * How far an order moved from another: over all pairs of nodes that changed sides, the product of their sizes. It is
 * the crossings of the level with its own earlier picture.
 */
export function weightedInversions(sizes: Int32Array, rank: Int32Array, earlierRank: Int32Array): number {
  const nodeAt = inverse(earlierRank);
  const tree = new Float64Array(sizes.length + 1);
  let inversions = 0;
  let total = 0;
  for (const node of nodeAt) {
    inversions += sizes[node] * (total - prefixSum(tree, rank[node] + 1));
    addTo(tree, rank[node] + 1, sizes[node]);
    total += sizes[node];
  }
  return inversions;
}

/** Node at each position, from the position of each node. */
export function inverse(rank: Int32Array): Int32Array {
  const at = new Int32Array(rank.length);
  for (let node = 0; node < rank.length; node++) at[rank[node]] = node;
  return at;
}

function prefixSum(tree: Float64Array, index: number): number {
  let sum = 0;
  for (let i = index; i > 0; i -= i & -i) sum += tree[i];
  return sum;
}

function addTo(tree: Float64Array, index: number, value: number): void {
  for (let i = index; i < tree.length; i += i & -i) tree[i] += value;
}
