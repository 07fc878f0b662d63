import { scaleLinear, scaleLog, type ScaleContinuousNumeric } from 'd3';
import type { LogCurve, LogCurves, MetricName } from '../../src/protocol/logs';
import type { MetricScale } from '../../src/protocol/state';

/** Metrics of the same meaning, which share one scale. */
export interface MetricGroup {
  /** What they are: the name of their meaning, or the metric's own. */
  name: string;
  curves: LogCurve[];
  /** Lowest and highest value of the scale. */
  domain: [number, number];
  /** Its scale is that of the accuracy. */
  asAccuracy: boolean;
  /** Values that a logarithmic scale has no place for. */
  leftOut: number;
}

/** What a metric shares its scale with: all of the same meaning, of training and validation. */
export function groupName({ name, meaning }: MetricName): string {
  return meaning?.name ?? name;
}

/** The curves of a log that are chosen, in the order in which the log names its metrics. */
export function chosenCurves(log: LogCurves | undefined, chosen: readonly string[] | undefined): LogCurve[] {
  if (!log) return [];
  const order = new Map(log.metrics.map(({ name }, i) => [name, i]));
  const place = ({ name }: LogCurve) => order.get(name) ?? order.size;
  return log.curves
    .filter(({ name, x }) => x.length > 0 && (chosen?.includes(name) ?? true))
    .sort((a, b) => place(a) - place(b));
}

/** Curves by what shares a scale, in the order of their first. */
export function metricGroups(curves: readonly LogCurve[], scale: MetricScale): MetricGroup[] {
  const groups = new Map<string, LogCurve[]>();
  for (const curve of curves) {
    const name = groupName(curve);
    groups.set(name, [...(groups.get(name) ?? []), curve]);
  }
  return [...groups].map(([name, of]) => groupOf(name, of, scale));
}

function groupOf(name: string, curves: LogCurve[], scale: MetricScale): MetricGroup {
  const { low, high, positive, leftOut } = extremes(curves);
  if (scale === 'log') {
    const some = positive <= high;
    const domain: [number, number] = some ? widened(positive, high, 'log') : [1, 10];
    return { name, curves, domain, asAccuracy: false, leftOut };
  }
  // Shares of 1 and of 100 are both usual.
  const whole = high <= 1 ? 1 : high <= 100 ? 100 : undefined;
  if (name.endsWith('accuracy') && low >= 0 && whole !== undefined) {
    return { name, curves, domain: [0, whole], asAccuracy: true, leftOut: 0 };
  }
  // What comes near to nothing is seen against it; what hardly changes is not pressed flat.
  const from = low >= 0 && low < high / 2 ? 0 : low;
  return { name, curves, domain: widened(from, high, 'linear'), asAccuracy: false, leftOut: 0 };
}

function extremes(curves: readonly LogCurve[]) {
  let [low, high, positive, leftOut] = [Infinity, -Infinity, Infinity, 0];
  for (const { y } of curves) {
    for (const value of y) {
      low = Math.min(low, value);
      high = Math.max(high, value);
      if (value > 0) positive = Math.min(positive, value);
      else leftOut++;
    }
  }
  return { low, high, positive, leftOut };
}

function widened(low: number, high: number, scale: MetricScale): [number, number] {
  if (scale === 'log') return low < high ? [low, high] : [low / 2, high * 2];
  if (low < high) return scaleLinear([low, high], [0, 1]).nice(3).domain() as [number, number];
  return low === 0 ? [0, 1] : [low - Math.abs(low) / 2, high + Math.abs(high) / 2];
}

/** The scale of a group, between the places of its lowest and its highest value. */
export function metricScale(
  { domain }: Pick<MetricGroup, 'domain'>,
  scale: MetricScale,
  bottom: number,
  top: number,
): ScaleContinuousNumeric<number, number> {
  return scale === 'log' ? scaleLog(domain, [bottom, top]) : scaleLinear(domain, [bottom, top]);
}

/** Values to be written at the scale of a group, at most four: round ones, or else the ends. */
export function metricTicks({ domain }: Pick<MetricGroup, 'domain'>, scale: MetricScale): number[] {
  const [low, high] = domain;
  if (scale === 'linear') {
    const ticks = [3, 2].map((count) => scaleLinear(domain, [0, 1]).ticks(count));
    return ticks.find(({ length }) => length >= 2 && length <= 4) ?? [low, high];
  }
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  if (last - first < 1) return [low, high];
  const middle = (first + last) / 2;
  const powers = last - first >= 2 && Number.isInteger(middle) ? [first, middle, last] : [first, last];
  return powers.map((power) => 10 ** power);
}

/**
 * A number for each key that no other one has. Keys that had one before keep it, so that no curve changes its looks when
 * others come and go.
 */
export function keptSlots(before: ReadonlyMap<string, number>, keys: readonly string[]): Map<string, number> {
  const slots = new Map<string, number>();
  for (const key of keys) {
    const slot = before.get(key);
    if (slot !== undefined) slots.set(key, slot);
  }
  const taken = new Set(slots.values());
  let free = 0;
  for (const key of keys) {
    if (slots.has(key)) continue;
    while (taken.has(free)) free++;
    taken.add(free);
    slots.set(key, free);
  }
  return slots;
}

/** Patterns of dashes that stay apart from each other, from the solid lines of levels and the dashes of the accuracy. */
export const metricDashes = [
  '1.5 2.5',
  '9 3 1.5 3',
  '14 4',
  '6 2.5 1.5 2.5 1.5 2.5',
  '2.5 5',
  '12 2.5 3 2.5',
];

/** Colours that metrics can have: their classes are `metric-0` and so on. */
export const METRIC_COLOURS = 5;
