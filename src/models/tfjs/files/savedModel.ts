import { InputError } from '../../../core/errors';
import { parseJson } from '../../../data/files/json';
import { readModelFile, type ModelFile } from '../../modelFile';
import { isObject, kindOf, type JsonObject } from './jsonFields';
import type { SavedGraphModel } from '../graphModel/graphNetwork';
import { holdsTfjsModel, modelHash, readManifest, readRawManifest } from './manifest';
import type { TensorEngine } from '../tensorflow';
import type { WeightValue } from './weights';

/** Name of the file with the weights that is written beside a model.json. */
const WEIGHTS_FILE = 'weights.bin';

/** Bytes of the largest model.json that is read; weights are in files of their own. */
const LARGEST_JSON = 256 * 1024 * 1024;

/** A network as it is saved. */
export interface EncodedCheckpoint {
  modelJson: string;
  weightsBin: Uint8Array;
  /** As {@link modelHash} has it. */
  sha256: string;
}

/** Numbers as bytes, least significant first on any machine. */
function littleEndian(weights: readonly { values: Float32Array }[]): Uint8Array {
  const numbers = weights.reduce((sum, { values }) => sum + values.length, 0);
  const bytes = new Uint8Array(numbers * 4);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { values } of weights) {
    for (const value of values) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  }
  return bytes;
}

/**
 * A network as a LayersModel of TensorFlow.js, which its own `loadLayersModel` reads.
 * @param topology `modelTopology` of the file
 * @param weights in the order in which they are to be saved
 */
export function encodeCheckpoint(
  topology: object,
  weights: readonly { name: string; shape: readonly number[]; values: Float32Array }[],
): EncodedCheckpoint {
  const entries = weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' }));
  const modelJson = JSON.stringify({
    format: 'layers-model',
    generatedBy: 'Activation Pattern Diagrams',
    convertedBy: null,
    modelTopology: topology,
    weightsManifest: [{ paths: [WEIGHTS_FILE], weights: entries }],
  });
  const weightsBin = littleEndian(weights);
  return { modelJson, weightsBin, sha256: modelHash(modelJson, [weightsBin]) };
}

/** A LayersModel read from its files. */
export interface SavedLayersModel {
  /** `modelTopology` of the file. */
  topology: object;
  /** Values by name, in the order of the manifest. */
  weights: Map<string, WeightValue>;
  /** As {@link modelHash} has it. */
  sha256: string;
}

function utf8Text(bytes: Uint8Array, source: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InputError(source, 'is no UTF-8 text, expected a model.json of TensorFlow.js');
  }
}

/** The JSON of a model file. */
function parsed(bytes: Uint8Array, source: string): JsonObject {
  if (bytes.length > LARGEST_JSON) {
    throw new InputError(
      source,
      `has ${bytes.length} bytes, expected a model.json of at most ${LARGEST_JSON}`,
    );
  }
  const value = parseJson(utf8Text(bytes, source), source, ', expected a model.json of TensorFlow.js');
  if (!holdsTfjsModel(value)) {
    throw new InputError(
      source,
      'is JSON, but no model of TensorFlow.js: expected modelTopology and weightsManifest',
    );
  }
  return value;
}

/**
 * Reads a model of TensorFlow.js, of layers or a graph: model.json and the weight files in its folder.
 * @param source the model.json as the user named it
 * @param file the same in memory
 * @throws InputError when it is neither, or files are missing or damaged
 */
export async function readSavedModel(
  source: string,
  engine: TensorEngine,
  file: ModelFile,
): Promise<SavedLayersModel | { graphModel: SavedGraphModel }> {
  const model = parsed(file.bytes, source);
  const { modelTopology: topology, signature } = model;
  if (!isGraph(model) || !isObject(topology)) return readLayersModel(source, engine, file);
  if (!('node' in topology)) throw new InputError(source, 'holds no operations', 'modelTopology');
  const weights = await readRawManifest(model.weightsManifest, source);
  const outer = isObject(model.userDefinedMetadata) ? model.userDefinedMetadata.signature : undefined;
  const sha256 = modelHash(file.bytes, weights.files);
  return { graphModel: { topology, signature: signature ?? outer, weights, sha256 } };
}

/** Whether a model was converted from a graph of TensorFlow. */
function isGraph({ format, modelTopology: topology }: JsonObject): boolean {
  return format === 'graph-model' || (isObject(topology) && 'node' in topology);
}

/**
 * Reads a LayersModel: model.json and the weight files in its folder.
 * @param source the model.json as the user named it
 * @param file the same, where it is in memory already
 * @throws InputError when it is no LayersModel, or files are missing or damaged
 */
export async function readLayersModel(
  source: string,
  engine: TensorEngine,
  file?: ModelFile,
): Promise<SavedLayersModel> {
  const { bytes } = file ?? (await readModelFile(source, 'a model.json of TensorFlow.js'));
  const model = parsed(bytes, source);
  const { modelTopology: topology, format } = model;
  if (isGraph(model)) {
    throw new InputError(
      source,
      'is a GraphModel (converted for inference, its layers are gone), expected a LayersModel',
      'format',
    );
  }
  if (format !== undefined && format !== null && format !== 'layers-model') {
    throw new InputError(
      source,
      `is ${JSON.stringify(format).slice(0, 50)}, expected 'layers-model'`,
      'format',
    );
  }
  if (!isObject(topology)) {
    throw new InputError(source, `is ${kindOf(topology)}, expected the layers of a model`, 'modelTopology');
  }
  if (model.weightsManifest === undefined) {
    throw new InputError(source, 'is missing, expected the files of the weights', 'weightsManifest');
  }
  const { weights, files } = await readManifest(engine.tf, model.weightsManifest, source);
  return { topology, weights, sha256: modelHash(bytes, files) };
}
