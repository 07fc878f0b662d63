import { InputError } from '../../core/errors';
import { lookUp, readHead } from './fileAccess';
import { isHdf5 } from '../arrays/hdf5';
import { isIdx } from '../arrays/idx';
import { inflated, type CompressedPart } from './inflate';
import { isNpy } from '../arrays/npyHeader';
import { isSafetensors } from '../arrays/safetensors';
import { otherFormats } from './otherFormats';

/** What a path leads to, told by its first bytes and not by its name. */
export type FileFormat =
  'npy' | 'npz' | 'safetensors' | 'hdf5' | 'idx' | 'gzip' | 'parquet' | 'text' | 'folder';

/** What could have been read, for messages. */
const READABLE = '.npy, .npz, safetensors, HDF5, IDX, Parquet, CSV or TSV, or a folder of images';

function beginsWith(head: Uint8Array, beginning: readonly number[]): boolean {
  return beginning.every((byte, index) => head[index] === byte);
}

/**
 * The format of a file or folder.
 * @throws InputError where there is none, it is empty, or of a format that is not read here
 */
export async function detectFormat(path: string): Promise<FileFormat> {
  const stats = await lookUp(path);
  if (stats.isDirectory()) return 'folder';
  const head = await readHead(path, 4096);
  if (head.length === 0) throw new InputError(path, 'is empty');
  return formatOfBytes(head, path);
}

/** The format of what a gzipped file holds. */
export async function detectInflatedFormat(part: CompressedPart): Promise<FileFormat> {
  for await (const chunk of inflated(part)) return formatOfBytes(chunk, part.path);
  throw new InputError(part.path, 'is empty when inflated');
}

function formatOfBytes(head: Uint8Array, path: string): FileFormat {
  if (isNpy(head)) return 'npy';
  // A table may begin with any word, but has no such bytes.
  const isBinary = head[0] >= 0x80 || head.some((byte) => byte < 9);
  const other = isBinary ? otherFormats.find(({ begins }) => begins(head)) : undefined;
  // IDX and safetensors begin with numbers that may be anything.
  if (other && !isIdx(head) && !isSafetensors(head)) throw new InputError(path, `is ${other.describe(path)}`);
  if (beginsWith(head, [0x50, 0x4b, 0x03, 0x04]) || beginsWith(head, [0x50, 0x4b, 0x05, 0x06])) return 'npz';
  if (beginsWith(head, [0x1f, 0x8b])) return 'gzip';
  if (isHdf5(head)) return 'hdf5';
  if (isSafetensors(head)) return 'safetensors';
  if (isIdx(head)) return 'idx';
  if (beginsWith(head, [0x50, 0x41, 0x52, 0x31])) return 'parquet';
  const promised = /\.(npy|npz|idx)$|ubyte$/i.exec(path.replace(/\.gz$/i, ''));
  if (promised || head.subarray(0, 4096).includes(0)) {
    throw new InputError(
      path,
      `is no ${promised ? `${promised[0]} file` : 'dataset file'}: expected ${READABLE}`,
    );
  }
  return 'text';
}
