import type { LogCurve } from '../../../src/protocol/logs';
import type { Timeline } from '../../../src/protocol/scene';

/** A timeline of one level. */
export function timelineOf(epochs: number[]): Timeline {
  return {
    epochs,
    steps: epochs.map(() => undefined),
    accuracy: epochs.map(() => 0.5),
    patterns: [epochs.map(() => 1234)],
    levels: ['relu_1'],
  };
}

/** A curve through points of epoch and value. */
export function curve(name: string, points: [number, number][], more: Partial<LogCurve> = {}): LogCurve {
  const x = Float64Array.from(points, ([at]) => at);
  return { name, x, y: Float64Array.from(points, ([, value]) => value), values: x.length, ...more };
}
