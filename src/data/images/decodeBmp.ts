import { InputError } from '../../core/errors';
import type { ImageHeader } from './imageHeader';
import { Palette, unpackBits } from './samples';

/** What the header of a BMP tells (BITMAPINFOHEADER and those that came before and after it). */
interface Bitmap {
  width: number;
  height: number;
  /** Whether the first row is the lowest. */
  upwards: boolean;
  bits: number;
  palette: Palette;
  /** Bits of red, green and blue in a pixel of 16 or 32 bits. */
  masks: number[];
  /** Where the pixels begin. */
  data: number;
}

const BIT_FIELDS = 3;
/** Masks of pixels where the file does not give them. */
const usualMasks: Record<number, number[]> = { 16: [0x7c00, 0x3e0, 0x1f], 32: [0xff0000, 0xff00, 0xff] };
/** Length of the oldest header, whose sides are of 16 bits and whose colours of three bytes. */
const OLDEST_HEADER = 12;

/** True where bytes begin as a BMP file. */
export function isBmp(bytes: Uint8Array): boolean {
  return (
    bytes[0] === 0x42 &&
    bytes[1] === 0x4d &&
    bytes.length > 18 &&
    bytes[15] === 0 &&
    bytes[14] >= OLDEST_HEADER
  );
}

/** The header of a BMP file. @throws InputError where there is none, or one of a kind that is not decoded */
export function readBmpHeader(bytes: Uint8Array, file: string): ImageHeader {
  const { width, height, bits, palette } = readBitmap(bytes, file);
  return { width, height, channels: bits <= 8 && palette.isGray ? 1 : 3, deep: false };
}

function readBitmap(bytes: Uint8Array, file: string): Bitmap {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = bytes.length > 18 ? view.getUint32(14, true) : 0;
  const oldest = length === OLDEST_HEADER;
  if ((!oldest && length < 40) || 14 + length > bytes.length) {
    throw new InputError(file, 'is cut off or damaged: the BMP has no header');
  }
  const height = oldest ? view.getUint16(20, true) : view.getInt32(22, true);
  const bits = view.getUint16(oldest ? 24 : 28, true);
  const packing = oldest ? 0 : view.getUint32(30, true);
  const hasMasks = packing === BIT_FIELDS && (bits === 16 || bits === 32);
  if (packing !== 0 && !hasMasks) {
    throw new InputError(file, `is a BMP that is compressed (kind ${packing}); save it without compression`);
  }
  if (![1, 4, 8, 16, 24, 32].includes(bits)) {
    throw new InputError(file, `is a BMP of ${bits} bits a pixel, expected 1, 4, 8, 16, 24 or 32`);
  }
  const masks =
    hasMasks && bytes.length >= 66 ? [54, 58, 62].map((at) => view.getUint32(at, true)) : usualMasks[bits];
  return {
    width: oldest ? view.getUint16(18, true) : view.getInt32(18, true),
    height: Math.abs(height),
    upwards: height > 0,
    bits,
    palette: paletteOf(bytes, view, { bits, length, oldest }),
    masks: masks ?? [],
    data: view.getUint32(10, true),
  };
}

/** Colours, which lie behind the header as blue, green, red. */
function paletteOf(
  bytes: Uint8Array,
  view: DataView,
  { bits, length, oldest }: { bits: number; length: number; oldest: boolean },
): Palette {
  if (bits > 8) return new Palette([]);
  const told = oldest ? 0 : view.getUint32(46, true);
  const count = Math.min(told === 0 ? 2 ** bits : told, 256);
  const step = oldest ? 3 : 4;
  const colours: number[] = [];
  for (let at = 14 + length; colours.length < 3 * count && at + 3 <= bytes.length; at += step) {
    colours.push(bytes[at + 2], bytes[at + 1], bytes[at]);
  }
  return new Palette(colours);
}

/**
 * Decodes a BMP, whose size was checked before, to samples, row-major, gray or RGB as the header says. Alpha is left out.
 * @throws InputError where it is cut off
 */
export function decodeBmp(bytes: Uint8Array, file: string): Uint8Array {
  const { width, height, upwards, bits, palette, masks, data } = readBitmap(bytes, file);
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  if (data + rowBytes * height > bytes.length) {
    throw new InputError(file, `is a damaged BMP: it is cut off, expected ${data + rowBytes * height} bytes`);
  }
  const rows = Array.from({ length: height }, (_, row) => {
    const start = data + (upwards ? height - 1 - row : row) * rowBytes;
    return bytes.subarray(start, start + rowBytes);
  });
  if (bits <= 8) {
    const indices = new Uint8Array(width * height);
    rows.forEach((row, at) => indices.set(unpackBits(row, { width, height: 1 }, bits), at * width));
    return palette.lookUp(indices);
  }
  const rgb = new Uint8Array(width * height * 3);
  const bytesOfPixel = bits / 8;
  const parts = masks.map((mask) => partOf(mask, file));
  rows.forEach((row, y) => {
    const view = new DataView(row.buffer, row.byteOffset, row.length);
    for (let x = 0, at = y * width * 3; x < width; x++, at += 3) {
      if (bits === 24) {
        rgb.set([row[x * 3 + 2], row[x * 3 + 1], row[x * 3]], at);
        continue;
      }
      const pixel =
        bits === 16 ? view.getUint16(x * bytesOfPixel, true) : view.getUint32(x * bytesOfPixel, true);
      parts.forEach(({ shift, largest }, part) => {
        rgb[at + part] = Math.floor((((pixel >>> shift) & largest) * 255) / largest);
      });
    }
  });
  return rgb;
}

/** Where the bits of a mask lie. @throws InputError where they do not lie together, or are more than 8 */
function partOf(mask: number, file: string): { shift: number; largest: number } {
  const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
  const largest = mask >>> shift;
  if (largest === 0 || largest > 255 || (largest & (largest + 1)) !== 0) {
    throw new InputError(
      file,
      `is a BMP whose colours lie in the bits ${mask.toString(16)}, expected up to 8 together`,
    );
  }
  return { shift, largest };
}
