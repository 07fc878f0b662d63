import { InputError } from '../../../core/errors';
import {
  standardDomain,
  type OnnxAttribute,
  type OnnxFunction,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from './proto';
import { parseTensor } from './tensor';
import { appendFloats, appendIntegers, bytesOf, fields, floatOf, integerOf, textOf, WireError } from './wire';

/** Bodies within bodies: deeper than any real model, shallow enough for the stack. */
const DEEPEST_BODY = 32;

const containers: Readonly<Record<number, string>> = {
  4: 'sequence',
  5: 'map',
  8: 'sparse tensor',
  9: 'optional',
};

/** Reads a TensorShapeProto; symbolic, missing and negative axes are -1. */
function parseShape(bytes: Uint8Array): number[] {
  const dims: number[] = [];
  for (const axis of fields(bytes)) {
    if (axis.number !== 1) continue;
    let size = -1;
    for (const field of fields(bytesOf(axis))) {
      if (field.number === 1) size = Math.max(-1, integerOf(field));
    }
    dims.push(size);
  }
  return dims;
}

/** Reads a TypeProto into a value. */
function parseType(bytes: Uint8Array, value: OnnxValue): void {
  for (const field of fields(bytes)) {
    const container = containers[field.number];
    if (container) value.container = container;
    if (field.number !== 1) continue;
    for (const part of fields(bytesOf(field))) {
      if (part.number === 1) value.elementType = integerOf(part);
      else if (part.number === 2) value.dims = parseShape(bytesOf(part));
    }
  }
}

/** Reads a ValueInfoProto. */
function parseValue(bytes: Uint8Array): OnnxValue {
  const value: OnnxValue = { name: '' };
  for (const field of fields(bytes)) {
    if (field.number === 1) value.name = textOf(field);
    else if (field.number === 2) parseType(bytesOf(field), value);
  }
  return value;
}

/** Reads an AttributeProto. */
function parseAttribute(bytes: Uint8Array, depth: number): OnnxAttribute {
  const attribute: OnnxAttribute = { name: '', floats: [], ints: [], strings: [], graphs: [], bytes };
  for (const field of fields(bytes)) {
    switch (field.number) {
      case 1:
        attribute.name = textOf(field);
        break;
      case 2:
        attribute.f = floatOf(field);
        break;
      case 3:
        attribute.i = integerOf(field);
        break;
      case 4:
        attribute.s = textOf(field);
        break;
      case 5:
        attribute.t = parseTensor(bytesOf(field));
        break;
      case 6:
      case 11:
        attribute.graphs.push(parseGraph([bytesOf(field)], depth + 1));
        break;
      case 7:
        appendFloats(field, 4, attribute.floats);
        break;
      case 8:
        appendIntegers(field, attribute.ints);
        break;
      case 9:
        attribute.strings.push(textOf(field));
        break;
      case 21:
        attribute.reference = textOf(field);
        break;
    }
  }
  return attribute;
}

/** Reads a NodeProto. */
export function parseNode(bytes: Uint8Array, depth = 0): OnnxNode {
  const node: OnnxNode = {
    inputs: [],
    outputs: [],
    name: '',
    op: '',
    domain: '',
    overload: '',
    attributes: new Map(),
    bytes,
  };
  for (const field of fields(bytes)) {
    if (field.number === 1) {
      node.inputs.push(textOf(field));
    } else if (field.number === 2) {
      node.outputs.push(textOf(field));
    } else if (field.number === 3) {
      node.name = textOf(field);
    } else if (field.number === 4) {
      node.op = textOf(field);
    } else if (field.number === 7) {
      node.domain = standardDomain(textOf(field));
    } else if (field.number === 8) {
      node.overload = textOf(field);
    } else if (field.number === 5) {
      const attribute = parseAttribute(bytesOf(field), depth);
      node.attributes.set(attribute.name, attribute);
    }
  }
  return node;
}

/** A SparseTensorProto under the name of its values; no axes that a decoder could fill. */
function parseSparse(bytes: Uint8Array): OnnxTensor {
  for (const field of fields(bytes)) {
    if (field.number === 1) return { ...parseTensor(bytesOf(field)), dims: [-1] };
  }
  throw new WireError('a sparse tensor has no values');
}

/** Reads a GraphProto, which may come in several pieces: protocol buffers merge repeated messages. */
function parseGraph(pieces: Uint8Array[], depth: number): OnnxGraph {
  if (depth > DEEPEST_BODY) throw new WireError(`bodies lie more than ${DEEPEST_BODY} deep in each other`);
  const graph: OnnxGraph = { nodes: [], initializers: new Map(), inputs: [], outputs: [], values: new Map() };
  for (const bytes of pieces) {
    for (const field of fields(bytes)) {
      if (field.number === 1) {
        graph.nodes.push(parseNode(bytesOf(field), depth));
      } else if (field.number === 11) {
        graph.inputs.push(parseValue(bytesOf(field)));
      } else if (field.number === 12) {
        graph.outputs.push(parseValue(bytesOf(field)));
      } else if (field.number === 5 || field.number === 15) {
        const tensor = field.number === 5 ? parseTensor(bytesOf(field)) : parseSparse(bytesOf(field));
        graph.initializers.set(tensor.name, tensor);
      } else if (field.number === 13) {
        const value = parseValue(bytesOf(field));
        graph.values.set(value.name, value);
      }
    }
  }
  return graph;
}

/** Reads an OperatorSetIdProto into a table. */
function parseOpset(bytes: Uint8Array, opsets: Map<string, number>): void {
  let domain = '';
  let version = 0;
  for (const field of fields(bytes)) {
    if (field.number === 1) domain = standardDomain(textOf(field));
    else if (field.number === 2) version = integerOf(field);
  }
  opsets.set(domain, version);
}

/** Reads a FunctionProto. */
function parseFunction(bytes: Uint8Array): OnnxFunction {
  const definition: OnnxFunction = {
    name: '',
    domain: '',
    overload: '',
    inputs: [],
    outputs: [],
    defaults: new Map(),
    nodes: [],
    opsets: new Map(),
  };
  for (const field of fields(bytes)) {
    if (field.number === 1) {
      definition.name = textOf(field);
    } else if (field.number === 4) {
      definition.inputs.push(textOf(field));
    } else if (field.number === 5) {
      definition.outputs.push(textOf(field));
    } else if (field.number === 7) {
      definition.nodes.push(parseNode(bytesOf(field)));
    } else if (field.number === 9) {
      parseOpset(bytesOf(field), definition.opsets);
    } else if (field.number === 10) {
      definition.domain = standardDomain(textOf(field));
    } else if (field.number === 13) {
      definition.overload = textOf(field);
    } else if (field.number === 11) {
      const attribute = parseAttribute(bytesOf(field), 0);
      definition.defaults.set(attribute.name, attribute);
    }
  }
  return definition;
}

/** Reads a ModelProto. */
function parseModelProto(bytes: Uint8Array): OnnxModel {
  const pieces: Uint8Array[] = [];
  const model: Omit<OnnxModel, 'graph'> = { irVersion: 0, producer: '', opsets: new Map(), functions: [] };
  for (const field of fields(bytes)) {
    if (field.number === 1) model.irVersion = integerOf(field);
    else if (field.number === 2) model.producer = textOf(field);
    else if (field.number === 7) pieces.push(bytesOf(field));
    else if (field.number === 8) parseOpset(bytesOf(field), model.opsets);
    else if (field.number === 25) model.functions.push(parseFunction(bytesOf(field)));
  }
  if (pieces.length === 0) throw new WireError('it holds no graph');
  // Written behind the graph by most exporters: without it a file is cut off, or older than any in use.
  if (model.opsets.size === 0) throw new WireError('it names no version of its operators');
  const graph = parseGraph(pieces, 0);
  if (graph.outputs.length === 0) throw new WireError('its graph has no outputs');
  return { ...model, graph };
}

/** What files of other kinds have in their first bytes, and where. */
const otherKinds: readonly { at: number; mark: string; kind: string }[] = [
  { at: 0, mark: 'PK\x03\x04', kind: 'it is a zip archive (PyTorch checkpoint, Keras model?)' },
  { at: 0, mark: '\x89HDF\r\n', kind: 'it is an HDF5 file (Keras weights?)' },
  { at: 4, mark: 'ORTM', kind: 'it is in the ORT format of ONNX Runtime' },
  { at: 4, mark: 'TFL3', kind: 'it is a TensorFlow Lite model' },
];

/** The reader's remark, or what the first bytes say where they say more. */
function explain(bytes: Uint8Array, remark: string): string {
  const head = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  const kind = otherKinds.find(({ at, mark }) => head.startsWith(mark, at))?.kind;
  // An ONNX file begins with the tag of its version or its producer, both control characters.
  return kind ?? (/^[\t\n\r -~]+$/.test(head) ? 'it is a text file' : remark);
}

/**
 * Reads an ONNX file. Weights are not copied.
 * @param source file as the user named it
 * @throws InputError when the bytes are no ONNX model, or only the beginning of one
 */
export function parseModel(bytes: Uint8Array, source: string): OnnxModel {
  return refusing(bytes, source, () => parseModelProto(bytes));
}

/**
 * Runs what decodes parts of an ONNX file.
 * @throws InputError in place of the decoder's WireError
 */
export function refusing<T>(bytes: Uint8Array, source: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new InputError(source, `not an ONNX model: ${explain(bytes, error.message)}`);
  }
}
