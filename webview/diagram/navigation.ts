import type { DrawnScene, Place } from './drawnScene';

export type Direction = 'left' | 'right' | 'up' | 'down';

/**
 * The block that an arrow key leads to: up and down within the column, left and right along the heaviest flow (in views
 * without flows, to the box that shares most of its height). Stays where there is nothing further.
 */
export function neighbour(scene: DrawnScene, from: Place, direction: Direction): Place {
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

/** Where the keyboard starts: the topmost block of the first column that has any. */
export function firstPlace(scene: DrawnScene): Place | undefined {
  const column = scene.columns.findIndex((c) => c.boxes.length > 0);
  return column < 0 ? undefined : { column, block: scene.columns[column].boxes[0].block };
}

/** Block of the neighbouring column with which the block shares most instances; undefined when no flow joins them. */
function heaviest(scene: DrawnScene, from: Place, to: number): number | undefined {
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

function overlapping(scene: DrawnScene, from: Place, to: number): number | undefined {
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
