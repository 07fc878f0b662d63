import { stat } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../../core/errors';
import type { Features } from '../../data/dataset';
import { openDataset } from '../../data/openDataset';
import { placeWithinFile } from '../../data/instancePlaceText';
import type { ShownPlace } from '../../protocol/engine';
import { changedSources, datasetOptionsOf } from '../recording/reopenDataset';
import type { OpenedRun, RunStore } from './runStore';
import { splitMember } from '../../core/arrayMember';
import { elementCount } from '../../core/shape';

/** Larger images make no thumbnails. */
const LARGEST_SIDE = 512;

/**
 * Where an instance of a run comes from, and its thumbnail when it is an image.
 * @throws InputError when the dataset is not where it was, or does not have the instance
 */
export async function instancePlace(
  store: RunStore,
  opened: OpenedRun,
  instance: number,
): Promise<ShownPlace> {
  const { run, key } = opened;
  const options = datasetOptionsOf(run);
  const files = [...options.data, ...(options.labels ?? [])].map((named) => splitMember(named.path).file);
  const versions = await Promise.all(files.map(versionOf));
  const dataset = await store.cache.remember(`${key}dataset ${versions.join()}`, () => openDataset(options));
  // A recorder keeps the inputs of the instances that it records, in their order, under the numbers they have elsewhere.
  const isKept = run.manifest.dataset.options?.rows === 'snapshot';
  const instances = isKept ? (await store.snapshot(opened, 0)).instances : dataset.instances;
  const row = instances.indexOf(instance);
  if (row < 0) {
    throw new InputError(options.data[0].path, `has no instance ${instance} among those of the run`);
  }
  const place = dataset.features.place(row);
  const changed = changedSources(run, dataset).includes(place.file) ? ' (changed since it was recorded)' : '';
  return {
    file: path.resolve(place.file),
    line: place.line,
    index: place.index,
    member: place.member,
    text: `${placeWithinFile(place) ?? path.basename(place.file)}${changed}`,
    image: await imageOf(dataset.features, row),
  };
}

async function versionOf(file: string): Promise<string> {
  // A file that is missing is told when the dataset is opened.
  const found = await stat(file).catch(() => undefined);
  return found ? `${found.mtimeMs}:${found.size}` : 'missing';
}

/**
 * Gray or RGB pixels of an instance. Its axes say that it is an image, or it is flat, of a usual square size (8×8, 28×28,
 * 32×32) and has no negative numbers; a table's row only of 28×28, the size that images in tables have.
 */
async function imageOf(features: Features, row: number): Promise<ShownPlace['image']> {
  const size = imageSize(features, row);
  if (!size) return undefined;
  const { width, height, channels, planes, guessed } = size;
  const depth = elementCount(features.shape) / (width * height);
  const values = new Float32Array(width * height * depth);
  await features.read([row], values);
  if (guessed && values.some((value) => value < 0)) return undefined;
  const scale = brightness(values);
  const pixels = new Uint8Array(width * height * channels);
  for (let p = 0; p < width * height; p++) {
    for (let c = 0; c < channels; c++) {
      pixels[p * channels + c] = scale(values[planes ? c * width * height + p : p * depth + c]);
    }
  }
  return { width, height, channels, pixels };
}

interface ImageSize {
  width: number;
  height: number;
  channels: 1 | 3;
  /** Channel by channel instead of pixel by pixel. */
  planes: boolean;
  guessed: boolean;
}

const usualSides = new Map([
  [64, 8],
  [784, 28],
  [1024, 32],
]);

function imageSize(features: Features, row: number): ImageSize | undefined {
  const { shape, axes } = features;
  const sized = (height: number, width: number, depth: number, planes = false): ImageSize | undefined => {
    const fits = height > 1 && width > 1 && Math.max(height, width) <= LARGEST_SIDE;
    return fits ? { width, height, channels: depth >= 3 ? 3 : 1, planes, guessed: false } : undefined;
  };
  if (axes === 'HW' && shape.length === 2) return sized(shape[0], shape[1], 1);
  if (axes === 'HWC' && shape.length === 3) return sized(shape[0], shape[1], shape[2]);
  if (axes === 'CHW' && shape.length === 3) return sized(shape[1], shape[2], shape[0], true);
  const side = shape.length === 1 && axes === 'flat' ? usualSides.get(shape[0]) : undefined;
  if (side === undefined || (side !== 28 && features.place(row).line !== undefined)) return undefined;
  return { width: side, height: side, channels: 1, planes: false, guessed: true };
}

/** Values as brightness: bytes as they are, other numbers stretched from the smallest (at most 0) to the largest. */
function brightness(values: Float32Array): (value: number) => number {
  let least = 0;
  let most = 0;
  let whole = true;
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
    whole &&= Number.isInteger(value);
  }
  const bytes = whole && least === 0 && most > 32 && most <= 255;
  const factor = bytes ? 1 : most > least ? 255 / (most - least) : 0;
  return (value) => Math.round((value - least) * factor);
}
