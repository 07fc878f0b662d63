import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { FollowedLog } from '../../src/logs/following/followedLog';
import type { TrainingLog } from '../../src/logs/formats/log';

/** A new folder for each test of a suite, deleted after it. @returns what makes paths in it */
export function temporaryFolder(): (...parts: string[]) => string {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'apd-follow-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  return (...parts) => path.join(folder, ...parts);
}

/** Waits until something is so, and fails when it takes too long. */
export async function until(what: string, isSo: () => boolean, milliseconds = 3000): Promise<void> {
  const end = performance.now() + milliseconds;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`${what}: not within ${milliseconds} ms`);
    await wait(5);
  }
}

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
