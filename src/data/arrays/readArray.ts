import { InputError } from '../../core/errors';
import { hold } from '../files/byteSource';
import { elementsOf } from './elements';
import { isNumberType, toHostOrder, typeName } from './elementTypes';
import { limitAdvice, presentLimits, type Limits } from '../files/limits';
import { npyOfBytes } from './npy';
import { openArray } from './openArray';
import { columnMajorPositions, placeOfArray, type StoredArray } from './storedArray';
import { formatBytes } from '../../core/wording';
import { elementCount } from '../../core/shape';

/** A whole array in memory, row-major. */
export interface NumberArray {
  shape: number[];
  /** Type in the file: `float32`, `uint8`, `bool`, … */
  type: string;
  /**
   * The file's own type where JavaScript has it; bool is Uint8Array, float16 and bfloat16 Float32Array, 64-bit integers Float64Array.
   */
  data: NumberArrayData;
}

type NumberArrayData =
  Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array;

const arrays: Record<string, new (length: number) => NumberArrayData> = {
  bool: Uint8Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  float16: Float32Array,
  bfloat16: Float32Array,
  float32: Float32Array,
};

/**
 * Reads a whole array from `.npy`, `.npz` (`file.npz:member`, or its only member) or IDX.
 * @throws InputError where it is damaged, over the limit, no array of numbers, or holds integers that are not exact
 */
export async function readArray(path: string, limits: Limits = presentLimits()): Promise<NumberArray> {
  const array = await openArray(path, 'only', limits, []);
  if (array.source.size > limits.bytes) {
    throw new InputError(
      path,
      `is ${formatBytes(array.source.size)}, ${limitAdvice(limits, 'bytes', array.source.size)}`,
    );
  }
  return numbersOf(array, await hold(array.source, path));
}

/**
 * Reads the bytes of an `.npy` file, which are left as they are.
 * @param source how to name them in errors
 * @throws InputError
 */
export function readNpy(buffer: Uint8Array, source = 'array'): NumberArray {
  return numbersOf(npyOfBytes(buffer, source), buffer);
}

/** Converts a stored array to a typed array in C order. */
function numbersOf(array: StoredArray, bytes: Uint8Array): NumberArray {
  const { type, shape, offset, file } = array;
  if (!isNumberType(type)) throw new InputError(file, 'holds text, expected numbers', placeOfArray(array));
  const own = bytes.slice(offset);
  toHostOrder(own, type);
  const elements = elementsOf(own, type);
  const inexact = elements.firstInexact(0, elements.length);
  if (inexact >= 0) {
    throw new InputError(
      file,
      `element ${inexact} is ${elements.text(inexact)}, which no floating-point number equals`,
      placeOfArray(array),
    );
  }
  const data = new (arrays[typeName(type)] ?? Float64Array)(elementCount(shape));
  const source = array.fortranOrder ? columnMajorPositions(shape) : undefined;
  for (let index = 0; index < data.length; index++) {
    data[index] = elements.value(source ? source[index] : index);
  }
  return { shape: [...shape], type: typeName(type), data };
}
