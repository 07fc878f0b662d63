import { InputError } from '../../core/errors';
import { decodeBmp, isBmp, readBmpHeader } from './decodeBmp';
import { decodeGif, isGif, readGifHeader } from './decodeGif';
import { decodeJpeg, isJpeg, readJpegHeader } from './decodeJpeg';
import { decodePng, isPng, readPngHeader } from './decodePng';
import { decodeTiff, readTiffHeader } from './decodeTiff';
import { decodeWebp, isWebp, readWebpHeader } from './decodeWebp';
import type { ImageHeader } from './imageHeader';
import { limitAdvice, type Limits } from '../files/limits';
import { isTiff } from './tiffTags';

/** True for names of images that are read. */
export function isImageName(name: string): boolean {
  return /\.(?:png|jpe?g|webp|gif|bmp|tiff?)$/i.test(name);
}

/** A format of images: how it is told, and read. All say what they find wrong as an InputError. */
interface ImageFormat {
  is(bytes: Uint8Array): boolean;
  readHeader(bytes: Uint8Array, file: string): ImageHeader;
  decode(bytes: Uint8Array, file: string): Uint8Array | Promise<Uint8Array>;
}

const formats: readonly ImageFormat[] = [
  { is: isPng, readHeader: readPngHeader, decode: decodePng },
  { is: isJpeg, readHeader: readJpegHeader, decode: decodeJpeg },
  { is: isWebp, readHeader: readWebpHeader, decode: decodeWebp },
  { is: isGif, readHeader: readGifHeader, decode: decodeGif },
  { is: isTiff, readHeader: readTiffHeader, decode: decodeTiff },
  { is: isBmp, readHeader: readBmpHeader, decode: decodeBmp },
];

function formatOf(bytes: Uint8Array, file: string): ImageFormat {
  const format = formats.find(({ is }) => is(bytes));
  if (format) return format;
  const expected = 'PNG, JPEG, WebP, GIF, BMP or TIFF';
  throw new InputError(file, `is no image that is read, whatever its name says: expected ${expected}`);
}

/**
 * Size and channels of an image, without decoding it.
 * @throws InputError where it is of none of the formats, damaged, or over the limit
 */
export function readImageHeader(bytes: Uint8Array, file: string, limits: Limits): ImageHeader {
  if (bytes.length === 0) throw new InputError(file, 'is empty');
  const header = formatOf(bytes, file).readHeader(bytes, file);
  const pixels = header.width * header.height;
  if (!(header.width > 0 && header.height > 0)) {
    throw new InputError(file, `is an image of ${header.width}×${header.height} pixels`);
  }
  if (pixels > limits.pixels) {
    throw new InputError(
      file,
      `is an image of ${header.width}×${header.height} pixels, ${limitAdvice(limits, 'pixels', pixels)}`,
    );
  }
  return header;
}

/**
 * Samples of an image from 0 to 255, row-major, channels last.
 * @param channels wanted: gray images become RGB by three equal samples
 * @throws InputError where it is damaged
 */
export async function decodeImage(bytes: Uint8Array, file: string, channels: 1 | 3): Promise<Uint8Array> {
  const format = formatOf(bytes, file);
  const samples = await format.decode(bytes, file);
  if (format.readHeader(bytes, file).channels === channels || channels === 1) return samples;
  const rgb = new Uint8Array(samples.length * 3);
  samples.forEach((value, pixel) => rgb.fill(value, pixel * 3, pixel * 3 + 3));
  return rgb;
}
