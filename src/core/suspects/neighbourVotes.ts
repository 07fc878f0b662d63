import type { NeighbourLists } from './neighbourLists';

/** How the neighbours of each row vote on its label, as means over snapshots. */
export interface NeighbourVotes {
  /** Share of the neighbours that have the row's label. */
  own: Float32Array;
  /** The label, other than the row's, that most neighbours have (of equals the first); −1 where there are no neighbours. */
  other: Int32Array;
  /** Share of the neighbours that have that label. */
  otherShare: Float32Array;
}

/** What the votes are counted of. */
export interface VoteQuestion {
  /** Neighbours in each of some snapshots, of the same rows and the same sample. */
  lists: readonly NeighbourLists[];
  sample: Int32Array;
  /** Label of each row. */
  labels: Int32Array;
  classes: number;
}

/** Counts the votes. A row that is in the sample has no vote on itself. Rows that were not asked for have no votes. */
export function neighbourVotes({ lists, sample, labels, classes }: VoteQuestion): NeighbourVotes {
  const rows = labels.length;
  const own = new Float32Array(rows);
  const other = new Int32Array(rows).fill(-1);
  const otherShare = new Float32Array(rows);
  const shares = new Float64Array(classes);
  const touched: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (const { of, offsets, members } of lists) {
      const list = of[row];
      if (list < 0) continue;
      let votes = 0;
      for (let m = offsets[list]; m < offsets[list + 1]; m++) if (sample[members[m]] !== row) votes++;
      for (let m = offsets[list]; m < offsets[list + 1]; m++) {
        const voter = sample[members[m]];
        if (voter === row) continue;
        const label = labels[voter];
        if (shares[label] === 0) touched.push(label);
        shares[label] += 1 / (votes * lists.length);
      }
    }
    own[row] = shares[labels[row]];
    for (const label of touched) {
      const ahead = shares[label] - otherShare[row];
      if (label !== labels[row] && (ahead > 1e-6 || (Math.abs(ahead) <= 1e-6 && label < other[row]))) {
        other[row] = label;
        otherShare[row] = shares[label];
      }
    }
    for (const label of touched) shares[label] = 0;
    touched.length = 0;
  }
  return { own, other, otherShare };
}
