import fc from 'fast-check';
import assert from 'node:assert/strict';
import { nodesOf } from '../../../src/core/nodes';
import { informationGainPartition, type Partition } from '../../../src/core/partition';
import { instancesArbitrary, levelNodes } from './arbitraries';
import { at, canonical, groups, naiveEntropy, naivePartition } from './naive';

function partitionOf(levels: number[][], predicted: number[], classes = 4): Partition {
  return informationGainPartition(levels.map(levelNodes), Int32Array.from(predicted), classes);
}

/** Cluster of each instance as the naive partition has it, numbered by first appearance. */
function naiveClusters(levels: number[][], predicted: number[]): number[] {
  const of = new Array<number>(predicted.length);
  naivePartition(levels, predicted).forEach((set, s) => {
    if (set.cluster) for (const i of set.instances) of[i] = s;
  });
  return canonical(of);
}

/** Instances of each set, gathered from the clusters below it. */
function instancesOfSets({ sets, clusters, setOf }: Partition): number[][] {
  const instances: number[][] = sets.map(() => []);
  clusters.of.forEach((cluster, i) => {
    for (let s = setOf[cluster]; s >= 0; s = sets[s].parent) instances[s].push(i);
  });
  return instances;
}

/** Sets as strings that tell level, instances and whether they are clusters, in an order of their own. */
function described(sets: { level: number; instances: number[]; cluster: boolean }[]): string[] {
  return sets.map((set) => `${set.level} ${set.instances.join(',')} ${set.cluster}`).sort();
}

const datasets = fc.oneof(
  instancesArbitrary({ nodes: 3, classes: 3 }),
  instancesArbitrary({ nodes: 2, classes: 2, instances: 60, levels: 6 }),
  instancesArbitrary({ nodes: 12, classes: 2, instances: 16 }),
  instancesArbitrary({ classes: 1 }),
);

describe('partition by information gain', () => {
  it('is the one that its definition describes', () => {
    fc.assert(
      fc.property(datasets, ({ levels, predicted }) => {
        const partition = partitionOf(levels, predicted);
        assert.deepEqual(canonical(partition.clusters.of), naiveClusters(levels, predicted));
        const instances = instancesOfSets(partition);
        const sets = partition.sets.map(({ level, cluster }, s) => ({
          level,
          instances: instances[s],
          cluster: cluster >= 0,
        }));
        assert.deepEqual(described(sets), described(naivePartition(levels, predicted)));
      }),
      { seed: 1, numRuns: 400 },
    );
  });

  it('knows size, node, parent and gain of every set', () => {
    fc.assert(
      fc.property(datasets, ({ levels, predicted }) => {
        const partition = partitionOf(levels, predicted);
        const instances = instancesOfSets(partition);
        partition.sets.forEach((set, s) => {
          assert.equal(set.size, instances[s].length);
          if (s === 0) {
            assert.deepEqual([set.parent, set.node, set.level], [-1, -1, levels.length]);
          } else {
            assert.ok(set.parent < s);
            assert.equal(set.level, partition.sets[set.parent].level - 1);
            assert.ok(instances[s].every((i) => levels[set.level][i] === set.node));
          }
          if (set.cluster >= 0) {
            assert.equal(set.gain, 0);
            assert.equal(partition.setOf[set.cluster], s);
            return;
          }
          const parts = groups(at(levels[set.level - 1], instances[s]));
          let gain = naiveEntropy(at(predicted, instances[s]));
          for (const members of parts.values()) {
            const part = at(predicted, at(instances[s], members));
            gain -= (part.length / set.size) * naiveEntropy(part);
          }
          assert.ok(set.gain > 0);
          assert.ok(Math.abs(set.gain - gain) < 1e-9);
        });
      }),
      { seed: 2, numRuns: 200 },
    );
  });

  it('numbers clusters by decreasing size, ties by first instance', () => {
    fc.assert(
      fc.property(datasets, ({ levels, predicted }) => {
        const { clusters, setOf } = partitionOf(levels, predicted);
        assert.equal(setOf.length, clusters.count);
        const members = groups(clusters.of);
        assert.equal(members.size, clusters.count);
        for (let c = 0; c < clusters.count; c++) {
          assert.equal(clusters.occurrences[c], members.get(c)!.length);
          assert.equal(clusters.first[c], members.get(c)![0]);
          if (c === 0) continue;
          const [size, before] = [clusters.occurrences[c], clusters.occurrences[c - 1]];
          assert.ok(size < before || (size === before && clusters.first[c] > clusters.first[c - 1]));
        }
      }),
      { seed: 3, numRuns: 100 },
    );
  });

  it('does not split where the outputs are shared out in proportion, whatever rounding says', () => {
    for (const [a, b] of [
      [1, 2],
      [3, 7],
      [11, 13],
    ]) {
      // Three patterns, each with a times output 0 and b times output 1, one of them in double.
      const one = [...new Array<number>(a).fill(0), ...new Array<number>(b).fill(1)];
      const predicted = [...one, ...one, ...one, ...one];
      const level = predicted.map((_, i) => Math.min(2, Math.floor(i / one.length)));
      assert.equal(partitionOf([level], predicted).clusters.count, 1);
    }
  });

  it('splits however little it gains', () => {
    // Both patterns have either output half the time, but for one instance of 200,001.
    const predicted = new Int32Array(200_001);
    const of = new Int32Array(200_001);
    for (let i = 0; i < predicted.length; i++) {
      predicted[i] = i & 1;
      of[i] = (i >> 1) & 1;
    }
    const partition = informationGainPartition([nodesOf(of, 2)], predicted, 2);
    assert.equal(partition.clusters.count, 2);
    assert.ok(partition.sets[0].gain > 0 && partition.sets[0].gain < 1e-10);
  });

  it('makes one cluster of one instance, and of a single output', () => {
    assert.deepEqual(partitionOf([[0], [0]], [1]).sets, [
      { parent: -1, level: 2, node: -1, size: 1, gain: 0, cluster: 0 },
    ]);
    const partition = partitionOf([[0, 1, 2]], [2, 2, 2]);
    assert.equal(partition.clusters.count, 1);
    assert.deepEqual(Array.from(partition.clusters.of), [0, 0, 0]);
  });

  it('stops at a set that gains nothing though a level further back would gain', () => {
    // The last level tells nothing, the first one everything: splitting begins at the last.
    const partition = partitionOf(
      [
        [0, 1, 0, 1],
        [0, 0, 0, 0],
      ],
      [0, 1, 0, 1],
    );
    assert.equal(partition.clusters.count, 1);
  });
});
