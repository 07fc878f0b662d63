import type { NeighbourVotes } from './neighbourVotes';

/**
 * How much speaks against the label of each row, from 0 to 1: the share of snapshots in which the network contradicts it,
 * and by how much the neighbours' vote for another label is ahead of that for its own, equally weighed. The lead of the
 * other label finds labels that were mixed up with one that looks alike far better than the mere share of neighbours that
 * disagree.
 * @param wrongShare share of the snapshots in which the prediction is not the label
 */
export function suspicion(
  votes: Pick<NeighbourVotes, 'own' | 'otherShare'>,
  wrongShare: Float32Array,
): Float32Array {
  return wrongShare.map((wrong, row) => (1 + wrong + votes.otherShare[row] - votes.own[row]) / 3);
}

/** Rows by decreasing values, ties by row. */
export function highestFirst(values: Float32Array): Int32Array {
  return Int32Array.from(values.keys()).sort((a, b) => values[b] - values[a] || a - b);
}

/** Rank of each value as a share: 0 for the least, 1 for the greatest; equal values share the mean of their ranks. */
export function rankShares(values: Float32Array): Float32Array {
  const order = highestFirst(values).reverse();
  const shares = new Float32Array(values.length);
  const last = Math.max(1, values.length - 1);
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    for (let k = from; k < to; k++) shares[order[k]] = (from + to - 1) / 2 / last;
    from = to;
  }
  return shares;
}

/** Mean of the rank shares of two scores: large where both are. */
export function rankMean(a: Float32Array, b: Float32Array): Float32Array {
  const other = rankShares(b);
  return rankShares(a).map((share, row) => (share + other[row]) / 2);
}
