import { inverse } from './crossings';
import type { LevelOrder } from './order';

/** Part of a block that one class takes. */
export interface Segment {
  class: number;
  instances: number;
  y: number;
  height: number;
}

/** A block where it is drawn. */
export interface BlockBox {
  /** Its index in the overview's level. */
  block: number;
  y: number;
  height: number;
  /** By class, from the top. */
  segments: Segment[];
}

/** A level where it is drawn. */
export interface Column {
  x: number;
  width: number;
  /** From the top. */
  boxes: BlockBox[];
}

/** The instances of one class on their way between two blocks. */
export interface Ribbon {
  /** Index of the level it leaves. */
  level: number;
  source: number;
  target: number;
  class: number;
  instances: number;
  /** Right edge of the source, left edge of the target. */
  x0: number;
  x1: number;
  /** Its upper edge at either end. */
  y0: number;
  y1: number;
  thickness: number;
}

/** A flow picture: true to size, all in the same unit as the frame. */
export interface FlowGeometry {
  columns: Column[];
  ribbons: Ribbon[];
  /** Height of one instance. */
  scale: number;
}

/** Where the picture goes. */
export interface Frame {
  x: number;
  y: number;
  width: number;
  height: number;
  /** Width of a column. */
  columnWidth: number;
}

/** What of an overview its geometry follows from; an overview is one, and so is what a page receives of it. */
export interface FlowShape {
  instances: number;
  levels: {
    blocks: { instances: number }[];
    /** Instances of each block by class: entries offsets[b] … offsets[b + 1) of `column` (class) and `count`. */
    histogram: { offsets: Int32Array; column: Int32Array; count: Int32Array };
  }[];
  /** Between consecutive levels, one entry for each class that goes from one block to another. */
  flows: { source: Int32Array; target: Int32Array; class: Int32Array; instances: Int32Array }[];
}

/** Share of the height that the gaps between blocks take together. */
const GAP_SHARE = 0.16;
const LARGEST_GAP = 14;

/** X positions of `count` columns, spread over the frame. */
export function columnPositions(count: number, frame: Frame): number[] {
  const step = count > 1 ? (frame.width - frame.columnWidth) / (count - 1) : 0;
  return Array.from({ length: count }, (_, c) => frame.x + c * step);
}

/**
 * Geometry of the flow view: a column a level, a box a block, its height the instances, a ribbon for each class that
 * goes from one block to another. Boxes and ribbons stack their classes in the same order, so that each ribbon meets
 * its own class's part of the box.
 */
export function layoutFlow(overview: FlowShape, order: LevelOrder, frame: Frame): FlowGeometry {
  const scale = (frame.height * (1 - GAP_SHARE)) / overview.instances;
  const xs = columnPositions(overview.levels.length, frame);
  const columns = overview.levels.map((level, l): Column => {
    const tops = stack(
      level.blocks.map((block) => block.instances * scale),
      order[l],
      frame,
    );
    const boxes = Array.from(inverse(order[l]), (block): BlockBox => {
      const { offsets, column, count } = level.histogram;
      let y = tops[block];
      const segments: Segment[] = [];
      for (let e = offsets[block]; e < offsets[block + 1]; e++) {
        const height = count[e] * scale;
        segments.push({ class: column[e], instances: count[e], y, height });
        y += height;
      }
      return { block, y: tops[block], height: level.blocks[block].instances * scale, segments };
    });
    return { x: xs[l], width: frame.columnWidth, boxes };
  });
  const ribbons = overview.flows.flatMap((_, l) => ribbonsBetween({ overview, order, columns, l, scale }));
  return { columns, ribbons, scale };
}

/** Tops of boxes of these heights in their order: gaps of equal size, the whole centred in the frame. */
function stack(heights: number[], rank: Int32Array, frame: Frame): Float64Array {
  const total = heights.reduce((sum, height) => sum + height, 0);
  const gap = heights.length > 1 ? Math.min(LARGEST_GAP, (frame.height - total) / (heights.length - 1)) : 0;
  const tops = new Float64Array(heights.length);
  let y = frame.y + (frame.height - total - gap * (heights.length - 1)) / 2;
  for (const box of inverse(rank)) {
    tops[box] = y;
    y += heights[box] + gap;
  }
  return tops;
}

function ribbonsBetween({
  overview,
  order,
  columns,
  l,
  scale,
}: {
  overview: FlowShape;
  order: LevelOrder;
  columns: Column[];
  l: number;
  scale: number;
}): Ribbon[] {
  const flows = overview.flows[l];
  const x0 = columns[l].x + columns[l].width;
  const x1 = columns[l + 1].x;
  const y0 = stackEnds({
    near: flows.source,
    far: flows.target,
    flows,
    column: columns[l],
    nearRank: order[l],
    farRank: order[l + 1],
    scale,
  });
  const y1 = stackEnds({
    near: flows.target,
    far: flows.source,
    flows,
    column: columns[l + 1],
    nearRank: order[l + 1],
    farRank: order[l],
    scale,
  });
  return Array.from(flows.source, (source, f) => ({
    level: l,
    source,
    target: flows.target[f],
    class: flows.class[f],
    instances: flows.instances[f],
    x0,
    x1,
    y0: y0[f],
    y1: y1[f],
    thickness: flows.instances[f] * scale,
  }));
}

/** Upper edge of every flow at one of its ends: stacked in its box by class, then by where the other end is. */
function stackEnds({
  near,
  far,
  flows,
  column,
  nearRank,
  farRank,
  scale,
}: {
  near: Int32Array;
  far: Int32Array;
  flows: { class: Int32Array; instances: Int32Array };
  column: Column;
  nearRank: Int32Array;
  farRank: Int32Array;
  scale: number;
}): Float64Array {
  const sorted = Int32Array.from(near.keys()).sort(
    (a, b) =>
      nearRank[near[a]] - nearRank[near[b]] ||
      flows.class[a] - flows.class[b] ||
      farRank[far[a]] - farRank[far[b]],
  );
  const tops = new Float64Array(near.length);
  let box = -1;
  let y = 0;
  for (const f of sorted) {
    if (near[f] !== box) {
      box = near[f];
      y = column.boxes[nearRank[box]].y;
    }
    tops[f] = y;
    y += flows.instances[f] * scale;
  }
  return tops;
}
