import { opendir } from 'node:fs/promises';
import path from 'node:path';
import type { DatasetGuess } from '../../protocol/engine';

/** Entries of a folder that are looked at. */
const MOST_ENTRIES = 2000;
/** Guesses that are offered. */
const MOST_GUESSES = 10;
/** Folders in a folder that are looked into for images. */
const MOST_FOLDERS = 50;

/** Names of numbers, and what the names of their labels are then. */
const pairs: [data: RegExp, labels: string[]][] = [
  [/^x$/i, ['y', 'labels', 'label', 'targets', 'target']],
  [/^x([-_].*)$/i, ['y$1', 'labels$1']],
  [/^(.*[-_])x$/i, ['$1y', '$1labels']],
  [/^(data|features|images|inputs)$/i, ['labels', 'label', 'targets', 'target', 'y']],
  [/^(.*)(data|features|images|inputs)(.*)$/i, ['$1labels$3', '$1targets$3', '$1label$3']],
];
/** Tables that are no datasets: logs of trainings, and what this program exports. */
const noDataset =
  /^(logs?|metrics|results?|history|training|train_log|apdf|clusters|requirements)([-_.\d].*)?$/i;
const isImage = /\.(png|jpe?g|webp|gif|bmp|tiff?)$/i;
/** Tables by their endings. */
const tableEnding = /\.(csv|tsv|parquet)(\.gz)?$/i;
/** Archives that may as well hold the weights of a model, by their names. */
const otherArchive = /\.(h5|hdf5|safetensors)$/i;
const isModelName = /model|weight|adapter|optim|net|epoch|best|last|ckpt|checkpoint|step/i;

interface Entries {
  files: string[];
  folders: string[];
}

/**
 * Datasets that may belong to a model: beside it, in the folder above, and in `data` of both. The nearest first, in one
 * folder those whose labels are found before those without.
 */
export async function guessDatasets(model: string): Promise<DatasetGuess[]> {
  const folder = path.dirname(path.resolve(model));
  const parent = path.dirname(folder);
  const places: [string, string][] = [
    [folder, "in the model's folder"],
    [path.join(folder, 'data'), "in data/ of the model's folder"],
    [parent, 'in the folder above'],
    [path.join(parent, 'data'), 'in data/ of the folder above'],
  ];
  const guesses: DatasetGuess[] = [];
  const seen = new Set<string>();
  for (const [place, where] of places) {
    for (const guess of await guessesIn(place)) {
      if (seen.has(guess.data)) continue;
      seen.add(guess.data);
      guesses.push({ ...guess, reason: `${guess.reason}, ${where}` });
      if (guesses.length === MOST_GUESSES) return guesses;
    }
  }
  return guesses;
}

async function guessesIn(folder: string): Promise<DatasetGuess[]> {
  const { files, folders } = await entriesOf(folder);
  const names = new Set(files);
  const labelled: DatasetGuess[] = [];
  const alone: DatasetGuess[] = [];
  for (const name of files) {
    const data = path.join(folder, name);
    const labels = labelsOf(name, names);
    if (labels !== undefined) {
      labelled.push({ data, labels: path.join(folder, labels), reason: `${name} with labels ${labels}` });
    } else if (/\.npz$/i.test(name) || (otherArchive.test(name) && !isModelName.test(stem(name)))) {
      alone.push({ data, reason: `${name}, an archive of arrays` });
    } else if (tableEnding.test(name) && !noDataset.test(name.replace(tableEnding, ''))) {
      alone.push({ data, reason: `${name}, a table` });
    } else if (/\.npy$/i.test(name) && pairs.some(([pattern]) => pattern.test(stem(name)))) {
      alone.push({ data, reason: `${name}, without labels` });
    }
  }
  const images: DatasetGuess[] = [];
  for (const name of folders.slice(0, MOST_FOLDERS)) {
    const data = path.join(folder, name);
    const classes = await imageClasses(data);
    if (classes > 0) images.push({ data, reason: `${name}, images of ${classes} classes` });
  }
  return [...labelled, ...alone, ...images];
}

/** The file of labels that belongs to a file of numbers: NumPy arrays, or IDX as MNIST comes. */
function labelsOf(name: string, names: ReadonlySet<string>): string | undefined {
  const idx = /^(.*)images([-.])idx3([-.]ubyte)(\.gz)?$/i.exec(name);
  if (idx) {
    const plain = `${idx[1]}labels${idx[2]}idx1${idx[3]}`;
    return [`${plain}${idx[4] ?? ''}`, plain, `${plain}.gz`].find((candidate) => names.has(candidate));
  }
  if (!/\.npy$/i.test(name)) return undefined;
  const inLowerCase = new Map([...names].map((other) => [other.toLowerCase(), other]));
  for (const [pattern, labels] of pairs) {
    if (!pattern.test(stem(name))) continue;
    for (const label of labels) {
      const wanted = `${stem(name).replace(pattern, label)}.npy`.toLowerCase();
      const found = inLowerCase.get(wanted);
      if (found !== undefined && found !== name) return found;
    }
  }
  return undefined;
}

function stem(name: string): string {
  return path.parse(name).name;
}

/** Folders in a folder that begin with an image: the classes of a dataset of images. 0 where there are fewer than two. */
async function imageClasses(folder: string): Promise<number> {
  const { folders } = await entriesOf(folder, MOST_ENTRIES);
  let classes = 0;
  for (const name of folders.slice(0, MOST_FOLDERS)) {
    const { files } = await entriesOf(path.join(folder, name), 20);
    if (!files.some((file) => isImage.test(file))) return 0;
    classes++;
  }
  return classes > 1 ? classes + Math.max(0, folders.length - MOST_FOLDERS) : 0;
}

/** Files and folders of a folder by name; none where it cannot be read: a guess is no promise. */
async function entriesOf(folder: string, most = MOST_ENTRIES): Promise<Entries> {
  const entries: Entries = { files: [], folders: [] };
  let seen = 0;
  try {
    for await (const entry of await opendir(folder)) {
      if (++seen > most) break;
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      if (entry.isDirectory()) entries.folders.push(entry.name);
      else if (entry.isFile() || entry.isSymbolicLink()) entries.files.push(entry.name);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
  }
  entries.files.sort();
  entries.folders.sort();
  return entries;
}
