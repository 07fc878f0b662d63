import type { Dataset, Labels, Splits } from '../../data/dataset';
import { namedFile } from '../../data/files/namedFile';
import { openDataset, type NamedPath } from '../../data/openDataset';
import { noScaling, scaler, type Scaling } from '../../data/scaling';
import { drawSplits, SelectedFeatures } from '../../data/selectInstances';
import { InputError } from '../../core/errors';
import { isNamed } from './complete';
import type { ConfigFiles, DataConfig, TrainingConfig } from './config';
import { ConfigError } from './configError';
import { escapeSegment } from './jsonText';
import { addLabelNoise, type FlippedLabels } from './drawLabelNoise';
import { standardScaling } from './standardScaling';
import { formatCount, pluralise } from '../../core/wording';

/** Data that a network can be trained on. */
export interface TrainingData {
  /** With splits drawn; instances of no split are left out. Its labels are as the files have them. */
  dataset: Dataset & { labels: Labels };
  scaling: Scaling;
  /** Names of the classes. */
  classes: readonly string[];
  /** Split that is trained on; undefined where there are no splits and all instances are. */
  trainSplit: string | undefined;
  /** Rows of the dataset that are trained on, ascending. */
  trainRows: Int32Array;
  /** Class of every row of the dataset as it is taught, with noise. */
  labels: Int32Array;
  /** What the noise changed; undefined where none is asked for. */
  flipped: FlippedLabels | undefined;
  /** Rows of a split, ascending. A RangeError where there is none of the name. */
  rowsOfSplit(name: string): Int32Array;
}

/**
 * Opens the data of a configuration: splits, scaling and label noise as it says.
 * @param folder that the configuration's paths are relative to
 * @param source the configuration's file, for errors
 * @throws ConfigError at the value that does not go with the data; InputError for whatever is wrong with the files
 */
export async function openTrainingData(
  config: TrainingConfig,
  folder: string,
  source?: string,
  signal?: AbortSignal,
): Promise<TrainingData> {
  const refuse = (pointer: string, problem: string) => new ConfigError(pointer, problem, source);
  const { data, training } = config;
  const opened = await openFiles(data, folder, source ?? folder, signal);
  const named = isNamed(data.files) ? opened.splits : undefined;
  const dataset = withSplits({ ...opened, splits: named }, data, refuse);
  const { labels, splits } = dataset;
  if (!labels) throw refuse('/data/files', 'the data has no labels: name a file of labels in `labels`');
  const rowsOfSplit = (name: string) => rowsOf(splits, name);
  checkSplits(splits, data, refuse);
  const count = dataset.instances.length;
  const trainSplit = splits && (data.train ?? splits.names[0]);
  const trainRows =
    trainSplit === undefined ? Int32Array.from({ length: count }, (_, row) => row) : rowsOfSplit(trainSplit);
  checkTraining(config, { labels, rows: trainRows, split: trainSplit, refuse });
  const scaling = await scalingOf(data, dataset, trainRows, refuse);
  const taught = Int32Array.from(labels.values);
  const present = [...new Set(labels.values)].sort((a, b) => a - b);
  const { labelNoise } = data;
  const flipped =
    labelNoise &&
    addLabelNoise(taught, {
      rows: trainRows,
      instances: dataset.instances,
      classes: present,
      noise: labelNoise,
    });
  if (training.loss === 'binaryCrossEntropy' && labels.classes.length !== 2) {
    const problem = `\`binaryCrossEntropy\` is for 2 classes, the data has ${labels.classes.length}`;
    throw refuse('/training/loss', problem);
  }
  return {
    dataset: { ...dataset, labels },
    scaling,
    classes: labels.classes,
    trainSplit,
    trainRows,
    labels: taught,
    flipped,
    rowsOfSplit,
  };
}

type Refuse = (pointer: string, problem: string) => ConfigError;

async function openFiles(
  data: DataConfig,
  folder: string,
  source: string,
  signal: AbortSignal | undefined,
): Promise<Dataset> {
  const { labelColumn, axes, take, sample, seed } = data;
  return openDataset({
    data: namedPaths(data.files, folder, source),
    labels: data.labels === undefined ? undefined : namedPaths(data.labels, folder, source),
    labelColumn: labelColumn === undefined ? undefined : String(labelColumn),
    axes,
    take,
    sample,
    seed,
    signal,
  });
}

/** Files with absolute paths. Those of a list get one name, so that they are joined and not a split each. */
function namedPaths(files: ConfigFiles, folder: string, source: string): NamedPath[] {
  const resolve = (file: string) => namedFile(folder, file, source);
  if (typeof files === 'string') return [{ path: resolve(files) }];
  if (Array.isArray(files)) return files.map((file) => ({ name: 'all', path: resolve(file) }));
  return Object.entries(files).map(([name, file]) => ({ name, path: resolve(file) }));
}

/** Draws the splits that the configuration asks for; what is in none of them is left out of the dataset. */
function withSplits(dataset: Dataset, data: DataConfig, refuse: Refuse): Dataset {
  if (!data.splits) return dataset;
  const count = dataset.instances.length;
  const sizes = new Map<string, number>();
  let cumulated = 0;
  let start = 0;
  for (const [name, share] of Object.entries(data.splits)) {
    cumulated += share;
    const end = Math.min(count, Math.round(cumulated * count));
    if (end <= start) {
      const problem = `the split \`${name}\` is empty: ${share} of ${pluralise(count, 'instance')} is none`;
      throw refuse(`/data/splits/${escapeSegment(name)}`, problem);
    }
    sizes.set(name, end - start);
    start = end;
  }
  const shares = [...sizes].map(([name, size]) => ({ name, share: size / count }));
  // What is left over is drawn as one more split, of a name that none of a configuration can have.
  const rest = start < count ? [{ name: 'left over', share: (count - start) / count }] : [];
  const splits = { ...drawSplits([...shares, ...rest], count, data.seed), names: [...sizes.keys()] };
  return rest.length > 0 ? withNamedSplits(dataset, splits) : { ...dataset, splits };
}

/** Leaves out the instances whose split has no name. */
function withNamedSplits(dataset: Dataset, { names, of }: Splits): Dataset {
  const { features, labels, instances } = dataset;
  const rows = Int32Array.from(of.keys()).filter((row) => of[row] < names.length);
  return {
    ...dataset,
    features: new SelectedFeatures(features, rows),
    labels: labels && { ...labels, values: rows.map((row) => labels.values[row]) },
    splits: { names, of: Uint8Array.from(rows, (row) => of[row]) },
    instances: rows.map((row) => instances[row]),
  };
}

function rowsOf(splits: Splits | undefined, name: string): Int32Array {
  const split = splits?.names.indexOf(name) ?? -1;
  if (!splits || split < 0) throw new RangeError(`there is no split ${name}`);
  return Int32Array.from(splits.of.keys()).filter((row) => splits.of[row] === split);
}

/** No split of named files may have lost all its instances to `take` and `sample`. */
function checkSplits(splits: Splits | undefined, data: DataConfig, refuse: Refuse): void {
  const empty = splits?.names.find((_, split) => !splits.of.includes(split));
  if (empty === undefined) return;
  const section = isNamed(data.files) ? 'files' : 'splits';
  const problem = `the split \`${empty}\` is empty: none of its instances is among those in use`;
  throw refuse(`/data/${section}/${escapeSegment(empty)}`, problem);
}

function checkTraining(
  { training: { batchSize }, data }: TrainingConfig,
  {
    labels,
    rows,
    split,
    refuse,
  }: { labels: Labels; rows: Int32Array; split: string | undefined; refuse: Refuse },
): void {
  const what = split === undefined ? 'the data' : `the split \`${split}\``;
  const first = labels.values[rows[0]];
  if (rows.every((row) => labels.values[row] === first)) {
    const problem = `all ${formatCount(rows.length)} instances of ${what} are of the class \`${labels.classes[first]}\`, expected two classes or more`;
    throw refuse(data.labels === undefined ? '/data/files' : '/data/labels', problem);
  }
  if (rows.length < batchSize) {
    const problem = `\`batchSize\` is ${batchSize}, but ${what} has only ${pluralise(rows.length, 'instance')} to train on`;
    throw refuse('/training/batchSize', problem);
  }
}

async function scalingOf(
  { scaling }: DataConfig,
  { features }: Dataset,
  rows: Int32Array,
  refuse: Refuse,
): Promise<Scaling> {
  if (scaling === undefined || scaling === 'none') return noScaling;
  if (scaling === 'standard') return standardScaling(features, rows);
  const { scale = 1, mean = 0, std = 1 } = scaling;
  const given: Scaling = { scale, mean: [mean].flat(), deviation: [std].flat() };
  try {
    scaler(given, features.shape, features.axes);
  } catch (error) {
    // The scaler blames `mean` or `std`, as the options of the command line are called too.
    if (error instanceof InputError) {
      throw refuse(`/data/scaling/${error.source}`, `\`${error.source}\` ${error.problem}`);
    }
    throw error;
  }
  return given;
}
