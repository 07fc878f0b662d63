import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A number that no process has: larger than any system gives. */
export const NO_PROCESS = 2 ** 30;

/**
 * A temporary folder of the tests of one `describe`, removed after them. What a process that is just ending still
 * writes there does not stand in the way.
 * @param per whether all tests share one, or each has its own
 * @returns makes paths in it
 */
export function temporaryFolder(per: 'suite' | 'test' = 'suite'): (...parts: string[]) => string {
  let folder = '';
  const make = () => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'apd-test-')));
  };
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  if (per === 'suite') {
    before(make);
    after(remove);
  } else {
    beforeEach(make);
    afterEach(remove);
  }
  return (...parts) => path.join(folder, ...parts);
}

/** True while a process is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Milliseconds for which `until` waits: far more than anything takes, as machines can be busy. */
const PATIENCE_MS = 15_000;

/**
 * Waits until something is so.
 * @param what it is, for the error
 * @param isSo looked at again and again; what is true of its result ends the wait
 * @returns what made it so
 * @throws Error when it does not become so for a long time
 */
export async function until<T>(
  what: string | (() => string),
  isSo: () => T | Promise<T>,
  patience = PATIENCE_MS,
): Promise<NonNullable<T>> {
  const end = performance.now() + patience;
  for (;;) {
    const found = await isSo();
    if (found) return found;
    if (performance.now() > end) {
      const said = typeof what === 'string' ? what : what();
      throw new Error(`not within ${patience / 1000} s: ${said}`);
    }
    await sleep(10);
  }
}

/**
 * Looks again and again, for some time, whether something stays as it is: that nothing happens has no end to wait for.
 * @param check throws as soon as it is not so
 */
export async function stayedSo(ms: number, check: () => unknown): Promise<void> {
  const end = performance.now() + ms;
  do {
    await check();
    await sleep(10);
  } while (performance.now() < end);
}

/**
 * Waits until something has been the same for some time.
 * @param what it is, for the error
 * @param look what is to stay the same, compared as JSON
 * @returns what was seen last
 * @throws Error when it changes for a long time
 */
export async function steady<T>(what: string, look: () => T | Promise<T>, ms: number): Promise<T> {
  let last = await look();
  let since = performance.now();
  await until(`${what} stays the same for ${ms} ms`, async () => {
    const now = await look();
    if (JSON.stringify(now) !== JSON.stringify(last)) since = performance.now();
    last = now;
    return performance.now() - since >= ms;
  });
  return last;
}

/** The pace at which a test writes, as a training does; what comes of it is waited for by `until`, `steady` and `stayedSo`. */
export function paced(ms: number): Promise<void> {
  return sleep(ms);
}
