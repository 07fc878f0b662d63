import { InputError } from '../../core/errors';
import { HOST_IS_LITTLE_ENDIAN, type ElementType, type NumberType } from './elementTypes';
import { LiteralError, parsePythonLiteral, type PythonValue } from './pythonLiteral';
import { oneLine } from '../../core/wording';
import { elementCount } from '../../core/shape';

/** What the header of an `.npy` file says. Format: numpy.lib.format, versions 1.0, 2.0 and 3.0. */
export interface NpyHeader {
  type: ElementType;
  fortranOrder: boolean;
  shape: number[];
  /** Byte at which the numbers begin. */
  offset: number;
  /** Bytes of the whole file: header and numbers. */
  size: number;
}

/** Longest header that is read; NumPy itself stops at 10,000 characters. */
export const LONGEST_HEADER = 64 * 1024;

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** True where bytes begin as every `.npy` file does. */
export function isNpy(bytes: Uint8Array): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}

/**
 * Reads the header from the first bytes of a file.
 * @param head at least the first `LONGEST_HEADER` bytes, or the whole of a smaller file
 * @param ended true where nothing follows `head`
 * @returns undefined where more bytes are needed
 * @throws InputError where it is no header, or one of data that is neither numbers nor text
 */
export function parseNpyHeader(
  head: Uint8Array,
  ended: boolean,
  source: string,
  place?: string,
): NpyHeader | undefined {
  const refuse = (problem: string) => new InputError(source, problem, place);
  if (head.length < 12) {
    if (ended) throw refuse(`is ${head.length} bytes long, too short for an .npy array`);
    return undefined;
  }
  if (!isNpy(head)) throw refuse('is no .npy array: it does not begin with \\x93NUMPY');
  const version = head[6];
  if (version < 1 || version > 3 || head[7] !== 0) {
    throw refuse(`has .npy version ${version}.${head[7]}, expected 1.0, 2.0 or 3.0`);
  }
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const start = version === 1 ? 10 : 12;
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > LONGEST_HEADER) {
    throw refuse(`has a header of ${length} bytes, expected at most ${LONGEST_HEADER}`);
  }
  if (head.length < start + length) {
    if (ended) throw refuse(`is cut off within its header: ${head.length} bytes of ${start + length}`);
    return undefined;
  }
  const text = Buffer.from(head.buffer, head.byteOffset + start, length).toString(
    version === 3 ? 'utf8' : 'latin1',
  );
  return interpret(text, start + length, refuse);
}

function interpret(text: string, offset: number, refuse: (problem: string) => InputError): NpyHeader {
  let header: PythonValue;
  try {
    header = parsePythonLiteral(text);
  } catch (error) {
    throw refuse(
      error instanceof LiteralError ? `has a header that cannot be read: ${error.message}` : String(error),
    );
  }
  const keys = header instanceof Map ? [...header.keys()].sort().join(', ') : 'no dictionary';
  if (!(header instanceof Map) || keys !== 'descr, fortran_order, shape') {
    throw refuse(`has a header with ${oneLine(keys)}, expected descr, fortran_order, shape`);
  }
  const fortranOrder = header.get('fortran_order');
  if (typeof fortranOrder !== 'boolean') {
    throw refuse('has a header whose fortran_order is neither True nor False');
  }
  const shape = header.get('shape');
  if (!Array.isArray(shape) || !shape.every(isAxisLength) || shape.length > 64) {
    throw refuse('has a header whose shape is no list of whole numbers');
  }
  const type = elementType(header.get('descr'), refuse);
  const count = elementCount(shape);
  return { type, fortranOrder, shape, offset, size: offset + count * type.bytes };
}

function isAxisLength(value: PythonValue): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

const numberKinds: Record<string, { kind: NumberType['kind']; sizes: number[] }> = {
  b: { kind: 'bool', sizes: [1] },
  i: { kind: 'int', sizes: [1, 2, 4, 8] },
  u: { kind: 'uint', sizes: [1, 2, 4, 8] },
  f: { kind: 'float', sizes: [2, 4, 8] },
};

/** Type of a NumPy type code such as `<f4`, `|u1`, `>U10`. */
function elementType(code: PythonValue | undefined, refuse: (problem: string) => InputError): ElementType {
  if (typeof code !== 'string') throw refuse('holds records (a structured type), expected plain numbers');
  const match = /^([<>|=])([a-zA-Z])(\d{0,9})$/.exec(code);
  if (!match) throw refuse(`has elements of type ${JSON.stringify(code)}, expected numbers`);
  const [, order, letter, digits] = match;
  const bytes = Number(digits);
  const littleEndian = order === '=' ? HOST_IS_LITTLE_ENDIAN : order !== '>';
  const known = numberKinds[letter];
  if (known?.sizes.includes(bytes)) return { kind: known.kind, bytes, littleEndian };
  if (letter === 'U' && bytes > 0) return { kind: 'unicode', bytes: bytes * 4, littleEndian };
  if (letter === 'S' && bytes > 0) return { kind: 'ascii', bytes, littleEndian };
  const reason = letter === 'O' ? 'pickled Python objects' : `type '${code}'`;
  const cure =
    letter === 'O'
      ? ' (np.save(file, np.array(list(a), dtype=np.float32)) writes numbers, dtype=str words)'
      : '';
  throw refuse(`holds ${reason}, expected bool, integers, float16, float32 or float64${cure}`);
}
