import { curveRise } from '../painting/curve';
import type { DrawnColumn, DrawnRibbon, DrawnScene, BlockPlace } from '../drawnScene';

/** What lies under a point. */
export type Hit =
  | ({ kind: 'block' } & BlockPlace)
  /** The ribbon's gap and its index there. */
  | { kind: 'ribbon'; gap: number; flow: number };

/**
 * What is drawn at a point, in the scene's pixels before zooming; undefined for none. Blocks come before ribbons. Where
 * ribbons overlap it is the thinnest that holds the point, since the thick ones can be met elsewhere.
 * @param reach how far beside a hairline still counts, in the same pixels
 */
export function hitTest(scene: DrawnScene, x: number, y: number, reach: number): Hit | undefined {
  const column = scene.columns.findIndex((c) => x >= c.x && x <= c.x + c.width);
  if (column >= 0) {
    const block = blockAt(scene.columns[column], y, reach);
    return block === undefined ? undefined : { kind: 'block', column, block };
  }
  for (let gap = 0; gap < scene.gaps.length; gap++) {
    const ribbons = scene.gaps[gap];
    if (ribbons.length === 0 || x < ribbons[0].x0 || x > ribbons[0].x1) continue;
    const flow = ribbonAt(ribbons, x, y, reach);
    return flow === undefined ? undefined : { kind: 'ribbon', gap, flow };
  }
  return undefined;
}

function blockAt(column: DrawnColumn, y: number, reach: number): number | undefined {
  let nearest: number | undefined;
  let distance = reach;
  for (const box of column.boxes) {
    const outside = Math.max(box.y - y, y - (box.y + box.height), 0);
    if (outside === 0) return box.block;
    if (outside <= distance) {
      distance = outside;
      nearest = box.block;
    }
  }
  return nearest;
}

function ribbonAt(ribbons: DrawnRibbon[], x: number, y: number, reach: number): number | undefined {
  const { x0, x1 } = ribbons[0];
  const across = x1 > x0 ? (x - x0) / (x1 - x0) : 0;
  const rise = curveRise(across);
  let found: number | undefined;
  let thinnest = Infinity;
  for (const ribbon of ribbons) {
    const top = ribbon.y0 + (ribbon.y1 - ribbon.y0) * rise;
    const thickness = ribbon.thickness0 + (ribbon.thickness1 - ribbon.thickness0) * rise;
    const margin = Math.max(0, (reach - thickness) / 2);
    if (y >= top - margin && y <= top + thickness + margin && thickness < thinnest) {
      thinnest = thickness;
      found = ribbon.flow;
    }
  }
  return found;
}
