import { crc32, deflateRawSync, gunzipSync, gzipSync, inflateRawSync } from 'node:zlib';
import type { Random } from '../../src/core/random';
import { eventRecord } from '../helpers/eventRecord';
import { mutateJson } from './jsonMutations';
import { mutateBytes, mutateText, pick, spliced, type Mutation } from './mutations';

/** What is inside is changed and packed again, so that the change is read and not only the checksum. */
function inside(
  inner: Mutation,
  change: (bytes: Buffer, mutate: Mutation, random: Random) => Buffer,
): Mutation {
  return (bytes, random) => {
    if (random.below(4) === 0) return mutateBytes(bytes, random);
    try {
      return change(bytes, inner, random);
    } catch {
      // No such container: an earlier change was one of it.
      return mutateBytes(bytes, random);
    }
  };
}

/** Gzipped content. */
export function gzipped(inner: Mutation): Mutation {
  return inside(inner, (bytes, mutate, random) => gzipSync(mutate(gunzipSync(bytes), random), { level: 1 }));
}

/** An `.npy` file: words of its header, with the length of the header made right again; or its bytes. */
export const mutateNpy: Mutation = (bytes, random) => {
  const start = bytes[6] === 1 ? 10 : 12;
  const length = bytes.length < 12 ? 0 : bytes[6] === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8);
  if (random.below(3) === 0 || start + length > bytes.length) return mutateBytes(bytes, random);
  const header = mutateText(bytes.subarray(start, start + length), random).subarray(0, 60_000);
  const copy = spliced(bytes, start, length, header);
  if (start === 10) copy.writeUInt16LE(header.length, 8);
  else copy.writeUInt32LE(header.length, 8);
  return copy;
};

/** A safetensors file: words of its header, with the length of the header made right again; or its bytes. */
export const mutateSafetensors: Mutation = (bytes, random) => {
  const length = bytes.length < 8 ? 0 : Number(bytes.readBigUInt64LE());
  if (random.below(3) === 0 || 8 + length > bytes.length) return mutateBytes(bytes, random);
  const header = mutateJson(bytes.subarray(8, 8 + length), random);
  const copy = spliced(bytes, 8, length, header);
  copy.writeBigUInt64LE(BigInt(header.length));
  return copy;
};

/** A member of a ZIP archive. */
export interface Member {
  name: Buffer;
  content: Buffer;
  method: number;
}

function membersOf(zip: Buffer): Member[] {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const count = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  return Array.from({ length: Math.min(count, 100) }, () => {
    const method = zip.readUInt16LE(at + 10);
    const packed = zip.readUInt32LE(at + 20);
    const nameLength = zip.readUInt16LE(at + 28);
    const local = zip.readUInt32LE(at + 42);
    const data = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const content = zip.subarray(data, data + packed);
    const name = zip.subarray(at + 46, at + 46 + nameLength);
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
    return { name, content: method === 8 ? inflateRawSync(content) : content, method };
  });
}

/** Writes members, with right checksums and sizes. */
export function zipOf(members: readonly Member[]): Buffer {
  const parts: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, content, method } of members) {
    const packed = method === 8 ? deflateRawSync(content, { level: 1 }) : content;
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, name, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, tail, name]));
    parts.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, directory, end]);
}

/** An `.npz`: one of its arrays changed, left out, doubled, renamed or packed otherwise; or a field of its directory. */
export const mutateNpz = inside(mutateNpy, (bytes, mutate, random) => {
  const members = membersOf(bytes);
  const at = random.below(members.length);
  const member = members[at];
  switch (random.below(6)) {
    case 0:
      members.splice(at, 1);
      break;
    case 1:
      members.push({ ...member });
      break;
    case 2:
      member.name = mutateText(member.name, random);
      break;
    case 3:
      member.method = member.method === 8 ? 0 : 8;
      break;
    default:
      member.content = mutate(member.content, random);
  }
  return zipOf(members);
});

/** A PNG: its chunks changed, left out, doubled or exchanged, with right checksums. */
export const mutatePng = inside(mutateBytes, (bytes, mutate, random) => {
  const chunks: Buffer[] = [];
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    chunks.push(bytes.subarray(at + 4, at + 8 + length));
    at += 12 + length;
  }
  const at = random.below(chunks.length);
  const other = random.below(chunks.length);
  if (random.below(6) === 0) chunks.splice(at, 1);
  else if (random.below(5) === 0) chunks.splice(at, 0, chunks[other]);
  else chunks[at] = Buffer.concat([chunks[at].subarray(0, 4), mutate(chunks[at].subarray(4), random)]);
  const written = chunks.map((chunk) => {
    const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(chunk.length - 4);
    checksum.writeUInt32BE(crc32(chunk));
    return Buffer.concat([length, chunk, checksum]);
  });
  return Buffer.concat([bytes.subarray(0, 8), ...written]);
});

/** An event file of TensorBoard: its records changed, left out or doubled, with right checksums. */
export const mutateEvents = inside(mutateProtobuf, (bytes, mutate, random) => {
  const records: Buffer[] = [];
  for (let at = 0; at + 16 <= bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at));
    records.push(bytes.subarray(at + 12, at + 12 + length));
    at += 16 + length;
  }
  const at = random.below(records.length);
  if (random.below(6) === 0) records.splice(at, 1);
  else if (random.below(5) === 0) records.splice(at, 0, records[at]);
  else records[at] = mutate(records[at], random);
  return Buffer.concat(records.map(eventRecord));
});

/** A field of a protocol buffer message as its bytes. */
interface WireField {
  tag: number;
  /** Behind the tag, without the length that stands before bytes. */
  value: Buffer;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return Buffer.from(bytes);
}

/** The fields of a message; undefined where the bytes are none. */
function fieldsOf(message: Buffer): WireField[] | undefined {
  const fields: WireField[] = [];
  let at = 0;
  const number = () => {
    let value = 0;
    for (let power = 1; ; power *= 128) {
      const byte = message[at++];
      if (byte === undefined || power > 2 ** 49) return NaN;
      value += (byte & 127) * power;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = number();
    const from = at;
    const length = [() => (number(), at - from), () => 8, number, undefined, undefined, () => 4][tag % 8]?.();
    if (length === undefined || Number.isNaN(length) || tag < 8) return undefined;
    const start = tag % 8 === 0 ? from : at;
    if (start + length > message.length) return undefined;
    fields.push({ tag, value: message.subarray(start, start + length) });
    at = start + length;
  }
  return fields.length > 0 ? fields : undefined;
}

function messageOf(fields: readonly WireField[]): Buffer {
  const parts = fields.flatMap(({ tag, value }) =>
    tag % 8 === 2 ? [varint(tag), varint(value.length), value] : [varint(tag), value],
  );
  return Buffer.concat(parts);
}

/** A protocol buffer message: a field, however deep, changed, left out, doubled or of another number, lengths made right. */
export function mutateProtobuf(bytes: Buffer, random: Random): Buffer {
  const fields = fieldsOf(bytes);
  if (!fields) return random.below(2) === 0 ? mutateText(bytes, random) : mutateBytes(bytes, random);
  const at = random.below(fields.length);
  const field = fields[at];
  switch (random.below(8)) {
    case 0:
      fields.splice(at, 1);
      break;
    case 1:
      fields.splice(at, 0, field);
      break;
    case 2:
      fields.splice(at, 1, fields[random.below(fields.length)]);
      break;
    case 3:
      field.tag = Math.max(8, field.tag + 8 * pick([-1, 1, 2, 100], random));
      break;
    default:
      if (field.tag % 8 === 0) {
        field.value = varint(pick([0, 1, 2, 7, 127, 2 ** 31, 2 ** 32 - 1, 2 ** 52], random));
      } else {
        field.value =
          field.tag % 8 === 2 ? mutateProtobuf(field.value, random) : mutateBytes(field.value, random);
      }
      if (field.tag % 8 === 1) field.value = Buffer.concat([field.value, Buffer.alloc(8)]).subarray(0, 8);
      if (field.tag % 8 === 5) field.value = Buffer.concat([field.value, Buffer.alloc(4)]).subarray(0, 4);
  }
  return messageOf(fields);
}
