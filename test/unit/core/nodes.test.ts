import fc from 'fast-check';
import assert from 'node:assert/strict';
import { membersOf, nodesOf, rankByOccurrences, singletonCount } from '../../../src/core/nodes';
import { numbers } from './arbitraries';
import { groups, rankedValues } from './naive';

const assignments = fc.nat({ max: 50 }).chain((length) => numbers(length, 12));

describe('nodes of a level', () => {
  it('know their instances', () => {
    fc.assert(
      fc.property(assignments, (of) => {
        const nodes = nodesOf(Int32Array.from(of), 12);
        const { offsets, members } = membersOf(nodes);
        const expected = groups(of);
        for (let node = 0; node < 12; node++) {
          const inside = expected.get(node) ?? [];
          assert.equal(nodes.occurrences[node], inside.length);
          assert.equal(nodes.first[node], inside[0] ?? -1);
          assert.deepEqual(Array.from(members.subarray(offsets[node], offsets[node + 1])), inside);
        }
        const alone = Array.from(expected.values()).filter((inside) => inside.length === 1);
        assert.equal(singletonCount(nodes.occurrences), alone.length);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it('are ranked by decreasing occurrences, ties by first instance', () => {
    fc.assert(
      fc.property(assignments, (of) => {
        const { occurrences, first } = nodesOf(Int32Array.from(of), 12);
        const rank = rankByOccurrences(occurrences, first);
        rankedValues(of).forEach((node, position) => assert.equal(rank[node], position));
        assert.deepEqual(
          rank.slice().sort(),
          Int32Array.from({ length: 12 }, (_, n) => n),
        );
      }),
      { seed: 2, numRuns: 100 },
    );
  });
});
