import type { LogInfo, LogMark } from '../../protocol/logs';
import type { ManifestSnapshot } from '../../runs/manifest';
import { findMetric } from './metricSense';
import { formatShare } from '../../core/wording';

type Best = NonNullable<LogInfo['best']>;

/**
 * The best snapshot: by validation accuracy, else validation loss, else the snapshots' own accuracy, else accuracy and loss
 * of the training. Of equal ones the first. Undefined where nothing tells.
 * @param plainSplit the part of the data that metrics are of whose names do not say it
 */
export function bestSnapshot(
  snapshots: readonly ManifestSnapshot[],
  marks: readonly LogMark[],
  metricNames: readonly string[],
  plainSplit: 'train' | 'validation' = 'train',
): Best | undefined {
  const byLog = (meaning: string, split: 'train' | 'validation', sign: 1 | -1) =>
    bestOfLog(marks, findMetric(metricNames, meaning, split, plainSplit), sign);
  return (
    byLog('accuracy', 'validation', 1) ??
    byLog('loss', 'validation', -1) ??
    bestOfRun(snapshots) ??
    byLog('accuracy', 'train', 1) ??
    byLog('loss', 'train', -1)
  );
}

function bestOfLog(marks: readonly LogMark[], name: string | undefined, sign: 1 | -1): Best | undefined {
  if (name === undefined) return undefined;
  const values = marks.map(({ metrics }) => (Object.hasOwn(metrics, name) ? metrics[name] : undefined));
  const best = indexOfBest(values, sign);
  if (best < 0) return undefined;
  const { snapshot } = marks[best];
  const value = Number(values[best]!.toPrecision(5));
  return {
    snapshot,
    reason: `${sign > 0 ? 'highest' : 'lowest'} ${name} of the log among the snapshots, ${value}`,
  };
}

function bestOfRun(snapshots: readonly ManifestSnapshot[]): Best | undefined {
  const values = snapshots.map(({ accuracy }) => accuracy);
  const best = indexOfBest(values, 1);
  if (best < 0) return undefined;
  return { snapshot: best, reason: `highest accuracy of the snapshots, ${formatShare(values[best]!)}` };
}

/** Index of the largest (sign 1) or smallest (−1) finite number; −1 where there is none. */
function indexOfBest(values: readonly (number | undefined)[], sign: 1 | -1): number {
  let best = -1;
  values.forEach((value, index) => {
    if (value === undefined || !Number.isFinite(value)) return;
    if (best < 0 || sign * value > sign * values[best]!) best = index;
  });
  return best;
}
