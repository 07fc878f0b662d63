import { open, stat, type FileHandle } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { InputError } from '../../core/errors';
import { formatBytes } from '../wording';

/** What the operating system's error codes mean for somebody who named a file. */
const codeMeanings: Record<string, string> = {
  ENOENT: 'no such file or folder',
  ENOTDIR: 'no such file or folder',
  EACCES: 'may not be read: permission denied',
  EPERM: 'may not be read: permission denied',
  EISDIR: 'is a folder, expected a file',
  ELOOP: 'is a symbolic link that leads in a circle',
  ENAMETOOLONG: 'its name is too long',
  EMFILE: 'too many files are open',
  EIO: 'the disk reports a read error',
};

/**
 * Turns whatever reading a file threw into an InputError about that file.
 * @param fallback what to say where the error has no code of the operating system
 */
export function asInputError(source: string, error: unknown, fallback: string, place?: string): InputError {
  if (error instanceof InputError) return error;
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? '';
  return new InputError(source, codeMeanings[code] ?? fallback, place);
}

/** True for a failure that the operating system reports, which is no mistake of this program. */
export function isSystemError(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.syscall !== undefined;
}

/** @throws InputError where the path cannot be looked up */
export async function lookUp(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (error) {
    throw asInputError(path, error, 'cannot be read');
  }
}

/**
 * The state of a regular file.
 * @throws InputError where there is none, or it is a folder, a device or a pipe
 */
export async function lookUpFile(path: string): Promise<Stats> {
  const stats = await lookUp(path);
  if (stats.isDirectory()) throw new InputError(path, 'is a folder, expected a file');
  if (!stats.isFile()) throw new InputError(path, 'is a device or a pipe, expected a file');
  return stats;
}

/** Opens a file, hands it to `use` and closes it again, whatever happens. */
export async function withFile<T>(path: string, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    throw asInputError(path, error, 'cannot be opened');
  }
  try {
    return await use(handle);
  } catch (error) {
    throw isSystemError(error) ? asInputError(path, error, 'cannot be read') : error;
  } finally {
    await handle.close();
  }
}

/** A single read call may not exceed 2 GiB, and smaller ones are as fast. */
const readAtOnce = 64 * 1024 ** 2;

/**
 * Fills `target` from a position of an open file.
 * @throws InputError where the file ends before that
 */
export async function readFully(
  handle: FileHandle,
  path: string,
  target: Uint8Array,
  position: number,
): Promise<void> {
  let done = 0;
  while (done < target.length) {
    const wanted = Math.min(readAtOnce, target.length - done);
    const { bytesRead } = await handle.read(target, done, wanted, position + done);
    if (bytesRead === 0) {
      throw new InputError(
        path,
        `ends at byte ${position + done}, expected at least ${position + target.length}`,
      );
    }
    done += bytesRead;
  }
}

/** The first bytes of a file, at most `length`. */
export async function readHead(path: string, length: number): Promise<Uint8Array> {
  const { size } = await lookUpFile(path);
  return withFile(path, async (handle) => {
    const head = new Uint8Array(Math.min(size, length));
    await readFully(handle, path, head, 0);
    return head;
  });
}

/**
 * Zeroed memory of a size that was checked before.
 * @throws InputError where the machine does not have that much
 */
export function allocate(source: string, size: number): Uint8Array {
  try {
    return new Uint8Array(size);
  } catch {
    throw new InputError(source, `needs ${formatBytes(size)} of memory, more than there is`);
  }
}
