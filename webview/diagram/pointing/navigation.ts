import type { DrawnRibbon, DrawnScene, BlockPlace } from '../drawnScene';

export type Direction = 'left' | 'right' | 'up' | 'down';

/**
 * The block that an arrow key leads to: up and down within the column, left and right along the heaviest flow (in views
 * without flows, to the box that shares most of its height). Stays where there is nothing further.
 */
export function neighbour(scene: DrawnScene, from: BlockPlace, direction: Direction): BlockPlace {
  const column = scene.columns[from.column];
  if (direction === 'up' || direction === 'down') {
    const at = column.boxes.findIndex((box) => box.block === from.block);
    const next = column.boxes[at + (direction === 'up' ? -1 : 1)];
    return next ? { column: from.column, block: next.block } : from;
  }
  const to = from.column + (direction === 'left' ? -1 : 1);
  if (to < 0 || to >= scene.columns.length) return from;
  const block = heaviest(scene, from, to) ?? overlapping(scene, from, to);
  return block === undefined ? from : { column: to, block };
}

/** A ribbon that the keyboard is on, and the column of the block that it was come to from. */
export interface RibbonPlace {
  gap: number;
  flow: number;
  from: number;
}

/** The ribbon of most instances that leaves a block to one side; undefined where there is none. */
export function ribbonBeside(
  scene: DrawnScene,
  from: BlockPlace,
  side: 'left' | 'right',
): RibbonPlace | undefined {
  const gap = side === 'left' ? from.column - 1 : from.column;
  const [first, ...others] = ribbonsAt(scene, gap, from);
  if (!first) return undefined;
  const { flow } = others.reduce((best, one) => (one.instances > best.instances ? one : best), first);
  return { gap, flow, from: from.column };
}

/**
 * Where an arrow leads from a ribbon: up and down to the next one at the block that it was come to from, left and right to
 * the blocks at its ends. Stays where there is nothing further.
 */
export function besideRibbon(
  scene: DrawnScene,
  ribbon: RibbonPlace,
  direction: Direction,
): RibbonPlace | BlockPlace {
  const { gap, flow, from } = ribbon;
  const here = scene.gaps[gap]?.find((one) => one.flow === flow);
  if (!here) return ribbon;
  if (direction === 'left') return { column: gap, block: here.source };
  if (direction === 'right') return { column: gap + 1, block: here.target };
  const block = from === gap ? here.source : here.target;
  const all = ribbonsAt(scene, gap, { column: from, block });
  const next = all[all.indexOf(here) + (direction === 'up' ? -1 : 1)];
  return next ? { gap, flow: next.flow, from } : ribbon;
}

/** Ribbons of a gap that end at a block, from the top. */
function ribbonsAt({ gaps }: DrawnScene, gap: number, { column, block }: BlockPlace): DrawnRibbon[] {
  const starts = column === gap;
  return (gaps[gap] ?? [])
    .filter((ribbon) => (starts ? ribbon.source : ribbon.target) === block)
    .sort((a, b) => (starts ? a.y0 - b.y0 : a.y1 - b.y1));
}

/** Where something is told of that the keyboard is on, before zooming: right of a block, amid a ribbon. */
export function beside(scene: DrawnScene, place: BlockPlace | RibbonPlace): { x: number; y: number } {
  if (!('flow' in place)) {
    const column = scene.columns[place.column];
    const { y, height } = column.byBlock[place.block];
    return { x: column.x + column.width, y: y + height / 2 };
  }
  const ribbon = scene.gaps[place.gap].find(({ flow }) => flow === place.flow)!;
  const { x0, x1, y0, y1, thickness0, thickness1 } = ribbon;
  return { x: (x0 + x1) / 2, y: (y0 + y1 + (thickness0 + thickness1) / 2) / 2 };
}

/** Where the keyboard starts: the topmost block of the first column that has any. */
export function firstPlace(scene: DrawnScene): BlockPlace | undefined {
  const column = scene.columns.findIndex((c) => c.boxes.length > 0);
  return column < 0 ? undefined : { column, block: scene.columns[column].boxes[0].block };
}

/** Block of the neighbouring column with which the block shares most instances; undefined when no flow joins them. */
function heaviest(scene: DrawnScene, from: BlockPlace, to: number): number | undefined {
  const forth = to > from.column;
  const gap = scene.gaps[Math.min(from.column, to)] ?? [];
  const shared = new Map<number, number>();
  for (const ribbon of gap) {
    if ((forth ? ribbon.source : ribbon.target) !== from.block) continue;
    const other = forth ? ribbon.target : ribbon.source;
    shared.set(other, (shared.get(other) ?? 0) + ribbon.instances);
  }
  let best: number | undefined;
  for (const [block, instances] of shared) {
    if (best === undefined || instances > shared.get(best)!) best = block;
  }
  return best;
}

function overlapping(scene: DrawnScene, from: BlockPlace, to: number): number | undefined {
  const box = scene.columns[from.column].byBlock[from.block];
  let best: number | undefined;
  let most = 0;
  for (const other of scene.columns[to].boxes) {
    const overlap = Math.min(box.y + box.height, other.y + other.height) - Math.max(box.y, other.y);
    if (overlap > most) {
      most = overlap;
      best = other.block;
    }
  }
  return best;
}
