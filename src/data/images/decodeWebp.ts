import createModule from '@jsquash/webp/codec/dec/webp_dec.js';
import decoderWasm from '@jsquash/webp/codec/dec/webp_dec.wasm';
import { InputError } from '../../core/errors';
import type { ImageHeader } from './imageHeader';
import { dropAlpha } from './samples';
import { WasmCodec } from './wasmCodec';
import { oneLine } from '../../core/wording';

/** libwebp, as Pillow has it. */
const codec = new WasmCodec(createModule, decoderWasm);

function textAt(bytes: Uint8Array, at: number): string {
  return Buffer.from(bytes.subarray(at, at + 4)).toString('latin1');
}

/** True where bytes begin as a WebP file. */
export function isWebp(bytes: Uint8Array): boolean {
  return textAt(bytes, 0) === 'RIFF' && textAt(bytes, 8) === 'WEBP';
}

/** The header of a WebP file. @throws InputError where there is none, or it moves */
export function readWebpHeader(bytes: Uint8Array, file: string): ImageHeader {
  if (bytes.length < 30) throw new InputError(file, 'is cut off: the WebP has no header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const kind = textAt(bytes, 12);
  const sides = (width: number, height: number) => ({ width, height, channels: 3 as const, deep: false });
  switch (kind) {
    case 'VP8 ':
      return sides(view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff);
    case 'VP8L': {
      const packed = view.getUint32(21, true);
      return sides(1 + (packed & 0x3fff), 1 + ((packed >> 14) & 0x3fff));
    }
    case 'VP8X': {
      if (bytes[20] & 2) throw new InputError(file, 'is an animated WebP, expected a single image');
      const side = (at: number) => 1 + (view.getUint16(at, true) | (bytes[at + 2] << 16));
      return sides(side(24), side(27));
    }
    default:
      throw new InputError(file, `is damaged: the WebP begins with a part \`${oneLine(kind)}\``);
  }
}

/** Decodes a WebP, whose size was checked before, to RGB. @throws InputError where it is damaged */
export async function decodeWebp(bytes: Uint8Array, file: string): Promise<Uint8Array> {
  const { width, height } = readWebpHeader(bytes, file);
  const complaints: string[] = [];
  try {
    const image = await codec.decode(bytes, [], complaints);
    if (image.width === width && image.height === height) return dropAlpha(image.data, width * height);
    complaints.push('its two sizes differ');
  } catch (error) {
    if (complaints.length === 0) complaints.push((error as Error).message);
  }
  throw new InputError(file, `is a damaged WebP (${oneLine(complaints.join('; '))})`);
}
