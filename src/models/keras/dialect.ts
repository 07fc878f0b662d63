import { InputError } from '../../core/errors';
import { tensorsOf } from '../tfjs/files/calls';
import { isObject, type Json, type JsonObject } from '../tfjs/files/jsonFields';
import { HARD_SIGMOID_OF_KERAS_3 } from '../tfjs/ownClasses';
import { SCALAR_OPERATION, SMOOTH_UP_SAMPLING } from '../tfjs/ownLayers/plainLayers';

/** Names of activations that mean something else in Keras 3, by what they are called here. */
const renamed = new Map([['hard_sigmoid', HARD_SIGMOID_OF_KERAS_3]]);

/** Members of a configuration that name an activation. */
const isActivation = (key: string): boolean => /activation$/.test(key);

function activation(value: Json): Json {
  if (typeof value === 'string') return renamed.get(value) ?? value;
  // A function of Keras is written with its module.
  if (isObject(value) && value.class_name === 'function' && typeof value.config === 'string') {
    return renamed.get(value.config) ?? value.config;
  }
  return value;
}

/** Operations on tensors that a layer of the same name does, too. */
const operationsOfTensors = new Set(['Add', 'Subtract', 'Multiply', 'Maximum', 'Minimum', 'Concatenate']);

/** Operations with a number. */
const operationsWithNumber = new Map([
  ['Add', 'Add'],
  ['Subtract', 'Subtract'],
  ['Multiply', 'Multiply'],
  ['Divide', 'Divide'],
  ['TrueDivide', 'Divide'],
]);

/** Operations that are activations without settings, by what these are called. */
const operationsOfActivations = new Map([
  ['Relu', 'relu'],
  ['Relu6', 'relu6'],
  ['Sigmoid', 'sigmoid'],
  ['Silu', 'silu'],
  ['Softplus', 'softplus'],
  ['Softsign', 'softsign'],
  ['Tanh', 'tanh'],
  ['HardSigmoid', HARD_SIGMOID_OF_KERAS_3],
  ['HardSilu', 'hard_silu'],
]);

/** Arguments of the first call of a layer as Keras 3 writes it. */
function argumentsOf({ inbound_nodes: nodes }: JsonObject): Json[] {
  const [node] = Array.isArray(nodes) ? nodes : [];
  return isObject(node) && Array.isArray(node.args) ? node.args : [];
}

/** An operation of `keras.ops` as the layer that does the same; undefined where none does. */
function layerOfOperation(layer: JsonObject): JsonObject | undefined {
  const className = String(layer.class_name);
  const given = argumentsOf(layer);
  const { name } = layer;
  const tensors = tensorsOf(given).length;
  const numbers = given.filter((value) => typeof value === 'number');
  if (tensors > 1 && numbers.length === 0 && operationsOfTensors.has(className)) return layer;
  if (tensors !== 1) return undefined;
  const like = operationsOfActivations.get(className);
  if (like !== undefined && given.length === 1) {
    return { ...layer, class_name: 'Activation', config: { name, activation: like } };
  }
  if (numbers.length !== 1 || given.length !== 2) return undefined;
  if (className === 'Maximum' && numbers[0] === 0) {
    return { ...layer, class_name: 'Activation', config: { name, activation: 'relu' } };
  }
  const operation = operationsWithNumber.get(className);
  if (operation === undefined) return undefined;
  const config = { name, operation, scalar: numbers[0], scalar_first: given[0] === numbers[0] };
  return { ...layer, class_name: SCALAR_OPERATION, config };
}

/** @throws InputError where a call depends on more than the tensors that it is given in order */
function checkCalls(layer: JsonObject, source: string): void {
  const nodes = Array.isArray(layer.inbound_nodes) ? layer.inbound_nodes : [];
  for (const node of nodes) {
    const kwargs = isObject(node) && isObject(node.kwargs) ? node.kwargs : {};
    const extra = Object.entries(kwargs).find(([, value]) => tensorsOf(value).length > 0);
    if (!extra) continue;
    const problem = `is given ${extra[0]}, which is not supported`;
    throw new InputError(source, problem, `layer '${String(layer.name)}'`);
  }
}

/** Whether Keras 3 noted an operation of `keras.ops`: by its module, which `.h5` leaves out, or by having no settings of a layer. */
function isOperation({ module, config, inbound_nodes: nodes }: JsonObject): boolean {
  if (typeof module === 'string') return /^keras\.(src\.)?ops\b/.test(module);
  const called = Array.isArray(nodes) && isObject(nodes[0]);
  return called && isObject(config) && !('trainable' in config || 'dtype' in config || 'layers' in config);
}

/** A layer in words that mean the same in TensorFlow.js. */
function layerInOwnWords(layer: JsonObject, source: string): JsonObject {
  checkCalls(layer, source);
  if (isOperation(layer)) {
    const like = layerOfOperation(layer);
    if (like) return like;
    const problem =
      `is the operation ${String(layer.class_name)} of keras.ops, expected a layer; ` +
      'the model can be exported to ONNX by model.export("model.onnx", format="onnx")';
    throw new InputError(source, problem, `layer '${String(layer.name)}'`);
  }
  const { config } = layer;
  if (layer.class_name === 'UpSampling2D' && isObject(config) && config.interpolation === 'bilinear') {
    return { ...layer, class_name: SMOOTH_UP_SAMPLING };
  }
  return layer;
}

function changed(value: Json, source: string, keras3: boolean): Json {
  if (Array.isArray(value)) return value.map((each) => changed(each, source, keras3));
  if (!isObject(value)) return value;
  const given = typeof value.class_name === 'string' ? layerInOwnWords(value, source) : value;
  const copy: JsonObject = {};
  for (const [key, member] of Object.entries(given)) {
    if (key === '__proto__') continue;
    copy[key] = changed(keras3 && isActivation(key) ? activation(member) : member, source, keras3);
  }
  return copy;
}

/**
 * A model's configuration in words that mean the same in TensorFlow.js.
 * @param source file, for messages
 * @throws InputError naming the layer that does what no layer of TensorFlow.js does
 */
export function inOwnWords(model: JsonObject, source: string, keras3: boolean): JsonObject {
  return changed(model, source, keras3) as JsonObject;
}
