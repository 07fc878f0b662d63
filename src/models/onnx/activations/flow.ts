import type { GraphIndex } from './graphIndex';
import { OnnxElementType, type OnnxNode, type OnnxTensor } from '../proto/proto';

/** What is known of a tensor before the model runs. */
export interface TensorFacts {
  /** TensorProto.DataType; undefined where an operation outside the standard makes it. */
  elementType?: number;
  /** Whether its values (not only its shape) follow from the model's input. */
  fromInput: boolean;
}

const integerMakers = new Set(['Shape', 'Size', 'ArgMax', 'ArgMin', 'NonZero']);
const truthMakers = new Set([
  'Equal',
  'Greater',
  'GreaterOrEqual',
  'Less',
  'LessOrEqual',
  'And',
  'Or',
  'Xor',
  'Not',
  'IsNaN',
  'IsInf',
]);

/** Operations whose output has the type of an input other than the first. */
const typedByInput: Readonly<Record<string, number>> = {
  Where: 1,
  DequantizeLinear: 1,
  OneHot: 2,
  QuantizeLinear: 2,
  QLinearConv: 7,
  QLinearMatMul: 7,
};

/** Types of second and further outputs that differ from the first's. */
const furtherOutputs: Readonly<Record<string, readonly (number | undefined)[]>> = {
  TopK: [undefined, OnnxElementType.int64],
  MaxPool: [undefined, OnnxElementType.int64],
  Dropout: [undefined, OnnxElementType.bool],
  DynamicQuantizeLinear: [OnnxElementType.uint8, OnnxElementType.float32, OnnxElementType.uint8],
};

/** Element type of a Constant node's value. */
function constantType(node: OnnxNode): number | undefined {
  const { attributes } = node;
  const tensor: OnnxTensor | undefined = (attributes.get('value') ?? attributes.get('sparse_value'))?.t;
  if (tensor) return tensor.elementType;
  if (attributes.has('value_float') || attributes.has('value_floats')) return OnnxElementType.float32;
  return attributes.has('value_string') ? OnnxElementType.string : OnnxElementType.int64;
}

/** Element type of a standard operation's first output; undefined where only a run can tell. */
function firstOutputType(
  node: OnnxNode,
  typeOf: (name: string | undefined) => number | undefined,
): number | undefined {
  if (integerMakers.has(node.op)) return OnnxElementType.int64;
  if (truthMakers.has(node.op)) return OnnxElementType.bool;
  switch (node.op) {
    case 'Constant':
      return constantType(node);
    case 'ConstantOfShape':
      return node.attributes.get('value')?.t?.elementType ?? OnnxElementType.float32;
    case 'Cast':
      return node.attributes.get('to')?.i;
    case 'ConvInteger':
    case 'MatMulInteger':
      return OnnxElementType.int32;
    case 'QuantizeLinear':
      return typeOf(node.inputs[2]) ?? OnnxElementType.uint8;
    case 'If':
    case 'Loop':
    case 'Scan':
      return undefined;
    default:
      return typeOf(node.inputs[typedByInput[node.op] ?? 0]);
  }
}

/** Element types, and which tensors carry the inputs' values, through a graph in topological order. */
export function traceFlow(
  index: GraphIndex,
  inputNames: readonly string[],
): ReadonlyMap<string, TensorFacts> {
  const facts = new Map<string, TensorFacts>();
  const declared = (name: string): number | undefined => index.graph.values.get(name)?.elementType;
  for (const [name, tensor] of index.graph.initializers) {
    facts.set(name, { elementType: tensor.elementType, fromInput: false });
  }
  for (const value of [...index.graph.outputs, ...index.graph.inputs]) {
    if (!facts.has(value.name)) facts.set(value.name, { elementType: value.elementType, fromInput: false });
  }
  const outputs = new Map(index.graph.outputs.map((value) => [value.name, value.elementType]));
  for (const name of inputNames) {
    facts.set(name, { elementType: facts.get(name)?.elementType, fromInput: true });
  }
  const typeOf = (name: string | undefined): number | undefined =>
    name === undefined ? undefined : facts.get(name)?.elementType;
  const made = (node: OnnxNode, position: number): number | undefined => {
    if (node.domain !== '') return undefined;
    return furtherOutputs[node.op]?.[position] ?? firstOutputType(node, typeOf);
  };
  for (const node of index.nodes) {
    const onlyShape = node.domain === '' && (node.op === 'Shape' || node.op === 'Size');
    const fromInput = !onlyShape && index.inputsOf(node).some((name) => facts.get(name)?.fromInput);
    node.outputs.forEach((name, position) => {
      if (name === '') return;
      const elementType = declared(name) ?? outputs.get(name) ?? made(node, position);
      facts.set(name, { elementType, fromInput });
    });
  }
  return facts;
}
