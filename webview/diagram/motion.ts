import type { FlowScene, Scene } from '../../src/protocol/scene';
import { columnOf, drawnColumn, type DrawnBox, type DrawnRibbon, type DrawnScene } from './drawnScene';

/** Codes of `SceneColumn.change`. */
const NEW = 2;
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

/** A change from one drawn scene to the next. */
export interface Motion {
  target: DrawnScene;
  /** By column and block. */
  starts: Start[][];
  /** Boxes of the scene before that nothing continues, by column of the target. */
  gone: DrawnBox[][];
  /** The thickest ribbons of each gap. */
  moving: DrawnRibbon[][];
}

/**
 * How a scene follows from the one before it: blocks that continue one move from its place, parts of a split start within
 * the block they split from, new ones fade in and those that nothing continues fade out. Undefined where the scenes are
 * not of the same kind, so that there is nothing to follow.
 */
export function motionBetween(
  before: { scene: Scene; drawn: DrawnScene },
  scene: Scene,
  target: DrawnScene,
): Motion | undefined {
  if (before.scene.kind !== scene.kind || (scene.kind !== 'flow' && scene.kind !== 'time')) return undefined;
  const starts: Start[][] = [];
  const gone: DrawnBox[][] = [];
  scene.columns.forEach((_, c) => {
    const column = startsOfColumn(before.drawn, scene, target, c);
    starts.push(column.starts);
    gone.push(column.gone);
  });
  return { target, starts, gone, moving: target.gaps.map((gap) => thickest(gap, target.gaps.length)) };
}

function thickest(gap: DrawnRibbon[], gaps: number): DrawnRibbon[] {
  const most = Math.floor(MOVING_RIBBONS / gaps);
  if (gap.length <= most) return gap;
  return [...gap].sort((a, b) => b.instances - a.instances).slice(0, most);
}

function startsOfColumn(
  before: DrawnScene,
  scene: FlowScene,
  target: DrawnScene,
  c: number,
): { starts: Start[]; gone: DrawnBox[] } {
  const { source, continues, change } = scene.columns[c];
  const old = before.columns[columnOf(before, source)];
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
  return { starts, gone: old ? old.boxes.filter((box) => !heirs.has(box.block)) : [] };
}

/** The scene at a share of the way, 0 … 1 (already eased). */
export function sceneAt(motion: Motion, share: number): DrawnScene {
  const { target, starts, gone } = motion;
  const columns = target.columns.map((column, c) => {
    const boxes = column.boxes.map((box) => boxAt(box, starts[c][box.block], share));
    const x = mix(starts[c].find((start) => start?.opacity === 1)?.x ?? column.x, column.x, share);
    const moved = drawnColumn(column.source, x, column.width, boxes);
    // Gone boxes are drawn, but no block of the scene: they come after the others and have no entry by block.
    const fading = gone[c].map((box) => ({ ...box, opacity: 1 - share }));
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

function boxAt(box: DrawnBox, start: Start, share: number): DrawnBox {
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

/** Where a height within a box lies when the box has moved. */
function mapInto(from: DrawnBox, to: DrawnBox, y: number): { y: number; scale: number } {
  const scale = from.height > 0 ? to.height / from.height : 1;
  return { y: to.y + (y - from.y) * scale, scale };
}

function mix(a: number, b: number, share: number): number {
  return a + (b - a) * share;
}
