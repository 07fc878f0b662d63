import { isKeras } from './keras/readKeras';
import { readModelFile, type ModelFile } from './modelFile';
import { describeOnnx, onnxInputNames, openOnnx } from './onnx/openOnnx';
import type { ModelOptions } from './options';
import { refuseOthers } from './others/otherModel';
import type { ModelDescription, ModelRunner } from './runner';
import { describeTfjs, openTfjs } from './tfjs/openTfjs';

export type { BackendChoice, ModelOptions } from './options';

/** Whether a file is JSON, so the `model.json` of TensorFlow.js: by its name, or by how it begins. */
function isJson(path: string, { bytes }: ModelFile): boolean {
  if (/\.json$/i.test(path)) return true;
  const start = Buffer.from(bytes.subarray(0, 64)).toString('latin1');
  return /^(\u00ef\u00bb\u00bf)?\s*\{\s*"/.test(start);
}

/** Whether a file holds layers of Keras, as TensorFlow.js or Keras itself saves them. */
function isOfLayers(path: string, file: ModelFile): boolean {
  return isKeras(file) || isJson(path, file);
}

/**
 * Tells what a model file holds, without running it: shapes as far as the file states them.
 * A `model.json` of TensorFlow.js is read with the weights beside it, a whole model of Keras (`.keras`, `.h5`) as it is; a file
 * of any other content is tried as ONNX.
 * @throws OtherModelError for a model, or weights, that only Python opens
 * @throws InputError when the file is missing, no model, or has no piecewise linear activation
 */
export async function describeModel(path: string, options: ModelOptions = {}): Promise<ModelDescription> {
  await refuseOthers(path);
  const file = await readModelFile(path);
  return isOfLayers(path, file) ? describeTfjs(path, file, options) : describeOnnx(path, file, options);
}

/**
 * Names of a model's inputs, in its order.
 * @throws InputError when the file is missing or no model
 */
export async function modelInputNames(path: string): Promise<string[]> {
  await refuseOthers(path);
  const file = await readModelFile(path);
  return isOfLayers(path, file) ? [] : onnxInputNames(path, file);
}

/**
 * Opens a model file to run it. A trial run on made-up rows completes the shapes of its layers.
 * @throws InputError as {@link describeModel}, and when no engine loads or the engine refuses the model
 */
export async function openModel(path: string, options: ModelOptions = {}): Promise<ModelRunner> {
  await refuseOthers(path);
  const file = await readModelFile(path);
  return isOfLayers(path, file) ? openTfjs(path, file, options) : openOnnx(path, file, options);
}
