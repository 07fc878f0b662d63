import { InputError } from '../../core/errors';
import { parseJson } from '../../data/files/json';
import type { ModelFile } from '../modelFile';
import { kerasWeights, OtherModelError } from '../others/otherModel';
import { isObject, type Json, type JsonObject } from '../tfjs/files/jsonFields';
import type { LayerWeights, WeightValue } from '../tfjs/files/weights';
import { inOwnWords } from './dialect';
import { Hdf5 } from './hdf5';
import { readZip } from './kerasZip';

/** A Keras model read from its file. */
export interface SavedKerasModel {
  /** Keras JSON: `class_name` and `config`. */
  topology: JsonObject;
  weights: LayerWeights[];
  sha256: string;
}

const hdf5Start = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const zipStart = [0x50, 0x4b, 0x03, 0x04];

function beginsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, i) => bytes[i] === byte);
}

/** Whether a file is Keras' by its content: HDF5, or an archive whose first member is one of Keras'. */
export function isKeras({ bytes }: ModelFile): boolean {
  if (beginsWith(bytes, hdf5Start)) return true;
  // The name of the first member stands behind a header of 30 bytes.
  const name = Buffer.from(bytes.subarray(30, 80)).toString('latin1');
  return beginsWith(bytes, zipStart) && /^(metadata\.json|config\.json|model\.weights)/.test(name);
}

/**
 * Reads a whole model that Keras saved: `.keras` of Keras 3, `.h5` of Keras 2 and 3.
 * @throws InputError when it is damaged, or has weights alone
 */
export async function readKerasModel(source: string, file: ModelFile): Promise<SavedKerasModel> {
  const { bytes, sha256 } = file;
  const read = beginsWith(bytes, hdf5Start)
    ? await Hdf5.reading(bytes, source, (hdf5) => wholeHdf5(hdf5, source))
    : await archived(bytes, source);
  return { ...read, sha256 };
}

function modelOf(text: string, source: string, keras3: boolean): JsonObject {
  const value = parseJson(text, source, ', expected the configuration of a Keras model');
  if (!isObject(value)) throw new InputError(source, 'has no configuration of a model');
  return inOwnWords(value, source, keras3);
}

/** A `.h5` file: attribute `model_config`, group `model_weights` with the weights of each layer in order. */
function wholeHdf5(hdf5: Hdf5, source: string): Pick<SavedKerasModel, 'topology' | 'weights'> {
  const config = hdf5.text('', 'model_config');
  if (config === undefined) {
    const hasWeights = ['layers', '_layer_checkpoint_dependencies', 'model_weights'].some(
      (name) => hdf5.names(name).length > 0,
    );
    if (hasWeights || hdf5.texts('', 'layer_names')) throw new OtherModelError(source, kerasWeights(source));
    throw new InputError(source, 'is an HDF5 file that holds no network, expected a whole model of Keras');
  }
  const version = hdf5.text('', 'keras_version') ?? hdf5.text('model_weights', 'keras_version') ?? '2';
  const layers = hdf5.texts('model_weights', 'layer_names') ?? [];
  const weights = layers.map((layer): LayerWeights => {
    const group = `model_weights/${layer}`;
    const values = (hdf5.texts(group, 'weight_names') ?? []).map((name) => {
      const value = hdf5.numbers(`${group}/${name}`);
      if (!value) throw new InputError(source, 'is missing, or holds no numbers', `weight '${name}'`);
      return value;
    });
    return { layer, values };
  });
  return { topology: modelOf(config, source, Number.parseInt(version, 10) >= 3), weights };
}

/** A `.keras` file: `config.json`, and `model.weights.h5` with the weights of each layer by its class. */
async function archived(
  bytes: Uint8Array,
  source: string,
): Promise<Pick<SavedKerasModel, 'topology' | 'weights'>> {
  const { files, names } = await readZip(bytes, source, ['config.json', 'model.weights.h5']);
  const [config, values] = [files.get('config.json'), files.get('model.weights.h5')];
  if (!config) throw new InputError(source, 'has no config.json, expected a model that Keras saved');
  if (!values) {
    const sharded = names.some((name) => /^model\.weights\.json$|^model_\d+\.weights\.h5$/.test(name));
    const problem = sharded ? 'has its weights in several files' : 'has no model.weights.h5';
    throw new InputError(source, `${problem}, expected one: save it without max_shard_size`);
  }
  const topology = modelOf(Buffer.from(config).toString('utf8'), source, true);
  const weights = await Hdf5.reading(values, source, (hdf5) => [...weightsByClass(hdf5, topology, '', [])]);
  return { topology, weights };
}

/** Keras' snake case of a class: `PReLU` is `p_re_lu`, `Conv2D` is `conv2d`. */
export function snakeCase(className: string): string {
  return className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

const containers = new Set(['Sequential', 'Functional', 'Model']);

/**
 * The weights of the layers of a model: each is in a group that has its class for a name, numbered in the order of the layers.
 * @param group of the model, '' for the outermost
 * @param path names of the models around
 */
function* weightsByClass(
  hdf5: Hdf5,
  model: JsonObject,
  group: string,
  path: readonly string[],
): Generator<LayerWeights> {
  const config = isObject(model.config) ? model.config : {};
  const layers = Array.isArray(config.layers) ? config.layers.filter(isObject) : [];
  // Older files of Keras 3 have another name for the group.
  const inside = ['layers', '_layer_checkpoint_dependencies']
    .map((name) => join(group, name))
    .find((name) => hdf5.names(name).length > 0);
  if (inside === undefined) return;
  const counts = new Map<string, number>();
  for (const layer of layers) {
    const className = String(layer.class_name);
    const kind = snakeCase(className);
    const count = counts.get(kind) ?? 0;
    counts.set(kind, count + 1);
    const own = join(inside, count === 0 ? kind : `${kind}_${count}`);
    const name = String(nameOf(layer));
    if (containers.has(className)) {
      yield* weightsByClass(hdf5, layer, own, [...path, name]);
    } else {
      const values = [...valuesBelow(hdf5, own)];
      if (values.length > 0) yield { layer: [...path, name].join('/'), values };
    }
  }
}

function nameOf(layer: JsonObject): Json {
  return isObject(layer.config) && typeof layer.config.name === 'string' ? layer.config.name : layer.name;
}

/** Weights of a layer, then of what is within it: its cell, its layer, the forward one of two before the backward one. */
function* valuesBelow(hdf5: Hdf5, group: string, depth = 0): Generator<WeightValue> {
  if (depth > 8) return;
  const names = hdf5.names(group);
  if (names.includes('vars')) {
    const vars = hdf5.names(join(group, 'vars')).sort((a, b) => Number(a) - Number(b));
    for (const name of vars) {
      const value = hdf5.numbers(join(group, `vars/${name}`));
      if (value) yield value;
    }
  }
  const within = names.filter((name) => name !== 'vars' && name !== 'seed_generator');
  const forwardFirst = (name: string): number => (name.startsWith('forward') ? 0 : 1);
  for (const name of within.sort((a, b) => forwardFirst(a) - forwardFirst(b))) {
    yield* valuesBelow(hdf5, join(group, name), depth + 1);
  }
}

function join(group: string, name: string): string {
  return group === '' ? name : `${group}/${name}`;
}
