import path from 'node:path';
import type { CanonicalMetric } from '../formats/metricNames';

type Split = CanonicalMetric['split'];

/** Names of folders that tools give to the logs of one part of the data, the usual ones first. */
const folders: Record<Split, readonly string[]> = {
  train: ['train', 'training'],
  validation: ['validation', 'valid', 'val', 'eval', 'test'],
};

/** The part of the data that the log in a folder is of, by the folder's name: Keras writes into `train` and `validation`. */
export function splitOfFolder(folder: string): Split | undefined {
  const name = path.basename(folder);
  if (folders.train.includes(name)) return 'train';
  return folders.validation.includes(name) ? 'validation' : undefined;
}

/** Folders beside one that is of a part of the data in which the log of the other part may be, the likeliest first. */
export function foldersOfOtherSplit(folder: string): string[] {
  const split = splitOfFolder(folder);
  if (!split) return [];
  const others = folders[split === 'train' ? 'validation' : 'train'];
  return others.map((name) => path.join(path.dirname(folder), name));
}
