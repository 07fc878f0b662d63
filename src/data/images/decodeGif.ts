import { InputError } from '../../core/errors';
import type { ImageHeader } from './imageHeader';
import { Palette } from './samples';

const IMAGE = 0x2c;
const EXTENSION = 0x21;
const GRAPHIC_CONTROL = 0xf9;
/** Numbers that a code of LZW may have: 12 bits. */
const MOST_CODES = 4096;

/** The first image of a GIF, found but not decoded. */
interface Frame {
  /** Sides of the whole picture. */
  width: number;
  height: number;
  /** Where the image lies in it. */
  left: number;
  top: number;
  across: number;
  down: number;
  interlaced: boolean;
  palette: Palette;
  /** Number of the transparent colour, which fills what the image does not cover. */
  background: number;
  /** Where the compressed numbers begin. */
  data: number;
}

/** True where bytes begin as a GIF file. */
export function isGif(bytes: Uint8Array): boolean {
  return /^GIF8[79]a$/.test(Buffer.from(bytes.subarray(0, 6)).toString('latin1'));
}

/** The header of the first image of a GIF. @throws InputError where there is none */
export function readGifHeader(bytes: Uint8Array, file: string): ImageHeader {
  const { width, height, palette } = firstFrame(bytes, file);
  return { width, height, channels: palette.isGray ? 1 : 3, deep: false };
}

function firstFrame(bytes: Uint8Array, file: string): Frame {
  const cutOff = () => new InputError(file, 'is cut off or damaged: the GIF has no image');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 13) throw cutOff();
  let colours = coloursAt(bytes, 13, bytes[10]);
  let background = 0;
  let at = 13 + colours.length;
  while (at < bytes.length) {
    if (bytes[at] === IMAGE) {
      if (at + 10 > bytes.length) break;
      const [left, top, across, down] = [1, 3, 5, 7].map((offset) => view.getUint16(at + offset, true));
      const flags = bytes[at + 9];
      const own = coloursAt(bytes, at + 10, flags);
      if (own.length > 0) colours = own;
      return {
        width: Math.max(view.getUint16(6, true), left + across),
        height: Math.max(view.getUint16(8, true), top + down),
        ...{ left, top, across, down, background },
        interlaced: (flags & 0x40) !== 0,
        palette: new Palette(colours),
        data: at + 10 + own.length,
      };
    }
    if (bytes[at] !== EXTENSION) break;
    if (bytes[at + 1] === GRAPHIC_CONTROL && bytes[at + 3] & 1) background = bytes[at + 6];
    at += 2;
    while (at < bytes.length && bytes[at] > 0) at += bytes[at] + 1;
    at++;
  }
  throw cutOff();
}

/** A list of colours, where the flags say that there is one. */
function coloursAt(bytes: Uint8Array, at: number, flags: number): Uint8Array {
  return flags & 0x80 ? bytes.subarray(at, at + 3 * 2 ** ((flags & 7) + 1)) : new Uint8Array(0);
}

/**
 * Decodes the first image of a GIF, whose size was checked before, to samples, row-major, gray or RGB as the header says.
 * @throws InputError where it is damaged
 */
export function decodeGif(bytes: Uint8Array, file: string): Uint8Array {
  const frame = firstFrame(bytes, file);
  const { width, height, left, top, across, down, interlaced, palette, background } = frame;
  const indices = unpackLzw(bytes, frame.data, across * down);
  if (!indices) throw new InputError(file, 'is a damaged GIF: its image is cut off');
  const picture = new Uint8Array(width * height).fill(background);
  const rows = interlaced ? interlacedRows(down) : undefined;
  for (let line = 0; line < down; line++) {
    const row = rows ? rows[line] : line;
    picture.set(indices.subarray(line * across, (line + 1) * across), (top + row) * width + left);
  }
  return palette.lookUp(picture);
}

/** Rows in the order in which an interlaced image has them. */
function interlacedRows(height: number): number[] {
  const rows: number[] = [];
  for (const [first, step] of [
    [0, 8],
    [4, 8],
    [2, 4],
    [1, 2],
  ]) {
    for (let row = first; row < height; row += step) rows.push(row);
  }
  return rows;
}

/** Numbers that LZW has packed, lowest bits first, in blocks of up to 255 bytes; undefined where they end too early. */
function unpackLzw(bytes: Uint8Array, start: number, count: number): Uint8Array | undefined {
  const least = bytes[start];
  if (!(least >= 1 && least <= 11)) return undefined;
  const packed = joinBlocks(bytes, start + 1);
  const clear = 1 << least;
  const prefix = new Uint16Array(MOST_CODES);
  const suffix = new Uint8Array(MOST_CODES);
  const stack = new Uint8Array(MOST_CODES + 1);
  const out = new Uint8Array(count);
  let [width, next, before, first] = [least + 1, clear + 2, -1, 0];
  let filled = 0;
  let bit = 0;
  while (filled < count) {
    if (bit + width > packed.length * 8) return undefined;
    let code = 0;
    for (let k = 0; k < width; k++, bit++) code |= ((packed[bit >> 3] >> (bit & 7)) & 1) << k;
    if (code === clear) {
      [width, next, before] = [least + 1, clear + 2, -1];
      continue;
    }
    if (code === clear + 1 || code > next || (before < 0 && code >= clear)) return undefined;
    let depth = 0;
    let entry = code;
    if (code === next) {
      stack[depth++] = first;
      entry = before;
    }
    for (; entry >= clear; entry = prefix[entry]) stack[depth++] = suffix[entry];
    first = entry;
    stack[depth++] = first;
    while (depth > 0 && filled < count) out[filled++] = stack[--depth];
    if (before >= 0 && next < MOST_CODES) {
      prefix[next] = before;
      suffix[next] = first;
      if (++next === 1 << width && width < 12) width++;
    }
    before = code;
  }
  return out;
}

function joinBlocks(bytes: Uint8Array, start: number): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let at = start; at < bytes.length && bytes[at] > 0; at += bytes[at] + 1) {
    blocks.push(bytes.subarray(at + 1, at + 1 + bytes[at]));
  }
  return Buffer.concat(blocks);
}
