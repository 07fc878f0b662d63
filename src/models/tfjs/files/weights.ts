import type { Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { InputError } from '../../../core/errors';
import { containerOf, variableOf, type LayersLibrary, type TfjsLayer } from '../library';

/** Values of a weight, row-major. */
export interface WeightValue {
  shape: readonly number[];
  values: Float32Array;
}

/** The weights of a layer, or of a model within a model, in its order. */
export interface LayerWeights {
  /** Name of the layer after those of the models that it is in. */
  layer: string;
  values: WeightValue[];
}

/** A weight of a network. */
export interface GraphWeight {
  /** Keras' name: `dense_1/kernel`. */
  name: string;
  shape: number[];
  /** False for moving averages and for layers that are frozen. */
  trainable: boolean;
  variable: Variable;
  role: 'kernel' | 'bias' | 'other';
  /** Name of its layer, after those of the models that it is in. */
  layer: string;
}

function roleOf(name: string): GraphWeight['role'] {
  const last = name.slice(name.lastIndexOf('/') + 1);
  return /kernel$/.test(last) ? 'kernel' : /bias$/.test(last) ? 'bias' : 'other';
}

/** Path of the layer of each weight, by the weight's number. */
function layersOfWeights(
  library: LayersLibrary,
  layers: TfjsLayer[],
  path: string[],
  out: Map<number, string>,
): void {
  for (const layer of layers) {
    const own = [...path, layer.name];
    const inner = containerOf(library, layer);
    if (inner) layersOfWeights(library, inner.layers, own, out);
    else for (const { id } of layer.weights) if (!out.has(id)) out.set(id, own.join('/'));
  }
}

/** The weights of a model in the order in which TensorFlow.js saves them: those that are trained first. */
export function weightsOf(library: LayersLibrary, model: LayersModel): GraphWeight[] {
  const paths = new Map<number, string>();
  layersOfWeights(library, model.layers, [], paths);
  const trained = new Set(model.trainableWeights.map(({ id }) => id));
  return model.weights.map((weight) => ({
    name: weight.originalName,
    shape: weight.shape.map((size) => size ?? 0),
    trainable: trained.has(weight.id),
    variable: variableOf(weight),
    role: roleOf(weight.originalName),
    layer: paths.get(weight.id) ?? '',
  }));
}

/** Keras puts the name of a cell between those of layer and weight: `lstm/lstm_cell/kernel` is `lstm/kernel`. */
function withoutCell(name: string): string {
  const parts = name.split('/');
  return [...parts.slice(0, -2), ...parts.slice(-1)].join('/');
}

/** The name as a layer has it: as given, without its cell, or without the names of models before that of the layer. */
function nameOfLayer(given: string, known: ReadonlyMap<string, GraphWeight>): string | undefined {
  const parts = given.split('/');
  // Keras 3 writes `sequential/dense/kernel` for the layer `dense`.
  for (let first = 0; first < parts.length - 1; first++) {
    const name = parts.slice(first).join('/');
    const found = [name, withoutCell(name)].find((candidate) => known.has(candidate));
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * The weights in the order of the values, each with its own.
 * @throws InputError when names or shapes do not agree, or a value is not finite
 */
export function matchWeights(
  weights: readonly GraphWeight[],
  values: ReadonlyMap<string, WeightValue>,
  source: string,
): { weight: GraphWeight; values: Float32Array }[] {
  const left = new Map<string, GraphWeight>();
  for (const weight of weights) {
    if (left.has(weight.name)) throw new InputError(source, `has two weights named '${weight.name}'`);
    left.set(weight.name, weight);
  }
  const matched = [...values].map(([given, value]) => {
    const name = nameOfLayer(given, left);
    const weight = name === undefined ? undefined : left.get(name);
    if (name === undefined || !weight) {
      throw new InputError(source, 'belongs to no layer of the model', `weight '${given}'`);
    }
    left.delete(name);
    checkValue(weight, value, source, `weight '${given}'`);
    return { weight, values: value.values };
  });
  const [missing] = left.keys();
  if (missing !== undefined) {
    const more = left.size > 1 ? ` and ${left.size - 1} more` : '';
    throw new InputError(source, `has no values for weight '${missing}'${more}`, 'weightsManifest');
  }
  return matched;
}

/**
 * The weights in the order of the values, those of each layer in its order.
 * @throws InputError when layers or shapes do not agree, or a value is not finite
 */
export function matchLayerWeights(
  weights: readonly GraphWeight[],
  values: readonly LayerWeights[],
  source: string,
): { weight: GraphWeight; values: Float32Array }[] {
  const left = new Set(weights);
  const matched: { weight: GraphWeight; values: Float32Array }[] = [];
  for (const { layer, values: given } of values) {
    const own = weights.filter((weight) => weight.layer === layer || weight.layer.startsWith(`${layer}/`));
    const place = `layer '${layer}'`;
    if (own.length !== given.length) {
      throw new InputError(source, `has ${given.length} weights, expected ${own.length}`, place);
    }
    own.forEach((weight, k) => {
      const value = given[k];
      checkValue(weight, value, source, `${place}, weight ${k}`);
      left.delete(weight);
      matched.push({ weight, values: value.values });
    });
  }
  const [missing] = left;
  if (missing) throw new InputError(source, 'has no values for its weights', `layer '${missing.layer}'`);
  return matched;
}

/** @throws InputError when the shape is another one, or a number not finite */
function checkValue(weight: GraphWeight, value: WeightValue, source: string, place: string): void {
  if (weight.shape.join() !== value.shape.join()) {
    const [found, wanted] = [value.shape, weight.shape].map((shape) => `[${shape.join(', ')}]`);
    throw new InputError(source, `has shape ${found}, expected ${wanted} as its layer has it`, place);
  }
  const bad = value.values.findIndex((number) => !Number.isFinite(number));
  if (bad >= 0) {
    throw new InputError(source, `is ${value.values[bad]} at ${bad}, expected finite numbers`, place);
  }
}
