import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { InputError } from '../core/errors';

/** Protocol buffers end at 2 GiB: larger models keep their weights in files beside. */
const largestFile = 2 ** 31 - 1;

/** A file in memory, with its SHA-256 (hexadecimal). */
export interface ModelFile {
  bytes: Uint8Array;
  sha256: string;
}

/** The code of a file system error (`ENOENT`, …), or its message. */
function reasonOf(error: unknown): string {
  if (error instanceof Error) {
    const code = (error as NodeJS.ErrnoException).code;
    return code === 'ENOENT' ? 'no such file' : (code ?? error.message);
  }
  return String(error);
}

/**
 * Reads a whole file.
 * @param what what the file should be, for messages
 * @throws InputError when it is missing, a folder, empty, unreadable, or larger than a model file can be
 */
export async function readModelFile(path: string, what = 'a model file'): Promise<ModelFile> {
  const info = await stat(path).catch((error: unknown) => {
    throw new InputError(path, `cannot be read (${reasonOf(error)}), expected ${what}`);
  });
  if (!info.isFile()) {
    throw new InputError(
      path,
      info.isDirectory() ? `is a folder, expected ${what}` : 'is not a regular file',
    );
  }
  if (info.size === 0) throw new InputError(path, `is empty, expected ${what}`);
  if (info.size > largestFile) {
    throw new InputError(path, `has ${info.size} bytes, expected at most ${largestFile}`);
  }
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new InputError(path, `cannot be read (${reasonOf(error)})`);
  });
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}
