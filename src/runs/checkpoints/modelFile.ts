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

/** Ends of the names of models that are one file: ONNX, and whole models of Keras. */
const ENDINGS = ['onnx', 'keras', 'h5', 'hdf5'];

/** Where models lie below a folder, as a pattern of VS Code's. */
export const MODELS_BELOW = `**/{${ENDINGS.map((ending) => `*.${ending}`).join(',')},${MODEL_JSON}}`;

/** Ends of names that a dialog offers for models. */
export const modelEndings: readonly string[] = [...ENDINGS, 'json'];

/** Whether a file can be a model by its name: those above, and the `model.json` of TensorFlow.js; not Keras' weights alone. */
export function isModelName(file: string): boolean {
  const ending = path.extname(file).slice(1).toLowerCase();
  return isModelJson(file) || (ENDINGS.includes(ending) && !/\.weights\.h5$/i.test(file));
}

/** Names of files that hold weights without their network, or a model of other programs. */
const OTHERS =
  /\.(?:pt|pth|ckpt|safetensors|pt2|tflite|pb|joblib|pkl|pickle|ort)$|\.weights\.h5$|^pytorch_model.*\.bin$|^checkpoint.*\.index$/i;

/** Whether a file is by its name a model, or weights, that is not opened here. */
export function isOtherModelName(file: string): boolean {
  return OTHERS.test(path.basename(file));
}
