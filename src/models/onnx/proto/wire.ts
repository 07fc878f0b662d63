import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** Bytes that are no protocol buffer of the expected kind. Becomes an InputError where the file's name is known. */
export class WireError extends Error {}

/** One field of a message: `bytes[start, end)` with its tag, the value alone from `valueStart`. */
export interface Field {
  number: number;
  wire: WireType;
  start: number;
  valueStart: number;
  end: number;
  message: Uint8Array;
}

const utf8 = new TextDecoder();

/** Runs one step of the library's reader; what it throws at broken bytes becomes a WireError. */
function guarded<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw new WireError(error instanceof Error ? error.message : String(error));
  }
}

/**
 * The fields of a message in the order of its bytes, none copied.
 * @throws WireError where the bytes end inside a field or are no fields at all
 */
export function* fields(message: Uint8Array): Generator<Field> {
  const reader = new BinaryReader(message);
  const next = (): Field => {
    const start = reader.pos;
    const [number, wire] = reader.tag();
    if (wire === WireType.StartGroup || wire === WireType.EndGroup) {
      throw new WireError('groups are not used');
    }
    const valueStart = reader.pos;
    reader.skip(wire, number);
    return { number, wire, start, valueStart, end: reader.pos, message };
  };
  while (reader.pos < reader.len) yield guarded(next);
}

/** Checks a field's wire type. */
function expectWire(field: Field, wire: WireType): void {
  if (field.wire !== wire) {
    throw new WireError(`field ${field.number} has wire type ${field.wire}, expected ${wire}`);
  }
}

/** The bytes of a field that holds a message, bytes or packed numbers; not a copy. */
export function bytesOf(field: Field): Uint8Array {
  expectWire(field, WireType.LengthDelimited);
  const value = field.message.subarray(field.valueStart, field.end);
  return guarded(() => new BinaryReader(value).bytes());
}

/** A text field. */
export function textOf(field: Field): string {
  return utf8.decode(bytesOf(field));
}

/** An integer field; integers beyond 2^53 lose their last digits. */
export function integerOf(field: Field): number {
  expectWire(field, WireType.Varint);
  const value = field.message.subarray(field.valueStart, field.end);
  return guarded(() => Number(new BinaryReader(value).int64()));
}

/** A float field. */
export function floatOf(field: Field): number {
  expectWire(field, WireType.Bit32);
  return viewOf(field.message).getFloat32(field.valueStart, true);
}

/** A view of the same bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Appends the integers of a repeated field, packed or one by one. */
export function appendIntegers(field: Field, out: number[]): void {
  if (field.wire !== WireType.LengthDelimited) {
    out.push(integerOf(field));
    return;
  }
  const packed = bytesOf(field);
  const reader = new BinaryReader(packed);
  while (reader.pos < packed.length) out.push(guarded(() => Number(reader.int64())));
}

/** Appends the floats (4 bytes) or doubles (8 bytes) of a repeated field, packed or one by one. */
export function appendFloats(field: Field, size: 4 | 8, out: number[]): void {
  const packed = field.wire === WireType.LengthDelimited;
  if (!packed) expectWire(field, size === 4 ? WireType.Bit32 : WireType.Bit64);
  const bytes = packed ? bytesOf(field) : field.message.subarray(field.valueStart, field.end);
  if (bytes.length % size) throw new WireError(`field ${field.number} ends inside a number`);
  const view = viewOf(bytes);
  for (let at = 0; at < bytes.length; at += size) {
    out.push(size === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true));
  }
}
