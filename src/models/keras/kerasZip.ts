import { inflateRawSync } from 'node:zlib';
import yauzl from 'yauzl';
import { InputError } from '../../core/errors';

/** Members of a `.keras` file that are looked at. */
const MOST_MEMBERS = 1000;

/** Bytes of a member that no memory is asked for beyond. */
const LARGEST_MEMBER = 2 ** 31 - 1;

/**
 * Files in a zip archive, by name; only those asked for.
 * @throws InputError where it is damaged, or a file is too large
 */
export async function readZip(
  bytes: Uint8Array,
  source: string,
  wanted: readonly string[],
): Promise<{ files: Map<string, Uint8Array>; names: string[] }> {
  const files = new Map<string, Uint8Array>();
  const names: string[] = [];
  try {
    const archive = await yauzl.fromBufferPromise(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), {
      autoClose: false,
    });
    for await (const entry of archive.eachEntry()) {
      names.push(entry.fileName);
      if (names.length > MOST_MEMBERS) throw new InputError(source, `has more than ${MOST_MEMBERS} members`);
      if (!wanted.includes(entry.fileName)) continue;
      const size = entry.uncompressedSize;
      if (size > LARGEST_MEMBER) {
        throw new InputError(source, `is ${size} bytes, expected at most ${LARGEST_MEMBER}`, entry.fileName);
      }
      const { fileDataStart } = await archive.readLocalFileHeaderPromise(entry, { minimal: true });
      const packed = bytes.subarray(fileDataStart, fileDataStart + entry.compressedSize);
      const whole =
        entry.compressionMethod === 0 ? packed : inflateRawSync(packed, { maxOutputLength: size + 1 });
      if (whole.length !== size) {
        throw new InputError(source, 'is damaged: its size is not what it says', entry.fileName);
      }
      files.set(entry.fileName, whole);
    }
    return { files, names };
  } catch (error) {
    if (error instanceof InputError) throw error;
    const said = error instanceof Error ? error.message : String(error);
    throw new InputError(source, `is a damaged archive (${said})`);
  }
}
