import * as path from 'node:path';

const byName = new Intl.Collator(undefined, { numeric: true });

/** Name by which a model is known: its own, or that of its folder where all are called `model.json`. */
export function modelName(file: string): string {
  const name = path.basename(file);
  return name.toLowerCase() === 'model.json' ? path.basename(path.dirname(file)) : name;
}

/** True for the names of files that can be models: ONNX files, and the `model.json` of TensorFlow.js. */
export function isModelName(name: string): boolean {
  const lower = path.basename(name).toLowerCase();
  return lower.endsWith('.onnx') || lower === 'model.json';
}

/** Epoch or step that the name of a checkpoint tells: `epoch=3-step=100`, `checkpoint-500`, `epoch-0.25/model.json`. */
export function checkpointNumber(file: string): number | undefined {
  const name = modelName(file);
  const match =
    /epoch[=_-]?(\d+(?:\.\d+)?)/i.exec(name) ??
    /step[=_-]?(\d+)/i.exec(name) ??
    /checkpoint-(\d+)/i.exec(name);
  return match ? Number(match[1]) : undefined;
}

/** Checkpoints in the order in which they were written, as far as their names tell. */
export function inTrainingOrder(files: readonly string[]): string[] {
  return [...files].sort(
    (a, b) =>
      (checkpointNumber(a) ?? 0) - (checkpointNumber(b) ?? 0) || byName.compare(modelName(a), modelName(b)),
  );
}

/** Name of the run of some models: that of the folder of several checkpoints, or of the one model with its folder. */
export function runName(models: readonly string[]): string {
  const [first] = models;
  const inFolders = modelName(first) !== path.basename(first);
  const folder = path.dirname(inFolders ? path.dirname(first) : first);
  const parent = path.basename(folder);
  if (models.length > 1) return parent;
  return `${parent}-${inFolders ? modelName(first) : path.basename(first, path.extname(first))}`;
}
