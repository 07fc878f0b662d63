import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import nodePath from 'node:path';
import { InputError } from '../core/errors';
import { readWhole } from '../data/files/fileAccess';

/** Longer texts are no paths: the usual limit of systems. */
const LONGEST_PATH = 4096;

/** Protocol buffers end at 2 GiB: larger models keep their weights in files beside. */
const LARGEST_FILE = 2 ** 31 - 1;

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
 * The file that is meant by a small text which holds nothing but the relative path of a file: git, and copies to file
 * systems without symbolic links, leave links (as those of the Hugging Face cache) as such texts.
 * @returns the path itself where it is no such text
 */
export async function followTextLink(path: string): Promise<string> {
  const info = await stat(path).catch(() => undefined);
  if (!info?.isFile() || info.size === 0 || info.size > LONGEST_PATH) return path;
  const text = (await readWhole(path, LONGEST_PATH)).toString('latin1').trimEnd();
  if (!/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(text) || nodePath.isAbsolute(text)) return path;
  const target = nodePath.join(nodePath.dirname(path), text);
  const found = await stat(target).catch(() => undefined);
  return found?.isFile() ? target : path;
}

/**
 * Reads a whole file.
 * @param what what the file should be, for messages
 * @throws InputError when it is missing, a folder, empty, unreadable, or larger than a model file can be
 */
export async function readModelFile(named: string, what = 'a model file'): Promise<ModelFile> {
  const path = await followTextLink(named);
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
  if (info.size > LARGEST_FILE) {
    throw new InputError(path, `has ${info.size} bytes, expected at most ${LARGEST_FILE}`);
  }
  const bytes = await readWhole(path, LARGEST_FILE);
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}
