import { findActivations, type FoundLayer, type FoundSkip } from '../../onnx/activations/activationLayers';
import { traceFlow } from '../../onnx/activations/flow';
import { GraphIndex } from '../../onnx/activations/graphIndex';
import {
  OnnxElementType,
  type OnnxAttribute,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from '../../onnx/proto/proto';
import { field, join } from '../../onnx/proto/rewrite';
import { makerOf, numberAt, typeAt, type GraphNode, type TensorflowGraph } from './graphNodes';

/** Version of ONNX's operators that the view is in: bounds of Clip are inputs. */
const VERSION = 17;

/** Operations of ONNX that compute the same, number by number. */
const same: Readonly<Record<string, string>> = {
  ...{ Add: 'Add', AddV2: 'Add', BiasAdd: 'Add', AddN: 'Sum', Sub: 'Sub', Mul: 'Mul', Pow: 'Pow' },
  ...{ Div: 'Div', RealDiv: 'Div', Maximum: 'Max', Minimum: 'Min', ClipByValue: 'Clip', Neg: 'Neg' },
  ...{ Abs: 'Abs', Relu: 'Relu', Relu6: 'Clip', LeakyRelu: 'LeakyRelu', Prelu: 'PRelu', Elu: 'Elu' },
  ...{ Selu: 'Selu', Sigmoid: 'Sigmoid', Tanh: 'Tanh', Softplus: 'Softplus', Softsign: 'Softsign' },
  ...{ Exp: 'Exp', Log: 'Log', Sqrt: 'Sqrt', Erf: 'Erf', Sign: 'Sign', Reciprocal: 'Reciprocal' },
  ...{
    Softmax: 'Softmax',
    LogSoftmax: 'LogSoftmax',
    Identity: 'Identity',
    Select: 'Where',
    SelectV2: 'Where',
  },
  ...{ Greater: 'Greater', GreaterEqual: 'GreaterOrEqual', Less: 'Less', LessEqual: 'LessOrEqual' },
  ...{ Equal: 'Equal', LogicalNot: 'Not', LogicalAnd: 'And', LogicalOr: 'Or', Cast: 'Cast' },
};

/** Operations with weights: what stands before one of them is hidden. */
const mixing: Readonly<Record<string, string>> = {
  ...{ MatMul: 'MatMul', _FusedMatMul: 'MatMul', BatchMatMul: 'MatMul', BatchMatMulV2: 'MatMul' },
  ...{ Conv1D: 'Conv', Conv2D: 'Conv', Conv3D: 'Conv', _FusedConv2D: 'Conv', DepthwiseConv2dNative: 'Conv' },
  ...{ FusedDepthwiseConv2dNative: 'Conv', Conv2DBackpropInput: 'ConvTranspose', Einsum: 'Einsum' },
};

const elementTypes: Readonly<Record<string, number>> = {
  DT_FLOAT: OnnxElementType.float32,
  DT_INT32: OnnxElementType.int32,
  DT_INT64: OnnxElementType.int64,
  DT_BOOL: OnnxElementType.bool,
};

const comparing = new Set(['Greater', 'GreaterEqual', 'Less', 'LessEqual', 'Equal', 'NotEqual']);

/** Type of what a node makes; float32 where it does not say. */
function elementType(node: GraphNode): number {
  if (comparing.has(node.op) || node.op.startsWith('Logical')) return OnnxElementType.bool;
  if (node.op === 'Shape' || node.op.startsWith('Arg')) return OnnxElementType.int32;
  const named = typeAt(node, node.op === 'Cast' ? 'DstT' : 'T') ?? typeAt(node, 'dtype');
  return elementTypes[named ?? 'DT_FLOAT'] ?? OnnxElementType.float32;
}

function attribute(name: string, value: Partial<OnnxAttribute>): [string, OnnxAttribute] {
  const empty = { floats: [], ints: [], strings: [], graphs: [], bytes: new Uint8Array() };
  return [name, { name, ...empty, ...value }];
}

function attributesOf(node: GraphNode): OnnxNode['attributes'] {
  if (node.op === 'LeakyRelu') return new Map([attribute('alpha', { f: numberAt(node, 'alpha') ?? 0.2 })]);
  if (node.op === 'Cast') return new Map([attribute('to', { i: elementType(node) })]);
  return new Map();
}

/** A constant of float32. */
function tensorOf(name: string, dims: readonly number[], values: Float32Array): OnnxTensor {
  const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  // TensorProto {9 raw_data}.
  return { name, dims: [...dims], elementType: OnnxElementType.float32, bytes: join([field(9, raw)]) };
}

/** A constant of a graph. */
export interface GraphConstant {
  shape: readonly number[];
  /** Absent where it is large. */
  values?: Float32Array;
}

const ZERO = 'apd: 0';
const SIX = 'apd: 6';

/** The outputs of a node that others read; of one that nobody reads the first. */
function outputsOf(graph: TensorflowGraph): Map<string, string[]> {
  const made = new Map(graph.nodes.map(({ name }) => [name, [name]]));
  const read = [...graph.nodes.flatMap(({ inputs }) => inputs), ...graph.outputs.map(({ tensor }) => tensor)];
  for (const tensor of read) {
    const list = made.get(makerOf(tensor));
    if (list && !list.includes(tensor)) list.push(tensor);
  }
  return made;
}

/** The node as ONNX would have it; what ONNX has not is of a domain of its own. */
function viewOf(node: GraphNode, outputs: string[]): OnnxNode {
  const { name, inputs } = node;
  const base = { name, outputs, overload: '', attributes: attributesOf(node), bytes: new Uint8Array() };
  if (node.op === 'Square') return { ...base, op: 'Mul', domain: '', inputs: [inputs[0], inputs[0]] };
  if (node.op === 'Relu6') return { ...base, op: 'Clip', domain: '', inputs: [inputs[0], ZERO, SIX] };
  if (Object.hasOwn(same, node.op)) return { ...base, op: same[node.op], domain: '', inputs };
  const op = Object.hasOwn(mixing, node.op) ? mixing[node.op] : node.op;
  return { ...base, op, domain: 'tensorflow', inputs };
}

/**
 * Finds the activations of a TensorFlow graph by the rules for ONNX: it is looked at as if it were such a graph.
 * @param constants by the name of their node
 * @param signs whether smooth activations are taken by sign
 * @throws WireError where the graph has a circle
 */
export function activationsOf(
  graph: TensorflowGraph,
  constants: ReadonlyMap<string, GraphConstant>,
  signs: boolean,
): { layers: FoundLayer[]; skipped: FoundSkip[] } {
  const made = outputsOf(graph);
  const values = new Map<string, OnnxValue>();
  const initializers = new Map([
    [ZERO, tensorOf(ZERO, [], Float32Array.of(0))],
    [SIX, tensorOf(SIX, [], Float32Array.of(6))],
  ]);
  const nodes: OnnxNode[] = [];
  for (const node of graph.nodes) {
    const constant = constants.get(node.name);
    if (constant) {
      const { shape, values: numbers = new Float32Array() } = constant;
      initializers.set(node.name, tensorOf(node.name, shape, numbers));
      continue;
    }
    const outputs = made.get(node.name)!;
    for (const name of outputs) values.set(name, { name, elementType: elementType(node) });
    if (node.name !== graph.input) nodes.push(viewOf(node, outputs));
  }
  const index = new GraphIndex({
    nodes,
    initializers,
    inputs: [values.get(graph.input)!],
    outputs: graph.outputs.map(({ tensor }) => ({ name: tensor })),
    values,
  });
  const facts = traceFlow(index, [graph.input]);
  return findActivations({ index, facts, version: VERSION, kept: new Map(), signs });
}
