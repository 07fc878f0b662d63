import { brainPrecision, halfPrecision, HOST_IS_LITTLE_ENDIAN, type NumberType } from './elementTypes';

/** Numbers to be computed with. */
export type Numbers = Float32Array | Float64Array;

/** Numbers of a file's type, to be copied out as floating-point numbers. */
export interface Elements {
  readonly length: number;
  /** Copies elements `from` to `to` (exclusive) into `out` from `at` on. */
  copy(from: number, to: number, out: Numbers, at: number): void;
  /** Copies the elements `base + offsets[k]` into `out` from `at` on. */
  gather(base: number, offsets: ArrayLike<number>, out: Numbers, at: number): void;
  /** One element, exact but for 64-bit integers beyond 2^53. */
  value(index: number): number;
  /**
   * The first of the elements `from` to `to` that no floating-point number equals (64-bit integers only), or -1.
   */
  firstInexact(from: number, to: number): number;
  /** One element as text, exact. */
  text(index: number): string;
}

type NativeArray =
  Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array;

const nativeArrays: Record<
  string,
  new (buffer: ArrayBufferLike, start: number, length: number) => NativeArray
> = {
  int1: Int8Array,
  uint1: Uint8Array,
  int2: Int16Array,
  uint2: Uint16Array,
  int4: Int32Array,
  uint4: Uint32Array,
  float4: Float32Array,
  float8: Float64Array,
};

/**
 * Looks at bytes, in this machine's order, as numbers.
 * @param bytes a whole number of elements; copied where they do not lie on a multiple of their size
 */
export function elementsOf(bytes: Uint8Array, type: NumberType): Elements {
  const aligned = bytes.byteOffset % type.bytes === 0 ? bytes : bytes.slice();
  const { buffer, byteOffset } = aligned;
  const length = aligned.length / type.bytes;
  if (type.kind === 'bool') {
    const native = new Uint8Array(buffer, byteOffset, length);
    return converted(length, (index) => (native[index] === 0 ? 0 : 1));
  }
  if (type.kind === 'float' && type.bytes === 2) {
    const native = new Uint16Array(buffer, byteOffset, length);
    const table = type.brain ? brainPrecision() : halfPrecision();
    return converted(length, (index) => table[native[index]]);
  }
  if (type.kind !== 'float' && type.bytes === 8) {
    return wideIntegers(new Uint32Array(buffer, byteOffset, length * 2), type.kind === 'int');
  }
  return plain(new nativeArrays[`${type.kind}${type.bytes}`](buffer, byteOffset, length));
}

/** Types that a typed array holds as they are: a copy is the engine's own. */
function plain(native: NativeArray): Elements {
  return {
    length: native.length,
    copy(from, to, out, at) {
      out.set(native.subarray(from, to), at);
    },
    gather(base, offsets, out, at) {
      for (let k = 0; k < offsets.length; k++) out[at + k] = native[base + offsets[k]];
    },
    value: (index) => native[index],
    firstInexact: () => -1,
    text: (index) => String(native[index]),
  };
}

/** Types whose numbers have to be computed one by one. */
function converted(length: number, value: (index: number) => number): Elements {
  return {
    length,
    copy(from, to, out, at) {
      for (let index = from; index < to; index++) out[at + index - from] = value(index);
    },
    gather(base, offsets, out, at) {
      for (let k = 0; k < offsets.length; k++) out[at + k] = value(base + offsets[k]);
    },
    value,
    firstInexact: () => -1,
    text: (index) => String(value(index)),
  };
}

/** 64-bit integers, as pairs of 32-bit halves. */
function wideIntegers(halves: Uint32Array, signed: boolean): Elements {
  const low = HOST_IS_LITTLE_ENDIAN ? 0 : 1;
  const high = 1 - low;
  const top = (index: number) => (signed ? halves[2 * index + high] | 0 : halves[2 * index + high]);
  const exact = (index: number) => (BigInt(top(index)) << 32n) + BigInt(halves[2 * index + low]);
  const value = (index: number) => top(index) * 4294967296 + halves[2 * index + low];
  return {
    ...converted(halves.length / 2, value),
    firstInexact(from, to) {
      for (let index = from; index < to; index++) {
        const number = value(index);
        if (!Number.isSafeInteger(number) && BigInt(number) !== exact(index)) return index;
      }
      return -1;
    },
    text: (index) => String(exact(index)),
  };
}

/** Position of the first NaN or infinity of `numbers` in `from` to `to` (exclusive), or -1. */
export function firstNonFinite(numbers: Numbers, from: number, to: number): number {
  // Zero times a finite number is zero, times NaN or infinity NaN: four sums find out without a branch an element.
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let index = from;
  for (; index + 3 < to; index += 4) {
    a += numbers[index] * 0;
    b += numbers[index + 1] * 0;
    c += numbers[index + 2] * 0;
    d += numbers[index + 3] * 0;
  }
  for (; index < to; index++) a += numbers[index] * 0;
  if (a + b + c + d === 0) return -1;
  for (index = from; index < to; index++) {
    if (!Number.isFinite(numbers[index])) return index;
  }
  return -1;
}
