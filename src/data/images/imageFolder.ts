import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../../core/errors';
import { checkRequest } from '../arrays/arrayFeatures';
import { resolveAxes } from '../arrays/axes';
import { sha256 } from '../files/checksum';
import type { AxisOrder, Features, InstancePlace } from '../dataset';
import type { Numbers } from '../arrays/elements';
import { asInputError, lookUp, readWhole } from '../files/fileAccess';
import { decodeImage, isImageName, readImageHeader } from './image';
import type { ImageHeader } from './imageHeader';
import { fittedSize, fittedSides, type ImageFit } from './imageSize';
import type { LabelColumn } from '../labels';
import type { Limits } from '../files/limits';
import { compareText, naturalOrder } from '../naturalOrder';
import { addAll } from '../../core/lists';
import { pluralise } from '../../core/wording';
import { wordedFor } from '../../core/audience';

/** Images read from the disk at the same time. */
const READ_AT_ONCE = 8;

/** An image of a folder and the class it stands in. */
interface ImageFile {
  file: string;
  /** Name below the folder. */
  name: string;
  /** -1 where the folder has no classes. */
  label: number;
}

/** A folder of images as opened. */
export interface ImageFolder {
  features: Features;
  labels?: LabelColumn;
  sha256: string;
}

/** The images of a folder, decoded when they are read. */
class ImageFeatures implements Features {
  readonly count: number;
  readonly shape: readonly number[];
  readonly axes: AxisOrder;

  /** @param header of all images, once they are fitted */
  constructor(
    folder: string,
    private readonly images: readonly ImageFile[],
    private readonly header: ImageHeader,
    private readonly options: ImageFolderOptions,
  ) {
    const { width, height, channels } = header;
    this.count = images.length;
    this.shape = channels === 1 ? [height, width] : [height, width, channels];
    this.axes = resolveAxes(this.shape, options.axes ?? (channels === 1 ? 'HW' : 'HWC'), folder);
  }

  place(index: number): InstancePlace {
    return { file: this.images[index].file };
  }

  async read(indices: ArrayLike<number>, out: Numbers): Promise<void> {
    const { width, height, channels } = this.header;
    const units = width * height * channels;
    checkRequest(indices, this.count, units, out);
    await forEachAtOnce(indices.length, async (at) => {
      const { file } = this.images[indices[at]];
      const { limits, fit } = this.options;
      const bytes = await readImageFile(file, limits);
      const header = readImageHeader(bytes, file, limits);
      checkSame(fittedHeader(header, file, this.options), this.header, file, 'when the folder was opened');
      const samples = await decodeImage(bytes, file, channels);
      const raster = { width: header.width, height: header.height, channels, samples };
      out.set(fit ? fittedSize(raster, fit).samples : samples, at * units);
    });
  }
}

/** How a folder of images is to be read. */
export interface ImageFolderOptions {
  axes?: AxisOrder;
  limits: Limits;
  /** How images are brought to one size; taken as they are when left out. */
  fit?: ImageFit;
  signal?: AbortSignal;
}

/**
 * Opens a folder of images; one folder a class, or all in one without labels. Images are in natural order.
 * @throws InputError where there are none, one is damaged, or one has another size than the others
 */
export async function openImageFolder(
  folder: string,
  options: ImageFolderOptions,
  notices: string[],
): Promise<ImageFolder> {
  const { limits, signal } = options;
  const { images, classes } = await listImages(folder, notices);
  const headers = new Array<ImageHeader>(images.length);
  const checksums = new Array<string>(images.length);
  await forEachAtOnce(images.length, async (index) => {
    signal?.throwIfAborted();
    const { file, name } = images[index];
    const bytes = await readImageFile(file, limits);
    headers[index] = fittedHeader(readImageHeader(bytes, file, limits), file, options);
    checksums[index] = `${name.split(path.sep).join('/')}\n${sha256(bytes)}\n`;
  });
  const header = commonHeader(folder, images, headers, notices);
  const labels: LabelColumn = {
    source: folder,
    codes: Int32Array.from(images, ({ label }) => label),
    distinct: classes,
    names: true,
    place: (row) => images[row].name,
  };
  return {
    features: new ImageFeatures(folder, images, header, options),
    labels: classes.length > 0 ? labels : undefined,
    sha256: sha256(checksums.join('')),
  };
}

/** What a look at the first images of a folder tells. */
export interface FolderGlance {
  /** Heights and widths, each once, the smaller first. */
  sizes: { height: number; width: number }[];
  /** Names of the classes, in their order; none where all images lie in one folder. */
  classes: string[];
}

/**
 * Looks at the first images of a folder.
 * @param most images that are looked at
 * @throws InputError where there are none, or one is damaged
 */
export async function glanceAtFolder(
  folder: string,
  { limits, signal }: ImageFolderOptions,
  most: number,
): Promise<FolderGlance> {
  const { images, classes } = await listImages(folder, []);
  const sizes = new Map<string, { height: number; width: number }>();
  await forEachAtOnce(Math.min(images.length, most), async (index) => {
    signal?.throwIfAborted();
    const { file } = images[index];
    const { height, width } = readImageHeader(await readImageFile(file, limits), file, limits);
    sizes.set(`${height} ${width}`, { height, width });
  });
  const all = [...sizes.values()];
  all.sort((a, b) => a.height * a.width - b.height * b.width || a.height - b.height);
  return { sizes: all, classes };
}

/** The header of an image once it is fitted. @throws InputError where it is too large then */
function fittedHeader(header: ImageHeader, file: string, { fit, limits }: ImageFolderOptions): ImageHeader {
  return fit ? { ...header, ...fittedSides(header, fit, file, limits) } : header;
}

/** What is in a folder: images, folders, and how many other things. Hidden files are passed over. */
async function look(folder: string): Promise<{ images: string[]; folders: string[]; others: string[] }> {
  const found = { images: [] as string[], folders: [] as string[], others: [] as string[] };
  try {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue;
      const kind = entry.isSymbolicLink() ? await lookUp(path.join(folder, entry.name)) : entry;
      const list = kind.isDirectory()
        ? 'folders'
        : kind.isFile() && isImageName(entry.name)
          ? 'images'
          : 'others';
      found[list].push(entry.name);
    }
  } catch (error) {
    throw asInputError(folder, error, 'cannot be listed');
  }
  found.images.sort(naturalOrder);
  // Class indices follow the plain order, as torchvision's and Keras' folder readers have it.
  found.folders.sort(compareText);
  found.others.sort(compareText);
  return found;
}

async function listImages(
  folder: string,
  notices: string[],
): Promise<{ images: ImageFile[]; classes: string[] }> {
  const top = await look(folder);
  const ignored = top.others;
  const image = (name: string, label: number) => ({ file: path.join(folder, name), name, label });
  if (top.folders.length === 0) {
    noteIgnored(folder, ignored, notices);
    if (top.images.length === 0) throw new InputError(folder, 'is a folder without images');
    return { images: top.images.map((name) => image(name, -1)), classes: [] };
  }
  addAll(ignored, top.images);
  const images: ImageFile[] = [];
  let nested: string | undefined;
  for (const [label, name] of top.folders.entries()) {
    const inside = await look(path.join(folder, name));
    addAll(
      images,
      inside.images.map((file) => image(path.join(name, file), label)),
    );
    addAll(
      ignored,
      [...inside.others, ...inside.folders].map((file) => path.join(name, file)),
    );
    nested ??= inside.images.length === 0 && inside.folders.length > 0 ? name : undefined;
    if (inside.images.length === 0) notices.push(`${folder}: the class \`${name}\` has no images.`);
  }
  if (images.length === 0) {
    const hint = nested
      ? `; if \`${nested}\` is a split, give it as ${nested}=${path.join(folder, nested)}`
      : '';
    throw new InputError(folder, `has no images in its ${pluralise(top.folders.length, 'folder')}${hint}`);
  }
  noteIgnored(folder, ignored, notices);
  return { images, classes: top.folders };
}

function noteIgnored(folder: string, ignored: readonly string[], notices: string[]): void {
  if (ignored.length > 0) {
    notices.push(
      `${folder}: ${pluralise(ignored.length, 'other file')} left out, the first is ${ignored[0]}.`,
    );
  }
}

/**
 * The header all images share; RGB where only some are.
 * @throws InputError naming the first image that has not the size of most
 */
function commonHeader(
  folder: string,
  images: readonly ImageFile[],
  headers: readonly ImageHeader[],
  notices: string[],
): ImageHeader {
  const sizes = headers.map(({ width, height }) => `${width} ${height}`);
  const counts = new Map<string, number>();
  sizes.forEach((size) => counts.set(size, (counts.get(size) ?? 0) + 1));
  const [usual] = [...counts].reduce((most, size) => (size[1] > most[1] ? size : most));
  const index = sizes.indexOf(usual);
  const common = headers[index];
  headers.forEach((header, image) =>
    checkSame(
      header,
      { ...common, channels: 3 },
      images[image].file,
      `most images, ${images[index].name} for one`,
    ),
  );
  const gray = headers.filter(({ channels }) => channels === 1).length;
  if (gray > 0 && gray < headers.length) {
    notices.push(`${folder}: ${gray} of ${headers.length} images are gray; they become RGB like the others.`);
  }
  const deep = headers.filter((header) => header.deep).length;
  if (deep > 0) {
    notices.push(
      `${folder}: ${pluralise(deep, 'gray image')} of 16 bits cut off at 255, as Pillow and torchvision convert them; save others as .npy.`,
    );
  }
  return { ...common, channels: gray === headers.length ? 1 : 3, deep: deep > 0 };
}

function checkSame(header: ImageHeader, expected: ImageHeader, file: string, whose: string): void {
  if (header.width !== expected.width || header.height !== expected.height) {
    throw new InputError(
      file,
      `is ${header.height}×${header.width}, expected ${expected.height}×${expected.width} (height×width) like ${whose}; ` +
        `images of several sizes become one ${wordedFor({
          commandLine: 'with --resize and --crop, as --resize 256 --crop 224',
          window: 'where a size is given when they are chosen',
        })}`,
    );
  }
  if (header.channels > expected.channels) throw new InputError(file, `is RGB, expected gray like ${whose}`);
}

function readImageFile(file: string, limits: Limits): Promise<Uint8Array> {
  return readWhole(file, limits.bytes);
}

/** Runs `work` for 0 to `count` − 1, a few at the same time; stops at the failure of lowest number it meets. */
async function forEachAtOnce(count: number, work: (index: number) => Promise<void>): Promise<void> {
  for (let start = 0; start < count; start += READ_AT_ONCE) {
    const some = Array.from({ length: Math.min(READ_AT_ONCE, count - start) }, (_, k) => work(start + k));
    const failed = (await Promise.allSettled(some)).find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }
}
