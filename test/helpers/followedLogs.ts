import type { FollowedLog } from '../../src/logs/following/followedLog';
import type { TrainingLog } from '../../src/logs/formats/log';

/** What of a log must not depend on how it came. */
export function contentOf(log: TrainingLog | undefined) {
  if (!log) return undefined;
  const { format, tool, rows, metricNames, problems, problemCount, firstEpoch, thinnedRows } = log;
  return { format, tool, rows, metricNames, problems, problemCount, firstEpoch, thinnedRows };
}

/** Epochs of the rows that were read. */
export function epochsOf(followed: FollowedLog): (number | undefined)[] {
  return (followed.log?.rows ?? []).map(({ epoch }) => epoch);
}

/** Lines of a log as this project writes it. */
export function jsonRows(from: number, to: number): string {
  let text = '';
  for (let epoch = from; epoch <= to; epoch++) text += `{"epoch":${epoch},"loss":${1 / epoch}}\n`;
  return text;
}
