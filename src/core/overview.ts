import { contingency, largestEntries, refine, type Contingency } from './contingency';
import { nodeClasses, type Diagram, type NodeClasses } from './diagram';
import { rankByOccurrences, type LevelNodes } from './nodes';

/** What a block of an overview stands for: one node, or several merged ones. */
export type BlockKind = 'alone' | 'singletons' | 'pure' | 'mixed';

/** A block of an overview. */
export interface Block {
  kind: BlockKind;
  /** Its node when it is alone; −1 for merged ones. */
  node: number;
  /** Number of nodes it stands for. */
  nodes: number;
  instances: number;
  /** Class of most of its instances. */
  majority: number;
}

/** One level of an overview. */
export interface OverviewLevel {
  blocks: Block[];
  /** Block of each node of the diagram's level; −1 for a node without instances. */
  blockOf: Int32Array;
  /** Block of each instance. */
  of: Int32Array;
  /** Instances of each block (row) in each class (column). */
  histogram: Contingency;
  /** Share of the instances that are in nodes drawn alone. */
  coverage: number;
}

/** Flows between the blocks of two consecutive levels, one for each class that takes them. */
export interface Flows {
  source: Int32Array;
  target: Int32Array;
  class: Int32Array;
  instances: Int32Array;
}

/** A diagram reduced to as many blocks as can be drawn and read. Every instance is in it. */
export interface Overview {
  instances: number;
  classes: number;
  levels: OverviewLevel[];
  /** Flows summed over classes: blocks of level l (rows) to blocks of level l + 1 (columns). */
  edges: Contingency[];
  flows: Flows[];
}

/** How far to reduce. */
export interface OverviewOptions {
  /**
   * Most blocks of a hidden level, at least 2: a node of one class and one of several never share a block. The last
   * level, the outputs, is always whole.
   */
  budget: number;
  /** Nodes of fewer instances are merged even when the budget has room, unless the whole level fits it. */
  smallest?: number;
}

/** Beyond this many, the smaller classes share their groups, so that a level has at most 30 of them. */
const GROUPED_CLASSES = 9;
const kinds: BlockKind[] = ['singletons', 'pure', 'mixed'];

/** How finely the nodes that are merged are told apart. */
interface Grouping {
  /** Classes, the largest first, that have groups of their own; all others share theirs. */
  ownClasses: number;
  /** Whether nodes of one instance are a kind of their own, and not with the others of one class. */
  singletons: boolean;
}

/**
 * Reduces a diagram: the largest nodes of each level stay alone, the rest is merged by majority class × (singletons /
 * pure / mixed). One "others" bin would lie: it would hold most of a wide level and hide its classes. Where the groups
 * would take more than half of the budget from the nodes that stay alone, the smaller classes share theirs.
 * @param classOf class of each instance by which to merge and to part the flows: labels, outputs, or 0/1 for right
 * @param classes number of classes
 */
export function buildOverview(
  diagram: Diagram,
  classOf: Int32Array,
  classes: number,
  options: OverviewOptions,
): Overview {
  const last = diagram.levels.length - 1;
  const reduced = diagram.levels.map(({ nodes }, l) =>
    reduceLevel(
      nodes,
      nodeClasses(nodes, classOf, classes),
      l === last ? nodes.count : options.budget,
      options.smallest,
    ),
  );
  const blockOfInstance = reduced.map(({ blockOf }, l) => diagram.levels[l].nodes.of.map((n) => blockOf[n]));
  const levels = reduced.map(({ blocks, blockOf }, l): OverviewLevel => {
    const alone = blocks.reduce((sum, block) => sum + (block.kind === 'alone' ? block.instances : 0), 0);
    const histogram = contingency(blockOfInstance[l], blocks.length, classOf, classes);
    const best = largestEntries(histogram);
    return {
      blocks: blocks.map((block, b) => ({ ...block, majority: histogram.column[best[b]] })),
      blockOf,
      of: blockOfInstance[l],
      histogram,
      coverage: alone / diagram.instances,
    };
  });
  const gaps = levels.slice(0, -1).map((level, l) => {
    const from = blockOfInstance[l];
    const to = blockOfInstance[l + 1];
    const targets = levels[l + 1].blocks.length;
    const edges = contingency(from, level.blocks.length, to, targets);
    const pairs = refine(from, level.blocks.length, to, targets);
    return { edges, flows: flowsByClass(edges, contingency(pairs.of, pairs.count, classOf, classes)) };
  });
  return {
    instances: diagram.instances,
    classes,
    levels,
    edges: gaps.map((gap) => gap.edges),
    flows: gaps.map((gap) => gap.flows),
  };
}

function reduceLevel(
  nodes: LevelNodes,
  classes: NodeClasses,
  budget: number,
  smallest = 2,
): { blocks: Omit<Block, 'majority'>[]; blockOf: Int32Array } {
  const { alone, groupOf } = chooseBlocks(nodes, classes, budget, smallest);
  const blockOf = new Int32Array(nodes.count).fill(-1);
  const blocks: Omit<Block, 'majority'>[] = [];
  const add = (kind: BlockKind, node: number) => blocks.push({ kind, node, nodes: 0, instances: 0 }) - 1;
  for (const node of alone) blockOf[node] = add('alone', node);
  const groups = new Map<number, number>();
  for (let node = 0; node < nodes.count; node++) {
    if (nodes.occurrences[node] === 0) continue;
    if (blockOf[node] < 0) {
      const group = groupOf[node];
      let block = groups.get(group);
      if (block === undefined) {
        block = add(kinds[group % 3], -1);
        groups.set(group, block);
      }
      blockOf[node] = block;
    }
    blocks[blockOf[node]].nodes++;
    blocks[blockOf[node]].instances += nodes.occurrences[node];
  }
  blocks.forEach((block, b) => {
    if (block.kind === 'alone' || block.nodes > 1) return;
    block.kind = 'alone';
    block.node = blockOf.indexOf(b);
  });
  return { blocks, blockOf };
}

/** Which nodes stay alone, and the group of each node if it is merged. */
interface BlockChoice {
  alone: Int32Array;
  groupOf: Int32Array;
}

/** The nodes that stay alone are the largest; the groups of the rest are as fine as the budget allows. */
function chooseBlocks(
  nodes: LevelNodes,
  classes: NodeClasses,
  budget: number,
  smallest: number,
): BlockChoice {
  const bySize = filledBySize(nodes);
  // A whole level keeps its nodes' order: of patterns by occurrences, of outputs by class.
  if (bySize.length <= budget) return { alone: bySize.sort(), groupOf: new Int32Array(nodes.count) };
  const classRank = rankClasses(nodes, classes);
  for (const grouping of groupings(classRank.length)) {
    const groupOf = groupNumbers(nodes, classes, classRank, grouping);
    const { keep, groups } = countAlone(nodes, { bySize, groupOf, budget, smallest });
    const allWorthy = keep < bySize.length && nodes.occurrences[bySize[keep]] < smallest;
    const fits = keep + groups <= budget;
    if (fits && (allWorthy || 2 * groups <= budget || !grouping.singletons)) {
      return { alone: bySize.subarray(0, keep), groupOf };
    }
  }
  throw new RangeError(`a budget of ${budget} blocks, expected at least 2`);
}

/** Ways of telling merged nodes apart, from the finest to the coarsest: two groups, of one and of several classes. */
function groupings(classes: number): Grouping[] {
  const finest = Math.min(GROUPED_CLASSES, Math.max(0, classes - 1));
  const byClass = Array.from({ length: finest + 1 }, (_, k) => ({
    ownClasses: finest - k,
    singletons: true,
  }));
  return [...byClass, { ownClasses: 0, singletons: false }];
}

/** Nodes that have instances, the largest first, ties by number. */
function filledBySize({ occurrences }: LevelNodes): Int32Array {
  const numbers = Int32Array.from(occurrences.keys());
  const filled = occurrences.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  const bySize = new Int32Array(filled);
  rankByOccurrences(occurrences, numbers).forEach((rank, n) => {
    if (rank < filled) bySize[rank] = n;
  });
  return bySize;
}

/** How many of the largest nodes stay alone: as many as leave room for the groups of the rest. */
function countAlone(
  { occurrences }: LevelNodes,
  {
    bySize,
    groupOf,
    budget,
    smallest,
  }: { bySize: Int32Array; groupOf: Int32Array; budget: number; smallest: number },
): { keep: number; groups: number } {
  const met = new Uint8Array(3 * (GROUPED_CLASSES + 1));
  let groups = 0;
  let keep = bySize.length;
  // From the smallest node upwards: how many groups the rest needs if it starts here.
  while (keep > 0 && (keep + groups > budget || occurrences[bySize[keep - 1]] < smallest)) {
    const group = groupOf[bySize[--keep]];
    if (met[group] === 0) groups++;
    met[group] = 1;
  }
  return { keep, groups };
}

/** Place of each class among all by its instances, counting each node for its majority class; ties by number. */
function rankClasses({ count, occurrences }: LevelNodes, { histogram, majority }: NodeClasses): Int32Array {
  const perClass = new Float64Array(histogram.columns);
  for (let n = 0; n < count; n++) if (occurrences[n] > 0) perClass[majority[n]] += occurrences[n];
  const rank = new Int32Array(perClass.length);
  Array.from(perClass.keys())
    .sort((a, b) => perClass[b] - perClass[a] || a - b)
    .forEach((c, i) => (rank[c] = i));
  return rank;
}

/** Group of each node if it is merged: 3 × place of its class (the others share one) + singletons, pure or mixed. */
function groupNumbers(
  { occurrences }: LevelNodes,
  { majority, purity }: NodeClasses,
  classRank: Int32Array,
  { ownClasses, singletons }: Grouping,
): Int32Array {
  return occurrences.map((count, n) => {
    if (count === 0) return -1;
    const kind = count === 1 && singletons ? 0 : purity[n] === 1 ? 1 : 2;
    return 3 * Math.min(ownClasses, classRank[majority[n]]) + kind;
  });
}

/** Parts every edge by class: pairs are numbered as the entries of `edges` are. */
function flowsByClass(edges: Contingency, byClass: Contingency): Flows {
  const entries = byClass.column.length;
  const flows: Flows = {
    source: new Int32Array(entries),
    target: new Int32Array(entries),
    class: byClass.column,
    instances: byClass.count,
  };
  for (let r = 0; r < edges.rows; r++) {
    for (let e = edges.offsets[r]; e < edges.offsets[r + 1]; e++) {
      for (let k = byClass.offsets[e]; k < byClass.offsets[e + 1]; k++) {
        flows.source[k] = r;
        flows.target[k] = edges.column[e];
      }
    }
  }
  return flows;
}
