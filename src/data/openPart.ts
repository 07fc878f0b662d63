import { InputError } from '../core/errors';
import { ArrayFeatures } from './arrays/arrayFeatures';
import { labelsOfArray, oneHotNotice } from './arrays/arrayLabels';
import type { CsvOptions } from './tables/csvOptions';
import { readCsv } from './tables/csvTable';
import { readParquet } from './tables/parquet/readParquet';
import type { Table } from './tables/table';
import { TableFeatures } from './tables/tableFeatures';
import type { AxisOrder, Features } from './dataset';
import { lookUpFile, readPieces, stoppable } from './files/fileAccess';
import { detectFormat, detectInflatedFormat, type FileFormat } from './files/fileFormat';
import type { ImageFit } from './images/imageSize';
import { openImageFolder } from './images/imageFolder';
import { inflatedText } from './files/inflate';
import { placeWithinFile } from './instancePlaceText';
import { classesOfOneHot, labelsOfNumbers, type LabelColumn } from './labels';
import { limitAdvice, type Limits } from './files/limits';
import { gzipped, openArray, partnerMember } from './arrays/openArray';
import { formatBytes } from '../core/wording';
import { splitMember } from '../core/arrayMember';

/** How files are to be read. */
export interface ReadingOptions extends Omit<CsvOptions, 'role'> {
  axes?: AxisOrder;
  /** How images are brought to one size. */
  fit?: ImageFit;
  /** Whether labels may be several an instance, or numbers that are no classes. */
  targets?: boolean;
  limits: Limits;
  signal?: AbortSignal;
}

/** A file of a dataset, opened. */
export interface DataPart {
  name: string;
  features: Features;
  labels?: LabelColumn;
  /** Where the labels are found beside the data, if they are not in it. */
  labelsPath?: string;
  /** Of each instance its number in the file; undefined where all are in use. */
  rows?: Int32Array;
  /** Instances of the file, with those left out. */
  total: number;
  /** The file or folder, without the name of an array in it. */
  file: string;
  /** Its columns, where it is a table. */
  columns?: Table['columns'];
  /** SHA-256 of a folder, over the names and checksums of its images. */
  sha256?: string;
}

/** A format, with what a gzipped file holds in place of `gzip`. */
async function formatOf(file: string): Promise<{ format: FileFormat; packed: boolean }> {
  const format = await detectFormat(file);
  return format === 'gzip'
    ? { format: await detectInflatedFormat(await gzipped(file)), packed: true }
    : { format, packed: false };
}

/**
 * Opens a file or folder of instances.
 * @param labelsElsewhere true where a file of labels is given
 * @throws InputError
 */
export async function openPart(
  path: string,
  labelsElsewhere: boolean,
  options: ReadingOptions,
  notices: string[],
): Promise<DataPart> {
  const { file, member } = splitMember(path);
  const { format, packed } = await formatOf(file);
  if (format === 'folder') {
    const folder = await openImageFolder(file, options, notices);
    const labels = labelsElsewhere || options.labelColumn === false ? undefined : folder.labels;
    const { features, sha256 } = folder;
    return { name: path, features, labels, total: features.count, file, sha256 };
  }
  if (options.fit) {
    throw new InputError(file, 'holds no images: only those of a folder are resized or cropped');
  }
  const wantsLabels = !labelsElsewhere && options.labelColumn !== false;
  if (isTable(format) && member === undefined) {
    const role = labelsElsewhere ? 'data with labels elsewhere' : 'data';
    const table = await openTable({ file, format, packed }, { ...options, role }, notices);
    const features = new TableFeatures(table, options.axes);
    const rows = table.rows.length < table.total ? table.rows : undefined;
    return {
      name: path,
      features,
      labels: table.labels,
      rows,
      total: table.total,
      file,
      columns: table.columns,
    };
  }
  if (typeof options.labelColumn === 'string' && wantsLabels) {
    throw new InputError(file, `has no columns by name, so no label column \`${options.labelColumn}\``);
  }
  if (options.features ?? options.drop) {
    throw new InputError(file, 'has no columns by name: only those of tables can be chosen or left out');
  }
  const array = await openArray(path, 'data', options.limits, notices);
  const features = await ArrayFeatures.open(array, options.axes, options.limits);
  const labelsPath = wantsLabels
    ? ((await partnerMember(array, options.limits)) ?? (await idxSibling(file)))
    : undefined;
  if (labelsPath !== undefined) notices.push(`The labels of ${path} are taken from ${labelsPath}.`);
  return { name: path, features, labelsPath, total: features.count, file };
}

/**
 * Opens a file of labels.
 * @throws InputError
 */
export async function openLabels(
  path: string,
  options: ReadingOptions,
  notices: string[],
): Promise<LabelColumn> {
  const { file, member } = splitMember(path);
  const { format, packed } = await formatOf(file);
  if (format === 'folder') throw new InputError(file, 'is a folder, expected a file of labels');
  if (isTable(format) && member === undefined) {
    // A missing label cannot be made up, and a row left out would shift the others.
    const columns = { features: undefined, drop: undefined };
    const reading = { ...options, ...columns, role: 'labels', missing: 'error' } as const;
    const table = await openTable({ file, format, packed }, reading, notices);
    return table.labels ?? oneHotLabels(table, notices);
  }
  const array = await openArray(path, 'labels', options.limits, notices);
  return labelsOfArray(array, options, notices);
}

function isTable(format: FileFormat): boolean {
  return format === 'text' || format === 'parquet';
}

/** A file that is a table, and how it is written. */
interface TableFile {
  file: string;
  format: FileFormat;
  /** Whether it is gzipped. */
  packed: boolean;
}

async function openTable(
  { file, format, packed }: TableFile,
  options: CsvOptions & Pick<ReadingOptions, 'limits' | 'signal'>,
  notices: string[],
): Promise<Table> {
  const { limits, signal } = options;
  if (format === 'parquet') {
    if (packed) throw new InputError(file, 'is a gzipped Parquet file, which packs itself; unpack it');
    return readParquet({ file, options, limits, notices, signal });
  }
  const { size } = await lookUpFile(file);
  if (size > limits.bytes) {
    throw new InputError(file, `is ${formatBytes(size)} of text, ${limitAdvice(limits, 'bytes', size)}`);
  }
  const pieces = packed ? inflatedText(await gzipped(file), limits) : readPieces(file);
  return readCsv(stoppable(pieces, signal), { file, options, limits, notices });
}

function oneHotLabels(table: Table, notices: string[]): LabelColumn {
  const { file, numbers, lines, rows } = table;
  const all = new Float64Array(numbers.count * numbers.columns);
  numbers.copy(0, numbers.count, all, 0);
  const classes = classesOfOneHot(all, numbers.columns);
  if (!classes) {
    throw new InputError(
      file,
      `has ${numbers.columns} columns, none of which is called \`label\`: say which column is the labels`,
    );
  }
  notices.push(oneHotNotice(file, numbers.count, numbers.columns));
  const place = (row: number) => placeWithinFile({ file, line: lines?.[row], index: rows[row] });
  return labelsOfNumbers(file, classes, place);
}

/** The labels beside a file of MNIST's kind: `train-images-idx3-ubyte.gz` and `train-labels-idx1-ubyte.gz`. */
async function idxSibling(file: string): Promise<string | undefined> {
  const match = /^(.*)images([-.])idx3([-.]ubyte)(\.gz)?$/.exec(file);
  if (!match) return undefined;
  const [, beginning, dash, ending, packed] = match;
  const plain = `${beginning}labels${dash}idx1${ending}`;
  for (const candidate of packed ? [`${plain}.gz`, plain] : [plain, `${plain}.gz`]) {
    if (await exists(candidate)) return candidate;
  }
  return undefined;
}

async function exists(file: string): Promise<boolean> {
  try {
    await lookUpFile(file);
    return true;
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}
