import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { bytesOf, fields, textOf } from './wire';

/** What to write in place of one field's bytes: any number of fields of the same number. */
type FieldChange = (value: Uint8Array) => (Uint8Array | string)[];

/** One length-delimited field, as bytes or text. */
export function field(number: number, value: Uint8Array | string): Uint8Array {
  const writer = new BinaryWriter().tag(number, WireType.LengthDelimited);
  return (typeof value === 'string' ? writer.string(value) : writer.bytes(value)).finish();
}

/** One integer field. */
export function integerField(number: number, value: number): Uint8Array {
  return new BinaryWriter().tag(number, WireType.Varint).int64(value).finish();
}

/** One float field. */
export function floatField(number: number, value: number): Uint8Array {
  return new BinaryWriter().tag(number, WireType.Bit32).float(value).finish();
}

/** Joins pieces into one message. */
export function join(pieces: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

/** Writes a message again, some of its (length-delimited) fields changed, everything else byte for byte. */
export function rewrite(message: Uint8Array, changes: Readonly<Record<number, FieldChange>>): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (const part of fields(message)) {
    const change = changes[part.number];
    if (!change) pieces.push(message.subarray(part.start, part.end));
    else for (const value of change(bytesOf(part))) pieces.push(field(part.number, value));
  }
  return join(pieces);
}

/** A change of text fields. */
function texts(change: (text: string) => string): FieldChange {
  return (value) => [change(new TextDecoder().decode(value))];
}

/** How the names of a function's inside become names of the graph around the call. */
export interface Renaming {
  tensor: (name: string) => string;
  node: (name: string) => string;
  /** The AttributeProto that stands for a reference to an attribute of the function; undefined drops it. */
  attribute: (reference: string, name: string) => Uint8Array | undefined;
}

/** Writes a NodeProto with other names, its bodies too. */
export function renameNode(node: Uint8Array, renaming: Renaming): Uint8Array {
  return rewrite(node, {
    1: texts(renaming.tensor),
    2: texts(renaming.tensor),
    3: texts(renaming.node),
    5: (attribute) => renameAttribute(attribute, renaming),
  });
}

/** Writes an AttributeProto with its reference filled in and its bodies renamed; none when the reference is to nothing. */
function renameAttribute(attribute: Uint8Array, renaming: Renaming): Uint8Array[] {
  let reference = '';
  let name = '';
  for (const part of fields(attribute)) {
    if (part.number === 21) reference = textOf(part);
    else if (part.number === 1) name = textOf(part);
  }
  if (reference) {
    const value = renaming.attribute(reference, name);
    return value ? [value] : [];
  }
  const body = (graph: Uint8Array): Uint8Array[] => [renameGraph(graph, renaming)];
  return [rewrite(attribute, { 6: body, 11: body })];
}

/** Writes the body of an If, Loop or Scan with other names. Quantisation annotations, which change no result, are left out. */
function renameGraph(graph: Uint8Array, renaming: Renaming): Uint8Array {
  const named = (member: number): FieldChange => {
    return (value) => [rewrite(value, { [member]: texts(renaming.tensor) })];
  };
  return rewrite(graph, {
    1: (node) => [renameNode(node, renaming)],
    5: named(8),
    11: named(1),
    12: named(1),
    13: named(1),
    14: () => [],
    15: (sparse) => [rewrite(sparse, { 1: named(8) })],
  });
}
