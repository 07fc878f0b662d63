import type { OnnxGraph, OnnxModel, OnnxNode } from '../proto/proto';
import { OnnxElementType } from '../proto/proto';
import { field, integerField, join, rewrite } from '../proto/rewrite';
import { tensorValues } from '../proto/tensor';
import { fields, textOf } from '../proto/wire';

/** Name of an axis that may have any length. */
const OPEN_AXIS = 'instances';

/** ValueInfoProto {2 type {1 tensor_type {2 shape {1 dim}}}} with its first axis open where that is 1. */
function withOpenAxis(value: Uint8Array): Uint8Array {
  const shape = (bytes: Uint8Array): Uint8Array => {
    let first = true;
    return rewrite(bytes, {
      1: (dim) => {
        const changed = first && isOne(dim) ? field(2, OPEN_AXIS) : dim;
        first = false;
        return [changed];
      },
    });
  };
  const tensor = (bytes: Uint8Array): Uint8Array => rewrite(bytes, { 2: (each) => [shape(each)] });
  return rewrite(value, { 2: (type) => [rewrite(type, { 1: (each) => [tensor(each)] })] });
}

/** Whether a dimension, {1 dim_value, 2 dim_param}, is the number 1. */
function isOne(dim: Uint8Array): boolean {
  return dim.length === 2 && dim[0] === 8 && dim[1] === 1;
}

/**
 * The shape that a Reshape to `[1, …]` needs for any number of instances: what is left goes to the first axis, or that one stays
 * what it was where another takes what is left.
 */
function openShape(shape: readonly number[] | undefined): number[] | undefined {
  if (!shape || shape[0] !== 1) return undefined;
  return [shape.includes(-1) ? 0 : -1, ...shape.slice(1)];
}

/** TensorProto {1 dims, 2 data_type, 8 name, 9 raw_data} of a shape. */
function shapeTensor(name: string, shape: readonly number[]): Uint8Array {
  const raw = new Uint8Array(BigInt64Array.from(shape, BigInt).buffer);
  return join([
    integerField(1, shape.length),
    integerField(2, OnnxElementType.int64),
    field(8, name),
    field(9, raw),
  ]);
}

/** Constant shapes of Reshape nodes, by the name of the tensor, as any number of instances needs them. */
function openShapes(graph: OnnxGraph): Map<string, number[]> {
  const constants = new Map<string, OnnxNode>();
  for (const node of graph.nodes) if (node.op === 'Constant') constants.set(node.outputs[0], node);
  const shapes = new Map<string, number[]>();
  for (const { op, inputs } of graph.nodes) {
    if (op !== 'Reshape') continue;
    const tensor = graph.initializers.get(inputs[1]) ?? constants.get(inputs[1])?.attributes.get('value')?.t;
    const shape = openShape(tensor && tensorValues(tensor));
    if (shape) shapes.set(inputs[1], shape);
  }
  return shapes;
}

/** A node that makes a shape, making another one; any other node as it is. */
function withShape(node: Uint8Array, shapes: ReadonlyMap<string, number[]>): Uint8Array {
  let output = '';
  for (const part of fields(node)) if (part.number === 2) output = textOf(part);
  const shape = shapes.get(output);
  return shape
    ? rewrite(node, { 5: (attribute) => [rewrite(attribute, { 5: () => [shapeTensor('', shape)] })] })
    : node;
}

function nameOfTensor(tensor: Uint8Array): string {
  for (const part of fields(tensor)) if (part.number === 8) return textOf(part);
  return '';
}

/**
 * A model that was exported for one instance a batch, for any number of them, as far as declared shapes and the constants of
 * Reshape hold it to one. Whether that is all that does so, runs must show.
 * @returns the file's bytes
 */
export function withOpenBatch(bytes: Uint8Array, { graph }: OnnxModel): Uint8Array {
  const shapes = openShapes(graph);
  const initializers = new Set(graph.initializers.keys());
  const isInput = (value: Uint8Array): boolean => {
    for (const part of fields(value)) if (part.number === 1) return !initializers.has(textOf(part));
    return false;
  };
  return rewrite(bytes, {
    7: (body) => [
      rewrite(body, {
        1: (node) => [withShape(node, shapes)],
        5: (tensor) => {
          const name = nameOfTensor(tensor);
          const shape = shapes.get(name);
          return [shape ? shapeTensor(name, shape) : tensor];
        },
        11: (value) => [isInput(value) ? withOpenAxis(value) : value],
        12: (value) => [withOpenAxis(value)],
        // Shapes between are found out again.
        13: () => [],
      }),
    ],
  });
}
