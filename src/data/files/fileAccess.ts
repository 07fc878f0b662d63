import { constants, type Stats } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { InputError } from '../../core/errors';
import { formatBytes } from '../../core/wording';

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
function isSystemError(error: unknown): boolean {
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

/** @throws InputError for what is no regular file: a folder, a device or a pipe, which could be read for ever */
function checkKind(path: string, stats: Stats, expected: string): void {
  if (stats.isDirectory()) {
    throw new InputError(path, `is a folder, expected ${expected}`);
  }
  if (!stats.isFile()) {
    throw new InputError(path, `is a device or a pipe, expected ${expected}`);
  }
}

/**
 * The state of a regular file.
 * @throws InputError where there is none, or it is a folder, a device or a pipe
 */
export async function lookUpFile(path: string): Promise<Stats> {
  const stats = await lookUp(path);
  checkKind(path, stats, 'a file');
  return stats;
}

/**
 * Opens a regular file for reading: the one way in which files are opened here. What it is is looked at before, since
 * opening a device may do something, and once more when it is open, since it may have been changed meanwhile.
 * @param expected what it should be, for messages
 * @throws InputError for a folder, a device or a pipe; errors of the operating system as they are
 */
export async function openRegular(path: string, expected = 'a file'): Promise<FileHandle> {
  checkKind(path, await stat(path), expected);
  // Without waiting for somebody who writes, should it have become a pipe.
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    checkKind(path, await handle.stat(), expected);
  } catch (error) {
    await handle.close();
    throw error;
  }
  return handle;
}

/** Opens a regular file, hands it to `use` and closes it again, whatever happens. @throws InputError */
export async function withFile<T>(path: string, use: (handle: FileHandle) => Promise<T>): Promise<T> {
  let handle: FileHandle;
  try {
    handle = await openRegular(path);
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
const READ_AT_ONCE = 64 * 1024 ** 2;

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
    const wanted = Math.min(READ_AT_ONCE, target.length - done);
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
export function readHead(path: string, length: number): Promise<Uint8Array> {
  return withFile(path, async (handle) => {
    const { size } = await handle.stat();
    const head = new Uint8Array(Math.min(size, length));
    await readFully(handle, path, head, 0);
    return head;
  });
}

/**
 * A whole file in memory.
 * @param most bytes that it may have
 * @throws InputError where it cannot be read, is no regular file, or larger
 */
export function readWhole(path: string, most: number): Promise<Buffer> {
  return withFile(path, async (handle) => {
    const { size } = await handle.stat();
    if (size > most) {
      throw new InputError(path, `has ${formatBytes(size)}, the limit is ${formatBytes(most)}`);
    }
    const bytes = Buffer.from(allocate(path, size).buffer);
    await readFully(handle, path, bytes, 0);
    return bytes;
  });
}

/** As `readWhole`, decoded from UTF-8. */
export async function readText(path: string, most: number): Promise<string> {
  return (await readWhole(path, most)).toString('utf8');
}

/** As `readText`; undefined where there is no such file. */
export async function readTextIfThere(path: string, most: number): Promise<string | undefined> {
  try {
    await stat(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
  }
  return readText(path, most);
}

/** Bytes that are read from a file at once, where it is read in pieces. */
const PIECE_BYTES = 1024 ** 2;

/**
 * A file piece by piece, or a part of it. It is open until the last piece was taken, or no more are wanted.
 * @param start first byte
 * @param size bytes from there on; up to the end of the file when left out
 * @throws InputError where it cannot be read, is no regular file, or has become shorter
 */
export async function* readPieces(path: string, start = 0, size?: number): AsyncGenerator<Uint8Array> {
  let handle: FileHandle;
  try {
    handle = await openRegular(path);
  } catch (error) {
    throw asInputError(path, error, 'cannot be opened');
  }
  try {
    const end = size === undefined ? (await handle.stat()).size : start + size;
    for (let at = start; at < end; at += PIECE_BYTES) {
      const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, end - at));
      await readFully(handle, path, piece, at);
      yield piece;
    }
  } catch (error) {
    throw isSystemError(error) ? asInputError(path, error, 'cannot be read') : error;
  } finally {
    await handle.close();
  }
}

/**
 * Pieces until they end or a signal says so. Between them others have their turn: what listens to Ctrl-C or to a cancelled
 * request is heard.
 * @throws the signal's reason
 */
export async function* stoppable<T>(pieces: AsyncIterable<T>, signal?: AbortSignal): AsyncGenerator<T> {
  for await (const piece of pieces) {
    await turn();
    signal?.throwIfAborted();
    yield piece;
  }
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
