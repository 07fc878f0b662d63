import { inflateSync } from 'node:zlib';
import { decode } from 'fast-png';
import { InputError } from '../../core/errors';
import type { ImageHeader } from './imageHeader';
import { oneLine } from '../../core/wording';

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Kinds of colour by their code in the header (PNG specification, 11.2.2), with their samples per pixel. */
const samplesOf: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const PALETTE = 3;

/** A chunk of a PNG file: its whole bytes, and those of its content. */
interface Chunk {
  type: string;
  whole: Uint8Array;
  data: Uint8Array;
}

interface PngHeader extends ImageHeader {
  depth: number;
  colour: number;
  interlaced: boolean;
}

/** True where bytes begin as a PNG file. */
export function isPng(bytes: Uint8Array): boolean {
  return signature.every((byte, index) => bytes[index] === byte);
}

/** The chunks that make the picture. @throws InputError where the file is cut off */
function pictureChunks(bytes: Uint8Array, file: string): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const chunks: Chunk[] = [];
  for (let at = signature.length; ;) {
    const length = at + 12 <= bytes.length ? view.getUint32(at) : Infinity;
    if (at + 12 + length > bytes.length) throw new InputError(file, 'is cut off: the PNG has no end');
    const type = Buffer.from(bytes.buffer, bytes.byteOffset + at + 4, 4).toString('latin1');
    if (['IHDR', 'PLTE', 'IDAT', 'IEND'].includes(type)) {
      chunks.push({
        type,
        whole: bytes.subarray(at, at + 12 + length),
        data: bytes.subarray(at + 8, at + 8 + length),
      });
    }
    if (type === 'IEND') return chunks;
    at += 12 + length;
  }
}

/** The header of a PNG file. @throws InputError where there is none, or one that cannot be */
export function readPngHeader(bytes: Uint8Array, file: string): PngHeader {
  return headerOf(pictureChunks(bytes, file), file);
}

function headerOf(chunks: readonly Chunk[], file: string): PngHeader {
  const [first] = chunks;
  if (first.type !== 'IHDR' || first.data.length !== 13) {
    throw new InputError(file, 'is damaged: the PNG has no header');
  }
  const view = new DataView(first.data.buffer, first.data.byteOffset, 13);
  const [depth, colour, , , interlace] = first.data.subarray(8);
  const depths = colour === PALETTE ? [1, 2, 4, 8] : colour === 0 ? [1, 2, 4, 8, 16] : [8, 16];
  if (!(colour in samplesOf) || !depths.includes(depth)) {
    throw new InputError(file, `is a PNG of colour type ${colour} with ${depth} bits, which there is not`);
  }
  const interlaced = interlace !== 0;
  if (interlaced && depth < 8) {
    throw new InputError(
      file,
      `is an interlaced PNG of ${depth} bits, expected 8 or 16; save it without interlacing`,
    );
  }
  const gray = colour === 0 || colour === 4 || (colour === PALETTE && isGrayPalette(chunks, file));
  return {
    width: view.getUint32(0),
    height: view.getUint32(4),
    channels: gray ? 1 : 3,
    deep: depth === 16 && colour === 0,
    depth,
    colour,
    interlaced,
  };
}

function isGrayPalette(chunks: readonly Chunk[], file: string): boolean {
  const colours = chunks.find(({ type }) => type === 'PLTE')?.data;
  if (!colours || colours.length === 0 || colours.length % 3 !== 0) {
    throw new InputError(file, 'is damaged: the PNG has no palette');
  }
  return colours.every((value, index) => value === colours[index - (index % 3)]);
}

/** Bytes of the inflated picture: every line of every pass has one more for its filter. */
function inflatedSize({ width, height, depth, colour, interlaced }: PngHeader): number {
  const bits = depth * samplesOf[colour];
  const size = (columns: number, lines: number) =>
    columns > 0 && lines > 0 ? lines * (1 + Math.ceil((columns * bits) / 8)) : 0;
  if (!interlaced) return size(width, height);
  const passes = [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
  ];
  return passes.reduce(
    (sum, [x, y, across, down]) =>
      sum + size(Math.ceil((width - x) / across), Math.ceil((height - y) / down)),
    0,
  );
}

/**
 * Decodes a PNG, whose size was checked before, to samples from 0 to 255, row-major, gray or RGB as the header says.
 * Alpha is left out. Gray of 16 bits is cut off at 255, of other samples of 16 bits the upper half is taken: as Pillow does it.
 * @throws InputError where it is damaged
 */
export function decodePng(bytes: Uint8Array, file: string): Uint8Array {
  const chunks = pictureChunks(bytes, file);
  const header = headerOf(chunks, file);
  checkInflated(chunks, header, file);
  // Without the chunks that are no picture (profiles, text), which might inflate to anything.
  const picture = Buffer.concat([Uint8Array.from(signature), ...chunks.map(({ whole }) => whole)]);
  try {
    const { data } = decode(picture, { checkCrc: true });
    const colours = chunks.find(({ type }) => type === 'PLTE')?.data;
    return toSamples(data, header, header.colour === PALETTE ? colours : undefined, file);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(file, `is a damaged PNG (${oneLine((error as Error).message)})`);
  }
}

/** The decoder inflates whatever it is given, so the size is made sure of before. */
function checkInflated(chunks: readonly Chunk[], header: PngHeader, file: string): void {
  const expected = inflatedSize(header);
  const compressed = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data));
  let size: number;
  try {
    size = inflateSync(compressed, { maxOutputLength: expected + 1 }).length;
  } catch (error) {
    const tooMuch = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw new InputError(
      file,
      tooMuch
        ? 'is a PNG with more data than its size needs'
        : 'is a damaged PNG: its data cannot be inflated',
    );
  }
  if (size !== expected) {
    throw new InputError(file, `is a damaged PNG: ${size} bytes of picture, expected ${expected}`);
  }
}

/** Brings what the decoder gives to one sample a channel: unpacks bits, looks up colours, drops alpha. */
function toSamples(
  data: ArrayLike<number>,
  header: PngHeader,
  colours: Uint8Array | undefined,
  file: string,
): Uint8Array {
  const { width, height, channels, depth, colour } = header;
  const samples = samplesOf[colour];
  const lineBytes = depth < 8 ? Math.ceil((width * depth) / 8) : 0;
  const largest = 2 ** depth - 1;
  // 255, 85, 17 or 1 for 1, 2, 4 or 8 bits.
  const scale = colours ? 1 : 255 / largest;
  const out = new Uint8Array(width * height * channels);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let channel = 0; channel < channels; channel++) {
      let value: number;
      if (depth < 8) {
        const line = Math.floor(pixel / width);
        const bit = (pixel % width) * depth;
        value = (data[line * lineBytes + (bit >> 3)] >> (8 - depth - (bit & 7))) & largest;
      } else {
        value = data[pixel * samples + (colours ? 0 : channel)];
      }
      if (colours) {
        if (value * 3 >= colours.length) {
          throw new InputError(file, `is damaged: the PNG uses colour ${value}, its palette ends before`);
        }
        value = colours[value * 3 + channel];
      }
      out[pixel * channels + channel] =
        depth === 16 ? (colour === 0 ? Math.min(255, value) : value >> 8) : value * scale;
    }
  }
  return out;
}
