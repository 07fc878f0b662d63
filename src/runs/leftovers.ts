import { lstat, opendir, rm } from 'node:fs/promises';
import path from 'node:path';
import { isProcess } from './processes';

/** Entries of a folder that are looked through. */
const MOST_ENTRIES = 100_000;

/** Name of the temporary file that becomes `file`. */
export function temporaryName(file: string): string {
  return path.join(path.dirname(file), `.${path.basename(file)}.tmp-${process.pid}`);
}

const temporary = /^\..+\.tmp-(\d{1,10})$/;

/**
 * Removes temporary files of a folder whose process is gone: it was killed before it could rename them into place. Links and
 * folders of such names are nobody's of ours.
 * @param oldest youngest age in milliseconds of those that go: a process of another host cannot be asked
 */
export async function removeLeftovers(folder: string, oldest = 0): Promise<void> {
  for (const name of await namesIn(folder)) {
    const pid = Number(temporary.exec(name)?.[1]);
    if (Number.isNaN(pid) || isProcess(pid)) continue;
    const file = path.join(folder, name);
    const found = await lstat(file).catch(() => undefined);
    if (found?.isFile() && Date.now() - found.mtimeMs >= oldest) await rm(file, { force: true });
  }
}

/** Names of what is in a folder, up to a number; none where it is not there, or no folder. */
export async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of await opendir(folder)) {
      names.push(name);
      if (names.length === MOST_ENTRIES) break;
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'EACCES') throw error;
  }
  return names;
}
