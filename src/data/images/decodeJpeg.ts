import { decode } from 'jpeg-js';
import { InputError } from '../../core/errors';
import type { ImageHeader } from './imageHeader';
import { jpegCodec } from './jpegModule';
import { oneLine } from '../../core/wording';

/** True where bytes begin as a JPEG file. */
export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

/** Beginnings of a frame (ITU T.81, table B.1); the first three kinds are decoded. */
const frames = [0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf];

/** Components of the first frame; 0 where there is none. */
function componentsOf(bytes: Uint8Array): number {
  const at = frameAt(bytes);
  return at === undefined ? 0 : bytes[at + 9];
}

/** Where the first frame begins. */
function frameAt(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 2; at + 9 <= bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1];
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (frames.includes(marker)) return at;
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}

/** The header of a JPEG file. @throws InputError where there is none, or one of a kind that is not decoded */
export function readJpegHeader(bytes: Uint8Array, file: string): ImageHeader {
  const at = frameAt(bytes);
  if (at === undefined) throw new InputError(file, 'is cut off or damaged: the JPEG has no frame header');
  return frameHeader(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), at, file);
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
 * Decodes a JPEG, whose size was checked before, to samples from 0 to 255, row-major, gray or RGB as the header says: as
 * libjpeg-turbo does it, and with it Pillow, torchvision and TensorFlow.
 * @throws InputError where it is damaged
 */
export async function decodeJpeg(bytes: Uint8Array, file: string): Promise<Uint8Array> {
  const { width, height, channels } = readJpegHeader(bytes, file);
  const isCmyk = componentsOf(bytes) === 4;
  const image = isCmyk ? decodeCmyk(bytes, file, width * height) : await decodeUsual(bytes, file);
  if (image.width !== width || image.height !== height) {
    throw new InputError(file, 'is a JPEG with two frames of different sizes');
  }
  return pickChannels(image.data, image.stride, channels, width * height);
}

/** Samples with `stride` of them a pixel. */
interface DecodedPixels {
  width: number;
  height: number;
  data: ArrayLike<number>;
  stride: number;
}

async function decodeUsual(bytes: Uint8Array, file: string): Promise<DecodedPixels> {
  const complaints: string[] = [];
  try {
    // The bytes as they lie: a turn by EXIF is not made, as Pillow and torchvision make none.
    const image = await jpegCodec.decode(bytes, [false], complaints);
    // Missing samples are filled in gray by the decoder, which others refuse.
    const missing = complaints.find((text) => /premature end/i.test(text));
    if (missing === undefined) return { ...sizeOf(image), data: image.data, stride: 4 };
    complaints.splice(0, complaints.length, missing);
  } catch (error) {
    if (complaints.length === 0) complaints.push(String(error));
  }
  throw new InputError(file, `is a damaged JPEG (${oneLine(complaints.join('; '))})`);
}

function sizeOf({ width, height }: { width: number; height: number }): { width: number; height: number } {
  return { width, height };
}

/** Four colours of print, which the usual decoder does not make RGB of. */
function decodeCmyk(bytes: Uint8Array, file: string, pixels: number): DecodedPixels {
  const megapixels = Math.ceil(pixels / 1e6);
  try {
    const image = decode(bytes, {
      useTArray: true,
      formatAsRGBA: false,
      tolerantDecoding: false,
      maxResolutionInMP: megapixels,
      // The decoder takes up to some 30 bytes a pixel, and a few megabytes for its tables.
      maxMemoryUsageInMB: 64 + megapixels * 40,
    });
    return { ...sizeOf(image), data: image.data, stride: 3 };
  } catch (error) {
    throw new InputError(file, `is a damaged JPEG (${oneLine(String(error))})`);
  }
}

function pickChannels(data: ArrayLike<number>, stride: number, channels: 1 | 3, pixels: number): Uint8Array {
  const samples = new Uint8Array(pixels * channels);
  for (let pixel = 0, at = 0; pixel < pixels; pixel++) {
    for (let channel = 0; channel < channels; channel++) samples[at++] = data[pixel * stride + channel];
  }
  return samples;
}
