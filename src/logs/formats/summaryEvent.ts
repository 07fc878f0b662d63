import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** A scalar in an event. */
export interface ScalarValue {
  tag: string;
  value: number;
}

/** What is read of a TensorFlow `Event`. */
export interface SummaryEvent {
  /** Seconds since 1970. */
  wallTime?: number;
  step: number;
  scalars: ScalarValue[];
}

/** A value of a summary before it is known whether it is a scalar. */
interface RawValue {
  tag: string;
  simple?: number;
  tensor?: number;
  plugin?: string;
}

/** Calls `read` for each field; it reads the value, or answers false to have it skipped. */
function eachField(
  bytes: Uint8Array,
  read: (field: number, wire: WireType, reader: BinaryReader) => boolean,
) {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (!read(field, wire, reader)) reader.skip(wire, field);
  }
}

/**
 * Reads an event of TensorFlow (tensorflow/core/util/event.proto): wall_time 1, step 2, summary 5.
 * @param plugins kinds of the tags known from earlier events: only the first value of a tag tells; is added to
 * @throws RangeError or Error of the protobuf library where the bytes are no message
 */
export function readSummaryEvent(bytes: Uint8Array, plugins: Map<string, string>): SummaryEvent {
  const event: SummaryEvent = { step: 0, scalars: [] };
  eachField(bytes, (field, wire, reader) => {
    if (field === 1 && wire === WireType.Bit64) {
      event.wallTime = reader.double();
    } else if (field === 2 && wire === WireType.Varint) {
      event.step = Number(reader.int64());
    } else if (field === 5 && wire === WireType.LengthDelimited) {
      readSummary(reader.bytes(), plugins, event.scalars);
    } else {
      return false;
    }
    return true;
  });
  return event;
}

/** Summary: value 1. */
function readSummary(bytes: Uint8Array, plugins: Map<string, string>, scalars: ScalarValue[]): void {
  eachField(bytes, (field, wire, reader) => {
    if (field !== 1 || wire !== WireType.LengthDelimited) return false;
    const { tag, simple, tensor, plugin } = readValue(reader.bytes());
    if (plugin !== undefined && !plugins.has(tag)) plugins.set(tag, plugin);
    const kind = plugins.get(tag) ?? '';
    const value = simple ?? (kind === 'scalars' || kind === '' ? tensor : undefined);
    if (value !== undefined) scalars.push({ tag, value });
    return true;
  });
}

/** Value: tag 1, simple_value 2, tensor 8, metadata 9. */
function readValue(bytes: Uint8Array): RawValue {
  const value: RawValue = { tag: '' };
  eachField(bytes, (field, wire, reader) => {
    if (field === 1 && wire === WireType.LengthDelimited) value.tag = reader.string();
    else if (field === 2 && wire === WireType.Bit32) value.simple = reader.float();
    else if (field === 8 && wire === WireType.LengthDelimited) value.tensor = readTensor(reader.bytes());
    else if (field === 9 && wire === WireType.LengthDelimited) value.plugin = readPlugin(reader.bytes());
    else return false;
    return true;
  });
  return value;
}

/** SummaryMetadata: plugin_data 1 {plugin_name 1}. */
function readPlugin(bytes: Uint8Array): string | undefined {
  let name: string | undefined;
  eachField(bytes, (field, wire, reader) => {
    if (field !== 1 || wire !== WireType.LengthDelimited) return false;
    eachField(reader.bytes(), (inner, innerWire, innerReader) => {
      if (inner !== 1 || innerWire !== WireType.LengthDelimited) return false;
      name = innerReader.string();
      return true;
    });
    return true;
  });
  return name;
}

/** Element types of TensorProto whose scalars are read, with their size in `tensor_content`. */
const elements: Record<number, { size: number; get(view: DataView): number }> = {
  1: { size: 4, get: (view) => view.getFloat32(0, true) },
  2: { size: 8, get: (view) => view.getFloat64(0, true) },
  3: { size: 4, get: (view) => view.getInt32(0, true) },
  9: { size: 8, get: (view) => Number(view.getBigInt64(0, true)) },
};

/** Fields of TensorProto that hold values one by one: float_val, double_val, int_val, int64_val. */
const valueFields: Record<number, (reader: BinaryReader) => number> = {
  5: (reader) => reader.float(),
  6: (reader) => reader.double(),
  7: (reader) => reader.int32(),
  10: (reader) => Number(reader.int64()),
};

/** TensorProto: dtype 1, tensor_shape 2, tensor_content 4, values as above. @returns the number, where it holds just one */
function readTensor(bytes: Uint8Array): number | undefined {
  let type = 0;
  let ranked = false;
  let content: Uint8Array | undefined;
  const values: number[] = [];
  eachField(bytes, (field, wire, reader) => {
    const read = valueFields[field];
    if (field === 1 && wire === WireType.Varint) {
      type = reader.int32();
    } else if (field === 2 && wire === WireType.LengthDelimited) {
      ranked = reader.bytes().length > 0;
    } else if (field === 4 && wire === WireType.LengthDelimited) {
      content = reader.bytes();
    } else if (read && wire === WireType.LengthDelimited) {
      const packed = new BinaryReader(reader.bytes());
      // Two are enough to see that it is no scalar.
      while (packed.pos < packed.len && values.length < 2) values.push(read(packed));
    } else if (read) {
      values.push(read(reader));
    } else {
      return false;
    }
    return true;
  });
  const element = elements[type];
  if (!element || ranked) return undefined;
  if (content?.length === element.size) {
    return element.get(new DataView(content.buffer, content.byteOffset, content.length));
  }
  return values.length === 1 ? values[0] : undefined;
}
