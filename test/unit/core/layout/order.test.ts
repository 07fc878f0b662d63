import fc from 'fast-check';
import assert from 'node:assert/strict';
import { contingency } from '../../../../src/core/contingency';
import { inheritOrder } from '../../../../src/core/layout/inherit';
import { orderLevels, type LayeredGraph, type LevelOrder } from '../../../../src/core/layout/order';
import { nodesOf } from '../../../../src/core/nodes';
import { numbers } from '../arbitraries';
import { groups, naiveCrossings, naiveEdges } from '../naive';

/** Node of each instance, by level, and how many nodes the levels have. */
interface Flow {
  of: number[][];
  counts: number[];
}

const flows: fc.Arbitrary<Flow> = fc
  .record({
    instances: fc.integer({ min: 1, max: 60 }),
    counts: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 2, maxLength: 5 }),
  })
  .chain(({ instances, counts }) =>
    fc.record({
      of: fc.tuple(...counts.map((count) => numbers(instances, count))),
      counts: fc.constant(counts),
    }),
  );

function graphOf({ of, counts }: Flow): LayeredGraph {
  const nodes = of.map((level, l) => nodesOf(Int32Array.from(level), counts[l]));
  return {
    sizes: nodes.map((level) => level.occurrences),
    edges: nodes.slice(1).map((next, l) => contingency(nodes[l].of, counts[l], next.of, next.count)),
  };
}

function identity(counts: number[]): LevelOrder {
  return counts.map((count) => Int32Array.from({ length: count }, (_, n) => n));
}

function crossingsOf({ of }: Flow, order: LevelOrder): number {
  let sum = 0;
  for (let l = 0; l + 1 < of.length; l++) {
    sum += naiveCrossings(naiveEdges(of[l], of[l + 1]), order[l], order[l + 1]);
  }
  return sum;
}

/** Products of the sizes of nodes of the hidden levels that changed sides. */
function movement(graph: LayeredGraph, order: LevelOrder, earlier: LevelOrder): number {
  let sum = 0;
  for (let l = 0; l < graph.edges.length; l++) {
    const sizes = graph.sizes[l];
    for (let a = 0; a < sizes.length; a++) {
      for (let b = 0; b < a; b++) {
        if (order[l][a] < order[l][b] !== earlier[l][a] < earlier[l][b]) sum += sizes[a] * sizes[b];
      }
    }
  }
  return sum;
}

const withEarlier = flows.chain((flow) =>
  fc.record({
    flow: fc.constant(flow),
    earlier: fc.tuple(
      ...flow.counts.map((count, l) => {
        const all = Array.from({ length: count }, (_, n) => n);
        // The last level never moves.
        return l + 1 === flow.counts.length
          ? fc.constant(Int32Array.from(all))
          : fc.shuffledSubarray(all, { minLength: count }).map((rank) => Int32Array.from(rank));
      }),
    ),
  }),
);

describe('order of the levels', () => {
  it('puts the nodes of every level in some order, the last level in its own', () => {
    fc.assert(
      fc.property(withEarlier, ({ flow, earlier }) => {
        const graph = graphOf(flow);
        for (const order of [orderLevels(graph), orderLevels(graph, earlier)]) {
          const all = identity(flow.counts);
          assert.deepEqual(
            order.map((rank) => rank.slice().sort()),
            all,
          );
          assert.deepEqual(order[order.length - 1], all[all.length - 1]);
        }
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it('crosses no more than the order that it starts from', () => {
    fc.assert(
      fc.property(flows, (flow) => {
        assert.ok(crossingsOf(flow, orderLevels(graphOf(flow))) <= crossingsOf(flow, identity(flow.counts)));
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  it('moves from the earlier order only where that saves more crossings than it costs', () => {
    fc.assert(
      fc.property(withEarlier, ({ flow, earlier }) => {
        const graph = graphOf(flow);
        const order = orderLevels(graph, earlier);
        const cost = crossingsOf(flow, order) + 0.05 * movement(graph, order, earlier);
        assert.ok(cost <= crossingsOf(flow, earlier) + 1e-6);
      }),
      { seed: 3, numRuns: 200 },
    );
  });

  it('is the same every time, and leaves what it was given as it was', () => {
    fc.assert(
      fc.property(withEarlier, ({ flow, earlier }) => {
        const graph = graphOf(flow);
        const before = structuredClone({ graph, earlier });
        const order = orderLevels(graph, earlier);
        assert.deepEqual({ graph, earlier }, before);
        assert.deepEqual(orderLevels(graphOf(flow), earlier), order);
        assert.deepEqual(orderLevels(graph), orderLevels(graphOf(flow)));
      }),
      { seed: 4, numRuns: 60 },
    );
  });

  it('leaves nothing that swapping two neighbours of a hidden level would better, on small graphs', () => {
    fc.assert(
      fc.property(flows, (flow) => {
        if (flow.counts.some((count) => count > 4)) return;
        const order = orderLevels(graphOf(flow));
        const crossings = crossingsOf(flow, order);
        for (let l = 0; l + 1 < order.length; l++) {
          for (let i = 0; i + 1 < flow.counts[l]; i++) {
            const swapped = order.map((rank) => rank.slice());
            swapped[l][order[l].indexOf(i)] = i + 1;
            swapped[l][order[l].indexOf(i + 1)] = i;
            assert.ok(crossingsOf(flow, swapped) >= crossings);
          }
        }
      }),
      { seed: 5, numRuns: 300 },
    );
  });

  it('untangles levels that can be drawn without crossings', () => {
    // Ten lanes, their nodes numbered another way in each level.
    const lanes = Array.from({ length: 40 }, (_, i) => i % 10);
    const flow = {
      of: [lanes.map((n) => (3 * n + 1) % 10), lanes.map((n) => (7 * n + 4) % 10), lanes],
      counts: [10, 10, 10],
    };
    const order = orderLevels(graphOf(flow));
    assert.equal(crossingsOf(flow, order), 0);
    // An order that is good already stays, also when it is the mirror image of what sweeps would begin with.
    assert.deepEqual(orderLevels(graphOf(flow), order), order);
  });

  it('stays with an earlier order that cannot be bettered', () => {
    fc.assert(
      fc.property(flows, (flow) => {
        // All instances of a level in one node of the next: every order of the first level is as good.
        const { counts } = flow;
        const level = flow.of[0];
        const star = { of: [level, level.map(() => 0)], counts: [counts[0], 1] };
        const earlier = [
          Int32Array.from({ length: counts[0] }, (_, n) => counts[0] - 1 - n),
          Int32Array.of(0),
        ];
        assert.deepEqual(orderLevels(graphOf(star), earlier), earlier);
      }),
      { seed: 6, numRuns: 30 },
    );
  });

  it('takes a single level as it is', () => {
    assert.deepEqual(orderLevels({ sizes: [Int32Array.of(2, 1)], edges: [] }), [Int32Array.of(0, 1)]);
  });
});

describe('inherited order', () => {
  it('is the old one where the blocks are the old ones under other numbers', () => {
    const before = [Int32Array.of(0, 0, 1, 2, 2, 2)];
    const order = [Int32Array.of(2, 0, 1)];
    const now = [Int32Array.of(1, 1, 2, 0, 0, 0)];
    // From the top: the blocks of instance 2, of 3–5, of 0–1.
    assert.deepEqual(inheritOrder({ blockOf: before, order }, now, [3]), [Int32Array.of(1, 2, 0)]);
  });

  it('is by the mean place of the instances, ties by block', () => {
    fc.assert(
      fc.property(withEarlier, ({ flow, earlier }) => {
        const before = flow.of.map((of) => Int32Array.from(of));
        const now = flow.of.map((of, l) =>
          Int32Array.from(of, (_, i) => flow.of[(l + 1) % flow.of.length][i]),
        );
        const counts = flow.counts.map((_, l) => flow.counts[(l + 1) % flow.counts.length]);
        const order = inheritOrder({ blockOf: before, order: earlier }, now, counts);
        now.forEach((of, l) => {
          const sizes = groups(flow.of[l]);
          const middle = (block: number) => {
            let top = 0;
            for (const [other, members] of sizes) {
              if (earlier[l][other] < earlier[l][block]) top += members.length;
            }
            return top + sizes.get(block)!.length / 2;
          };
          const mean = Array.from({ length: counts[l] }, () => 0);
          for (const [block, members] of groups(of)) {
            mean[block] = members.reduce((sum, i) => sum + middle(flow.of[l][i]), 0) / members.length;
          }
          const expected = Array.from(mean.keys()).sort((a, b) => mean[a] - mean[b] || a - b);
          expected.forEach((block, position) => assert.equal(order[l][block], position));
        });
      }),
      { seed: 7, numRuns: 100 },
    );
  });
});
