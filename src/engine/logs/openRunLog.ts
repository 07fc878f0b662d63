import path from 'node:path';
import { InputError } from '../../core/errors';
import type { LogOptions } from '../../protocol/logs';
import type { TrainingLog } from '../../logs/formats/log';
import { changeLinks } from '../../runs/links';
import { ByteCache } from '../work/byteCache';
import { RunStore } from '../analysis/runStore';
import type { Work } from '../work/work';
import { checkIsLog, linkOf } from './linking';
import { LogRegistry } from './logRegistry';
import { RunLogs, type RunLog } from './runLogs';

/** For programs that read a log once: nothing is told of its changes. */
const silent = () => undefined;

/**
 * The log of a run, read once.
 * @param instead another log that is to be taken for that of the run
 * @throws InputError where the folder is no run, or the log that was named cannot be read
 */
export async function readRunLog(
  folder: string,
  options: LogOptions,
  work: Work = {},
  instead?: string,
): Promise<RunLog> {
  const registry = new LogRegistry(silent);
  try {
    const logs = new RunLogs(new RunStore(new ByteCache()), registry);
    if (instead !== undefined) await check(registry, instead, options, work.signal);
    return await logs.read(folder, options, work, instead);
  } finally {
    registry.close();
  }
}

/** A log read once. @throws InputError where a file cannot be read, or is no log */
export async function checkLogFile(file: string, signal?: AbortSignal): Promise<TrainingLog> {
  const registry = new LogRegistry(silent);
  try {
    await check(registry, file, {}, signal);
    return (await registry.read(path.resolve(file), {}, signal)).followed.log!;
  } finally {
    registry.close();
  }
}

/** Whether a log tells epochs and no steps at all, so that `checkpoint-3` can only be of an epoch. */
export function tellsEpochsAlone({ rows }: TrainingLog): boolean {
  return rows.some(({ epoch }) => epoch !== undefined) && rows.every(({ step }) => step === undefined);
}

async function check(
  registry: LogRegistry,
  file: string,
  options: Pick<LogOptions, 'pattern'>,
  signal?: AbortSignal,
): Promise<void> {
  try {
    await checkIsLog(registry, path.resolve(file), options, signal);
  } catch (error) {
    // As the user named it.
    throw error instanceof InputError ? new InputError(file, error.problem, error.place) : error;
  }
}

/** Remembers with a run which log it has. @throws InputError where that cannot be written */
export async function linkLogFile(folder: string, file: string): Promise<void> {
  await changeLinks(folder, (links) => ({ ...links, log: linkOf(folder, file, links.log) }));
}
