import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../core/errors';

/** A temporary name beside a file, so that renaming it into place is one step. */
function temporaryName(file: string): string {
  return path.join(path.dirname(file), `.${path.basename(file)}.tmp-${process.pid}`);
}

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

/**
 * Writes a file by way of a temporary name: readers see the old file or the whole new one, and a failure leaves nothing.
 * @param write makes the temporary file
 * @throws InputError when the place cannot be written to
 */
export async function writeAtomically(
  file: string,
  write: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = temporaryName(file);
  try {
    await makeFolder(path.dirname(file));
    await write(temporary);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw writingError(error, file);
  }
}

/** `writeAtomically` for content that is in memory. */
export function writeFileAtomically(file: string, content: string | Uint8Array): Promise<void> {
  return writeAtomically(file, (temporary) => writeFile(temporary, content));
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
