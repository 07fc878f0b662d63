import { rmdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { InputError } from '../core/errors';
import { makeFolder } from './atomic';
import { namesIn, removeLeftovers } from './leftovers';
import { lockHolder, takeLock, type FoundHolder, type HeldLock } from './lock';

/** File in a run folder that says which process writes snapshots into it. */
export const RUN_LOCK_NAME = 'apd-run.lock';

/** What writes into a run. */
export type WritingTask = 'train' | 'record' | 'follow';

/** Process that writes snapshots into a run now; undefined when none does. */
export function writingProcess(run: string): Promise<FoundHolder | undefined> {
  return lockHolder(path.join(run, RUN_LOCK_NAME));
}

/** The right to write snapshots into a run folder: one process has it at a time. */
export class RunLock {
  private constructor(
    /** The run folder. */
    readonly folder: string,
    private readonly lock: HeldLock,
    /** The first folder that had to be made. */
    private readonly made: string | undefined,
  ) {}

  /**
   * Takes a run folder for writing, and makes it where it is not there. What an earlier process left half written goes.
   * @throws InputError where another process writes into it, or it cannot be written
   */
  static async take(folder: string, task: WritingTask): Promise<RunLock> {
    const made = await makeFolder(folder);
    const file = path.join(folder, RUN_LOCK_NAME);
    const lock = await takeLock({ file, task, taken: (holder) => isWrittenTo(folder, holder) });
    const models = path.join(folder, 'models');
    const rooms = ['', 'patterns', 'training', 'models'].map((room) => path.join(folder, room));
    for (const name of await namesIn(models)) rooms.push(path.join(models, name));
    for (const room of rooms) await removeLeftovers(room);
    return new RunLock(folder, lock, made);
  }

  /** @throws InputError where the folder was removed, or another process took it over */
  check(): Promise<void> {
    return this.lock.check();
  }

  /** Gives the folder back. Folders that were made for it and hold nothing go. */
  async release(): Promise<void> {
    await this.lock.release();
    if (this.made === undefined) return;
    const top = path.dirname(path.resolve(this.made));
    for (let folder = path.resolve(this.folder); folder !== top; folder = path.dirname(folder)) {
      // It holds a run, or is gone, and so do those above it.
      if (!(await rmdir(folder).then(isDone, isNotDone))) return;
    }
  }
}

function isDone(): boolean {
  return true;
}

function isNotDone(): boolean {
  return false;
}

/** What is said where a process writes into a run already. */
function isWrittenTo(run: string, { pid, host, task, age }: FoundHolder): InputError {
  const where = host === hostname() ? '' : ` on ${host}, last heard of ${Math.round(age)} s ago`;
  const who = task === undefined ? `process ${pid}${where}` : `apd ${task}, process ${pid}${where}`;
  const advice = 'stop that first, or choose another folder';
  return new InputError(
    run,
    `is written to already (${who}): ${advice}; if that process is gone, delete ${path.join(run, RUN_LOCK_NAME)}`,
  );
}
