import type { LogCurve } from '../../src/protocol/logs';
import { snapshotNameAt } from '../page/references';
import type { Shown } from '../page/shownState';
import { epochLabel } from './timelineScale';
import type { Stop } from './epochAxis';
import { metricLines } from './metricValues';
import { formatCount, formatShare } from '../../src/core/wording';

/** What is known of a snapshot, in words. */
export function readoutLines(
  { timeline, run }: Pick<Shown, 'timeline' | 'run'>,
  snapshot: number,
  curves: readonly LogCurve[],
): string[] {
  if (!timeline || !run) return [];
  const accuracy = timeline.accuracy[snapshot];
  const levels = timeline.levels.map((name, l) => {
    const patterns = timeline.patterns[l]?.[snapshot];
    return patterns === undefined ? `${name}: not yet counted` : `${name}: ${formatCount(patterns)}`;
  });
  const right = accuracy === undefined ? [] : [`accuracy ${formatShare(accuracy)}`];
  const metrics = metricLines(curves, timeline.epochs[snapshot] ?? NaN);
  return [snapshotNameAt(run, snapshot), ...right, ...levels, ...metrics];
}

/** What is known of a place on the axis, in words. */
export function stopLines(
  shown: Pick<Shown, 'timeline' | 'run'>,
  { snapshot, epoch }: Stop,
  curves: readonly LogCurve[],
): string[] {
  if (snapshot !== undefined) return readoutLines(shown, snapshot, curves);
  return [`epoch ${epochLabel(epoch)}`, 'no snapshot', ...metricLines(curves, epoch)];
}
