import fc from 'fast-check';
import assert from 'node:assert/strict';
import { buildDiagram, correctness, type Diagram, type NodeClasses } from '../../../src/core/diagram';
import { patternLevel } from '../../../src/core/patterns/patternTable';
import { packStrings } from '../../fixtures';
import { instancesArbitrary, levelNodes, type Instances } from './arbitraries';
import { at, groups, majorityOf, naiveEntropy } from './naive';

function diagramOf(data: Instances, classes = 4): Diagram {
  return buildDiagram({
    levels: data.levels.map(levelNodes),
    predicted: Int32Array.from(data.predicted),
    labels: Int32Array.from(data.labels),
    classes,
  });
}

/** Outputs that a search along the edges comes to from a node. */
function reachableFrom(diagram: Diagram, level: number, node: number): Set<number> {
  if (level === diagram.edges.length) return new Set([node]);
  const { offsets, column } = diagram.edges[level];
  const found = new Set<number>();
  for (const next of new Set(column.subarray(offsets[node], offsets[node + 1]))) {
    for (const output of reachableFrom(diagram, level + 1, next)) found.add(output);
  }
  return found;
}

function assertClasses(of: ArrayLike<number>, classes: NodeClasses, classOf: number[]): void {
  for (const [node, members] of groups(Array.from(of))) {
    const values = at(classOf, members);
    const { value, count } = majorityOf(values);
    assert.equal(classes.majority[node], value);
    assert.equal(classes.purity[node], count / members.length);
    assert.ok(Math.abs(classes.entropy[node] - naiveEntropy(values)) < 1e-12);
    assert.equal(
      classes.entropy[node] === 0,
      new Set(values).size === 1,
      'no entropy exactly where it is pure',
    );
    const { offsets, column, count: counts } = classes.histogram;
    for (let e = offsets[node]; e < offsets[node + 1]; e++) {
      assert.equal(counts[e], values.filter((c) => c === column[e]).length);
    }
    assert.equal(offsets[node + 1] - offsets[node], new Set(values).size);
  }
}

describe('activation pattern diagram', () => {
  it('counts every instance once in each level, and what flows in flows out', () => {
    fc.assert(
      fc.property(instancesArbitrary(), (data) => {
        const diagram = diagramOf(data);
        const total = data.predicted.length;
        assert.equal(diagram.instances, total);
        assert.equal(diagram.levels.length, data.levels.length + 1);
        assert.equal(diagram.edges.length, data.levels.length);
        diagram.levels.forEach(({ nodes }, l) => {
          assert.equal(
            nodes.occurrences.reduce((sum, c) => sum + c, 0),
            total,
          );
          const into = new Int32Array(nodes.count);
          const out = new Int32Array(nodes.count);
          const before = diagram.edges[l - 1];
          before?.column.forEach((node, e) => {
            into[node] += before.count[e];
          });
          const after = diagram.edges[l];
          for (let n = 0; after && n < nodes.count; n++) {
            for (let e = after.offsets[n]; e < after.offsets[n + 1]; e++) out[n] += after.count[e];
          }
          if (before) assert.deepEqual(into, nodes.occurrences);
          if (after) assert.deepEqual(out, nodes.occurrences);
        });
      }),
      { seed: 1, numRuns: 150 },
    );
  });

  it('has at least as many edges as nodes on either side, where no node is empty', () => {
    fc.assert(
      fc.property(instancesArbitrary(), (data) => {
        const levels = data.levels.map((of) =>
          patternLevel(packStrings(of.map((n) => n.toString(2).padStart(3, '0')))),
        );
        const diagram = buildDiagram({ levels, predicted: Int32Array.from(data.predicted), classes: 4 });
        diagram.edges.forEach((edges, l) => {
          const nodes = Math.max(diagram.levels[l].nodes.count, diagram.levels[l + 1].nodes.count);
          assert.ok(edges.column.length >= nodes);
        });
      }),
      { seed: 2, numRuns: 100 },
    );
  });

  it('knows the degrees of every node', () => {
    fc.assert(
      fc.property(instancesArbitrary(), (data) => {
        const diagram = diagramOf(data);
        diagram.levels.forEach((level, l) => {
          const before = diagram.levels[l - 1]?.nodes.of;
          const after = diagram.levels[l + 1]?.nodes.of;
          const members = groups(level.nodes.of);
          for (let node = 0; node < level.nodes.count; node++) {
            const inside = members.get(node) ?? [];
            assert.equal(level.inDegree[node], before ? new Set(at(before, inside)).size : 0);
            assert.equal(level.outDegree[node], after ? new Set(at(after, inside)).size : 0);
          }
        });
      }),
      { seed: 3, numRuns: 100 },
    );
  });

  it('counts the outputs that each node can reach', () => {
    fc.assert(
      fc.property(instancesArbitrary({ classes: 40, instances: 80 }), (data) => {
        const diagram = diagramOf(data, 40);
        diagram.levels.forEach((level, l) => {
          level.reachable.forEach((count, node) => {
            assert.equal(count, reachableFrom(diagram, l, node).size);
          });
        });
      }),
      { seed: 4, numRuns: 60 },
    );
  });

  it('reaches more than 32 outputs, over nodes that no one instance joins', () => {
    const outputs = 100;
    // Instance i has pattern i div 10 in the last level; all of them share one in the first.
    const second = Array.from({ length: outputs }, (_, i) => Math.floor(i / 10));
    const diagram = diagramOf(
      {
        levels: [new Array<number>(outputs).fill(0), second],
        predicted: Array.from({ length: outputs }, (_, i) => i),
        labels: new Array<number>(outputs).fill(0),
      },
      outputs,
    );
    assert.deepEqual(Array.from(diagram.levels[0].reachable), [100]);
    assert.deepEqual(Array.from(diagram.levels[1].reachable), new Array(10).fill(10));
    assert.ok(diagram.levels[2].reachable.every((count) => count === 1));
  });

  it('reaches outputs along paths that no instance takes as a whole', () => {
    const diagram = diagramOf({
      levels: [
        [0, 1],
        [0, 0],
      ],
      predicted: [0, 1],
      labels: [0, 1],
    });
    assert.deepEqual(Array.from(diagram.levels[0].reachable), [2, 2]);
  });

  it('knows labels, outputs and right predictions of every node', () => {
    fc.assert(
      fc.property(instancesArbitrary(), (data) => {
        const diagram = diagramOf(data);
        for (const level of diagram.levels) {
          assertClasses(level.nodes.of, level.outputs, data.predicted);
          assertClasses(level.nodes.of, level.labels!, data.labels);
          for (const [node, members] of groups(level.nodes.of)) {
            const right = members.filter((i) => data.predicted[i] === data.labels[i]);
            assert.equal(level.correct![node], right.length);
          }
        }
      }),
      { seed: 5, numRuns: 100 },
    );
  });

  it('ends in the predicted classes, in order, without those that nothing is predicted to be', () => {
    fc.assert(
      fc.property(instancesArbitrary(), (data) => {
        const diagram = diagramOf(data);
        const present = Array.from(new Set(data.predicted)).sort((a, b) => a - b);
        assert.deepEqual(Array.from(diagram.outputClasses), present);
        const last = diagram.levels[diagram.levels.length - 1];
        assert.deepEqual(
          Array.from(last.nodes.of, (node) => present[node]),
          data.predicted,
        );
        assert.ok(last.outputs.purity.every((purity) => purity === 1));
      }),
      { seed: 6, numRuns: 100 },
    );
  });

  it('says nothing of labels where there are none', () => {
    const diagram = buildDiagram({
      levels: [levelNodes([0, 1, 0])],
      predicted: Int32Array.of(0, 1, 0),
      classes: 2,
    });
    for (const level of diagram.levels) {
      assert.equal(level.labels, undefined);
      assert.equal(level.correct, undefined);
      assert.equal(level.outputs.purity[0], 1);
    }
  });

  it('leaves a node without instances without class, degree and reachable output', () => {
    const diagram = diagramOf({ levels: [[0, 2, 0]], predicted: [0, 1, 1], labels: [0, 1, 1] });
    const [level] = diagram.levels;
    assert.equal(level.nodes.first[1], -1);
    assert.equal(level.outputs.majority[1], -1);
    assert.deepEqual([level.outDegree[1], level.reachable[1], level.outputs.purity[1]], [0, 0, 0]);
    assert.deepEqual(Array.from(level.reachable), [2, 0, 1]);
  });

  it('compares predictions with labels', () => {
    assert.deepEqual(Array.from(correctness(Int32Array.of(0, 1, 2), Int32Array.of(0, 2, 2))), [1, 0, 1]);
  });
});
