import { decode } from 'jpeg-js';
import { InputError } from '../../core/errors';
import type { ImageHeader } from './imageHeader';
import { oneLine } from '../wording';

/** True where bytes begin as a JPEG file. */
export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

/** Beginnings of a frame (ITU T.81, table B.1); the first three kinds are decoded. */
const frames = [0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf];

/** The header of a JPEG file. @throws InputError where there is none, or one of a kind that is not decoded */
export function readJpegHeader(bytes: Uint8Array, file: string): ImageHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 2; at + 9 <= bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1];
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (frames.includes(marker)) return frameHeader(view, at, file);
    at += 2 + view.getUint16(at + 2);
  }
  throw new InputError(file, 'is cut off or damaged: the JPEG has no frame header');
}

function frameHeader(view: DataView, at: number, file: string): ImageHeader {
  const marker = view.getUint8(at + 1);
  if (marker > 0xc2) {
    throw new InputError(
      file,
      'is a lossless or arithmetic-coded JPEG, expected a baseline or progressive one',
    );
  }
  if (view.getUint8(at + 4) !== 8 || at + 9 >= view.byteLength) {
    throw new InputError(file, `is a JPEG of ${view.getUint8(at + 4)} bits, expected 8`);
  }
  const components = view.getUint8(at + 9);
  if (![1, 3, 4].includes(components)) {
    throw new InputError(file, `is a JPEG of ${components} components, expected 1, 3 or 4`);
  }
  return {
    width: view.getUint16(at + 7),
    height: view.getUint16(at + 5),
    channels: components === 1 ? 1 : 3,
    deep: false,
  };
}

/**
 * Decodes a JPEG, whose size was checked before, to samples from 0 to 255, row-major, gray or RGB as the header says.
 * @throws InputError where it is damaged
 */
export function decodeJpeg(bytes: Uint8Array, file: string): Uint8Array {
  const { width, height, channels } = readJpegHeader(bytes, file);
  const megapixels = Math.ceil((width * height) / 1e6);
  let image: { width: number; height: number; data: Uint8Array };
  try {
    image = decode(bytes, {
      useTArray: true,
      formatAsRGBA: false,
      tolerantDecoding: false,
      maxResolutionInMP: megapixels,
      // The decoder takes up to some 30 bytes a pixel, and a few megabytes for its tables.
      maxMemoryUsageInMB: 64 + megapixels * 40,
    });
  } catch (error) {
    throw new InputError(file, `is a damaged JPEG (${oneLine(String(error))})`);
  }
  if (image.width !== width || image.height !== height) {
    throw new InputError(file, 'is a JPEG with two frames of different sizes');
  }
  return channels === 3 ? image.data : image.data.filter((_, index) => index % 3 === 0);
}
