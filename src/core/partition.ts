import { contingency, refine } from './contingency';
import { entropyOf } from './measures/entropy';
import { nodesOf, type LevelNodes } from './nodes';

/** A set of the partition's tree. */
export interface PartitionSet {
  /** Index of the set it was split from; −1 for the set of all instances. */
  parent: number;
  /** Level whose pattern made it; the number of hidden levels for the set of all instances. */
  level: number;
  /** Node of that level which its instances share; −1 for the set of all instances. */
  node: number;
  size: number;
  /** Information gain on the predicted output, in bits, of splitting it one level further back; 0 for a cluster. */
  gain: number;
  /** Number of the cluster it is; −1 where it was split. */
  cluster: number;
}

/** The partition of the instances by information gain. */
export interface Partition {
  /** All sets, parents before children. The first holds all instances. */
  sets: PartitionSet[];
  /** Clusters: the sets that were not split. `occurrences` is their size; ids by decreasing size, then first instance. */
  clusters: LevelNodes;
  /** For each cluster, its set. */
  setOf: Int32Array;
}

/**
 * Information-gain partition (Craighero et al. 2020): start from all instances as one set, split by the pattern of the
 * last hidden level; keep the split only if it tells something of the predicted output, and go on one level further
 * back. A set of one instance, one that gains nothing, or one split at the first level is a cluster.
 *
 * Whether a split gains is decided on integers (the gain is 0 exactly when every part has the set's own distribution of
 * outputs), so rounding cannot split a set that is no better for it.
 */
export function informationGainPartition(
  levels: LevelNodes[],
  predicted: Int32Array,
  classes: number,
): Partition {
  const total = predicted.length;
  const sets: PartitionSet[] = [
    { parent: -1, level: levels.length, node: -1, size: total, gain: 0, cluster: -1 },
  ];
  const clusterSet = new Int32Array(total);
  let active: ActiveSets = {
    instances: Int32Array.from({ length: total }, (_, i) => i),
    of: new Int32Array(total),
    set: [0],
  };
  for (let l = levels.length - 1; l >= 0 && active.set.length > 0; l--) {
    active = splitLevel({ active, level: levels[l], l, predicted, classes, sets, clusterSet });
  }
  for (let i = 0; i < active.instances.length; i++) {
    clusterSet[active.instances[i]] = active.set[active.of[i]];
  }
  return numberClusters(sets, clusterSet);
}

/** The sets that may still be split: their instances, the number of each one's set, and the sets by that number. */
interface ActiveSets {
  instances: Int32Array;
  of: Int32Array;
  set: number[];
}

function splitLevel({
  active,
  level,
  l,
  predicted,
  classes,
  sets,
  clusterSet,
}: {
  active: ActiveSets;
  level: LevelNodes;
  l: number;
  predicted: Int32Array;
  classes: number;
  sets: PartitionSet[];
  clusterSet: Int32Array;
}): ActiveSets {
  const node = active.instances.map((i) => level.of[i]);
  const output = active.instances.map((i) => predicted[i]);
  const parts = refine(active.of, active.set.length, node, level.count);
  const gains = splitGains(active, parts, output, classes);
  const setOfPart = new Int32Array(parts.count).fill(-1);
  const nextNumber = new Int32Array(parts.count).fill(-1);
  const next: number[] = [];
  const kept: number[] = [];
  const keptOf: number[] = [];
  for (let i = 0; i < active.instances.length; i++) {
    const parent = active.set[active.of[i]];
    if (gains[active.of[i]] <= 0) {
      clusterSet[active.instances[i]] = parent;
      continue;
    }
    const part = parts.of[i];
    if (setOfPart[part] < 0) {
      setOfPart[part] = sets.length;
      nextNumber[part] = next.length;
      next.push(sets.length);
      sets[parent].gain = gains[active.of[i]];
      sets.push({ parent, level: l, node: node[i], size: 0, gain: 0, cluster: -1 });
    }
    sets[setOfPart[part]].size++;
    kept.push(active.instances[i]);
    keptOf.push(nextNumber[part]);
  }
  return { instances: Int32Array.from(kept), of: Int32Array.from(keptOf), set: next };
}

/** Gain in bits of splitting each active set into its parts; exactly 0 where no part differs from its set. */
function splitGains(
  active: ActiveSets,
  parts: { of: Int32Array; count: number; parent: Int32Array },
  output: Int32Array,
  classes: number,
): Float64Array {
  const whole = contingency(active.of, active.set.length, output, classes);
  const split = contingency(parts.of, parts.count, output, classes);
  const sizeOf = (table: typeof whole, r: number) => {
    let size = 0;
    for (let e = table.offsets[r]; e < table.offsets[r + 1]; e++) size += table.count[e];
    return size;
  };
  const gains = new Float64Array(active.set.length);
  const sizes = gains.map((_, s) => sizeOf(whole, s));
  const differs = new Uint8Array(active.set.length);
  for (let s = 0; s < gains.length; s++) {
    gains[s] = entropyOf(whole.count, whole.offsets[s], whole.offsets[s + 1]);
  }
  const wholeCount = new Float64Array(classes);
  let filled = -1;
  for (let p = 0; p < parts.count; p++) {
    const s = parts.parent[p];
    if (s !== filled) {
      wholeCount.fill(0);
      for (let e = whole.offsets[s]; e < whole.offsets[s + 1]; e++) {
        wholeCount[whole.column[e]] = whole.count[e];
      }
      filled = s;
    }
    const size = sizeOf(split, p);
    for (let e = split.offsets[p]; e < split.offsets[p + 1]; e++) {
      if (split.count[e] * sizes[s] !== wholeCount[split.column[e]] * size) differs[s] = 1;
    }
    gains[s] -= (size / sizes[s]) * entropyOf(split.count, split.offsets[p], split.offsets[p + 1]);
  }
  // A gain too small for the arithmetic is still a gain, and none is none however the sums were rounded.
  return gains.map((gain, s) => (differs[s] === 1 ? Math.max(gain, Number.EPSILON) : 0));
}

function numberClusters(sets: PartitionSet[], clusterSet: Int32Array): Partition {
  const bySet = nodesOf(clusterSet, sets.length);
  const leaves: number[] = [];
  for (let s = 0; s < sets.length; s++) if (bySet.occurrences[s] > 0) leaves.push(s);
  leaves.sort((a, b) => bySet.occurrences[b] - bySet.occurrences[a] || bySet.first[a] - bySet.first[b]);
  leaves.forEach((s, cluster) => {
    sets[s].cluster = cluster;
  });
  const of = clusterSet.map((s) => sets[s].cluster);
  return { sets, clusters: nodesOf(of, leaves.length), setOf: Int32Array.from(leaves) };
}
