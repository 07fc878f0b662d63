import { InputError } from '../../core/errors';
import { splitMember } from '../../core/arrayMember';
import { lookUp } from '../../data/files/fileAccess';
import { presentLimits } from '../../data/files/limits';
import { glanceAtFolder } from '../../data/images/imageFolder';
import { parseImageFit } from '../../data/images/imageSize';
import { openDataset } from '../../data/openDataset';
import { describeModel } from '../../models/openModel';
import type { DatasetDescription, DescribeParams, ImageSides } from '../../protocol/recording';

/** About what an image takes: it tells how many are looked at. */
const BYTES_PER_IMAGE = 32 * 1024;
/** Columns, and classes, that are handed on. */
const MOST_NAMES = 2000;

/**
 * Tells what a dataset would be taken for: columns of a table, classes by name, sizes of images. What is wrong with it is
 * told too, and no failure.
 */
export async function describeDataset(
  params: DescribeParams,
  signal?: AbortSignal,
): Promise<DatasetDescription> {
  try {
    return await describe(params, signal);
  } catch (error) {
    if (error instanceof InputError) return { problem: error.message };
    throw error;
  }
}

async function describe(
  params: DescribeParams,
  signal: AbortSignal | undefined,
): Promise<DatasetDescription> {
  const { data, labels, labelColumn, features, classes, mostBytes } = params;
  const fit = parseImageFit(params);
  const [first] = data;
  const stats = await lookUp(splitMember(first).file);
  if (stats.isDirectory()) return describeImages(params, fit !== undefined, signal);
  if (stats.size > mostBytes) return {};
  const dataset = await openDataset({
    data: data.map((file) => ({ path: file })),
    labels: labels?.map((file) => ({ path: file })),
    ...{ labelColumn, features, classes, fit, signal },
    findSplits: true,
    targets: true,
  });
  const named =
    dataset.labels && !dataset.labels.numeric && !dataset.labels.targets ? dataset.labels : undefined;
  return {
    columns: dataset.columns?.slice(0, MOST_NAMES),
    classes: named && { names: named.classes.slice(0, MOST_NAMES), sorted: named.given !== true },
  };
}

/** What the first images of a folder tell. */
async function describeImages(
  { model, data, classes, mostBytes }: DescribeParams,
  isFitted: boolean,
  signal: AbortSignal | undefined,
): Promise<DatasetDescription> {
  const most = Math.ceil(mostBytes / BYTES_PER_IMAGE);
  const { sizes, classes: names } = await glanceAtFolder(data[0], { limits: presentLimits(), signal }, most);
  const [smallest] = sizes;
  const several = sizes.length > 1 && !isFitted;
  return {
    ...(several && {
      sizes: { smallest, largest: sizes[sizes.length - 1], wanted: await wantedSides(model) },
    }),
    ...(names.length > 0 && { classes: { names: classes ?? names.slice(0, MOST_NAMES), sorted: !classes } }),
  };
}

/** Height and width of the images that a model takes; undefined where it takes none, or of any size. */
async function wantedSides(model: string): Promise<ImageSides | undefined> {
  try {
    const { shape } = (await describeModel(model)).input;
    if (shape.length !== 3) return undefined;
    const [height, width] = [1, 3, 4].includes(shape[0]) ? shape.slice(1) : shape;
    return height > 0 && width > 0 ? { height, width } : undefined;
  } catch (error) {
    // What is wrong with the model is told when it is recorded.
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
