import path from 'node:path';
import createModule from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import { initEmscriptenModule } from '@jsquash/jpeg/utils.js';
import decoderWasm from '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm';
import { readWhole } from '../files/fileAccess';

/** Decodes a JPEG to RGBA. What the decoder complains about is added to `complaints`; it throws where it gives up. */
export type JpegDecoder = (
  bytes: Uint8Array,
  complaints: string[],
) => { width: number; height: number; data: Uint8ClampedArray };

/** More bytes than the decoder has. */
const MOST_BYTES = 16 * 1024 * 1024;

let compiled: Promise<object> | undefined;
let current: Promise<JpegDecoder> | undefined;

/** mozjpeg, a libjpeg-turbo, as WebAssembly, loaded once. Its path is relative to the bundle that it was copied beside. */
export function loadJpegDecoder(): Promise<JpegDecoder> {
  compiled ??= readWhole(path.join(__dirname, decoderWasm), MOST_BYTES).then((wasm) =>
    WebAssembly.compile(wasm),
  );
  current ??= compiled.then(instantiate);
  return current;
}

/** After a failure the instance may not be as it was: the next decoding gets another one. */
export function dropJpegDecoder(): void {
  current = undefined;
}

async function instantiate(wasm: object): Promise<JpegDecoder> {
  let told: string[] = [];
  const printErr = (text: string) => told.push(text);
  const module = await initEmscriptenModule(createModule, wasm, { printErr });
  return (bytes, complaints) => {
    told = complaints;
    // The bytes as they lie: a turn by EXIF is not made, as Pillow and torchvision make none.
    const image = module.decode(Uint8Array.from(bytes), false);
    if (!image) throw new Error(complaints.join('; ') || 'it cannot be decoded');
    return image;
  };
}
