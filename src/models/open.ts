import { readModelFile } from './modelFile';
import { describeOnnx, openOnnx } from './onnx/openOnnx';
import type { ModelOptions } from './options';
import type { ModelDescription, ModelRunner } from './runner';

export type { EngineChoice, ModelOptions } from './options';

/**
 * Tells what a model file holds, without an engine: shapes as far as the file states them.
 * A file of any name is tried as ONNX, the one format there is so far.
 * @throws InputError when the file is missing, no model, or has no piecewise linear activation
 */
export async function describeModel(path: string, options: ModelOptions = {}): Promise<ModelDescription> {
  return describeOnnx(path, await readModelFile(path), options);
}

/**
 * Opens a model file to run it. A trial run on made-up rows completes the shapes of its layers.
 * @throws InputError as {@link describeModel}, and when no engine loads or the engine refuses the model
 */
export async function openModel(path: string, options: ModelOptions = {}): Promise<ModelRunner> {
  return openOnnx(path, await readModelFile(path), options);
}
