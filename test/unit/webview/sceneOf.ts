import fc from 'fast-check';
import { contingency, largestEntries, refine } from '../../../src/core/contingency';
import { nodesOf } from '../../../src/core/nodes';
import type { FlowScene, SceneColumn, SceneFlows } from '../../../src/protocol/scene';

/** Block of every instance in each column, and the class of every instance. */
export interface Assignment {
  /** By column, by instance. */
  blocks: number[][];
  classes: number[];
}

/** Small random assignments: up to 4 columns of up to 6 blocks, up to 40 instances of up to 3 classes. */
export const assignments: fc.Arbitrary<Assignment> = fc
  .record({ columns: fc.integer({ min: 2, max: 4 }), instances: fc.integer({ min: 1, max: 40 }) })
  .chain(({ columns, instances }) => {
    const ofInstances = (most: number) =>
      fc.array(fc.integer({ min: 0, max: most }), { minLength: instances, maxLength: instances });
    return fc.record({
      blocks: fc.array(ofInstances(5), { minLength: columns, maxLength: columns }),
      classes: ofInstances(2),
    });
  });

/** The flow scene of an assignment, blocks numbered and ranked in order of their first number. */
export function flowSceneOf(
  { blocks, classes }: Assignment,
  earlier?: FlowScene,
  from?: Assignment,
): FlowScene {
  const classOf = Int32Array.from(classes);
  const dense = blocks.map(denseNumbers);
  const columns = dense.map(({ of, count }, c) => {
    const column = columnOf({ of, count, classOf, source: c, last: c === blocks.length - 1 });
    return earlier && from
      ? continued(column, of, denseNumbers(from.blocks[c]).of, earlier.columns[c])
      : column;
  });
  const flows = dense.slice(1).map((to, g) => flowsOf(dense[g], to, classOf));
  return {
    kind: 'flow',
    instances: classes.length,
    classes: [0, 1, 2].map((c) => ({
      name: `class ${c}`,
      colour: c,
      instances: classes.filter((k) => k === c).length,
      hidden: false,
    })),
    columns,
    flows,
    outputs: Array.from({ length: dense[dense.length - 1].count }, (_, b) => ({
      name: `output ${b}`,
      caption: `${dense[dense.length - 1].of.filter((k) => k === b).length} · 90 % right`,
    })),
  };
}

function denseNumbers(of: number[]): { of: Int32Array; count: number } {
  const names = [...new Set(of)].sort((a, b) => a - b);
  return { of: Int32Array.from(of, (name) => names.indexOf(name)), count: names.length };
}

function columnOf({
  of,
  count,
  classOf,
  source,
  last,
}: {
  of: Int32Array;
  count: number;
  classOf: Int32Array;
  source: number;
  last: boolean;
}): SceneColumn {
  const histogram = contingency(of, count, classOf, 3);
  const best = largestEntries(histogram);
  return {
    head: { title: [last ? 'Output' : `layer ${source}`], lines: [[`${count} patterns`, String(count)]] },
    source,
    word: last ? 'output' : 'pattern',
    kind: Array.from({ length: count }, (_, b) => (b % 2 === 0 || last ? 'alone' : 'mixed')),
    node: Int32Array.from({ length: count }, (_, b) => b),
    nodes: Int32Array.from({ length: count }, (_, b) => (b % 2 === 0 || last ? 1 : 3)),
    instances: nodesOf(of, count).occurrences,
    majority: Int32Array.from(best, (e) => histogram.column[e]),
    rank: Int32Array.from({ length: count }, (_, b) => b),
    offsets: histogram.offsets,
    histogramClass: histogram.column,
    histogramCount: histogram.count,
    continues: new Int32Array(count).fill(-1),
    change: new Uint8Array(count).fill(2),
    mergedInto: new Int32Array(),
    coverage: 1,
  };
}

/** Each block goes on from the earlier block of its first instance: the first such block continues it, others split off. */
function continued(
  column: SceneColumn,
  of: Int32Array,
  before: Int32Array,
  earlier: SceneColumn,
): SceneColumn {
  const continues = column.continues.map((_, b) => before[of.indexOf(b)]);
  const change = Uint8Array.from(continues, (old, b) => (continues.indexOf(old) === b ? 0 : 1));
  if (earlier.instances.length > 1) {
    // One block is new, so that fading in is met too.
    continues[0] = -1;
    change[0] = 2;
  }
  return { ...column, continues, change };
}

function flowsOf(
  from: { of: Int32Array; count: number },
  to: { of: Int32Array; count: number },
  classOf: Int32Array,
): SceneFlows {
  const pairs = refine(from.of, from.count, to.of, to.count);
  const parts = refine(pairs.of, pairs.count, classOf, 3);
  const first = nodesOf(parts.of, parts.count).first;
  return {
    source: Int32Array.from(first, (i) => from.of[i]),
    target: Int32Array.from(first, (i) => to.of[i]),
    class: Int32Array.from(first, (i) => classOf[i]),
    instances: nodesOf(parts.of, parts.count).occurrences,
  };
}
