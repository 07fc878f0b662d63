import type { LogCurve } from '../../protocol/logs';
import type { LogRow } from '../../logs/formats/log';
import { goodValues, metricName } from './metricSense';

/** Most points of a curve. */
const MOST_POINTS = 2000;

/**
 * A metric over the training.
 * @param places of the rows on the axis of the run's epochs; rows at NaN are left out
 * @param plainSplit the part of the data that the metric is of where its name does not say it
 */
export function curveOf(
  name: string,
  rows: readonly LogRow[],
  places: Float64Array,
  plainSplit: 'train' | 'validation' = 'train',
): LogCurve {
  const x: number[] = [];
  const y: number[] = [];
  let ascending = true;
  rows.forEach(({ metrics }, row) => {
    if (!Object.hasOwn(metrics, name)) return;
    const value = metrics[name];
    if (!Number.isFinite(value) || !Number.isFinite(places[row])) return;
    if (x.length > 0 && x[x.length - 1] > places[row]) ascending = false;
    x.push(places[row]);
    y.push(value);
  });
  const all = Array.from(x.keys());
  // Event files have one metric after the other.
  const order = ascending ? all : all.sort((a, b) => x[a] - x[b]);
  const kept = thin(order, y);
  const curve: LogCurve = {
    ...metricName(name, plainSplit),
    x: Float64Array.from(kept, (point) => x[point]),
    y: Float64Array.from(kept, (point) => y[point]),
    values: x.length,
  };
  const good = goodValues(name);
  if (!good) return curve;
  return { ...curve, good, ...(x.length > 0 ? { best: bestIndex(curve.y, good) } : {}) };
}

/** Lowest and highest of each stretch, and both ends. */
function thin(order: number[], y: readonly number[]): number[] {
  const { length } = order;
  if (length <= MOST_POINTS) return order;
  const stretches = MOST_POINTS / 2 - 1;
  const kept = [order[0]];
  for (let s = 0; s < stretches; s++) {
    const from = 1 + Math.floor((s * (length - 2)) / stretches);
    const to = 1 + Math.floor(((s + 1) * (length - 2)) / stretches);
    let lowest = from;
    let highest = from;
    for (let i = from + 1; i < to; i++) {
      if (y[order[i]] < y[order[lowest]]) lowest = i;
      if (y[order[i]] > y[order[highest]]) highest = i;
    }
    kept.push(order[Math.min(lowest, highest)]);
    if (lowest !== highest) kept.push(order[Math.max(lowest, highest)]);
  }
  kept.push(order[length - 1]);
  return kept;
}

function bestIndex(y: Float64Array, good: 'high' | 'low'): number {
  let best = 0;
  y.forEach((value, index) => {
    if (good === 'high' ? value > y[best] : value < y[best]) best = index;
  });
  return best;
}
