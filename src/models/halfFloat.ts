/** Every float16 as a number, made when the first one is needed. */
let halfTable: Float32Array | undefined;

/** One IEEE 754 binary16 as a number. */
function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Numbers of IEEE 754 binary16 bit patterns, each exactly. */
export function decodeHalf(bits: ArrayLike<number>): Float32Array {
  halfTable ??= Float32Array.from({ length: 65536 }, (_, index) => halfValue(index));
  const out = new Float32Array(bits.length);
  for (let i = 0; i < out.length; i++) out[i] = halfTable[bits[i]];
  return out;
}

/** Rounds to the nearest integer, ties to the even one. */
function roundTiesToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** The bit pattern of the IEEE 754 binary16 nearest to a number (ties to even, too large ones to infinity). */
export function encodeHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65520) return sign | 0x7c00;
  if (size < 2 ** -14) return sign | roundTiesToEven(size * 2 ** 24);
  const exponent = Math.floor(Math.log2(size));
  // log2 may round up just below a power of two.
  const whole = size < 2 ** exponent ? exponent - 1 : exponent;
  const fraction = roundTiesToEven((size / 2 ** whole - 1) * 1024);
  return sign | (((whole + 15) << 10) + fraction);
}
