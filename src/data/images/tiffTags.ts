import { InputError } from '../../core/errors';
import { Palette } from './samples';

/** Tags that are read (TIFF 6.0). */
const tags = {
  width: 256,
  height: 257,
  bits: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  stripOffsets: 273,
  orientation: 274,
  samples: 277,
  rowsPerStrip: 278,
  stripBytes: 279,
  planar: 284,
  predictor: 317,
  colours: 320,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileBytes: 325,
  extraSamples: 338,
  sampleFormat: 339,
};

/** What the tags of the first image of a TIFF tell. */
export interface TiffImage {
  littleEndian: boolean;
  width: number;
  height: number;
  /** Bits of each sample: 1, 2, 4, 8 or 16. */
  bits: number;
  /** Samples of a pixel. */
  samples: number;
  compression: number;
  /** 0 white is zero, 1 black is zero, 2 RGB, 3 colours by number, 5 CMYK. */
  photometric: number;
  /** Whether the samples were multiplied by alpha, which is then the last of them. */
  multiplied: boolean;
  /** 1 as it lies; others are turned or mirrored. */
  orientation: number;
  /** Whether each kind of sample lies apart. */
  planar: boolean;
  /** Whether neighbours are stored as differences. */
  differences: boolean;
  palette?: Palette;
  /** Sides of the pieces in which the image lies. */
  pieceWidth: number;
  pieceHeight: number;
  offsets: readonly number[];
  sizes: readonly number[];
}

/** Bytes of a value by its type; others are not read. */
const typeBytes: Record<number, number> = { 1: 1, 3: 2, 4: 4 };
/** More values than a tag of an image of the largest size has. */
const MOST_VALUES = 2 ** 24;

/** True where bytes begin as a TIFF file. */
export function isTiff(bytes: Uint8Array): boolean {
  const begin = Buffer.from(bytes.subarray(0, 4)).toString('latin1');
  return ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(begin);
}

/** The tags of the first image. @throws InputError where there are none, or of a kind that is not decoded */
export function readTiffImage(bytes: Uint8Array, file: string): TiffImage {
  const values = readTags(bytes, file);
  const littleEndian = bytes[0] === 0x49;
  const number = (name: keyof typeof tags, usual: number) => values.get(tags[name])?.[0] ?? usual;
  const [width, height, samples] = [number('width', 0), number('height', 0), number('samples', 1)];
  const tiled = values.has(tags.tileOffsets);
  const bitsOfSamples = values.get(tags.bits) ?? [1];
  const colours = values.get(tags.colours);
  const image: TiffImage = {
    ...{ littleEndian, width, height, samples },
    bits: bitsOfSamples[0],
    compression: number('compression', 1),
    photometric: number('photometric', -1),
    multiplied: number('extraSamples', 0) === 1,
    orientation: number('orientation', 1),
    planar: number('planar', 1) === 2,
    differences: number('predictor', 1) === 2,
    palette: colours && paletteOf(colours),
    pieceWidth: tiled ? number('tileWidth', 0) : width,
    pieceHeight: tiled ? number('tileHeight', 0) : Math.min(height, number('rowsPerStrip', height)),
    offsets: values.get(tiled ? tags.tileOffsets : tags.stripOffsets) ?? [],
    sizes: values.get(tiled ? tags.tileBytes : tags.stripBytes) ?? [],
  };
  const isPlain = number('fillOrder', 1) === 1 && number('predictor', 1) <= 2;
  const isWhole = (values.get(tags.sampleFormat) ?? []).every((format) => format === 1);
  if (!isPlain || !isWhole || !bitsOfSamples.every((bits) => bits === image.bits)) {
    throw new InputError(
      file,
      'is a TIFF of floating-point, signed or mixed samples; save the arrays as .npy',
    );
  }
  checkKind(image, file);
  return image;
}

/** @throws InputError where the pixels are of a kind that is not decoded */
function checkKind(
  { photometric, samples, bits, palette, pieceWidth, pieceHeight }: TiffImage,
  file: string,
): void {
  const leastSamples: Record<number, number> = { 0: 1, 1: 1, 2: 3, 3: 1, 5: 4 };
  const least = leastSamples[photometric];
  const isKnown =
    least !== undefined && samples >= least && samples <= least + 1 && (photometric !== 3 || palette);
  const isPacked = bits < 8 && [1, 2, 4].includes(bits) && samples === 1;
  const isWide = bits === 8 || (bits === 16 && photometric !== 3 && photometric !== 5);
  if (!isKnown || !(isPacked || isWide)) {
    const kind = `colours of kind ${photometric} with ${samples} samples of ${bits} bits`;
    throw new InputError(
      file,
      `is a TIFF with ${kind}, expected gray, RGB, CMYK or a palette of up to 8 bits, or 16`,
    );
  }
  if (pieceWidth < 1 || pieceHeight < 1) {
    throw new InputError(file, 'is a damaged TIFF: its pieces have no size');
  }
}

/** Colours of 16 bits: all reds, all greens, all blues. */
function paletteOf(colours: readonly number[]): Palette {
  const count = Math.floor(colours.length / 3);
  return new Palette(
    Array.from({ length: 3 * count }, (_, at) => colours[(at % 3) * count + Math.floor(at / 3)] >> 8),
  );
}

function readTags(bytes: Uint8Array, file: string): Map<number, number[]> {
  const damaged = () => new InputError(file, 'is cut off or damaged: the TIFF has no list of tags');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const little = bytes[0] === 0x49;
  if (bytes.length < 8) throw damaged();
  if (view.getUint16(2, little) === 43) throw new InputError(file, 'is a BigTIFF; save it as a usual TIFF');
  const start = view.getUint32(4, little);
  const count = start + 2 <= bytes.length ? view.getUint16(start, little) : 0;
  if (count === 0 || start + 2 + count * 12 > bytes.length) throw damaged();
  const known = new Set<number>(Object.values(tags));
  const values = new Map<number, number[]>();
  for (let at = start + 2; at < start + 2 + count * 12; at += 12) {
    const tag = view.getUint16(at, little);
    const width = typeBytes[view.getUint16(at + 2, little)];
    const length = view.getUint32(at + 4, little);
    if (!known.has(tag) || width === undefined) continue;
    const from = length * width <= 4 ? at + 8 : view.getUint32(at + 8, little);
    if (length > MOST_VALUES || from + length * width > bytes.length) throw damaged();
    const read = { 1: 'getUint8', 2: 'getUint16', 4: 'getUint32' }[width] as 'getUint16';
    values.set(
      tag,
      Array.from({ length }, (_, k) => view[read](from + k * width, little)),
    );
  }
  return values;
}
