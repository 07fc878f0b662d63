import { InputError } from '../core/errors';
import { splitMember } from '../core/arrayMember';
import { isArchive, listArrays, type ArchivedArray } from './arrays/archives';
import { partnerOf, usualData } from './arrays/memberChoice';
import { detectFormat } from './files/fileFormat';
import type { Limits } from './files/limits';
import { oneLine } from '../core/wording';

/** Words for what is not trained on, as they stand in names of arrays. */
const otherWords = ['validation', 'valid', 'val', 'dev', 'test'];

/** An array that is a split. */
export interface ArchiveSplit {
  /** Name of the split: `train`. */
  name: string;
  /** `file.npz:x_train`. */
  path: string;
}

/** What tells whether a file may be several splits. */
export interface SplitSearch {
  /** Names of the model's inputs, which arrays may have too. */
  inputs: readonly string[];
  /** Whether labels are wanted: where a split has them, each must have its own. */
  labelled: boolean;
  limits: Limits;
}

/**
 * The splits that the arrays of one file are, `x_train` and `x_test` with their labels, as Keras' `mnist.npz` has them.
 * @returns a path for each, the one to train on first; undefined where the file holds no such arrays, or of different shapes
 * @throws InputError where the file is damaged
 */
export async function splitsInArchive(
  path: string,
  { inputs, labelled, limits }: SplitSearch,
  notices: string[],
): Promise<ArchiveSplit[] | undefined> {
  const { file, member } = splitMember(path);
  if (member !== undefined) return undefined;
  const format = await detectFormat(file);
  if (!isArchive(format)) return undefined;
  const arrays = await listArrays(file, format, limits);
  const names = arrays.map(({ name }) => name);
  if (inputs.some((name) => names.includes(name))) return undefined;
  const train = trainingArray(names);
  if (train === undefined) return undefined;
  const found = [train, ...otherWords.flatMap((word) => otherArray(train, word, names))];
  const hasLabels = (name: string) => partnerOf(name, names) !== undefined;
  const splits = labelled && found.some(hasLabels) ? found.filter(hasLabels) : found;
  if (splits.length < 2 || splits[0] !== train || !(await haveOneShape(arrays, splits))) return undefined;
  const named = splits.map((name) => ({ name: wordOf(name), path: `${file}:${name}` }));
  const members = splits.map((name) => `\`${oneLine(name)}\``).join(', ');
  notices.push(`${file}: its arrays ${members} are the splits ${named.map(({ name }) => name).join(', ')}.`);
  return named;
}

/** The array of instances to train on; undefined where another one would be taken, or there is none. */
function trainingArray(names: readonly string[]): string | undefined {
  const usual = usualData(names);
  if (usual !== undefined) return /train/i.test(usual) ? usual : undefined;
  return names.find((name) => /train/i.test(name) && partnerOf(name, names) !== undefined);
}

/** The array whose name has another word in place of `train`, written alike. */
function otherArray(train: string, word: string, names: readonly string[]): string[] {
  const wanted = train.replace(/train(?:ing)?/i, word).toLowerCase();
  return names.filter((name) => name.toLowerCase() === wanted);
}

/** The word of an array's name that is the name of its split. */
function wordOf(name: string): string {
  const lower = name.toLowerCase();
  return ['train', ...otherWords].find((word) => lower.includes(word)) ?? name;
}

/** Whether the instances of some arrays have the same axes. */
async function haveOneShape(arrays: readonly ArchivedArray[], names: readonly string[]): Promise<boolean> {
  const shapes = new Set<string>();
  for (const name of names) {
    const array = arrays.find((candidate) => candidate.name === name);
    if (!array) throw new InputError(name, 'is no array');
    shapes.add((await array.shape()).slice(1).join());
  }
  return shapes.size === 1;
}
