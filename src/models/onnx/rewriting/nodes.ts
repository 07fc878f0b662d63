import { field, floatField, integerField, join } from '../proto/rewrite';

/** A node to be written. */
export interface NewNode {
  op: string;
  inputs: readonly string[];
  outputs: readonly string[];
  name?: string;
  domain?: string;
  /** AttributeProtos. */
  attributes?: readonly Uint8Array[];
}

/** NodeProto {1 input, 2 output, 3 name, 4 op_type, 5 attribute, 7 domain}. */
export function nodeBytes({
  op,
  inputs,
  outputs,
  name = '',
  domain = '',
  attributes = [],
}: NewNode): Uint8Array {
  return join([
    ...inputs.map((input) => field(1, input)),
    ...outputs.map((output) => field(2, output)),
    field(3, name),
    field(4, op),
    ...attributes.map((attribute) => field(5, attribute)),
    field(7, domain),
  ]);
}

/** AttributeProto {1 name, 2 f, 20 type: 1 (FLOAT)}. */
export function floatAttribute(name: string, value: number): Uint8Array {
  return join([field(1, name), floatField(2, value), integerField(20, 1)]);
}

/** AttributeProto {1 name, 3 i, 20 type: 2 (INT)}. */
export function integerAttribute(name: string, value: number): Uint8Array {
  return join([field(1, name), integerField(3, value), integerField(20, 2)]);
}
