import { InputError } from '../../../core/errors';
import { legacyNodes, checkCalls } from './calls';
import { isObject, kindOf, listAt, objectAt, textAt, type Json, type JsonObject } from './jsonFields';
import { CHECKED_ZEROS, GENERAL_RELU } from '../ownClasses';

/** What to do with a model that has layers which are not run here. */
const WAY_ON = 'the model can be exported to ONNX, in Keras 3 by model.export("model.onnx", format="onnx")';

/** Layers of a model that are looked at; more than any network drawn by hand has. */
const MOST_LAYERS = 5000;

/** Models within models beyond which a file is taken for damaged. */
const DEEPEST_NESTING = 20;

/** Classes that hold layers of their own. */
const containers = new Set(['Sequential', 'Model', 'Functional']);

/** Classes that run code which the file only names, or holds as bytecode. */
const codeClasses = /^(Lambda|TFOpLambda|SlicingOpLambda|TensorFlowOpLayer|TFSMLayer)$/;

/** A topology as the layers are made from it. */
export interface PreparedTopology {
  /** Keras JSON of the model: `class_name` and `config`. */
  config: JsonObject;
  /** What training will not do that the model asks for, in sentences for the user. */
  trainingNotices: string[];
}

/** What {@link prepareTopology} needs to know and gathers on its way. */
interface Walk {
  source: string;
  /** Whether a class name is a layer's that can be made. */
  isLayer: (className: string) => boolean;
  layers: number;
  regularised: boolean;
}

/** Weights of all layers there are: each gets an initial value whose size is checked. */
const initialised = ['kernel', 'bias', 'recurrent', 'depthwise', 'pointwise', 'embeddings', 'alpha'];
const normalising = ['gamma', 'beta', 'moving_mean', 'moving_variance'];

/** Options of Keras that TensorFlow.js leaves unread, with the value at which that makes no difference. */
const unreadOptions: Readonly<Record<string, (value: Json) => boolean>> = {
  padding: (value) => value !== 'causal',
  crop_to_aspect_ratio: (value) => value !== true,
  pad_to_aspect_ratio: (value) => value !== true,
  antialias: (value) => value !== true,
  output_padding: (value) => value === null,
  renorm: (value) => value === false || value === null,
  mask_zero: (value) => value !== true,
  stateful: (value) => value !== true,
  reset_after: (value) => value !== true,
};

/** The model within the `modelTopology` of a file: Keras' converter wraps it in `model_config`. */
function unwrapped(topology: object, source: string): JsonObject {
  const outer = topology as JsonObject;
  const inner = isObject(outer.model_config) ? outer.model_config : outer;
  if (typeof inner.class_name !== 'string' || (!isObject(inner.config) && !Array.isArray(inner.config))) {
    throw new InputError(
      source,
      'holds no layers (class_name and config of a Keras model expected)',
      'modelTopology',
    );
  }
  return inner;
}

/** A copy of a layer's configuration as TensorFlow.js understands it, without what it would do on its own. */
function layerConfig(walk: Walk, config: Json, place: string, depth = 0): Json {
  if (depth > 100) throw new InputError(walk.source, 'is nested too deeply', place);
  if (Array.isArray(config)) return config.map((each) => layerConfig(walk, each, place, depth + 1));
  if (!isObject(config)) return config;
  const copy: JsonObject = {};
  for (const [key, value] of Object.entries(config)) {
    if (key === '__proto__') continue;
    if (/(_r|R)egularizer$|(_c|C)onstraint$/.test(key)) {
      walk.regularised ||= value !== null;
    } else if (!/(_i|I)nitializer$/.test(key)) {
      copy[key] = configMember({ walk, key, value, place, depth });
    }
  }
  return typeof copy.class_name === 'string' && isObject(copy.config)
    ? wrappedLayer(walk, copy, copy.config, place)
    : copy;
}

/** One member of a layer's configuration. */
function configMember({
  walk,
  key,
  value,
  place,
  depth,
}: {
  walk: Walk;
  key: string;
  value: Json;
  place: string;
  depth: number;
}): Json {
  if (/^data_?format$/i.test(key) && typeof value === 'string' && /^channels_?first$/i.test(value)) {
    throw new InputError(
      walk.source,
      'wants its channels first (data_format), which TensorFlow.js does not run here: expected channels_last',
      place,
    );
  }
  if (Object.hasOwn(unreadOptions, key) && !unreadOptions[key](value)) {
    throw new InputError(
      walk.source,
      `has ${key} ${JSON.stringify(value)}, which is not supported; ${WAY_ON}`,
      place,
    );
  }
  if (key === 'dtype') return value === 'int32' || value === 'bool' ? value : 'float32';
  // The number of rows does not matter to any layer without a memory of its own.
  if (/^batch_(input_)?shape$/.test(key) && Array.isArray(value)) return [null, ...value.slice(1)];
  return layerConfig(walk, value, place, depth + 1);
}

/** An object with a class within a configuration: a wrapped layer, a cell or an activation. */
function wrappedLayer(walk: Walk, copy: JsonObject, config: JsonObject, place: string): JsonObject {
  const className = copy.class_name as string;
  return walk.isLayer(className) ? madeLayer({ walk, className, layer: { ...copy }, config, place }) : copy;
}

/** Finishes the configuration of a layer: initial values that are checked, and members that have changed their names. */
function madeLayer({
  walk,
  className,
  layer,
  config,
  place,
}: {
  walk: Walk;
  className: string;
  layer: JsonObject;
  config: JsonObject;
  place: string;
}): JsonObject {
  const made: JsonObject = { ...config };
  for (const weight of [...initialised, ...normalising]) {
    // SeparableConv2D takes such a member for a mistake.
    if (weight === 'kernel' && /^SeparableConv/.test(className)) continue;
    made[`${weight}_initializer`] = { class_name: CHECKED_ZEROS, config: {} };
  }
  if (className === 'InputLayer' && made.batch_shape !== undefined) {
    made.batch_input_shape ??= made.batch_shape;
    delete made.batch_shape;
  }
  if (className !== 'GroupNormalization' && Number(made.groups ?? 1) !== 1) {
    throw new InputError(walk.source, `has groups ${String(made.groups)}, which is not supported`, place);
  }
  if (className === 'BatchNormalization' && Array.isArray(made.axis)) {
    if (made.axis.length !== 1) {
      throw new InputError(walk.source, 'normalises several axes, expected one', place);
    }
    made.axis = made.axis[0];
  }
  if (className === 'LeakyReLU' && typeof made.negative_slope === 'number') made.alpha = made.negative_slope;
  const general =
    className === 'ReLU' && (Number(made.threshold ?? 0) !== 0 || Number(made.negative_slope ?? 0) !== 0);
  return { ...layer, class_name: general ? GENERAL_RELU : className, config: made };
}

/** The layers of a container, each prepared. */
function preparedContainer({
  walk,
  className,
  config,
  path,
  depth,
}: {
  walk: Walk;
  className: string;
  config: JsonObject;
  path: string;
  depth: number;
}): JsonObject {
  const place = path === '' ? 'modelTopology' : `model '${path}'`;
  if (depth > DEEPEST_NESTING) throw new InputError(walk.source, 'is nested too deeply', place);
  const functional = className !== 'Sequential';
  const layers = listAt(config.layers, walk.source, `${place}, layers`);
  const prepared = layers.map((layer, i) => {
    const at = `${place}, layers[${i}]`;
    const object = objectAt(layer, walk.source, at);
    return preparedLayer(walk, object, { at, path, functional, depth });
  });
  const names = prepared.map((layer) => (layer.config as JsonObject).name);
  const twice = names.find((name, i) => name !== undefined && names.indexOf(name) < i);
  if (twice !== undefined) {
    throw new InputError(walk.source, `has two layers named '${String(twice)}'`, place);
  }
  const { name } = config;
  const copy: JsonObject = { layers: prepared };
  if (typeof name === 'string') copy.name = name;
  if (typeof config.trainable === 'boolean') copy.trainable = config.trainable;
  if (!functional) return copy;
  for (const side of ['input_layers', 'output_layers']) {
    copy[side] = endsOf(walk, config[side], `${place}, ${side}`);
  }
  const isContainer = (layer: JsonObject): boolean => containers.has(String(layer.class_name));
  for (const layer of prepared) {
    const at = `layer '${String(layer.name)}'`;
    layer.inbound_nodes = legacyNodes(
      layer.inbound_nodes ?? [],
      prepared.filter(isContainer),
      walk.source,
      at,
    );
  }
  checkCalls({ layers: prepared, isModel: isContainer, ends: copy, source: walk.source, place });
  return copy;
}

/** References to inputs or outputs: a list of lists, of which Keras 3 leaves out the outer one where there is one only. */
function endsOf(walk: Walk, ends: Json, place: string): Json {
  const list = listAt(ends, walk.source, place);
  return typeof list[0] === 'string' ? [list] : list;
}

/** One layer of a container, or a container within it. */
function preparedLayer(
  walk: Walk,
  layer: JsonObject,
  where: { at: string; path: string; functional: boolean; depth: number },
): JsonObject {
  const { source } = walk;
  if (++walk.layers > MOST_LAYERS) {
    throw new InputError(source, `has more than ${MOST_LAYERS} layers`, where.at);
  }
  const className = textAt(layer.class_name, source, `${where.at}, class_name`);
  // A Sequential model of old Keras has its layers where the configuration is.
  const config = Array.isArray(layer.config)
    ? { layers: layer.config }
    : objectAt(layer.config, source, `${where.at}, config`);
  const name = where.functional ? textAt(layer.name, source, `${where.at}, name`) : config.name;
  const path = [where.path, typeof name === 'string' ? name : ''].filter(Boolean).join('/');
  const place = path === where.path ? where.at : `layer '${path}'`;
  if (where.functional && config.name !== undefined && config.name !== name) {
    throw new InputError(source, `is named ${JSON.stringify(config.name)} in its config`, place);
  }
  checkClass(walk, className, place);
  const named = name === undefined ? config : { ...config, name };
  if (containers.has(className)) {
    const inner = preparedContainer({ walk, className, config: named, path, depth: where.depth + 1 });
    return { ...layer, config: inner };
  }
  const copy = layerConfig(walk, named, place) as JsonObject;
  return madeLayer({ walk, className, layer: { ...layer }, config: copy, place });
}

/** @throws InputError when there is no such layer, or it would run code */
function checkClass(walk: Walk, className: string, place: string): void {
  if (walk.isLayer(className)) return;
  const problem = codeClasses.test(className)
    ? `is a ${className}, whose code is not in the file: only layers of Keras can be run; ${WAY_ON}`
    : className === 'Masking'
      ? 'is a Masking layer, which is not supported'
      : `has the unknown class '${className}', expected a layer of Keras that can be run here; ${WAY_ON}`;
  throw new InputError(walk.source, problem, place);
}

/**
 * Makes a topology ready for TensorFlow.js, in a copy: checks its structure (TensorFlow.js waits for ever for a layer
 * that is missing), leaves initial values, regularisers and constraints out, and says what Keras 3 writes in the words of
 * Keras 2.
 * @param isLayer whether a class name is a layer's that can be made
 * @throws InputError naming the layer that is wrong
 */
export function prepareTopology(
  topology: object,
  source: string,
  isLayer: (className: string) => boolean,
): PreparedTopology {
  const model = unwrapped(topology, source);
  const className = String(model.class_name);
  if (!containers.has(className)) {
    throw new InputError(
      source,
      `is a model of class '${className}', expected ${[...containers].join(', ')}; ${WAY_ON}`,
      'modelTopology',
    );
  }
  const walk: Walk = { source, isLayer, layers: 0, regularised: false };
  const given = Array.isArray(model.config) ? { layers: model.config } : model.config;
  if (!isObject(given)) throw new InputError(source, `is ${kindOf(given)}`, 'modelTopology, config');
  const config = preparedContainer({ walk, className, config: given, path: '', depth: 0 });
  const trainingNotices = walk.regularised
    ? ['Regularisers and constraints of the model are not applied in training.']
    : [];
  return { config: { class_name: className, config }, trainingNotices };
}
