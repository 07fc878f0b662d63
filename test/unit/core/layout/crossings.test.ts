import fc from 'fast-check';
import assert from 'node:assert/strict';
import { contingency } from '../../../../src/core/contingency';
import { inverse, weightedCrossings, weightedInversions } from '../../../../src/core/layout/crossings';
import { numbers } from '../arbitraries';
import { naiveCrossings, naiveEdges } from '../naive';

/** An order of `count` nodes. */
function order(count: number): fc.Arbitrary<Int32Array> {
  const all = Array.from({ length: count }, (_, n) => n);
  return fc.shuffledSubarray(all, { minLength: count }).map((rank) => Int32Array.from(rank));
}

describe('weighted crossings', () => {
  it('are the products of weights over all pairs of edges that cross', () => {
    const cases = fc
      .record({
        instances: fc.integer({ min: 1, max: 60 }),
        rows: fc.integer({ min: 1, max: 9 }),
        columns: fc.integer({ min: 1, max: 9 }),
      })
      .chain(({ instances, rows, columns }) =>
        fc.record({
          source: numbers(instances, rows),
          target: numbers(instances, columns),
          sourceRank: order(rows),
          targetRank: order(columns),
        }),
      );
    fc.assert(
      fc.property(cases, ({ source, target, sourceRank, targetRank }) => {
        const edges = contingency(
          Int32Array.from(source),
          sourceRank.length,
          Int32Array.from(target),
          targetRank.length,
        );
        assert.equal(
          weightedCrossings(edges, sourceRank, targetRank),
          naiveCrossings(naiveEdges(source, target), sourceRank, targetRank),
        );
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  it('are counted by weight, not by edge', () => {
    const edges = contingency(Int32Array.of(0, 0, 0, 1, 1), 2, Int32Array.of(1, 1, 1, 0, 0), 2);
    assert.equal(weightedCrossings(edges, Int32Array.of(0, 1), Int32Array.of(0, 1)), 6);
    assert.equal(weightedCrossings(edges, Int32Array.of(1, 0), Int32Array.of(0, 1)), 0);
  });
});

describe('weighted inversions', () => {
  it('are the products of sizes over all pairs of nodes that changed sides', () => {
    const cases = fc
      .integer({ min: 1, max: 12 })
      .chain((count) => fc.record({ sizes: numbers(count, 9), rank: order(count), earlier: order(count) }));
    fc.assert(
      fc.property(cases, ({ sizes, rank, earlier }) => {
        let expected = 0;
        for (let a = 0; a < sizes.length; a++) {
          for (let b = 0; b < a; b++) {
            if (rank[a] < rank[b] !== earlier[a] < earlier[b]) expected += sizes[a] * sizes[b];
          }
        }
        assert.equal(weightedInversions(Int32Array.from(sizes), rank, earlier), expected);
        assert.equal(weightedInversions(Int32Array.from(sizes), rank, rank), 0);
      }),
      { seed: 2, numRuns: 200 },
    );
  });
});

describe('the inverse of an order', () => {
  it('has at each position its node', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20 }).chain(order), (rank) => {
        const at = inverse(rank);
        rank.forEach((position, node) => assert.equal(at[position], node));
        assert.deepEqual(inverse(at), rank);
      }),
      { seed: 3, numRuns: 50 },
    );
  });
});
