import type { GraphIndex } from './graphIndex';
import type { OnnxNode } from '../proto/proto';
import { tensorValues } from '../proto/tensor';

/** Operations that hand a constant on unchanged, whatever its shape. */
const handingOn = new Set([
  'Identity',
  'Cast',
  'CastLike',
  'Reshape',
  'Squeeze',
  'Unsqueeze',
  'Flatten',
  'Expand',
]);

/** Chains of constants are short; a longer one is no longer looked through. */
const longestChain = 8;

/** The values of a Constant node. */
function constantNodeValues(node: OnnxNode): number[] | undefined {
  const { attributes } = node;
  const tensor = attributes.get('value')?.t;
  if (tensor) return tensorValues(tensor);
  const number = attributes.get('value_float')?.f ?? attributes.get('value_int')?.i;
  if (number !== undefined) return [number];
  const list = attributes.get('value_floats')?.floats ?? attributes.get('value_ints')?.ints;
  return list?.length ? list : undefined;
}

/** The values of a small constant tensor; undefined where it is not constant or not small. */
function constantValues(index: GraphIndex, name: string, depth = 0): number[] | undefined {
  const initializer = index.initializer(name);
  if (initializer) return tensorValues(initializer);
  const maker = index.maker(name);
  if (!maker || maker.domain !== '' || depth > longestChain) return undefined;
  if (maker.op === 'Constant') return constantNodeValues(maker);
  if (handingOn.has(maker.op)) return constantValues(index, maker.inputs[0], depth + 1);
  if (maker.op === 'Sqrt') return constantValues(index, maker.inputs[0], depth + 1)?.map(Math.sqrt);
  if (maker.op === 'Neg') return constantValues(index, maker.inputs[0], depth + 1)?.map((value) => -value);
  return undefined;
}

/** What was found out about each graph's constants: activations are looked for in many places. */
const known = new WeakMap<GraphIndex, Map<string, number | undefined>>();

/**
 * The number that a constant holds in all its elements (a scalar, or an initializer of equal values).
 * @returns undefined where the tensor is computed at run time or its values differ
 */
export function uniformConstant(index: GraphIndex, name: string): number | undefined {
  let constants = known.get(index);
  if (!constants) known.set(index, (constants = new Map()));
  if (constants.has(name)) return constants.get(name);
  const values = constantValues(index, name);
  const uniform = values?.length && values.every((value) => value === values[0]) ? values[0] : undefined;
  constants.set(name, uniform);
  return uniform;
}
