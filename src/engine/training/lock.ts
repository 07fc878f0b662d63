import { open, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { InputError } from '../../core/errors';
import { makeFolder, writingError } from '../../runs/atomic';
import { trainingFolder } from './state';

/** Name of the file that says which process trains in a run folder. */
export const lockName = 'lock';

interface Holder {
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

/** Process that trains in a run folder now; undefined when none does. */
export async function trainingProcess(run: string): Promise<Holder | undefined> {
  const holder = await holderOf(path.join(run, trainingFolder, lockName));
  return holder && isAlive(holder) ? holder : undefined;
}

/**
 * Takes a run folder for a training, so that no second one writes into it. A lock of a process that is gone is taken over.
 * @returns gives the folder back
 * @throws InputError when another training is under way there
 */
export async function lockRun(run: string): Promise<() => Promise<void>> {
  const file = path.join(run, trainingFolder, lockName);
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
    const holder = await holderOf(file);
    if (holder && isAlive(holder)) {
      const where = holder.host === hostname() ? '' : ` on ${holder.host}`;
      throw new InputError(
        run,
        `is being trained into already (process ${holder.pid}${where}); stop that training, or choose another folder`,
      );
    }
    await rm(file, { force: true });
  }
}
