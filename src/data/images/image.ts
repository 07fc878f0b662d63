import { InputError } from '../../core/errors';
import type { ImageHeader } from './imageHeader';
import { decodeJpeg, isJpeg, readJpegHeader } from './decodeJpeg';
import { limitAdvice, type Limits } from '../files/limits';
import { decodePng, isPng, readPngHeader } from './decodePng';

/** True for names of images that are read. */
export function isImageName(name: string): boolean {
  return /\.(png|jpe?g)$/i.test(name);
}

/**
 * Size and channels of an image, without decoding it.
 * @throws InputError where it is no PNG or JPEG, damaged, or over the limit
 */
export function readImageHeader(bytes: Uint8Array, file: string, limits: Limits): ImageHeader {
  if (bytes.length === 0) throw new InputError(file, 'is empty');
  if (!isPng(bytes) && !isJpeg(bytes)) {
    throw new InputError(file, 'is neither PNG nor JPEG, whatever its name says');
  }
  const header = isPng(bytes) ? readPngHeader(bytes, file) : readJpegHeader(bytes, file);
  const pixels = header.width * header.height;
  if (pixels === 0) throw new InputError(file, `is an image of ${header.width}×${header.height} pixels`);
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
 */
export async function decodeImage(
  bytes: Uint8Array,
  file: string,
  channels: 1 | 3,
): Promise<Float32Array | Uint8Array> {
  const [samples, found] = isPng(bytes)
    ? [decodePng(bytes, file), readPngHeader(bytes, file).channels]
    : [await decodeJpeg(bytes, file), readJpegHeader(bytes, file).channels];
  if (found === channels || channels === 1) return samples;
  const rgb =
    samples instanceof Uint8Array ? new Uint8Array(samples.length * 3) : new Float32Array(samples.length * 3);
  samples.forEach((value, pixel) => rgb.fill(value, pixel * 3, pixel * 3 + 3));
  return rgb;
}
