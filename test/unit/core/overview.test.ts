import fc from 'fast-check';
import assert from 'node:assert/strict';
import { buildDiagram } from '../../../src/core/diagram';
import { buildOverview, type Overview, type OverviewOptions } from '../../../src/core/overview';
import { instancesArbitrary, levelNodes, type Instances } from './arbitraries';
import { at, groups, majorityOf, tally } from './naive';

function overviewOf(data: Instances, options: OverviewOptions, classes = 4): Overview {
  const diagram = buildDiagram({
    levels: data.levels.map(levelNodes),
    predicted: Int32Array.from(data.predicted),
    classes,
  });
  return buildOverview(diagram, Int32Array.from(data.labels), classes, options);
}

/** One hidden level of nodes of these sizes, all instances of the class given for the node. */
function levelOfSizes(sizes: number[], classOfNode: (node: number) => number): Instances {
  const of = sizes.flatMap((size, node) => new Array<number>(size).fill(node));
  return { levels: [of], predicted: of.map(() => 0), labels: of.map(classOfNode) };
}

/** Nodes that have instances, with their size, and with their group if classes have groups of their own. */
function nodesOf(of: number[], labels: number[]): { node: number; size: number; group: string }[] {
  return Array.from(groups(of), ([node, members]) => {
    const values = at(labels, members);
    const { value, count } = majorityOf(values);
    const kind = values.length === 1 ? 'singletons' : count === values.length ? 'pure' : 'mixed';
    return { node, size: values.length, group: `${value} ${kind}` };
  });
}

const cases = fc.constantFrom(2, 4, 10, 11, 40).chain((classes) =>
  fc.record({
    classes: fc.constant(classes),
    data: instancesArbitrary({ instances: 120, levels: 3, nodes: 60, classes }),
    budget: fc.integer({ min: 2, max: 70 }),
    smallest: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
  }),
);

describe('overview of a diagram', () => {
  it('has every instance in one block of every level, and every node that has instances', () => {
    fc.assert(
      fc.property(cases, ({ data, classes, budget, smallest }) => {
        const overview = overviewOf(data, { budget, smallest }, classes);
        assert.equal(overview.levels.length, data.levels.length + 1);
        overview.levels.slice(0, -1).forEach((level, l) => {
          const of = data.levels[l];
          const members = groups(of);
          assert.deepEqual(
            Array.from(level.of),
            of.map((node) => level.blockOf[node]),
          );
          level.blockOf.forEach((block, node) => assert.equal(block < 0, !members.has(node)));
          const inBlock = groups(level.of);
          assert.equal(inBlock.size, level.blocks.length);
          level.blocks.forEach((block, b) => {
            assert.equal(block.instances, inBlock.get(b)!.length);
            assert.equal(block.nodes, new Set(at(of, inBlock.get(b)!)).size);
          });
          assert.equal(
            level.blocks.reduce((sum, block) => sum + block.nodes, 0),
            members.size,
          );
        });
      }),
      { seed: 1, numRuns: 150 },
    );
  });

  it('merges nodes of one kind, and says of every block what it is', () => {
    fc.assert(
      fc.property(cases, ({ data, classes, budget, smallest }) => {
        const overview = overviewOf(data, { budget, smallest }, classes);
        overview.levels.slice(0, -1).forEach((level, l) => {
          const nodes = nodesOf(data.levels[l], data.labels);
          const inBlock = groups(level.of);
          level.blocks.forEach((block, b) => {
            assert.equal(block.majority, majorityOf(at(data.labels, inBlock.get(b)!)).value);
            const inside = nodes.filter(({ node }) => level.blockOf[node] === b);
            if (block.kind === 'alone') {
              assert.deepEqual(
                inside.map(({ node }) => node),
                [block.node],
              );
              return;
            }
            assert.equal(block.node, -1);
            assert.ok(inside.length > 1);
            // Where there is hardly any room, single instances are with the others of one class.
            const kinds = block.kind === 'pure' && budget < 6 ? ['pure', 'singletons'] : [block.kind];
            assert.ok(inside.every(({ group }) => kinds.includes(group.split(' ')[1])));
            const majorities = new Set(inside.map(({ group }) => group));
            assert.ok(majorities.size === 1 || classes > 10 || 2 * 3 * classes > budget);
          });
        });
      }),
      { seed: 2, numRuns: 150 },
    );
  });

  it('keeps to its budget, whatever it is', () => {
    fc.assert(
      fc.property(cases, ({ data, classes, budget, smallest }) => {
        const overview = overviewOf(data, { budget, smallest }, classes);
        for (const { blocks } of overview.levels.slice(0, -1)) assert.ok(blocks.length <= budget);
      }),
      { seed: 3, numRuns: 400 },
    );
  });

  it('uses the budget up while there are nodes worth being alone', () => {
    fc.assert(
      fc.property(cases, ({ data, classes, budget, smallest = 2 }) => {
        const overview = overviewOf(data, { budget, smallest }, classes);
        overview.levels.slice(0, -1).forEach(({ blocks, blockOf }, l) => {
          if (blocks.length === budget) return;
          const nodes = nodesOf(data.levels[l], data.labels);
          const merged = nodes.filter(({ node }) => blocks[blockOf[node]].kind !== 'alone');
          assert.ok(merged.every(({ size }) => size < smallest));
        });
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it('keeps the largest nodes alone, for half of its budget at least', () => {
    fc.assert(
      fc.property(cases, ({ data, classes, budget, smallest = 2 }) => {
        const overview = overviewOf(data, { budget, smallest }, classes);
        overview.levels.slice(0, -1).forEach(({ blocks, blockOf }, l) => {
          const nodes = nodesOf(data.levels[l], data.labels);
          const alone = ({ node }: { node: number }) => blocks[blockOf[node]].kind === 'alone';
          if (nodes.length <= budget) {
            assert.ok(nodes.every(alone));
            return;
          }
          const largest = nodes
            .filter(({ size }) => size >= smallest)
            .sort((a, b) => b.size - a.size || a.node - b.node);
          // Two blocks have room for one of one class and one of several.
          const promised = budget === 2 ? [] : largest.slice(0, Math.floor(budget / 2));
          assert.ok(promised.every(alone));
        });
      }),
      { seed: 4, numRuns: 200 },
    );
  });

  it('states which share of the instances is drawn alone', () => {
    fc.assert(
      fc.property(cases, ({ data, classes, budget, smallest }) => {
        const overview = overviewOf(data, { budget, smallest }, classes);
        overview.levels.forEach(({ blocks, coverage }) => {
          const alone = blocks.filter((block) => block.kind === 'alone');
          const covered = alone.reduce((sum, block) => sum + block.instances, 0) / overview.instances;
          assert.equal(coverage, covered);
        });
        assert.equal(overview.levels[overview.levels.length - 1].coverage, 1);
      }),
      { seed: 5, numRuns: 100 },
    );
  });

  it('has flows by class that add up to edges, and edges to blocks', () => {
    fc.assert(
      fc.property(cases, ({ data, classes, budget, smallest }) => {
        const overview = overviewOf(data, { budget, smallest }, classes);
        overview.flows.forEach((flows, l) => {
          const [from, to] = [overview.levels[l].of, overview.levels[l + 1].of];
          const naive = tally(data.labels.map((label, i) => `${from[i]} ${to[i]} ${label}`));
          const found = Array.from(flows.source, (source, f): [string, number] => [
            `${source} ${flows.target[f]} ${flows.class[f]}`,
            flows.instances[f],
          ]);
          assert.deepEqual(found.sort(), Array.from(naive).sort());
          const { offsets, column, count, rows } = overview.edges[l];
          for (let r = 0; r < rows; r++) {
            for (let e = offsets[r]; e < offsets[r + 1]; e++) {
              const parts = Array.from(flows.instances).filter(
                (_, f) => flows.source[f] === r && flows.target[f] === column[e],
              );
              assert.equal(
                parts.reduce((sum, part) => sum + part, 0),
                count[e],
              );
            }
          }
        });
        overview.levels.forEach(({ histogram, blocks }) => {
          blocks.forEach((block, b) => {
            const row = histogram.count.subarray(histogram.offsets[b], histogram.offsets[b + 1]);
            assert.equal(
              row.reduce((sum, count) => sum + count, 0),
              block.instances,
            );
          });
        });
      }),
      { seed: 6, numRuns: 80 },
    );
  });

  it('leaves a level whole, in the order of its nodes, when it fits', () => {
    const data = levelOfSizes([3, 1, 2, 1, 4], () => 1);
    const [level, outputs] = overviewOf(data, { budget: 5 }).levels;
    assert.deepEqual(
      level.blocks.map(({ kind, node, instances }) => [kind, node, instances]),
      [
        ['alone', 0, 3],
        ['alone', 1, 1],
        ['alone', 2, 2],
        ['alone', 3, 1],
        ['alone', 4, 4],
      ],
    );
    assert.deepEqual(Array.from(level.blockOf), [0, 1, 2, 3, 4]);
    assert.equal(level.coverage, 1);
    assert.equal(outputs.blocks.length, 1);
  });

  it('keeps the largest and merges the others by kind when it does not fit', () => {
    const data = levelOfSizes([3, 1, 2, 1, 4, 2], () => 1);
    const [level] = overviewOf(data, { budget: 4 }).levels;
    assert.deepEqual(level.blocks, [
      { kind: 'alone', node: 4, nodes: 1, instances: 4, majority: 1 },
      { kind: 'alone', node: 0, nodes: 1, instances: 3, majority: 1 },
      { kind: 'singletons', node: -1, nodes: 2, instances: 2, majority: 1 },
      { kind: 'pure', node: -1, nodes: 2, instances: 4, majority: 1 },
    ]);
    assert.equal(level.coverage, 7 / 13);
  });

  it('merges nodes below the least size though the budget has room', () => {
    const data = levelOfSizes([5, 4, 3, 3, 3], () => 0);
    const [level] = overviewOf(data, { budget: 4, smallest: 4 }).levels;
    assert.deepEqual(
      level.blocks.map(({ kind, instances }) => [kind, instances]),
      [
        ['alone', 5],
        ['alone', 4],
        ['pure', 9],
      ],
    );
  });

  it('always leaves the last level whole', () => {
    const predicted = Array.from({ length: 50 }, (_, i) => i);
    const data = { levels: [predicted], predicted, labels: predicted };
    const [, outputs] = overviewOf(data, { budget: 3 }, 50).levels;
    assert.deepEqual(
      outputs.blocks.map((block) => block.node),
      predicted,
    );
  });

  it('does not show nodes without instances', () => {
    const data = { levels: [[0, 0, 3, 3, 5]], predicted: [0, 0, 0, 0, 0], labels: [0, 0, 0, 0, 0] };
    for (const budget of [2, 3, 6]) {
      const [level] = overviewOf(data, { budget }).levels;
      assert.deepEqual(
        [1, 2, 4].map((node) => level.blockOf[node]),
        [-1, -1, -1],
      );
      assert.equal(
        level.blocks.reduce((sum, block) => sum + block.nodes, 0),
        3,
      );
    }
  });

  it('needs at most 30 groups, the smaller of many classes sharing theirs', () => {
    // For each of 40 classes several singletons, pure and mixed nodes; the first classes have most instances.
    const of: number[] = [];
    const labels: number[] = [];
    let node = 0;
    const add = (...classesOfNode: number[]) => {
      for (const c of classesOfNode) {
        of.push(node);
        labels.push(c);
      }
      node++;
    };
    for (let c = 0; c < 40; c++) {
      for (let k = 0; k < 2 + (c < 9 ? 3 : 0); k++) {
        add(c);
        add(c, c);
        add(c, c, (c + 1) % 40);
      }
    }
    const data = { levels: [of], predicted: of.map(() => 0), labels };
    const [level] = overviewOf(data, { budget: 60, smallest: 4 }, 40).levels;
    assert.equal(level.blocks.length, 30);
    for (let c = 0; c < 9; c++) {
      const own = level.blocks.filter((block) => block.majority === c).map((block) => block.kind);
      assert.deepEqual(own.sort(), ['mixed', 'pure', 'singletons']);
    }
    const shared = level.blocks.filter((block) => block.majority >= 9);
    assert.deepEqual(
      shared.map((block) => [block.kind, block.nodes]),
      [
        ['singletons', 62],
        ['pure', 62],
        ['mixed', 62],
      ],
    );
    // With less room fewer classes have groups of their own; of every kind there remains one.
    for (const budget of [24, 12, 6]) {
      const { blocks } = overviewOf(data, { budget }, 40).levels[0];
      assert.equal(blocks.length, budget);
      const merged = blocks.filter(({ kind }) => kind !== 'alone');
      assert.ok(2 * merged.length <= budget);
      assert.equal(new Set(merged.map(({ kind }) => kind)).size, 3);
    }
    const [{ blocks }] = overviewOf(data, { budget: 2 }, 40).levels;
    assert.deepEqual(
      blocks.map(({ kind }) => kind),
      ['pure', 'mixed'],
    );
    assert.throws(() => overviewOf(data, { budget: 1 }, 40), /at least 2/);
  });

  it('names the class with most instances of a block that classes share', () => {
    // Ten classes larger than these two, of which class 11 has the largest node and class 10 more instances.
    const of: number[] = [];
    const labels: number[] = [];
    const add = (node: number, size: number, label: number) => {
      for (let i = 0; i < size; i++) {
        of.push(node);
        labels.push(label);
      }
    };
    for (let c = 0; c < 10; c++) add(c, 20, c);
    add(10, 3, 11);
    add(11, 2, 10);
    add(12, 2, 10);
    const [level] = overviewOf(
      { levels: [of], predicted: of.map(() => 0), labels },
      { budget: 11 },
      12,
    ).levels;
    const merged = level.blocks.filter((block) => block.kind === 'pure');
    assert.deepEqual(
      merged.map(({ nodes, instances, majority }) => [nodes, instances, majority]),
      [[3, 7, 10]],
    );
  });
});
