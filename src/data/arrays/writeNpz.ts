import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { encodeNpy, type WritableArray } from './npy';

/** An array to be written: its numbers, and its shape where it has more than one axis. */
export interface NamedArray {
  name: string;
  data: WritableArray;
  shape?: readonly number[];
}

/**
 * Writes arrays as an `.npz`. They are stored, not compressed, so that they can be read one by one, and without the time of
 * day, so that the same arrays give the same bytes.
 */
export async function writeNpz(file: string, arrays: Iterable<NamedArray>): Promise<void> {
  const zip = new ZipFile();
  const written = pipeline(zip.outputStream, createWriteStream(file));
  for (const { name, data, shape } of arrays) {
    const bytes = encodeNpy(data, shape);
    zip.addBuffer(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), `${name}.npy`, {
      compress: false,
      mtime: new Date(1980, 0, 1),
      mode: 0o100644,
    });
  }
  zip.end();
  await written;
}
