import { InputError } from '../../../core/errors';
import { isObject, listAt, objectAt, textAt, type Json, type JsonObject } from '../files/jsonFields';

/** Operations of a graph that are looked at; more than any network has. */
const MOST_NODES = 100_000;

/** Operations whose steps depend on values, or that keep something between runs. */
const UNRUN =
  /^(Switch|Merge|Enter|Exit|NextIteration|LoopCond|(Stateless)?(While|If)|TensorArray\w*|TensorList\w*|HashTable\w*|Lookup\w*|NonMaxSuppression\w*|Where|Unique\w*|Random\w*|Multinomial|(Stateful|Stateless)?PartitionedCall)$/;

/** An operation of a TensorFlow graph. */
export interface GraphNode {
  name: string;
  op: string;
  /** Tensors: `node` is its first output, `node:1` its second. */
  inputs: string[];
  attributes: JsonObject;
}

/** A graph as it is run. */
export interface TensorflowGraph {
  nodes: GraphNode[];
  /** The placeholder. */
  input: string;
  /** Tensors by the names that the model gives them. */
  outputs: { name: string; tensor: string }[];
}

/** The first output of a node needs no number. */
function tensorName(text: string): string {
  return text.replace(/:0$/, '');
}

/** The node that makes a tensor. */
export function makerOf(tensor: string): string {
  return tensor.replace(/:\d+$/, '');
}

function nodeAt(value: Json, source: string, place: string): GraphNode {
  const node = objectAt(value, source, place);
  const name = textAt(node.name, source, `${place}, name`);
  const op = textAt(node.op, source, `node '${name}', op`);
  const given = node.input === undefined ? [] : listAt(node.input, source, `node '${name}', input`);
  const inputs = given.map((input) => textAt(input, source, `node '${name}', input`));
  if (UNRUN.test(op)) {
    const problem = `is ${op}, whose steps depend on values: only graphs without control flow are run`;
    throw new InputError(source, problem, `node '${name}'`);
  }
  const attributes = isObject(node.attr) ? node.attr : {};
  // Those that begin so are waited for and not read.
  return { name, op, inputs: inputs.filter((input) => !input.startsWith('^')).map(tensorName), attributes };
}

/** Activations that are fused into an operation, and how many inputs of their own they have. */
const fusedActivations = new Map([
  ['Relu', 0],
  ['Relu6', 0],
  ['LeakyRelu', 0],
  ['Elu', 0],
  ['Sigmoid', 0],
  ['Tanh', 0],
  ['Prelu', 1],
]);

/** What an operation is without what was fused into it. */
const unfused: Readonly<Record<string, string>> = {
  _FusedConv2D: 'Conv2D',
  FusedDepthwiseConv2dNative: 'DepthwiseConv2dNative',
  _FusedMatMul: 'MatMul',
};

/** Names of the operations that are fused into a node. */
function fusedOps({ attributes }: GraphNode): string[] {
  const { fused_ops: fused } = attributes;
  const list = isObject(fused) && isObject(fused.list) && Array.isArray(fused.list.s) ? fused.list.s : [];
  return list.map((text) => Buffer.from(String(text), 'base64').toString('latin1'));
}

/** A node with a fused activation as two: the activation keeps the name. */
function split(node: GraphNode): GraphNode[] {
  if (!Object.hasOwn(unfused, node.op)) return [node];
  const fused = fusedOps(node);
  const activation = fused.at(-1);
  const own = activation === undefined ? undefined : fusedActivations.get(activation);
  if (activation === undefined || own === undefined) return [node];
  const before = fused.slice(0, -1);
  const name = `${node.name}/before_activation`;
  const kept = node.inputs.slice(0, node.inputs.length - own);
  const s = before.map((op) => Buffer.from(op, 'latin1').toString('base64'));
  const attributes: JsonObject = { ...node.attributes, fused_ops: { list: { s } }, num_args: { i: '1' } };
  const op = before.length === 0 ? unfused[node.op] : node.op;
  const { T: type, leakyrelu_alpha: alpha } = node.attributes;
  return [
    { name, op, inputs: kept, attributes },
    {
      name: node.name,
      op: activation,
      inputs: [name, ...node.inputs.slice(kept.length)],
      attributes: { T: type ?? { type: 'DT_FLOAT' }, alpha: alpha ?? { f: 0.2 } },
    },
  ];
}

/** Names that a signature gives to tensors. */
function signed(signature: Json | undefined, side: 'inputs' | 'outputs'): { name: string; tensor: string }[] {
  const list = isObject(signature) && isObject(signature[side]) ? signature[side] : {};
  return Object.entries(list).flatMap(([name, value]) =>
    isObject(value) && typeof value.name === 'string' ? [{ name, tensor: tensorName(value.name) }] : [],
  );
}

/** What the graph gives: by its signature, else what nothing else reads. */
function outputsOf(nodes: readonly GraphNode[], signature: Json | undefined): TensorflowGraph['outputs'] {
  const named = signed(signature, 'outputs');
  if (named.length > 0) return named;
  const read = new Set(nodes.flatMap(({ inputs }) => inputs.map(makerOf)));
  const last = nodes.filter(({ name, op }) => !read.has(name) && op !== 'Const' && op !== 'Placeholder');
  return last.map(({ name }) => ({ name, tensor: name }));
}

/**
 * The operations of a graph model, activations that are fused into others as operations of their own.
 * @param topology `modelTopology` of the file
 * @param signature `signature` of the file, which may be missing
 * @throws InputError where it is damaged, has control flow, or not one input
 */
export function readGraph(
  topology: JsonObject,
  signature: Json | undefined,
  source: string,
): TensorflowGraph {
  const list = listAt(topology.node, source, 'modelTopology.node');
  if (list.length > MOST_NODES) {
    throw new InputError(source, `has ${list.length} operations, expected at most ${MOST_NODES}`);
  }
  const nodes = list.flatMap((value, i) => split(nodeAt(value, source, `modelTopology.node[${i}]`)));
  const names = new Set<string>();
  for (const { name } of nodes) {
    if (names.has(name)) throw new InputError(source, 'is there twice', `node '${name}'`);
    names.add(name);
  }
  for (const { name, inputs } of nodes) {
    const missing = inputs.find((input) => !names.has(makerOf(input)));
    if (missing !== undefined) {
      throw new InputError(source, `reads '${missing}', expected a node of the graph`, `node '${name}'`);
    }
  }
  const placeholders = nodes.filter(({ op }) => op === 'Placeholder').map(({ name }) => name);
  if (placeholders.length !== 1) {
    const listed = placeholders.map((name) => `'${name}'`).join(', ');
    const found = placeholders.length === 0 ? 'no input' : `${placeholders.length} inputs (${listed})`;
    throw new InputError(source, `the model has ${found}, expected one`);
  }
  const outputs = outputsOf(nodes, signature);
  const unknown = outputs.find(({ tensor }) => !names.has(makerOf(tensor)));
  if (unknown) throw new InputError(source, `has no node '${unknown.tensor}'`, 'signature');
  if (outputs.length === 0) throw new InputError(source, 'the model has no output');
  return { nodes, input: placeholders[0], outputs };
}

/** The type of numbers that an attribute names, such as `DT_FLOAT`. */
export function typeAt({ attributes }: GraphNode, name: string): string | undefined {
  const attribute = attributes[name];
  if (!isObject(attribute)) return undefined;
  return typeof attribute.type === 'string' ? attribute.type : undefined;
}

/** A number of an attribute. */
export function numberAt({ attributes }: GraphNode, name: string): number | undefined {
  const attribute = attributes[name];
  return isObject(attribute) && typeof attribute.f === 'number' ? attribute.f : undefined;
}

/** The shape of a placeholder with the axis of the instances, -1 where open; undefined where nothing is known. */
export function shapeOf({ attributes }: GraphNode): number[] | undefined {
  const outer = isObject(attributes.shape) ? attributes.shape.shape : undefined;
  if (!isObject(outer) || outer.unknownRank === true || !Array.isArray(outer.dim)) return undefined;
  return outer.dim.map((axis) => {
    const size = isObject(axis) ? Number(axis.size ?? -1) : -1;
    return Number.isSafeInteger(size) && size >= 0 ? size : -1;
  });
}
