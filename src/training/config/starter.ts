import path from 'node:path';
import { InputError } from '../../core/errors';
import { assignColumns } from '../../data/tables/csvColumns';
import { readPreamble } from '../../data/tables/preamble';
import { detectDelimiter, detectHeader } from '../../data/tables/csvDialect';
import { RecordReader } from '../../data/tables/csvRecords';
import type { Dataset } from '../../data/dataset';
import { lookUp, readHead } from '../../data/files/fileAccess';
import { detectFormat } from '../../data/files/fileFormat';
import { openDataset } from '../../data/openDataset';
import { starterText, type StarterData } from './starterText';
import { splitMember } from '../../core/arrayMember';

/** Bytes of a table in which its header and label column are looked for. */
const HEAD_BYTES = 1024 * 1024;

/**
 * A commented configuration for a dataset, to start from: label column, classes and shape are found out, and the network
 * and its training chosen by them. Its paths are relative to the folder of the data.
 * @param dataFile instances: a file, an array of an archive (`file.npz:x`), or a folder of images
 * @param labelsFile where the labels are, if not in or beside the data
 * @throws InputError where the data cannot be read, or has no labels of two classes
 */
export async function starterConfig(dataFile: string, labelsFile?: string): Promise<string> {
  const labels = labelsFile ?? (await labelsBeside(dataFile));
  const dataset = await openDataset({
    data: [{ path: dataFile }],
    labels: labels === undefined ? undefined : [{ path: labels }],
  });
  const classes = classesOf(dataset, dataFile);
  const folder = path.dirname(path.resolve(dataFile));
  const relative = (file: string) => path.relative(folder, path.resolve(file)).split(path.sep).join('/');
  const test = await testFile(dataFile, labels, dataset);
  const starter: StarterData = {
    files: relative(dataFile),
    labels: labels && relative(labels),
    test: test && { files: relative(test.data), labels: test.labels && relative(test.labels) },
    labelColumn: labels === undefined ? await labelColumnOf(dataFile) : undefined,
    count: dataset.instances.length,
    shape: dataset.features.shape,
    axes: dataset.features.axes,
    classes,
  };
  return starterText(starter);
}

/** Names of the classes. @throws InputError where there are no labels, or all are the same */
function classesOf({ labels }: Dataset, dataFile: string): readonly string[] {
  if (!labels) {
    throw new InputError(dataFile, 'has no labels, and none were found beside it: name a file of labels too');
  }
  if (new Set(labels.values).size < 2) {
    throw new InputError(dataFile, 'has labels of a single class, expected two classes or more');
  }
  return labels.classes;
}

/** Names that data and labels usually have. */
const pairs: readonly [RegExp, string][] = [
  [/(^|[^a-z])x(?![a-z])/i, '$1y'],
  [/images/i, 'labels'],
  [/features/i, 'labels'],
  [/data/i, 'labels'],
];

/** A file of labels beside the data, for arrays alone: tables have a column, and folders of images have folders. */
async function labelsBeside(dataFile: string): Promise<string | undefined> {
  const { file, member } = splitMember(dataFile);
  if (member !== undefined || !/\.npy$/i.test(file)) return undefined;
  const { dir, base } = path.parse(file);
  for (const [pattern, label] of pairs) {
    const candidate = path.join(dir, base.replace(pattern, label));
    if (candidate !== path.join(dir, base) && (await isThere(candidate))) return candidate;
  }
  return undefined;
}

/** Instances to test on: where the names of the files say that they are to train on, and others stand beside them. */
async function testFile(
  dataFile: string,
  labelsFile: string | undefined,
  train: Dataset,
): Promise<{ data: string; labels?: string } | undefined> {
  const own = [dataFile, labelsFile].filter((file) => file !== undefined);
  if (!own.every((file) => /train/i.test(path.basename(file)))) return undefined;
  for (const name of ['test', 't10k', 'val', 'valid']) {
    const [data, labels] = own.map((file) =>
      path.join(path.dirname(file), path.basename(file).replace(/train/i, name)),
    );
    if (await fits(data, labels, train)) return { data, labels };
  }
  return undefined;
}

/** True for files that can be read and hold instances as those to train on are. */
async function fits(data: string, labels: string | undefined, train: Dataset): Promise<boolean> {
  if (!(await isThere(data)) || (labels !== undefined && !(await isThere(labels)))) return false;
  try {
    const test = await openDataset({
      data: [{ path: data }],
      labels: labels ? [{ path: labels }] : undefined,
    });
    return test.labels !== undefined && test.features.shape.join() === train.features.shape.join();
  } catch (error) {
    // A neighbour that is no such dataset is no reason to give up: nobody asked for it.
    if (error instanceof InputError) return false;
    throw error;
  }
}

async function isThere(file: string): Promise<boolean> {
  try {
    await lookUp(splitMember(file).file);
    return true;
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

/** Name or number of the column that a table's labels are taken from; undefined for what is no table. */
async function labelColumnOf(dataFile: string): Promise<string | number | undefined> {
  const { file, member } = splitMember(dataFile);
  if (member !== undefined || (await detectFormat(file)) !== 'text') return undefined;
  const { text, whole } = await headOf(file);
  const preamble = readPreamble(text);
  const table = text.slice(preamble.length);
  const delimiter = preamble.delimiter ?? detectDelimiter(table, whole);
  const rows = new RecordReader(file, delimiter).read(table, whole).rows.slice(0, 25);
  const names = detectHeader(rows, undefined, delimiter) ? rows[0].map((name) => name.trim()) : undefined;
  const head = { file, names, rows: rows.slice(names ? 1 : 0), count: rows[0].length, delimiter };
  const { label } = assignColumns({ ...head, role: 'data' }, {}, []);
  if (label === undefined) return undefined;
  const name = names?.[label];
  return name && names?.indexOf(name) === names?.lastIndexOf(name) ? name : label;
}

async function headOf(file: string): Promise<{ text: string; whole: boolean }> {
  const head = await readHead(file, HEAD_BYTES);
  const text = new TextDecoder().decode(head);
  return { text, whole: head.length < HEAD_BYTES };
}
