import * as path from 'node:path';
import { inTrainingOrder as orderOf } from '../../runs/checkpoints/checkpointName';
import { isModelJson } from '../../runs/checkpoints/modelFile';

/** Name by which a model is known: its own, or that of its folder where all are called `model.json`. */
function modelName(file: string): string {
  const name = path.basename(file);
  return isModelJson(name) ? path.basename(path.dirname(file)) : name;
}

/** Checkpoints in the order in which they were written, as far as their names tell; those without numbers come last. */
export function filesInTrainingOrder(files: readonly string[]): string[] {
  return orderOf(files.map((name) => ({ name }))).map((index) => files[index]);
}

/** Name of the run of some models: that of the folder of several checkpoints, or of the one model with its folder. */
export function runNameOfModels(models: readonly string[]): string {
  const [first] = models;
  const inFolders = modelName(first) !== path.basename(first);
  const folder = path.dirname(inFolders ? path.dirname(first) : first);
  const parent = path.basename(folder);
  if (models.length > 1) return parent;
  return `${parent}-${inFolders ? modelName(first) : path.basename(first, path.extname(first))}`;
}
