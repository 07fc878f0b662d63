import type { Tensor } from 'onnxruntime-web';
import { InputError } from '../../core/errors';
import { decodeHalf, encodeHalf } from '../halfFloat';
import type { ModelInput, TensorData } from '../runner';
import type { TensorValues } from './onnxBackend';

/** Integer types: array to make and the numbers it holds. */
const integers: Readonly<Record<string, { make: (size: number) => TensorValues; min: number; max: number }>> =
  {
    bool: { make: (size) => new Uint8Array(size), min: 0, max: 1 },
    uint8: { make: (size) => new Uint8Array(size), min: 0, max: 255 },
    int8: { make: (size) => new Int8Array(size), min: -128, max: 127 },
    uint16: { make: (size) => new Uint16Array(size), min: 0, max: 65535 },
    int16: { make: (size) => new Int16Array(size), min: -32768, max: 32767 },
    uint32: { make: (size) => new Uint32Array(size), min: 0, max: 2 ** 32 - 1 },
    int32: { make: (size) => new Int32Array(size), min: -(2 ** 31), max: 2 ** 31 - 1 },
    uint64: { make: (size) => new BigUint64Array(size), min: 0, max: Number.MAX_SAFE_INTEGER },
    int64: {
      make: (size) => new BigInt64Array(size),
      min: Number.MIN_SAFE_INTEGER,
      max: Number.MAX_SAFE_INTEGER,
    },
  };

/** True where the numbers of a batch are what a model's input of this type takes. */
export function isOfType(batch: TensorData, type: string): boolean {
  return type === (batch instanceof Float32Array ? 'float32' : 'float64');
}

/**
 * A copy of a batch in the model's element type, zeros behind it up to `size` elements.
 * @throws InputError when the model takes integers and a value is none, or too large
 */
export function toElementType(
  source: string,
  input: ModelInput,
  batch: TensorData,
  size: number,
): TensorValues {
  if (input.type === 'float32' || input.type === 'float64') {
    const out = input.type === 'float32' ? new Float32Array(size) : new Float64Array(size);
    out.set(batch);
    return out;
  }
  if (input.type === 'float16') {
    const out = new Uint16Array(size);
    for (let i = 0; i < batch.length; i++) out[i] = encodeHalf(batch[i]);
    return out;
  }
  const { make, min, max } = integers[input.type];
  const out = make(size);
  for (let i = 0; i < batch.length; i++) {
    const value = batch[i];
    if (!Number.isInteger(value) || value < min || value > max) {
      throw new InputError(
        source,
        `input '${input.name}' takes ${input.type} (whole numbers from ${min} to ${max}), found ${value}`,
      );
    }
    if (out instanceof BigInt64Array || out instanceof BigUint64Array) out[i] = BigInt(value);
    else out[i] = value;
  }
  return out;
}

/**
 * A tensor's numbers as float32 or float64.
 * @returns undefined for tensors that hold no floating-point numbers
 */
export function floatsOf(tensor: { readonly type: string; readonly data: unknown }): TensorData | undefined {
  const { data } = tensor;
  if (data instanceof Float32Array || data instanceof Float64Array) return data;
  if (tensor.type !== 'float16' || !ArrayBuffer.isView(data)) return undefined;
  // Newer versions of Node have half floats of their own; their bits are the same.
  return decodeHalf(new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2));
}

/** Whole numbers of a tensor, as class labels come; undefined for tensors of anything else. */
export function integersOf(tensor: Tensor): ArrayLike<number> | undefined {
  const { data } = tensor;
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Array.from(data, Number);
  if (Array.isArray(data) || floatsOf(tensor)) return undefined;
  return data as Exclude<typeof data, string[]>;
}
