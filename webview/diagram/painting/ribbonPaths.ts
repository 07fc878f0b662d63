import type { DrawnRibbon } from '../drawnScene';

/** A path that is painted in one go: all ribbons of a class that are alike in thickness. */
export interface RibbonPath {
  class: number;
  path: Path2D;
  /** 0 for filled bands; else the width of the lines. */
  lineWidth: number;
  /** Factor of the opacity: the thinner ribbons are, the fainter. */
  weight: number;
}

/** Upper bounds of thickness for ribbons that are lines, and how faint each kind is. */
const steps = [
  { upper: 0.03, weight: 0.1 },
  { upper: 0.1, weight: 0.25 },
  { upper: 0.3, weight: 0.6 },
  { upper: 1, weight: 1 },
];

/**
 * Ribbons as few paths: bands by class, and for those thinner than a pixel lines by class and thickness. Thousands of
 * hairlines then cost a handful of strokes, and weigh about what they stand for.
 * @param zoom factor by which the paths will be magnified
 * @param leastLine least width of a line on the screen; lines are not faint when it is given
 */
export function ribbonPaths(gaps: DrawnRibbon[][], zoom: number, leastLine?: number): RibbonPath[] {
  const paths = new Map<number, RibbonPath>();
  for (const gap of gaps) {
    for (const ribbon of gap) {
      const thickness = Math.max(ribbon.thickness0, ribbon.thickness1) * zoom;
      const step = steps.findIndex(({ upper }) => thickness < upper);
      // Bands first, then lines from the thin to the thick: the order in which they lie over each other.
      const key = (step + 1) * 100_000 + ribbon.class;
      let entry = paths.get(key);
      if (!entry) {
        const line = step < 0 ? 0 : Math.max(leastLine ?? 0.35, steps[step].upper * 0.8) / zoom;
        const weight = leastLine === undefined ? (steps[step]?.weight ?? 1) : 1;
        entry = {
          class: ribbon.class,
          path: new Path2D(),
          lineWidth: line,
          weight,
        };
        paths.set(key, entry);
      }
      if (step < 0) addBand(entry.path, ribbon);
      else addLine(entry.path, ribbon);
    }
  }
  return [...paths].sort((a, b) => a[0] - b[0]).map(([, path]) => path);
}

/** The outline of a ribbon. */
export function bandPath(ribbon: DrawnRibbon): Path2D {
  const path = new Path2D();
  addBand(path, ribbon);
  return path;
}

function addBand(path: Path2D, { x0, x1, y0, y1, thickness0, thickness1 }: DrawnRibbon): void {
  const middle = (x0 + x1) / 2;
  path.moveTo(x0, y0);
  path.bezierCurveTo(middle, y0, middle, y1, x1, y1);
  path.lineTo(x1, y1 + thickness1);
  path.bezierCurveTo(middle, y1 + thickness1, middle, y0 + thickness0, x0, y0 + thickness0);
  path.closePath();
}

function addLine(path: Path2D, { x0, x1, y0, y1, thickness0, thickness1 }: DrawnRibbon): void {
  const middle = (x0 + x1) / 2;
  const from = y0 + thickness0 / 2;
  const to = y1 + thickness1 / 2;
  path.moveTo(x0, from);
  path.bezierCurveTo(middle, from, middle, to, x1, to);
}
