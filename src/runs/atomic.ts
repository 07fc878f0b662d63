import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../core/errors';
import { removeLeftovers, temporaryName } from './leftovers';

/**
 * Makes a folder and those above it. Step by step: Node's own recursive `mkdir` never ends where a file system answers
 * "no such folder" for a folder that is there (/proc does).
 * @returns the first folder that had to be made; undefined when the folder was there
 * @throws InputError when it cannot be made
 */
export async function makeFolder(folder: string): Promise<string | undefined> {
  const missing: string[] = [];
  let step = path.resolve(folder);
  try {
    for (let found = await stat(step).catch(ifMissing); !found; found = await stat(step).catch(ifMissing)) {
      missing.unshift(step);
      step = path.dirname(step);
    }
    for (const part of missing) {
      // Somebody else may have made it meanwhile.
      await mkdir(part).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      });
    }
    if (!(await stat(folder)).isDirectory()) throw new InputError(folder, 'is a file, expected a folder');
  } catch (error) {
    throw writingError(error, folder);
  }
  return missing[0];
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}

/** Folders in which this process has looked for what others left behind. */
const lookedThrough = new Set<string>();
/** Files that processes of other hosts may be writing are younger than this, in milliseconds. */
const OLD_ENOUGH_MS = 60_000;

/**
 * Writes a file by way of a temporary name: readers see the old file or the whole new one, also after the power failed, and
 * a failure leaves nothing.
 * @param write makes the temporary file
 * @throws InputError when the place cannot be written to
 */
export async function writeAtomically(
  file: string,
  write: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = temporaryName(file);
  const folder = path.dirname(path.resolve(file));
  try {
    const made = await makeFolder(folder);
    if (!lookedThrough.has(folder)) {
      lookedThrough.add(folder);
      await removeLeftovers(folder, OLD_ENOUGH_MS);
    }
    await write(temporary);
    // What is renamed into place must be on the disk before its name is, and the name before anything relies on it.
    await flush(temporary);
    await rename(temporary, file);
    await flushFolder(folder);
    if (made !== undefined) await flushFolder(path.dirname(made));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw writingError(error, file);
  }
}

/** `writeAtomically` for content that is in memory. */
export function writeFileAtomically(file: string, content: string | Uint8Array): Promise<void> {
  return writeAtomically(file, (temporary) => writeFile(temporary, content));
}

/**
 * Adds text to the end of a file, on the disk when it returns.
 * @throws InputError when it cannot be written to, or is no regular file
 */
export async function appendDurably(file: string, text: string): Promise<void> {
  try {
    const handle = await open(file, 'a');
    try {
      if (!(await handle.stat()).isFile()) throw new InputError(file, 'is no regular file to write to');
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw writingError(error, file);
  }
}

/** Has the system write a file to the disk. */
async function flush(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Has the system write the names in a folder to the disk. Windows keeps no folder open for that, nor needs it. */
async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // File systems of networks and of other systems may not know it.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EINVAL' && code !== 'ENOTSUP' && code !== 'EPERM' && code !== 'EBADF') throw error;
  } finally {
    await handle.close();
  }
}

const reasons: Record<string, string> = {
  ENOENT: 'cannot be made there; choose another folder',
  ENAMETOOLONG: 'has too long a name',
  EACCES: 'cannot be written: no permission; choose another folder',
  EPERM: 'cannot be written: no permission; choose another folder',
  EROFS: 'cannot be written: the file system is read-only; choose another folder',
  ENOSPC: 'cannot be written: the disk is full',
  EISDIR: 'is a folder, expected a file to write',
  ENOTDIR: 'cannot be written: a part of its path is a file, expected a folder',
  EEXIST: 'cannot be written: a part of its path is a file, expected a folder',
};

/** What went wrong with writing, in a sentence; errors that are no system errors pass unchanged. */
export function writingError(error: unknown, file: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  return code !== undefined && code in reasons ? new InputError(file, reasons[code]) : error;
}
