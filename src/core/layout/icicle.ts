import { contingency, type Contingency } from '../contingency';
import type { Partition } from '../partition';
import { columnPositions, type Frame, type Segment } from './flow';

/** A box of the partition picture: one set, or several small ones of the same class that were split from one box. */
export interface IcicleBox {
  /** The set, where it is one; −1 for merged ones. */
  set: number;
  /** Sets it stands for. */
  sets: number;
  instances: number;
  /** True where these sets are clusters: nothing further back tells more of the output. */
  leaf: boolean;
  y: number;
  height: number;
  /** Predicted class of most of its instances. */
  output: number;
  segments: Segment[];
}

/** One level of the partition picture. */
export interface IcicleColumn {
  x: number;
  width: number;
  boxes: IcicleBox[];
  /** Box of each instance; −1 for one whose cluster ended in a later level. */
  of: Int32Array;
}

/**
 * The partition as an icicle from the outputs back to the first level. The last column is all instances, a box for each
 * predicted class; the boxes of the other columns are sets of the partition.
 */
export interface IcicleGeometry {
  columns: IcicleColumn[];
  scale: number;
}

/** What the picture groups and colours by. */
export interface IcicleClasses {
  /** Class of each instance for filling: label, output or right/wrong. */
  classOf: Int32Array;
  classes: number;
  /** Predicted class of each instance: sets are ordered and merged by their majority output. */
  predicted: Int32Array;
  outputs: number;
}

/** One set or several that are drawn as one. */
interface Group {
  sets: number[];
  size: number;
  leaf: boolean;
  output: number;
  y: number;
}

/**
 * Geometry of the partition view. A box is as high as its instances; its parts stand to its left within its height. Sets
 * lower than `smallest` are merged with their siblings of the same majority output, so that nothing is left out.
 * @param levels number of hidden levels
 * @param smallest least height of a set that is drawn alone
 */
export function layoutIcicle({
  partition,
  levels,
  classes,
  frame,
  smallest,
}: {
  partition: Partition;
  levels: number;
  classes: IcicleClasses;
  frame: Frame;
  smallest: number;
}): IcicleGeometry {
  const { predicted, classOf } = classes;
  const scale = frame.height / predicted.length;
  const majority = majorityOutputs(partition, levels, predicted, classes.outputs);
  const children = childrenOf(partition);
  const xs = columnPositions(levels + 1, frame);
  const columns: IcicleColumn[] = [];
  let groups: Group[] = [
    { sets: [0], size: predicted.length, leaf: children[0].length === 0, output: 0, y: frame.y },
  ];
  columns[levels] = {
    x: xs[levels],
    width: frame.columnWidth,
    ...outputBoxes(classes, frame.y, scale),
  };
  for (let l = levels - 1; l >= 0; l--) {
    groups = groups.flatMap((group) =>
      splitGroup({ group, partition, children, majority, smallestSize: smallest / scale, scale }),
    );
    const boxOfSet = new Int32Array(partition.sets.length).fill(-1);
    groups.forEach((group, g) => {
      for (const s of group.sets) boxOfSet[s] = g;
    });
    const of = setsAt(partition, l).map((s) => boxOfSet[s]);
    const boxes = boxesOf({ groups, boxOf: of, classOf, classes: classes.classes, scale });
    columns[l] = { x: xs[l], width: frame.columnWidth, boxes, of };
  }
  return { columns, scale };
}

function childrenOf(partition: Partition): number[][] {
  const children: number[][] = partition.sets.map(() => []);
  partition.sets.forEach((set, s) => {
    if (set.parent >= 0) children[set.parent].push(s);
  });
  return children;
}

/** Set of each instance as far as level `level`: the set it was in before anything further back was looked at. */
function setsAt(partition: Partition, level: number): Int32Array {
  const setOfCluster = partition.setOf.map((leaf) => {
    let s = leaf;
    while (partition.sets[s].level < level) s = partition.sets[s].parent;
    return s;
  });
  return partition.clusters.of.map((cluster) => setOfCluster[cluster]);
}

function majorityOutputs(
  partition: Partition,
  levels: number,
  predicted: Int32Array,
  outputs: number,
): Int32Array {
  const majority = new Int32Array(partition.sets.length);
  for (let l = levels; l >= 0; l--) {
    const table = contingency(setsAt(partition, l), partition.sets.length, predicted, outputs);
    for (let s = 0; s < table.rows; s++) {
      let most = 0;
      for (let e = table.offsets[s]; e < table.offsets[s + 1]; e++) {
        if (table.count[e] > most) {
          most = table.count[e];
          majority[s] = table.column[e];
        }
      }
    }
  }
  return majority;
}

/** The groups that a group falls into one level further back, by majority output, the largest first. */
function splitGroup({
  group,
  partition,
  children,
  majority,
  smallestSize,
  scale,
}: {
  group: Group;
  partition: Partition;
  children: number[][];
  majority: Int32Array;
  smallestSize: number;
  scale: number;
}): Group[] {
  const merged = new Map<number, Group>();
  const parts: Group[] = [];
  for (const s of group.sets.flatMap((set) => children[set])) {
    const { size } = partition.sets[s];
    const leaf = children[s].length === 0;
    const key = 2 * majority[s] + (leaf ? 1 : 0);
    const old = size < smallestSize ? merged.get(key) : undefined;
    if (old) {
      old.sets.push(s);
      old.size += size;
    } else {
      const part: Group = { sets: [s], size, leaf, output: majority[s], y: 0 };
      parts.push(part);
      if (size < smallestSize) merged.set(key, part);
    }
  }
  // Clusters last within a class: the boxes that go on further back stay together.
  parts.sort(
    (a, b) =>
      a.output - b.output || Number(a.leaf) - Number(b.leaf) || b.size - a.size || a.sets[0] - b.sets[0],
  );
  let y = group.y;
  for (const part of parts) {
    part.y = y;
    y += part.size * scale;
  }
  return parts;
}

/** All instances by predicted class. */
function outputBoxes(classes: IcicleClasses, top: number, scale: number): Pick<IcicleColumn, 'boxes' | 'of'> {
  const table = contingency(classes.predicted, classes.outputs, classes.classOf, classes.classes);
  let y = top;
  const all = Array.from({ length: classes.outputs }, (_, output) => {
    const segments = segmentsOf(table, output, y, scale);
    const instances = segments.reduce((sum, segment) => sum + segment.instances, 0);
    const box = { set: -1, sets: 0, instances, leaf: false, y, height: instances * scale, output, segments };
    y += box.height;
    return box;
  });
  const boxes = all.filter((box) => box.instances > 0);
  const boxOfOutput = all.map((box) => boxes.indexOf(box));
  return { boxes, of: classes.predicted.map((output) => boxOfOutput[output]) };
}

function segmentsOf(table: Contingency, row: number, top: number, scale: number): Segment[] {
  const segments: Segment[] = [];
  let y = top;
  for (let e = table.offsets[row]; e < table.offsets[row + 1]; e++) {
    const height = table.count[e] * scale;
    segments.push({ class: table.column[e], instances: table.count[e], y, height });
    y += height;
  }
  return segments;
}

function boxesOf({
  groups,
  boxOf,
  classOf,
  classes,
  scale,
}: {
  groups: Group[];
  boxOf: Int32Array;
  classOf: Int32Array;
  classes: number;
  scale: number;
}): IcicleBox[] {
  // Instances whose cluster ended in a later level belong to no box of this one: a row of its own that is not drawn.
  const box = boxOf.map((g) => (g < 0 ? groups.length : g));
  const table = contingency(box, groups.length + 1, classOf, classes);
  return groups.map((group, g) => ({
    set: group.sets.length === 1 ? group.sets[0] : -1,
    sets: group.sets.length,
    instances: group.size,
    leaf: group.leaf,
    y: group.y,
    height: group.size * scale,
    output: group.output,
    segments: segmentsOf(table, g, group.y, scale),
  }));
}
