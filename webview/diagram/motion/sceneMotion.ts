import type { Scene } from '../../../src/protocol/scene';
import { columnOf, drawnColumn, type DrawnBox, type DrawnRibbon, type DrawnScene } from '../drawnScene';
import { continuityAt, NEW } from './followedBlocks';

/** Ribbons that move; the thinner ones appear when the rest has arrived. */
const MOVING_RIBBONS = 1500;

/** Where a box comes from. */
interface Start {
  x: number;
  y: number;
  height: number;
  /** 0 for a box that fades in where it is. */
  opacity: number;
}

/** A box of the scene before that nothing continues. */
interface Leaving {
  box: DrawnBox;
  /** The box of the target that it was merged into, where it goes; absent when it is gone and stays where it was. */
  into?: DrawnBox;
}

/** A change from one drawn scene to the next. */
export interface Motion {
  target: DrawnScene;
  /** By column and block. */
  starts: Start[][];
  /** Boxes of the scene before that nothing continues, by column of the target: they fade out. */
  gone: Leaving[][];
  /** The thickest ribbons of each gap. */
  moving: DrawnRibbon[][];
}

/**
 * How a scene follows from the one before it: blocks that continue one move from its place, parts of a split start within
 * the block they split from, new ones fade in where they are; merged ones move into their heir while they fade, and
 * those that are gone fade where they were. Undefined where there is nothing to follow: between different views, and
 * between the patterns of different levels.
 */
export function motionBetween(
  before: { scene: Scene; drawn: DrawnScene },
  scene: Scene,
  target: DrawnScene,
): Motion | undefined {
  if (before.scene.kind !== scene.kind || before.drawn.columns.length === 0) return undefined;
  if (scene.kind === 'patterns' && before.drawn.columns[0].source !== scene.level) return undefined;
  const columns = target.columns.map((_, c) => startsOfColumn(before.drawn, scene, target, c));
  return {
    target,
    starts: columns.map(({ starts }) => starts),
    gone: columns.map(({ gone }) => gone),
    moving: target.gaps.map((gap) => thickest(gap, target.gaps.length)),
  };
}

function thickest(gap: DrawnRibbon[], gaps: number): DrawnRibbon[] {
  const most = Math.floor(MOVING_RIBBONS / gaps);
  if (gap.length <= most) return gap;
  return [...gap].sort((a, b) => b.instances - a.instances).slice(0, most);
}

function startsOfColumn(
  before: DrawnScene,
  scene: Scene,
  target: DrawnScene,
  c: number,
): { starts: Start[]; gone: Leaving[] } {
  const { continues, change, mergedInto } = continuityAt(scene, c)!;
  const old = before.columns[columnOf(before, target.columns[c].source)];
  const heirs = new Map<number, DrawnBox[]>();
  const starts: Start[] = [];
  for (const box of target.columns[c].boxes) {
    const from = change[box.block] === NEW ? undefined : old?.byBlock[continues[box.block]];
    if (from) heirs.set(from.block, [...(heirs.get(from.block) ?? []), box]);
    else starts[box.block] = { x: target.columns[c].x, y: box.y, height: box.height, opacity: 0 };
  }
  for (const [block, boxes] of heirs) {
    const from = old.byBlock[block];
    const whole = boxes.reduce((sum, box) => sum + box.height, 0);
    let y = from.y;
    for (const box of boxes) {
      const height = whole > 0 ? (from.height * box.height) / whole : 0;
      starts[box.block] = { x: old.x, y, height, opacity: 1 };
      y += height;
    }
  }
  const leaving = old ? old.boxes.filter((box) => !heirs.has(box.block)) : [];
  const { byBlock } = target.columns[c];
  return { starts, gone: leaving.map((box) => ({ box, into: byBlock[mergedInto[box.block]] })) };
}

/** The scene at a share of the way, 0 … 1 (already eased). */
export function sceneAt(motion: Motion, share: number): DrawnScene {
  const { target, starts, gone } = motion;
  const columns = target.columns.map((column, c) => {
    const boxes = column.boxes.map((box) => boxAt(box, starts[c][box.block], share));
    const x = mix(starts[c].find((start) => start?.opacity === 1)?.x ?? column.x, column.x, share);
    const moved = drawnColumn(column.source, x, column.width, boxes);
    // Gone boxes are drawn, but no block of the scene: they come after the others and have no entry by block.
    const fading = gone[c].map((leaving) => leavingAt(leaving, share));
    return { ...moved, boxes: [...fading, ...boxes] };
  });
  const gaps = motion.moving.map((gap, g) => {
    const from = target.columns[g];
    const to = target.columns[g + 1];
    return gap.map((ribbon) => {
      const start = mapInto(from.byBlock[ribbon.source], columns[g].byBlock[ribbon.source], ribbon.y0);
      const end = mapInto(to.byBlock[ribbon.target], columns[g + 1].byBlock[ribbon.target], ribbon.y1);
      return {
        ...ribbon,
        x0: columns[g].x + from.width,
        x1: columns[g + 1].x,
        y0: start.y,
        y1: end.y,
        thickness0: ribbon.thickness0 * start.scale,
        thickness1: ribbon.thickness1 * end.scale,
      };
    });
  });
  return { frame: target.frame, columns, gaps };
}

function boxAt(box: DrawnBox, start: Omit<Start, 'x'>, share: number): DrawnBox {
  const y = mix(start.y, box.y, share);
  const height = mix(start.height, box.height, share);
  const scale = box.height > 0 ? height / box.height : 1;
  const segments = box.segments.map((segment) => ({
    ...segment,
    y: y + (segment.y - box.y) * scale,
    height: segment.height * scale,
  }));
  return { ...box, y, height, segments, opacity: mix(start.opacity, 1, share) };
}

/** A merged box glides to the middle of its heir and gets as low as a line. */
function leavingAt({ box, into }: Leaving, share: number): DrawnBox {
  const end = into ? { y: into.y + into.height / 2, height: 0 } : box;
  const start = { ...end, opacity: 1 };
  const moved = boxAt(box, start, 1 - share);
  return { ...moved, opacity: 1 - share };
}

/** Where a height within a box lies when the box has moved. */
function mapInto(from: DrawnBox, to: DrawnBox, y: number): { y: number; scale: number } {
  const scale = from.height > 0 ? to.height / from.height : 1;
  return { y: to.y + (y - from.y) * scale, scale };
}

function mix(a: number, b: number, share: number): number {
  return a + (b - a) * share;
}
