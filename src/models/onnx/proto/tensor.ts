import { decodeHalf } from '../../halfFloat';
import { OnnxElementType, type ExternalReference, type OnnxTensor } from './proto';
import { appendFloats, appendIntegers, bytesOf, fields, integerOf, textOf, viewOf, WireError } from './wire';
import { elementCount } from '../../../core/shape';

/** Constants larger than this are weights, whose values nobody asks for. */
const LARGEST_CONSTANT = 2 ** 20;

/** Reads the entries of `external_data`. */
function parseExternal(entries: Uint8Array[]): ExternalReference {
  const values = new Map<string, string>();
  for (const entry of entries) {
    let key = '';
    let value = '';
    for (const field of fields(entry)) {
      if (field.number === 1) key = textOf(field);
      else if (field.number === 2) value = textOf(field);
    }
    values.set(key, value);
  }
  const whole = (key: string): number | undefined => {
    const text = values.get(key);
    if (text === undefined) return undefined;
    if (!/^\d{1,15}$/.test(text)) throw new WireError(`the ${key} of external data is '${text}'`);
    return Number(text);
  };
  return { location: values.get('location') ?? '', offset: whole('offset') ?? 0, length: whole('length') };
}

/** Reads a TensorProto's head. */
export function parseTensor(bytes: Uint8Array): OnnxTensor {
  const tensor: OnnxTensor = { name: '', dims: [], elementType: 0, bytes };
  const entries: Uint8Array[] = [];
  let external = false;
  for (const field of fields(bytes)) {
    if (field.number === 1) appendIntegers(field, tensor.dims);
    else if (field.number === 2) tensor.elementType = integerOf(field);
    else if (field.number === 8) tensor.name = textOf(field);
    else if (field.number === 13) entries.push(bytesOf(field));
    else if (field.number === 14) external = integerOf(field) === 1;
  }
  if (tensor.dims.some((size) => size < 0)) {
    throw new WireError(`tensor '${tensor.name}' has a negative axis`);
  }
  if (external) tensor.external = parseExternal(entries);
  return tensor;
}

/** Decodes `raw_data` of the types that constants have. */
function rawValues(raw: Uint8Array, elementType: number): number[] | undefined {
  const view = viewOf(raw);
  const each = (size: number, read: (at: number) => number): number[] =>
    Array.from({ length: Math.floor(raw.length / size) }, (_, i) => read(i * size));
  switch (elementType) {
    case OnnxElementType.float32:
      return each(4, (at) => view.getFloat32(at, true));
    case OnnxElementType.float64:
      return each(8, (at) => view.getFloat64(at, true));
    case OnnxElementType.float16:
      return Array.from(decodeHalf(each(2, (at) => view.getUint16(at, true))));
    case OnnxElementType.bfloat16:
      return bfloatValues(each(2, (at) => view.getUint16(at, true)));
    case OnnxElementType.int32:
      return each(4, (at) => view.getInt32(at, true));
    case OnnxElementType.int64:
      return each(8, (at) => Number(view.getBigInt64(at, true)));
    case OnnxElementType.uint8:
    case OnnxElementType.bool:
      return Array.from(raw);
    case 3:
      return each(1, (at) => view.getInt8(at));
    default:
      return undefined;
  }
}

/** Numbers of bfloat16 bit patterns: the upper halves of float32. */
function bfloatValues(bits: number[]): number[] {
  return Array.from(new Float32Array(Uint32Array.from(bits, (half) => half << 16).buffer));
}

/**
 * The values of a small constant, row-major.
 * @returns undefined for large and non-numeric tensors, external ones that were not read, and where the values do not fill the shape
 */
export function tensorValues(tensor: OnnxTensor): number[] | undefined {
  const count = elementCount(tensor.dims);
  if (count > LARGEST_CONSTANT) return undefined;
  if (tensor.external) {
    const stored = tensor.external.bytes && rawValues(tensor.external.bytes, tensor.elementType);
    return stored?.length === count ? stored : undefined;
  }
  const typed: number[] = [];
  let raw: number[] | undefined;
  for (const field of fields(tensor.bytes)) {
    if (field.number === 4) {
      appendFloats(field, 4, typed);
    } else if (field.number === 10) {
      appendFloats(field, 8, typed);
    } else if (field.number === 5 || field.number === 7) {
      appendIntegers(field, typed);
    } else if (field.number === 9) {
      const bytes = bytesOf(field);
      if (bytes.length > LARGEST_CONSTANT * 8) return undefined;
      raw = rawValues(bytes, tensor.elementType);
    }
  }
  const values = raw?.length ? raw : fromTyped(typed, tensor.elementType);
  return values.length === count ? values : undefined;
}

/** The texts of a constant: TensorProto {6 string_data}. */
export function tensorTexts(tensor: OnnxTensor): string[] {
  return [...fields(tensor.bytes)].filter((field) => field.number === 6).map(textOf);
}

/** `int32_data` holds half floats as bit patterns; everything else is what it says. */
function fromTyped(values: number[], elementType: number): number[] {
  if (elementType === OnnxElementType.float16) {
    return Array.from(decodeHalf(values.map((value) => value & 0xffff)));
  }
  if (elementType === OnnxElementType.bfloat16) return bfloatValues(values);
  return values;
}
