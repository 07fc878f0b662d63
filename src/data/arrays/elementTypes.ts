/** A number as a file stores it. */
export interface NumberType {
  kind: 'bool' | 'int' | 'uint' | 'float';
  /** Bytes of one number: 1, 2, 4 or 8. */
  bytes: number;
  littleEndian: boolean;
  /** True for 16-bit floats with 8 bits of exponent (bfloat16). */
  brain?: boolean;
}

/** Text as NumPy stores it, always filled up with zeros: `bytes` of one entry, 4 a character for `unicode`. */
export interface TextType {
  kind: 'unicode' | 'ascii';
  bytes: number;
  littleEndian: boolean;
}

export type ElementType = NumberType | TextType;

/** True for the types that hold numbers. */
export function isNumberType(type: ElementType): type is NumberType {
  return type.kind !== 'unicode' && type.kind !== 'ascii';
}

/** The type's usual name: `float32`, `uint8`, `bool`. */
export function typeName(type: ElementType): string {
  if (isNumberType(type) && type.brain) return 'bfloat16';
  return isNumberType(type) && type.kind !== 'bool' ? `${type.kind}${type.bytes * 8}` : type.kind;
}

/** True on machines that store the low byte first. */
export const HOST_IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Brings bytes into this machine's order, in place. */
export function toHostOrder(bytes: Uint8Array, type: ElementType): void {
  const width = type.kind === 'unicode' ? 4 : type.kind === 'ascii' ? 1 : type.bytes;
  if (width === 1 || type.littleEndian === HOST_IS_LITTLE_ENDIAN) return;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (width === 2) {
    buffer.swap16();
  } else if (width === 4) {
    buffer.swap32();
  } else {
    buffer.swap64();
  }
}

let brainTable: Float32Array | undefined;

/** All 65,536 bfloat16 numbers by their bits: those of the upper half of a float32. */
export function brainPrecision(): Float32Array {
  brainTable ??= new Float32Array(Uint32Array.from({ length: 65536 }, (_, bits) => bits * 65536).buffer);
  return brainTable;
}

let halfTable: Float32Array | undefined;

/** All 65,536 half-precision numbers (IEEE 754 binary16), by their bits. */
export function halfPrecision(): Float32Array {
  if (!halfTable) {
    halfTable = new Float32Array(65536);
    for (let bits = 0; bits < 65536; bits++) {
      const exponent = (bits >> 10) & 31;
      const fraction = bits & 1023;
      const magnitude =
        exponent === 0
          ? fraction * 2 ** -24
          : exponent === 31
            ? fraction === 0
              ? Infinity
              : NaN
            : (1024 + fraction) * 2 ** (exponent - 25);
      halfTable[bits] = bits & 0x8000 ? -magnitude : magnitude;
    }
  }
  return halfTable;
}
