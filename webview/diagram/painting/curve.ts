/**
 * The curve of a ribbon's edge: a cubic Bézier whose control points lie half-way across, level with the ends. In both
 * directions it is a polynomial of one parameter t: x goes as 1.5t − 1.5t² + t³, y as 3t² − 2t³.
 */

/** Parameter t at a share of the way across, 0 … 1; Newton's method, as x is monotone with a slope of at least 3/4. */
export function curveParameter(across: number): number {
  let t = across;
  for (let i = 0; i < 8; i++) {
    const error = t * (1.5 - 1.5 * t + t * t) - across;
    if (Math.abs(error) < 1e-9) break;
    t -= error / (1.5 - 3 * t + 3 * t * t);
  }
  return t;
}

/** How far the curve has come from one end's height to the other's, 0 … 1, at a share of the way across. */
export function curveRise(across: number): number {
  const t = curveParameter(across);
  return t * t * (3 - 2 * t);
}
