import type { FileHandle } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { InputError } from '../../core/errors';
import { openRegular } from '../../data/files/fileAccess';

/** Bytes that are compared at the beginning of a file, and before the place up to which it was read. */
const COMPARED_BYTES = 4096;
/** Bytes that are read at once where nothing else is asked for. */
const USUAL_CHUNK_BYTES = 1024 * 1024;

/** What is told of a file that is read as it grows. */
export interface GrowthSink {
  /** What was read before is of no use any more: the file was truncated, replaced or written anew. */
  restart(): void;
  /** The next bytes, valid only during the call. */
  bytes(chunk: Uint8Array): void;
}

/** What an advance found: the file and when it was last written (milliseconds since 1970), or no file. */
export type Advance = { found: true; modified: number } | { found: false };

/**
 * Reads a file by offset as it grows, in chunks between which other work is let in. That it is still the same file is
 * checked each time: by its identity, its size, and some bytes at its beginning and before the offset. The latter show a
 * file that was written anew with other content, whatever size it has now.
 */
export class GrowingFile {
  private offset = 0;
  private identity?: string;
  /** The first bytes of the file, and the last ones before the offset. */
  private first = Buffer.alloc(0);
  private last = Buffer.alloc(0);

  constructor(
    readonly file: string,
    private readonly chunkBytes = USUAL_CHUNK_BYTES,
  ) {}

  /**
   * Reads up to the present end of the file.
   * @param stopped asked between chunks; what was not read then comes with the next call
   * @throws InputError for what is no file, or cannot be read
   */
  async advance(sink: GrowthSink, stopped: () => boolean = () => false): Promise<Advance> {
    try {
      const handle = await openRegular(this.file, 'a log');
      try {
        return await this.readOn(handle, sink, stopped);
      } finally {
        await handle.close();
      }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' && code !== 'ENOTDIR') throw readingError(error, this.file);
      // What comes in its place is another file, also where it gets the same identity.
      this.identity = undefined;
      return { found: false };
    }
  }

  private async readOn(handle: FileHandle, sink: GrowthSink, stopped: () => boolean): Promise<Advance> {
    const found = await handle.stat({ bigint: true });
    const size = Number(found.size);
    const identity = `${found.dev}:${found.ino}`;
    const same = identity === this.identity && size >= this.offset && (await this.isSameContent(handle));
    if (!same) {
      if (this.offset > 0) sink.restart();
      this.offset = 0;
      this.first = this.last = Buffer.alloc(0);
      this.identity = identity;
    }
    const buffer = Buffer.allocUnsafe(Math.min(this.chunkBytes, Math.max(1, size - this.offset)));
    while (this.offset < size && !stopped()) {
      const wanted = Math.min(buffer.length, size - this.offset);
      const { bytesRead } = await handle.read(buffer, 0, wanted, this.offset);
      // Truncated meanwhile, which the next call sees.
      if (bytesRead === 0) break;
      const chunk = buffer.subarray(0, bytesRead);
      this.remember(chunk);
      sink.bytes(chunk);
      if (this.offset < size) await turn();
    }
    return { found: true, modified: Number(found.mtimeMs) };
  }

  private remember(chunk: Buffer): void {
    this.offset += chunk.length;
    if (this.first.length < COMPARED_BYTES) {
      this.first = Buffer.concat([this.first, chunk.subarray(0, COMPARED_BYTES - this.first.length)]);
    }
    const rest = chunk.length >= COMPARED_BYTES ? Buffer.alloc(0) : this.last;
    this.last = Buffer.from(Buffer.concat([rest, chunk.subarray(-COMPARED_BYTES)]).subarray(-COMPARED_BYTES));
  }

  private async isSameContent(handle: FileHandle): Promise<boolean> {
    const from = this.offset - this.last.length;
    return (await holds(handle, this.first, 0)) && (from === 0 || (await holds(handle, this.last, from)));
  }
}

/** Whether a file has these bytes at this place. */
async function holds(handle: FileHandle, expected: Buffer, position: number): Promise<boolean> {
  if (expected.length === 0) return true;
  const found = Buffer.alloc(expected.length);
  const { bytesRead } = await handle.read(found, 0, found.length, position);
  return bytesRead === found.length && found.equals(expected);
}

/**
 * The beginning of a file.
 * @param longest bytes at most
 * @throws InputError for what is no file, or cannot be read
 */
export async function readBeginning(file: string, longest: number): Promise<Buffer> {
  try {
    const handle = await openRegular(file, 'a log');
    try {
      const head = Buffer.alloc(Math.min(longest, (await handle.stat()).size));
      let length = 0;
      while (length < head.length) {
        const { bytesRead } = await handle.read(head, length, head.length - length, length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
      return head.subarray(0, length);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw readingError(error, file);
  }
}

const reasons: Record<string, string> = {
  ENOENT: 'is not there',
  ENOTDIR: 'is not there',
  EACCES: 'cannot be read: no permission',
  EPERM: 'cannot be read: no permission',
  EISDIR: 'is a folder, expected a log',
  ELOOP: 'cannot be read: its symbolic links lead in a circle',
  ENAMETOOLONG: 'has too long a name',
  EMFILE: 'cannot be read: too many files are open',
};

/** What went wrong with reading, in a line; what is no system error passes unchanged. */
function readingError(error: unknown, file: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof InputError || code === undefined) return error;
  return new InputError(file, reasons[code] ?? `cannot be read (${code})`);
}
