import { open, readFile, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { InputError } from '../core/errors';
import { makeFolder, writingError } from './atomic';

/** Process that holds a lock. */
export interface Holder {
  pid: number;
  host: string;
}

/** Locks that this process holds, by their absolute paths. */
const held = new Set<string>();
/** Milliseconds after which a lock in which nothing stands yet, or a guard, is looked at again. */
const lookAgainMs = 25;
/** An empty lock or a guard that is older, in milliseconds, was left behind. */
const unfinishedMs = 5000;
/** Looks at a lock that others are taking, too. */
const mostAttempts = 400;

/** True while the process that made a lock is there. One on another host cannot be asked, and counts as there. */
function isAlive({ pid, host }: Holder, file: string): boolean {
  if (host !== hostname()) return true;
  // In a container that was started again, numbers of processes come back.
  if (pid === process.pid) return held.has(path.resolve(file));
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
    const { pid, host } = JSON.parse(await textOf(file)) as Partial<Holder>;
    return typeof pid === 'number' && typeof host === 'string' ? { pid, host } : undefined;
  } catch {
    // Gone meanwhile, or half written by a process that died: nobody holds it.
    return undefined;
  }
}

/** What stands in a lock; who has just made it is given the time to write it, as a busy machine may need long for that. */
async function textOf(file: string): Promise<string> {
  for (;;) {
    const text = await readFile(file, 'utf8');
    if (text !== '' || Date.now() - (await stat(file)).mtimeMs > unfinishedMs) return text;
    await sleep(lookAgainMs);
  }
}

/** Process that holds a lock now; undefined when none does. */
export async function lockHolder(file: string): Promise<Holder | undefined> {
  const holder = await holderOf(file);
  return holder && isAlive(holder, file) ? holder : undefined;
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
      held.add(path.resolve(file));
      await handle.writeFile(JSON.stringify({ pid: process.pid, host: hostname() } satisfies Holder));
      await handle.close();
      return async () => {
        held.delete(path.resolve(file));
        await rm(file, { force: true });
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt >= mostAttempts) {
        throw writingError(error, file);
      }
    }
    const holder = await lockHolder(file);
    if (holder) throw taken(`process ${holder.pid}${holder.host === hostname() ? '' : ` on ${holder.host}`}`);
    await removeLeft(file);
  }
}

/**
 * Removes a lock that its process left behind. Of several that want to, one looks and removes at a time, so that none
 * removes what another has taken meanwhile.
 */
async function removeLeft(file: string): Promise<void> {
  const guard = `${file}.taking`;
  try {
    await (await open(guard, 'wx')).close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw writingError(error, file);
    const since = await stat(guard).then(({ mtimeMs }) => Date.now() - mtimeMs, gone);
    if (since > unfinishedMs) await rm(guard, { force: true });
    else await sleep(lookAgainMs);
    return;
  }
  try {
    if (!(await lockHolder(file))) await rm(file, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

function gone(): number {
  return 0;
}
