import { bisectRight } from 'd3';
import type { LogCurve } from '../../src/protocol/logs';
import { formatMetric } from '../../src/core/wording';

/** Epochs that differ by less are the same: files round them. */
const SAME_EPOCH = 1e-3;

/**
 * Index of the value that a curve has at an epoch: the last that the log wrote within an epoch's length up to there.
 * @returns undefined where it has written none
 */
export function valueAt({ x }: Pick<LogCurve, 'x'>, epoch: number): number | undefined {
  const index = bisectRight(x, epoch + SAME_EPOCH) - 1;
  return index >= 0 && x[index] > epoch - 1 + SAME_EPOCH ? index : undefined;
}

/**
 * The curve whose best value is marked: of what was measured on held out data, or else the first of which it is known what
 * is good.
 */
export function bestCurve(curves: readonly LogCurve[]): LogCurve | undefined {
  const known = curves.filter(({ best, good }) => best !== undefined && good !== undefined);
  return known.find(({ meaning }) => meaning?.split === 'validation') ?? known[0];
}

/** Values of the curves at an epoch, in words. */
export function metricLines(curves: readonly LogCurve[], epoch: number): string[] {
  const best = bestCurve(curves);
  return curves.flatMap((curve) => {
    const index = valueAt(curve, epoch);
    if (index === undefined) return [];
    const isBest = curve === best && index === curve.best && curve.x[index] > epoch - SAME_EPOCH;
    const name = isBest ? `best ${curve.name}` : curve.name;
    return [`${name}: ${formatMetric(curve.y[index])}`];
  });
}
