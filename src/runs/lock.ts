import { open, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import type { InputError } from '../core/errors';
import { makeFolder, writingError } from './atomic';

/** Process that holds a lock. */
export interface Holder {
  pid: number;
  host: string;
}

/** True while the process that made a lock is there. One on another host cannot be asked, and counts as there. */
function isAlive({ pid, host }: Holder): boolean {
  if (host !== hostname()) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of somebody else's may not be signalled, but is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function holderOf(file: string): Promise<Holder | undefined> {
  try {
    const { pid, host } = JSON.parse(await readFile(file, 'utf8')) as Partial<Holder>;
    return typeof pid === 'number' && typeof host === 'string' ? { pid, host } : undefined;
  } catch {
    // Gone meanwhile, or half written by a process that died: nobody holds it.
    return undefined;
  }
}

/** Process that holds a lock now; undefined when none does. */
export async function lockHolder(file: string): Promise<Holder | undefined> {
  const holder = await holderOf(file);
  return holder && isAlive(holder) ? holder : undefined;
}

/**
 * Takes a lock: a file that names this process. One of a process that is gone is taken over.
 * @param taken the error where another process has it, told who: `process 4711 on a-host`
 * @returns gives it back
 * @throws InputError
 */
export async function takeLock(
  file: string,
  taken: (holder: string) => InputError,
): Promise<() => Promise<void>> {
  await makeFolder(path.dirname(file));
  for (let attempt = 0; ; attempt++) {
    try {
      const handle = await open(file, 'wx');
      await handle.writeFile(JSON.stringify({ pid: process.pid, host: hostname() } satisfies Holder));
      await handle.close();
      return () => rm(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 1) throw writingError(error, file);
    }
    const holder = await lockHolder(file);
    if (holder) {
      throw taken(`process ${holder.pid}${holder.host === hostname() ? '' : ` on ${holder.host}`}`);
    }
    await rm(file, { force: true });
  }
}
