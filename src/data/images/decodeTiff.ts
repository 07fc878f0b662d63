import { inflateSync } from 'node:zlib';
import { InputError } from '../../core/errors';
import type { ImageHeader } from './imageHeader';
import { unpackBits } from './samples';
import { readTiffImage, type TiffImage } from './tiffTags';
import { unpackBytes, unpackTiffLzw } from './tiffPacking';

/** From this orientation on rows and columns are exchanged. */
const FIRST_TURNED = 5;
const CMYK = 5;

/** The header of the first image of a TIFF. @throws InputError where there is none, or one of a kind that is not decoded */
export function readTiffHeader(bytes: Uint8Array, file: string): ImageHeader {
  const { width, height, photometric, palette, bits, orientation } = readTiffImage(bytes, file);
  const isGray = photometric === 3 ? palette?.isGray : photometric < 2;
  const turned = orientation >= FIRST_TURNED;
  return {
    width: turned ? height : width,
    height: turned ? width : height,
    channels: isGray ? 1 : 3,
    deep: bits === 16 && photometric < 2,
  };
}

/**
 * Decodes the first image of a TIFF, whose size was checked before, to samples, row-major, gray or RGB as the header says, as
 * Pillow does it with `convert('RGB')`: turned as its orientation says, gray of 16 bits cut off at 255, of colours of 16 bits
 * the upper half.
 * @throws InputError where it is damaged
 */
export function decodeTiff(bytes: Uint8Array, file: string): Uint8Array {
  const image = readTiffImage(bytes, file);
  const { width, height, photometric, palette, samples } = image;
  const stored = readPieces(bytes, image, file);
  const gray = photometric < 2 && samples === 1;
  if (photometric === 3 && samples === 1) return turn(palette!.lookUp(stored), image);
  if (gray) return turn(stored, image);
  const channels = photometric < 2 || photometric === 3 ? 1 : 3;
  const out = new Uint8Array(width * height * channels);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const from = pixel * samples;
    for (let channel = 0; channel < channels; channel++) {
      const value = stored[from + channel];
      out[pixel * channels + channel] =
        photometric === CMYK
          ? withoutInk(value, stored[from + 3])
          : image.multiplied && samples > channels
            ? divided(value, stored[from + channels])
            : value;
    }
  }
  return turn(photometric === 3 ? palette!.lookUp(out) : out, image);
}

/** What is left of a colour under an ink and black, computed as Pillow does it. */
function withoutInk(ink: number, black: number): number {
  const white = 255 - black;
  const product = ink * white + 128;
  return Math.max(0, white - (((product >> 8) + product) >> 8));
}

/** A sample that was multiplied by alpha. */
function divided(value: number, alpha: number): number {
  return alpha === 0 ? 0 : Math.min(255, Math.floor((255 * value) / alpha));
}

/** All samples of 8 bits, pixel by pixel, put together from the pieces of the file. */
function readPieces(bytes: Uint8Array, image: TiffImage, file: string): Uint8Array {
  const { width, height, samples, planar, pieceWidth, pieceHeight, offsets, sizes } = image;
  const together = planar ? 1 : samples;
  const across = Math.ceil(width / pieceWidth);
  const perPlane = across * Math.ceil(height / pieceHeight);
  const planes = planar ? samples : 1;
  if (offsets.length < perPlane * planes || sizes.length < perPlane * planes) {
    throw new InputError(file, `is a damaged TIFF: ${offsets.length} pieces, expected ${perPlane * planes}`);
  }
  const out = new Uint8Array(width * height * samples);
  for (let piece = 0; piece < perPlane * planes; piece++) {
    const within = piece % perPlane;
    const left = (within % across) * pieceWidth;
    const top = Math.floor(within / across) * pieceHeight;
    // The last strip is shorter; tiles are always whole.
    const isStrip = pieceWidth === width;
    const rows = isStrip ? Math.min(pieceHeight, height - top) : pieceHeight;
    const end = offsets[piece] + sizes[piece];
    if (end > bytes.length) {
      throw new InputError(file, `is cut off: it ends at byte ${bytes.length}, expected ${end}`);
    }
    const packed = bytes.subarray(offsets[piece], end);
    const decoded = decodePiece(packed, image, { width: pieceWidth, height: rows, together }, file);
    const columns = Math.min(pieceWidth, width - left);
    for (let row = 0; row < Math.min(rows, height - top); row++) {
      for (let column = 0; column < columns; column++) {
        const from = (row * pieceWidth + column) * together;
        const to =
          ((top + row) * width + left + column) * samples + (planar ? Math.floor(piece / perPlane) : 0);
        for (let sample = 0; sample < together; sample++) out[to + sample] = decoded[from + sample];
      }
    }
  }
  return out;
}

/** Sides of a piece, and how many samples of a pixel it has. */
interface Piece {
  width: number;
  height: number;
  together: number;
}

/** Samples of 8 bits of one piece. @throws InputError where it is damaged */
function decodePiece(packed: Uint8Array, image: TiffImage, piece: Piece, file: string): Uint8Array {
  const { bits, differences, photometric } = image;
  const { width, height, together } = piece;
  const row = Math.ceil((width * together * bits) / 8);
  const bytes = unpackPiece(packed, image.compression, row * height, file);
  if (differences && bits < 8) throw new InputError(file, `is a TIFF of differences of ${bits} bits`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bits === 16) {
    const isGray = photometric < 2;
    const out = new Uint8Array(width * height * together);
    const before = new Uint16Array(together);
    for (let at = 0; at < out.length; at++) {
      if (at % (width * together) === 0) before.fill(0);
      let value = view.getUint16(at * 2, image.littleEndian);
      if (differences) value = before[at % together] = (value + before[at % together]) & 0xffff;
      if (photometric === 0) value = 65535 - value;
      out[at] = isGray && together === 1 ? Math.min(255, value) : value >> 8;
    }
    return out;
  }
  if (differences) {
    for (let at = 0; at < bytes.length; at++) {
      if (at % row >= together) bytes[at] = (bytes[at] + bytes[at - together]) & 0xff;
    }
  }
  if (bits === 8 && photometric !== 0) return bytes;
  const numbers = unpackBits(bytes, { width: width * together, height }, bits);
  if (photometric === 3) return numbers;
  const largest = 2 ** bits - 1;
  return numbers.map((value) => ((photometric === 0 ? largest - value : value) * 255) / largest);
}

/** The bytes of a piece, all of them. @throws InputError where there are fewer, or they are packed in another way */
function unpackPiece(packed: Uint8Array, compression: number, size: number, file: string): Uint8Array {
  const unpack: Record<number, (bytes: Uint8Array, size: number) => Uint8Array> = {
    1: (bytes) => bytes.slice(0, size),
    5: unpackTiffLzw,
    8: (bytes) => inflateSync(bytes, { maxOutputLength: size + 1 }),
    32946: (bytes) => inflateSync(bytes, { maxOutputLength: size + 1 }),
    32773: unpackBytes,
  };
  if (!Object.hasOwn(unpack, compression)) {
    throw new InputError(
      file,
      `is a TIFF packed in the way ${compression}, expected none, LZW, deflate or PackBits`,
    );
  }
  let bytes: Uint8Array;
  try {
    bytes = unpack[compression](packed, size);
  } catch {
    throw new InputError(file, 'is a damaged TIFF: a piece of it cannot be unpacked');
  }
  if (bytes.length >= size) return bytes.subarray(0, size);
  throw new InputError(file, `is a damaged TIFF: ${bytes.length} bytes of a piece, expected ${size}`);
}

/** Turns and mirrors an image as its orientation says (TIFF 6.0, Orientation; Pillow does it too). */
function turn(samples: Uint8Array, { width, height, orientation }: TiffImage): Uint8Array {
  if (orientation < 2 || orientation > 8) return samples;
  const channels = samples.length / (width * height);
  const turned = orientation >= FIRST_TURNED;
  const [across, down] = turned ? [height, width] : [width, height];
  const mirrorColumns = [2, 3, 7, 8].includes(orientation);
  const mirrorRows = [3, 4, 6, 7].includes(orientation);
  const out = new Uint8Array(samples.length);
  for (let y = 0, at = 0; y < down; y++) {
    for (let x = 0; x < across; x++) {
      const [column, row] = turned ? [y, x] : [x, y];
      const fromColumn = mirrorColumns ? width - 1 - column : column;
      const fromRow = mirrorRows ? height - 1 - row : row;
      const from = (fromRow * width + fromColumn) * channels;
      for (let channel = 0; channel < channels; channel++) out[at++] = samples[from + channel];
    }
  }
  return out;
}
