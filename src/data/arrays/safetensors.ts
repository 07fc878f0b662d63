import { InputError } from '../../core/errors';
import { lookUpFile, readHead, readFully, withFile } from '../files/fileAccess';
import { fileSource } from '../files/byteSource';
import { parseJson } from '../files/json';
import type { NumberType } from './elementTypes';
import { formatShape, type StoredArray } from './storedArray';
import { formatBytes, oneLine } from '../../core/wording';
import { elementCount } from '../../core/shape';

/** Longest header that the format allows. */
const LONGEST_HEADER = 100_000_000;
/** More arrays than any dataset has. */
const MOST_TENSORS = 100_000;
/** Bytes of the length that a file begins with. */
const LENGTH_BYTES = 8;

const little = { littleEndian: true };
const types: Record<string, NumberType> = {
  BOOL: { kind: 'bool', bytes: 1, ...little },
  U8: { kind: 'uint', bytes: 1, ...little },
  I8: { kind: 'int', bytes: 1, ...little },
  U16: { kind: 'uint', bytes: 2, ...little },
  I16: { kind: 'int', bytes: 2, ...little },
  U32: { kind: 'uint', bytes: 4, ...little },
  I32: { kind: 'int', bytes: 4, ...little },
  U64: { kind: 'uint', bytes: 8, ...little },
  I64: { kind: 'int', bytes: 8, ...little },
  F16: { kind: 'float', bytes: 2, ...little },
  BF16: { kind: 'float', bytes: 2, brain: true, ...little },
  F32: { kind: 'float', bytes: 4, ...little },
  F64: { kind: 'float', bytes: 8, ...little },
};

/** An array of a safetensors file as its header tells it. */
export interface Tensor {
  name: string;
  dtype: string;
  shape: number[];
  /** First byte within the file, and number of bytes. */
  start: number;
  size: number;
}

/** True where bytes begin as a safetensors file: the length of the header, and a brace. */
export function isSafetensors(head: Uint8Array): boolean {
  if (head.length <= LENGTH_BYTES || head[LENGTH_BYTES] !== 0x7b) return false;
  const length = new DataView(head.buffer, head.byteOffset).getBigUint64(0, true);
  return length >= 2n && length <= BigInt(LONGEST_HEADER);
}

/**
 * The arrays of a safetensors file, in the order of their names in the header.
 * @throws InputError where the header is damaged, or tells of bytes that there are not
 */
export async function listTensors(file: string): Promise<Tensor[]> {
  const { size } = await lookUpFile(file);
  const head = await readHead(file, LENGTH_BYTES + 1);
  if (!isSafetensors(head)) {
    throw new InputError(file, 'is no safetensors file: it does not begin with a header');
  }
  const length = Number(new DataView(head.buffer).getBigUint64(0, true));
  if (LENGTH_BYTES + length > size) {
    throw new InputError(file, `is cut off: its header would have ${formatBytes(length)}`);
  }
  const bytes = new Uint8Array(length);
  await withFile(file, (handle) => readFully(handle, file, bytes, LENGTH_BYTES));
  const header = parseJson(Buffer.from(bytes.buffer).toString('utf8'), file);
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw new InputError(file, 'is damaged: its header is no object');
  }
  const entries = Object.entries(header).filter(([name]) => name !== '__metadata__');
  if (entries.length > MOST_TENSORS) throw new InputError(file, `has more than ${MOST_TENSORS} arrays`);
  return entries.map(([name, entry]) =>
    tensorOf(file, name, entry, { begin: LENGTH_BYTES + length, end: size }),
  );
}

function isWholeNumber(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function tensorOf(file: string, name: string, entry: unknown, data: { begin: number; end: number }): Tensor {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  const place = `member ${oneLine(name)}`;
  const isDescribed =
    typeof dtype === 'string' &&
    Array.isArray(shape) &&
    shape.every(isWholeNumber) &&
    Array.isArray(offsets) &&
    offsets.length === 2 &&
    offsets.every(isWholeNumber);
  if (!isDescribed) throw new InputError(file, 'is damaged: expected dtype, shape and data_offsets', place);
  const [from, to] = offsets as [number, number];
  if (from > to || data.begin + to > data.end) {
    throw new InputError(file, 'is cut off or damaged: it reaches beyond the end of the file', place);
  }
  return { name, dtype, shape, start: data.begin + from, size: to - from };
}

/**
 * Opens one array of a safetensors file.
 * @throws InputError where its numbers are of a type that is not read, or not as many as its shape has
 */
export async function openTensor(
  file: string,
  { name, dtype, shape, start, size }: Tensor,
): Promise<StoredArray> {
  const place = `member ${oneLine(name)}`;
  if (!Object.hasOwn(types, dtype)) {
    const known = Object.keys(types).join(', ');
    throw new InputError(
      file,
      `holds numbers of the type ${oneLine(dtype)}, expected one of ${known}`,
      place,
    );
  }
  const type = types[dtype];
  const expected = elementCount(shape) * type.bytes;
  if (expected !== size) {
    const problem = `is damaged: ${formatShape(shape)} of ${dtype} take ${expected} bytes, it has ${size}`;
    throw new InputError(file, problem, place);
  }
  const source = await fileSource(file, start, size);
  return { file, member: name, source, offset: 0, type, shape, fortranOrder: false };
}
