/**
 * The parts of an ONNX file that matter here, named as in the format's own onnx.proto. `bytes` are the message's own
 * bytes within the file, not a copy, so that it can be written out again changed in some places only.
 */

/** Where an external tensor lies. */
export interface ExternalReference {
  /** Path of the file, relative to the model. */
  location: string;
  offset: number;
  /** Bytes; to the end of the file when undefined. */
  length?: number;
  /** The tensor's bytes, once a small one was read. */
  bytes?: Uint8Array;
}

/** A constant; its values are decoded on demand. */
export interface OnnxTensor {
  name: string;
  dims: number[];
  /** TensorProto.DataType. */
  elementType: number;
  external?: ExternalReference;
  bytes: Uint8Array;
}

/** An attribute of a node; only the member of its type is set. */
export interface OnnxAttribute {
  name: string;
  f?: number;
  i?: number;
  s?: string;
  t?: OnnxTensor;
  floats: number[];
  ints: number[];
  strings: string[];
  /** Graphs of `g` and `graphs`: the bodies of If, Loop and Scan. */
  graphs: OnnxGraph[];
  /** Inside a function: the function's attribute that gives the value. */
  reference?: string;
  bytes: Uint8Array;
}

/** One operation. */
export interface OnnxNode {
  inputs: string[];
  outputs: string[];
  name: string;
  op: string;
  /** '' for the standard operators. */
  domain: string;
  overload: string;
  attributes: Map<string, OnnxAttribute>;
  bytes: Uint8Array;
}

/** Name and type of a tensor. */
export interface OnnxValue {
  name: string;
  /** TensorProto.DataType; undefined for sequences, maps and values without a type. */
  elementType?: number;
  /** -1 for symbolic axes; undefined when the rank is not known. */
  dims?: number[];
  /** What a value is that is no tensor: `sequence`, `map`, … */
  container?: string;
}

/** A graph, or the body of an If, Loop or Scan. */
export interface OnnxGraph {
  nodes: OnnxNode[];
  initializers: Map<string, OnnxTensor>;
  inputs: OnnxValue[];
  outputs: OnnxValue[];
  /** Types of inner tensors, by name. */
  values: Map<string, OnnxValue>;
}

/** A function that the model brings along. */
export interface OnnxFunction {
  name: string;
  domain: string;
  overload: string;
  inputs: string[];
  outputs: string[];
  /** Attributes with a default, by name. */
  defaults: Map<string, OnnxAttribute>;
  nodes: OnnxNode[];
  opsets: Map<string, number>;
}

/** A whole file. */
export interface OnnxModel {
  irVersion: number;
  producer: string;
  opsets: Map<string, number>;
  graph: OnnxGraph;
  functions: OnnxFunction[];
}

/** TensorProto.DataType by number. */
const elementTypes: readonly string[] = [
  'undefined',
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'float64',
  'uint32',
  'uint64',
  'complex64',
  'complex128',
  'bfloat16',
];

/** Numbers of the element types that are named in code. */
export const OnnxElementType = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  bfloat16: 16,
} as const;

/** Name of a TensorProto.DataType: `float32`, `int64`, … */
export function elementTypeName(elementType: number | undefined): string {
  return elementType === undefined ? 'unknown' : (elementTypes[elementType] ?? `element type ${elementType}`);
}

/** Whether a TensorProto.DataType is a floating-point one that can be tapped. */
export function isFloat(elementType: number): boolean {
  return (
    elementType === OnnxElementType.float32 ||
    elementType === OnnxElementType.float64 ||
    elementType === OnnxElementType.float16 ||
    elementType === OnnxElementType.bfloat16
  );
}

/** `ai.onnx` is the long name of the standard domain ''. */
export function standardDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}
