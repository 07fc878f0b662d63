import { randomUUID } from 'node:crypto';
import { open, rm, stat, type FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InputError } from '../core/errors';
import { openRegular } from '../data/files/fileAccess';
import { readJson } from '../data/files/json';
import { makeFolder, writingError } from './atomic';
import { isPossiblePid, isProcess } from './processes';

/** Process that holds a lock. */
export interface Holder {
  pid: number;
  host: string;
  /** What it does. */
  task?: string;
  /** Seconds after which it gives a sign of life, time and again; absent where it gives none. */
  beat?: number;
  /** Tells one taking of the lock from another. */
  token?: string;
}

/** A holder, with how many seconds ago it gave a sign of life. */
export interface FoundHolder extends Holder {
  age: number;
}

/** A lock that this process holds. */
export interface HeldLock {
  /** @throws InputError where it is not this process's any more */
  check(): Promise<void>;
  /** Gives it back. */
  release(): Promise<void>;
}

/** What a lock is taken for. */
export interface LockRequest {
  file: string;
  task: string;
  /** The error where another process has it. */
  taken(holder: FoundHolder): InputError;
}

/** Locks that this process holds, by their absolute paths. */
const held = new Set<string>();
/** Longest text of a lock: who writes more into one holds none. */
const LONGEST_TEXT = 4096;
/** Milliseconds after which a lock in which nothing stands yet, or a guard, is looked at again. */
const LOOK_AGAIN_MS = 25;
/** An empty lock or a guard that is older, in milliseconds, was left behind. */
const UNFINISHED_MS = 5000;
/** Looks at a lock that others are taking, too. */
const MOST_ATTEMPTS = 400;
/** Seconds between the signs of life of this process. */
const BEAT_SECONDS = 10;
/** Signs of life that a process of another host may leave out before it counts as gone. */
const MOST_MISSED = 12;
/** The same for a process of this host whose number is there: it may be busy or held up, or another one by now. */
const MOST_MISSED_HERE = 120;

/** Whether the process that made a lock is there. One on another host is, while its signs of life come. */
function isThere({ pid, host, beat, age }: FoundHolder, file: string): boolean {
  if (!isPossiblePid(pid)) return false;
  if (host !== hostname()) return beat === undefined || age <= MOST_MISSED * beat;
  // In a container that was started again, numbers of processes come back.
  if (pid === process.pid) return held.has(path.resolve(file));
  return isProcess(pid) && (beat === undefined || age <= MOST_MISSED_HERE * beat);
}

/**
 * Who a lock says that it is held by, there or not.
 * @param now milliseconds since 1970
 * @returns undefined where it is gone, half written by a process that died, or no lock: nobody holds it
 */
async function readHolder(file: string, now: number): Promise<FoundHolder | undefined> {
  const found = await readLock(file).catch(() => undefined);
  const read = found && readJson(found.text);
  const value = read && 'value' in read ? (read.value as Partial<Holder> | null) : undefined;
  if (!found || typeof value?.pid !== 'number' || typeof value.host !== 'string') return undefined;
  const { pid, host, task, beat, token } = value;
  return {
    pid,
    host,
    task: typeof task === 'string' ? task.slice(0, 40) : undefined,
    beat: typeof beat === 'number' && beat > 0 ? beat : undefined,
    token: typeof token === 'string' ? token : undefined,
    age: Math.max(0, now - found.modified) / 1000,
  };
}

/** What stands in a lock; who has just made it is given the time to write it, as a busy machine may need long for that. */
async function readLock(file: string): Promise<{ text: string; modified: number }> {
  const began = Date.now();
  for (;;) {
    const handle = await openRegular(file);
    let text: string;
    let modified: number;
    try {
      modified = (await handle.stat()).mtimeMs;
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(LONGEST_TEXT), 0, LONGEST_TEXT, 0);
      text = buffer.toString('utf8', 0, bytesRead);
    } finally {
      await handle.close();
    }
    if (text !== '' || Date.now() - Math.min(modified, began) > UNFINISHED_MS) return { text, modified };
    await sleep(LOOK_AGAIN_MS);
  }
}

/** Process that holds a lock now; undefined when none does. */
export async function lockHolder(file: string, now = Date.now()): Promise<FoundHolder | undefined> {
  const holder = await readHolder(file, now);
  return holder && isThere(holder, file) ? holder : undefined;
}

/**
 * Takes a lock: a file that names this process, and is written anew every few seconds while it is held. One of a process
 * that is gone is taken over.
 * @throws InputError where another process has it, or the file cannot be made
 */
export async function takeLock({ file, task, taken }: LockRequest): Promise<HeldLock> {
  await makeFolder(path.dirname(file));
  const own: Holder = { pid: process.pid, host: hostname(), task, beat: BEAT_SECONDS, token: randomUUID() };
  for (let attempt = 0; ; attempt++) {
    try {
      const handle = await open(file, 'wx');
      held.add(path.resolve(file));
      await writeAndClose(handle, own);
      return new OwnLock(file, own);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt >= MOST_ATTEMPTS) {
        throw writingError(error, file);
      }
    }
    const holder = (await lockHolder(file)) ?? (await removeLeft(file));
    if (holder) throw taken(holder);
  }
}

async function writeAndClose(handle: FileHandle, holder: Holder): Promise<void> {
  try {
    await handle.write(JSON.stringify(holder), 0);
  } finally {
    await handle.close();
  }
}

class OwnLock implements HeldLock {
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly file: string,
    private readonly own: Holder,
  ) {
    this.timer = setInterval(() => void this.beat(), BEAT_SECONDS * 1000);
    // What is locked is not what keeps the program running.
    this.timer.unref();
  }

  async check(): Promise<void> {
    const holder = await readHolder(this.file, Date.now());
    if (holder?.token === this.own.token) return;
    const folder = path.dirname(this.file);
    const name = path.basename(this.file);
    if (!holder) throw new InputError(folder, `was removed while it was written: its ${name} is gone`);
    const { pid, host } = holder;
    throw new InputError(
      folder,
      `was taken over while it was written: ${name} names process ${pid} on ${host}`,
    );
  }

  async release(): Promise<void> {
    clearInterval(this.timer);
    held.delete(path.resolve(this.file));
    const holder = await readHolder(this.file, Date.now());
    if (holder?.token === this.own.token) await rm(this.file, { force: true });
  }

  /** Written, not only touched: the time is then that of the file system, the same for all hosts. */
  private async beat(): Promise<void> {
    try {
      await this.check();
      await writeAndClose(await open(this.file, 'r+'), this.own);
    } catch {
      // Whoever holds the lock is told of it when it is checked.
      clearInterval(this.timer);
    }
  }
}

/**
 * Removes a lock that its process left behind. Of several that want to, one looks and removes at a time, so that none
 * removes what another has taken meanwhile.
 * @returns who holds it after all, by the clock of the file system
 */
async function removeLeft(file: string): Promise<FoundHolder | undefined> {
  const guard = `${file}.taking`;
  try {
    await (await open(guard, 'wx')).close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw writingError(error, file);
    const since = await stat(guard).then(({ mtimeMs }) => Date.now() - mtimeMs, gone);
    if (since > UNFINISHED_MS) await rm(guard, { force: true });
    else await sleep(LOOK_AGAIN_MS);
    return undefined;
  }
  try {
    const holder = await lockHolder(file, (await stat(guard)).mtimeMs);
    if (!holder) await rm(file, { force: true });
    return holder;
  } finally {
    await rm(guard, { force: true });
  }
}

function gone(): number {
  return 0;
}
