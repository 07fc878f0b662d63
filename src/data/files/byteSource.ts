import { InputError } from '../../core/errors';
import { allocate, lookUpFile, readFully, withFile } from './fileAccess';
import { HELD_BYTES } from './limits';

/** Fills `target` with the bytes from `position` on. */
export type ReadAt = (position: number, target: Uint8Array) => Promise<void>;

/** Bytes that are either held in memory or read from a part of a file when they are needed. */
export interface ByteSource {
  readonly size: number;
  /** All bytes, where they are held. They belong to the source: whoever opened it may rearrange them once. */
  readonly held?: Uint8Array;
  /** Gives `use` a way to read, and lets go of the file when it has finished. */
  reading<T>(use: (readAt: ReadAt) => Promise<T>): Promise<T>;
}

/** Bytes in memory. */
export function heldSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    held: bytes,
    reading: (use) =>
      use((position, target) => {
        target.set(bytes.subarray(position, position + target.length));
        return Promise.resolve();
      }),
  };
}

/**
 * A part of a file, read when needed. The file is open only while a batch is read, so that no dataset has to be closed.
 * @throws InputError, when reading, if the file is another one than it was when this was made
 */
async function partOfFile(path: string, start: number, size: number): Promise<ByteSource> {
  const { size: fileSize, mtimeMs } = await lookUpFile(path);
  return {
    size,
    reading: (use) =>
      withFile(path, async (handle) => {
        const now = await handle.stat();
        if (now.size !== fileSize || now.mtimeMs !== mtimeMs) {
          throw new InputError(path, 'was changed while it was being read');
        }
        return use((position, target) => readFully(handle, path, target, start + position));
      }),
  };
}

/**
 * Part of a file as a source of bytes, held in memory where it is small.
 * @param start first byte; `size` bytes from there must be in the file
 * @param hold largest size to hold in memory
 */
export async function fileSource(
  path: string,
  start: number,
  size: number,
  hold = HELD_BYTES,
): Promise<ByteSource> {
  if (size > hold) return partOfFile(path, start, size);
  const bytes = allocate(path, size);
  await withFile(path, (handle) => readFully(handle, path, bytes, start));
  return heldSource(bytes);
}

/** The same bytes, held in memory. The caller has checked that they may be. */
export async function hold(source: ByteSource, name: string): Promise<Uint8Array> {
  if (source.held) return source.held;
  const bytes = allocate(name, source.size);
  await source.reading((readAt) => readAt(0, bytes));
  return bytes;
}
