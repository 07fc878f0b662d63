import { Option, type Command } from 'commander';
import { InputError } from '../core/errors';
import { readTextIfThere } from '../data/files/fileAccess';
import { openDataset, type DatasetOptions, type NamedPath } from '../data/openDataset';
import type { Dataset } from '../data/dataset';
import { parseImageFit } from '../data/images/imageSize';
import { parseScaling, type Scaling } from '../data/scaling';
import { parseShares } from '../data/shares';
import { wholeNumber } from './numbers';

/** Options about data as the command line has them. */
export interface DataOptions {
  data: string[];
  labels?: string[];
  labelColumn?: string;
  features?: string[];
  drop?: string[];
  classes?: string;
  noLabels?: boolean;
  header?: boolean;
  delimiter?: string;
  missing?: DatasetOptions['missing'];
  axes?: DatasetOptions['axes'];
  resize?: string;
  crop?: string;
  scale?: string;
  mean?: string;
  std?: string;
  split?: string;
  seed?: number;
  take?: number;
  sample?: number;
}

/** Adds the options about data to a command. @param required whether there must be data; else they may be left out */
export function addDataOptions(command: Command, required = true): Command {
  return command
    .addOption(
      dataOption(
        'instances: .npy, .npz (file.npz:member), safetensors, HDF5, IDX (.gz too), CSV/TSV, Parquet, or a folder of images with a subfolder a class; NAME=FILE makes a named split, or gives one of several inputs of the model',
        required,
      ),
    )
    .option(
      '--labels <file...>',
      'labels of the instances, where they are not in the data; NAME=FILE for a split',
    )
    .option(
      '--label-column <name>',
      'label column of a table, by name or 0-based number (the last one when left out)',
    )
    .option(
      '--features <columns>',
      'columns of a table that are the features, in this order, by name or 0-based number, with commas',
      columnList,
    )
    .option('--drop <columns>', 'columns of a table that are left out, with commas', columnList)
    .option(
      '--classes <names>',
      "names of the classes in the model's order, with commas, or a file with one on a line (labels that are text are sorted when left out)",
    )
    .option('--no-labels', 'the data has no labels: look for none')
    .option('--header', 'the first row of a table names its columns (found out when left out)')
    .option('--no-header', 'the first row of a table is data')
    .option('--delimiter <character>', 'separator of a table: one character, or tab, comma, semicolon, space')
    .addOption(
      new Option('--missing <rule>', 'missing numbers of a table').choices(['error', 'drop', 'zero', 'mean']),
    )
    .addOption(
      new Option('--axes <order>', 'what the axes of an instance are').choices([
        'flat',
        'HW',
        'HWC',
        'CHW',
        'unknown',
      ]),
    )
    .option(
      '--resize <size>',
      'images of a folder are resized as torchvision does it: the shorter side, or 224x192',
    )
    .option('--crop <size>', 'then the middle of each is taken: 224, or height and width as 224x192')
    .option('--scale <S>', 'numbers become (x·S − M) / D; S may be a fraction: 1/255')
    .option('--mean <M>', 'one number, or one per channel with commas')
    .option('--std <D>', 'one number, or one per channel with commas')
    .option('--split <shares>', 'named splits drawn at random, e.g. train=0.8,test=0.2')
    .option('--seed <n>', 'seed of --split and --sample', wholeNumber(0))
    .option('--take <n>', 'only the first n instances', wholeNumber(1))
    .option('--sample <n>', 'only n instances drawn at random, in file order', wholeNumber(1));
}

function dataOption(description: string, required: boolean): Option {
  return new Option('--data <file...>', description).makeOptionMandatory(required);
}

/** Names, or numbers of columns, with commas. */
function columnList(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}

/** Bytes of a list of names. */
const MOST_NAMES = 16 * 1024 ** 2;

/** Names of classes with commas, or the lines of a file. @throws InputError where the file cannot be read */
export async function classNames(given: string): Promise<string[]> {
  const text = await readTextIfThere(given, MOST_NAMES);
  if (text === undefined) return columnList(given);
  const lines = text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map((line) => line.trim());
  while (lines.at(-1) === '') lines.pop();
  const empty = lines.indexOf('');
  if (empty >= 0) throw new InputError(given, 'is empty, expected the name of a class', `line ${empty + 1}`);
  return lines;
}

/** Opens the dataset that the options name. `raw` is what commander parsed; `signal` ends it. */
export async function openData(
  raw: Record<string, unknown>,
  signal?: AbortSignal,
  { targets = false, inputs }: Pick<DatasetOptions, 'targets' | 'inputs'> = {},
): Promise<{
  dataset: Dataset;
  scaling: Scaling;
  kept: Record<string, unknown>;
}> {
  // Commander gives --labels and --no-labels one name: false, or the files.
  const { labels, ...options } = raw as unknown as Omit<DataOptions, 'labels'> & {
    labels?: string[] | boolean;
  };
  const scaling = parseScaling(options);
  const classes = options.classes === undefined ? undefined : await classNames(options.classes);
  const { labelColumn, features, drop, header, delimiter, missing, axes, seed, take, sample } = options;
  const { resize, crop } = options;
  const dataset = await openDataset({
    targets,
    inputs,
    findSplits: true,
    data: options.data.map(namedPath),
    labels: Array.isArray(labels) ? labels.map(namedPath) : undefined,
    labelColumn: labels === false ? false : labelColumn,
    features,
    drop,
    classes,
    header,
    delimiter,
    missing,
    axes,
    fit: parseImageFit(options),
    seed,
    take,
    sample,
    split: options.split === undefined ? undefined : parseShares(options.split),
    signal,
  });
  const columns = {
    labelColumn,
    features,
    drop,
    classes,
    modelInputs: inputs && inputs.length > 1 ? inputs : undefined,
  };
  const kept = {
    ...columns,
    header,
    delimiter,
    missing,
    axes,
    resize,
    crop,
    seed,
    take,
    sample,
    split: options.split,
  };
  return { dataset, scaling, kept: { ...kept, labels: labels === false ? false : undefined } };
}

/** `train=data.npy` as a named path. A name has no slash or dot, so that paths with '=' in them stay paths. */
export function namedPath(text: string): NamedPath {
  const match = /^([A-Za-z0-9_-]+)=(.+)$/s.exec(text);
  return match ? { name: match[1], path: match[2] } : { path: text };
}
