import { InputError } from '../../core/errors';
import { fileSource, heldSource, type ByteSource } from '../files/byteSource';
import { HOST_IS_LITTLE_ENDIAN } from './elementTypes';
import { lookUpFile } from '../files/fileAccess';
import { LONGEST_HEADER, parseNpyHeader, type NpyHeader } from './npyHeader';
import type { StoredArray } from './storedArray';
import { oneLine } from '../../core/wording';
import { elementCount } from '../../core/shape';

/** Sizes of file and header compared. @throws InputError where they differ */
export function checkNpySize(header: NpyHeader, size: number, source: string, place?: string): void {
  if (header.size !== size) {
    const problem = header.size > size ? 'is cut off' : 'has more bytes than its header promises';
    throw new InputError(source, `${problem}: ${size} bytes, expected ${header.size}`, place);
  }
}

/**
 * The array in a source of bytes that holds a whole `.npy` file.
 * @throws InputError where the header is damaged or promises another size than there is
 */
export async function npyOfSource(source: ByteSource, file: string, member?: string): Promise<StoredArray> {
  const head = new Uint8Array(Math.min(source.size, LONGEST_HEADER + 12));
  await source.reading((readAt) => readAt(0, head));
  return located(head, source, file, member);
}

function located(head: Uint8Array, source: ByteSource, file: string, member?: string): StoredArray {
  const place = member === undefined ? undefined : `member ${oneLine(member)}`;
  const header = parseNpyHeader(head, true, file, place);
  if (!header) throw new InputError(file, 'is cut off within its header', place);
  checkNpySize(header, source.size, file, place);
  return { file, member, source, ...header };
}

/**
 * The array in bytes that are a whole `.npy` file.
 * @throws InputError as npyOfSource
 */
export function npyOfBytes(bytes: Uint8Array, file: string, member?: string): StoredArray {
  return located(bytes, heldSource(bytes), file, member);
}

/** Opens an `.npy` file. */
export async function openNpy(path: string): Promise<StoredArray> {
  const { size } = await lookUpFile(path);
  return npyOfSource(await fileSource(path, 0, size), path);
}

/** Arrays that can be written. */
export type WritableArray = Uint8Array | Int32Array | BigInt64Array | Float32Array | Float64Array;

/**
 * The bytes of an `.npy` file (version 1.0, C order, header padded to 64 bytes as NumPy does).
 * @param shape axes whose product is the array's length
 * @throws RangeError where shape and length disagree
 */
export function encodeNpy(array: WritableArray, shape: readonly number[] = [array.length]): Uint8Array {
  const count = elementCount(shape);
  if (count !== array.length) {
    throw new RangeError(`shape [${shape.join(', ')}] holds ${count} numbers, the array ${array.length}`);
  }
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${typeCode(array)}', 'fortran_order': False, 'shape': (${axes}), }`;
  const size = Math.ceil((10 + text.length + 1) / 64) * 64;
  const header = Buffer.alloc(size, ' ');
  header.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  header.writeUInt16LE(size - 10, 8);
  header.write(text, 10, 'latin1');
  header[size - 1] = 0x0a;
  const bytes = new Uint8Array(size + array.byteLength);
  bytes.set(header);
  bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), size);
  return bytes;
}

function typeCode(array: WritableArray): string {
  if (array instanceof Uint8Array) return '|u1';
  const order = HOST_IS_LITTLE_ENDIAN ? '<' : '>';
  return `${order}${array instanceof Int32Array || array instanceof BigInt64Array ? 'i' : 'f'}${array.BYTES_PER_ELEMENT}`;
}
