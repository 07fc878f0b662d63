import path from 'node:path';
import { InputError } from '../core/errors';
import { splitsInArchive } from './archiveSplits';
import type { MissingRule } from './tables/csvOptions';
import type { AxisOrder, Dataset, Features, Labels, Splits } from './dataset';
import type { ImageFit } from './images/imageSize';
import { sha256OfFile } from './files/checksum';
import { pickLabels, resolveLabels, type ClassChoice, type LabelColumn } from './labels';
import { limitAdvice, presentLimits, type Limits } from './files/limits';
import { openForInputs, sourcesByInput } from './modelInputs';
import { openLabels, type DataPart, type ReadingOptions } from './openPart';
import {
  checkSplitCount,
  drawSplits,
  JoinedFeatures,
  SelectedFeatures,
  selectRows,
  type Share,
} from './selectInstances';
import { formatBytes, formatCount, pluralise } from '../core/wording';
import { splitMember } from '../core/arrayMember';
import { wordedFor } from '../core/audience';

/** A file, with the name of the split it makes. */
export interface NamedPath {
  name?: string;
  path: string;
}

/** What to open, and how. */
export interface DatasetOptions {
  /** Files or folders of instances. Several, or named ones, make a split each and are joined in this order. */
  data: readonly NamedPath[];
  /** Files of labels: one for each of `data`, by name where they have names, else in the same order. */
  labels?: readonly NamedPath[];
  /** Name or 0-based number of the label column of a table; false: the data has no labels, look for none. */
  labelColumn?: string | false;
  /** Columns of a table that are the features, by name or 0-based number, in this order; all others when left out. */
  features?: readonly string[];
  /** Columns of a table that are left out. */
  drop?: readonly string[];
  /** Whether the first row of a table names its columns; found out when left out. */
  header?: boolean;
  /** Separator of a table: one character, or `tab`, `comma`, `semicolon`; found out when left out. */
  delimiter?: string;
  /** What to do about missing numbers of a table; `error` when left out. */
  missing?: MissingRule;
  /** Whether labels may be numbers that are no classes, as the targets of a regression, or several an instance; refused when left out. */
  targets?: boolean;
  /** Names of the classes in the model's order; found out when left out. */
  classes?: readonly string[];
  /** What the axes of an instance are, where the file's shape says it wrongly or not at all. */
  axes?: AxisOrder;
  /**
   * Names of the model's inputs. Where there are several, a file of such a name, an array of an archive or a column of a table
   * is what the input takes.
   */
  inputs?: readonly string[];
  /** How the images of a folder are brought to one size; as they are when left out. */
  fit?: ImageFit;
  /** Whether arrays of a single file that are there to train and to test on become splits; the usual one alone when left out. */
  findSplits?: boolean;
  /** Splits to draw at random from a single file. */
  split?: readonly Share[];
  /** Seed of `split` and `sample`; 0 when left out. */
  seed?: number;
  /** Use the first so many instances only, counted over all files. */
  take?: number;
  /** Use so many instances drawn at random, in file order. */
  sample?: number;
  limits?: Partial<Limits>;
  /** Ends the reading of files. */
  signal?: AbortSignal;
}

/**
 * Opens a dataset: checks its files, reads its labels, and gives its numbers batch by batch. Nothing stays open.
 * @throws InputError for whatever is wrong with files or options
 */
export async function openDataset(options: DatasetOptions): Promise<Dataset> {
  checkOptions(options);
  const notices: string[] = [];
  const reading: ReadingOptions = {
    labelColumn: options.labelColumn,
    features: options.features,
    drop: options.drop,
    header: options.header,
    delimiter: options.delimiter,
    missing: options.missing ?? 'error',
    axes: options.axes,
    fit: options.fit,
    targets: options.targets,
    limits: { ...presentLimits(), ...options.limits },
    signal: options.signal,
  };
  const { inputs = [] } = options;
  const files = (await foundSplits(options, reading.limits, notices)) ?? options.data;
  const given = sourcesByInput(files, inputs);
  const data = given[0].byInput ? [{ path: given[0].path }] : files;
  const labelPaths = matchLabels(data, options.labels);
  const parts: DataPart[] = [];
  const sources = new Map<string, string>();
  for (const [index, source] of given.entries()) {
    const asked = { inputs, labelsElsewhere: labelPaths !== undefined, reading, notices };
    const part = await openForInputs(source, asked);
    await addSource(sources, part.file, options.signal, part.sha256);
    for (const { path: other = part.file } of part.features.inputs ?? []) {
      await addSource(sources, splitMember(other).file, options.signal);
    }
    const labelsPath = labelPaths?.[index] ?? part.labelsPath;
    if (labelsPath !== undefined) {
      part.labels = alignLabels(part, await openLabels(labelsPath, reading, notices), labelsPath);
      await addSource(sources, splitMember(labelsPath).file, options.signal);
    }
    parts.push(part);
  }
  const labels = joinLabels(parts, notices, options);
  const { rows, ...selected } = select(parts, { ...options, data, limits: reading.limits }, notices);
  return {
    ...selected,
    labels: labels && {
      ...labels,
      values: pick(labels.values, rows),
      ...(labels.targets && {
        targets: rows ? Float32Array.from(rows, (row) => labels.targets![row]) : labels.targets,
      }),
    },
    ...(parts.length === 1 && { columns: parts[0].columns }),
    sources: [...sources].map(([file, sha256]) => ({ path: file, sha256 })),
    notices,
  };
}

/** The splits that a single file holds, where they are to be looked for and nothing else is said of it. */
async function foundSplits(
  { findSplits, data, labels, labelColumn, split, inputs = [] }: DatasetOptions,
  limits: Limits,
  notices: string[],
): Promise<NamedPath[] | undefined> {
  const isPlain = data.length === 1 && data[0].name === undefined && split === undefined;
  if (!findSplits || !isPlain || (labels && labels.length > 0)) return undefined;
  return splitsInArchive(data[0].path, { inputs, labelled: labelColumn !== false, limits }, notices);
}

/** Adds a file with its checksum, once. */
async function addSource(
  sources: Map<string, string>,
  file: string,
  signal: AbortSignal | undefined,
  sha256?: string,
): Promise<void> {
  if (!sources.has(file)) sources.set(file, sha256 ?? (await sha256OfFile(file, signal)));
}

const missingRules: readonly string[] = ['error', 'drop', 'zero', 'mean'] satisfies MissingRule[];
const axisOrders: readonly string[] = ['flat', 'HW', 'HWC', 'CHW', 'unknown'] satisfies AxisOrder[];

function checkOptions({ data, split, seed, missing, axes }: DatasetOptions): void {
  if (data.length === 0) throw new InputError('data', 'no file was given');
  if (split && (data.length > 1 || data[0].name !== undefined)) {
    throw new InputError('split', 'splits are drawn from a single file; the files given are splits already');
  }
  if (seed !== undefined && !Number.isSafeInteger(seed)) {
    throw new InputError('seed', `${seed} is no whole number`);
  }
  if (missing !== undefined && !missingRules.includes(missing)) {
    throw new InputError('missing', `\`${missing}\` is none of ${missingRules.join(', ')}`);
  }
  if (axes !== undefined && !axisOrders.includes(axes)) {
    throw new InputError('axes', `\`${axes}\` is none of ${axisOrders.join(', ')}`);
  }
}

/** The labels' path for each file of data. @throws InputError where they do not go together */
function matchLabels(
  data: readonly NamedPath[],
  labels: readonly NamedPath[] | undefined,
): string[] | undefined {
  if (!labels || labels.length === 0) return undefined;
  if (labels.length !== data.length) {
    const given = `${pluralise(labels.length, 'file')} of labels for ${pluralise(data.length, 'file')} of data`;
    throw new InputError('labels', `${given}, expected as many of both`);
  }
  if (labels.every(({ name }) => name === undefined)) return labels.map(({ path: file }) => file);
  return data.map(({ name, path: file }) => {
    const found = labels.filter((candidate) => candidate.name === name);
    if (found.length !== 1) {
      throw new InputError('labels', `expected one file named \`${name ?? ''}\`, as the data ${file} is`);
    }
    return found[0].path;
  });
}

/** The labels of the instances in use. @throws InputError naming both files where there are more or fewer of them */
function alignLabels(part: DataPart, labels: LabelColumn, labelsPath: string): LabelColumn {
  if (labels.codes.length !== part.total) {
    throw new InputError(
      labelsPath,
      `has ${pluralise(labels.codes.length, 'label')}, but ${part.name} has ${pluralise(part.total, 'instance')}`,
    );
  }
  return part.rows ? pickLabels(labels, part.rows) : labels;
}

/** @throws InputError where some files have labels and others have not */
function joinLabels(parts: readonly DataPart[], notices: string[], choice: ClassChoice): Labels | undefined {
  const without = parts.find(({ labels }) => !labels);
  const columns = parts.flatMap(({ labels }) => (labels ? [labels] : []));
  if (columns.length === 0) return undefined;
  if (without) throw new InputError(without.name, 'has no labels, but other files have');
  return resolveLabels(columns, notices, choice);
}

function pick(values: Int32Array, rows: Int32Array | undefined): Int32Array {
  return rows ? rows.map((row) => values[row]) : values;
}

/** Joins the files and keeps the instances in use. */
function select(
  parts: readonly DataPart[],
  options: DatasetOptions & { limits: Limits },
  notices: string[],
): { features: Features; instances: Int32Array; splits?: Splits; rows?: Int32Array } {
  const { take, sample, split, seed = 0, data } = options;
  const joined = parts.length === 1 ? parts[0].features : new JoinedFeatures(parts);
  checkCount(data[0].path, Math.min(joined.count, take ?? Infinity, sample ?? Infinity), options.limits);
  const rows = selectRows({ count: joined.count, take, sample, seed, notices });
  const { instances, origin } = numberInstances(parts, joined.count, rows);
  const named = data.length > 1 || data[0].name !== undefined;
  const splits = named
    ? splitsOfFiles(data, origin, notices)
    : split && drawSplits(split, instances.length, seed);
  const features = rows ? new SelectedFeatures(joined, rows) : joined;
  return { features, instances, splits, rows };
}

/** What an instance takes beside its numbers: its number, its file, and places of it in what is recorded. */
const BYTES_PER_INSTANCE = 16;

/** @throws InputError where there are more instances than fit into memory, whatever they are */
function checkCount(file: string, count: number, limits: Limits): void {
  const needed = count * BYTES_PER_INSTANCE;
  if (needed > limits.bytes) {
    const problem = `${formatCount(count)} instances take ${formatBytes(needed)} beside their numbers`;
    throw new InputError(
      file,
      `${problem}: use fewer${wordedFor({ commandLine: ' (--take)', window: '' })}; ${limitAdvice(limits, 'bytes', needed)}`,
    );
  }
}

/**
 * The instances in use: their numbers over all files, and the file of each.
 * @param rows places of those in use; all when absent
 */
function numberInstances(
  parts: readonly DataPart[],
  count: number,
  rows: Int32Array | undefined,
): { instances: Int32Array; origin: Int32Array } {
  const instances = new Int32Array(rows?.length ?? count);
  const origin = new Int32Array(instances.length);
  let part = 0;
  let first = 0;
  let before = 0;
  for (let k = 0; k < instances.length; k++) {
    const row = rows ? rows[k] : k;
    for (; row >= first + parts[part].features.count; part++) {
      first += parts[part].features.count;
      before += parts[part].total;
    }
    const kept = parts[part].rows;
    instances[k] = before + (kept ? kept[row - first] : row - first);
    origin[k] = part;
  }
  return { instances, origin };
}

/** A split for each file, by its name, else by the file's. Files of one name are one split. */
function splitsOfFiles(data: readonly NamedPath[], origin: Int32Array, notices: string[]): Splits {
  const nameOf = data.map(
    ({ name, path: file }) => name ?? splitMember(file).member ?? path.parse(file).name,
  );
  const names = [...new Set(nameOf)];
  checkSplitCount(names.length);
  const index = nameOf.map((name) => names.indexOf(name));
  const of = Uint8Array.from(origin, (part) => index[part]);
  names.forEach((name, split) => {
    if (!of.includes(split)) {
      notices.push(`None of the ${formatCount(origin.length)} instances in use is of the split \`${name}\`.`);
    }
  });
  return { names, of };
}
