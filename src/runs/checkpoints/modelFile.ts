import path from 'node:path';

/** The file that stands for a TensorFlow.js model, whose folder is the model. */
export const MODEL_JSON = 'model.json';

/** Whether a file is the `model.json` of a TensorFlow.js model, which means its folder. */
export function isModelJson(file: string): boolean {
  return path.basename(file).toLowerCase() === MODEL_JSON;
}

/** The folder that a model is a checkpoint of: its own, and for a `model.json` the one above, beside its like. */
export function checkpointsFolder(model: string): string {
  const own = path.dirname(model);
  return isModelJson(model) ? path.dirname(own) : own;
}
