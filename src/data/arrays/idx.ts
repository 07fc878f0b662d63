import { InputError } from '../../core/errors';
import { fileSource, heldSource } from '../files/byteSource';
import type { NumberType } from './elementTypes';
import { lookUpFile, readHead } from '../files/fileAccess';
import { inflateWhole, type CompressedPart } from '../files/inflate';
import type { Limits } from '../files/limits';
import type { StoredArray } from './storedArray';
import { elementCount } from '../../core/shape';

/** Element types of IDX files by their code. Source: the format's description on the MNIST page (Y. LeCun). */
const elementTypes: Record<number, NumberType> = {
  0x08: { kind: 'uint', bytes: 1, littleEndian: false },
  0x09: { kind: 'int', bytes: 1, littleEndian: false },
  0x0b: { kind: 'int', bytes: 2, littleEndian: false },
  0x0c: { kind: 'int', bytes: 4, littleEndian: false },
  0x0d: { kind: 'float', bytes: 4, littleEndian: false },
  0x0e: { kind: 'float', bytes: 8, littleEndian: false },
};

interface IdxHeader {
  type: NumberType;
  shape: number[];
  offset: number;
  size: number;
}

/** True where bytes begin as an IDX file: two zeros, a known type, at least one axis. */
export function isIdx(head: Uint8Array): boolean {
  return head.length >= 4 && head[0] === 0 && head[1] === 0 && head[2] in elementTypes && head[3] > 0;
}

/** The header from the first bytes of a file; undefined where more of them are needed. */
function parseIdxHeader(head: Uint8Array, ended: boolean, source: string): IdxHeader | undefined {
  const needed = head.length < 4 ? 4 : 4 + 4 * head[3];
  if (head.length < needed) {
    if (ended) {
      throw new InputError(source, `is cut off within its header: ${head.length} bytes of ${needed}`);
    }
    return undefined;
  }
  if (!isIdx(head)) {
    throw new InputError(source, 'is no IDX file: it does not begin with two zeros, a type and its axes');
  }
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const shape = Array.from({ length: head[3] }, (_, axis) => view.getUint32(4 + 4 * axis));
  const type = elementTypes[head[2]];
  const count = elementCount(shape);
  return { type, shape, offset: needed, size: needed + count * type.bytes };
}

/**
 * Opens an IDX file.
 * @throws InputError where it holds more or fewer bytes than its header promises
 */
export async function openIdx(path: string): Promise<StoredArray> {
  const header = parseIdxHeader(await readHead(path, 4 + 4 * 255), true, path);
  const { size } = await lookUpFile(path);
  if (!header || header.size !== size) {
    const problem = header && header.size < size ? 'has more bytes than its header promises' : 'is cut off';
    throw new InputError(path, `${problem}: ${size} bytes, expected ${header?.size}`);
  }
  return { file: path, source: await fileSource(path, 0, size), fortranOrder: false, ...header };
}

/** Opens a gzipped IDX file, which is inflated into memory. */
export async function openGzippedIdx(part: CompressedPart, limits: Limits): Promise<StoredArray> {
  let header: IdxHeader | undefined;
  const bytes = await inflateWhole(
    part,
    (head, ended) => {
      header = parseIdxHeader(head, ended, part.path);
      return header?.size;
    },
    limits,
  );
  if (!header) throw new InputError(part.path, 'is cut off within its header');
  return { file: part.path, source: heldSource(bytes), fortranOrder: false, ...header };
}
