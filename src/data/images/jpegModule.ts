import createModule from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import decoderWasm from '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm';
import { WasmCodec } from './wasmCodec';

/** mozjpeg, a libjpeg-turbo. */
export const jpegCodec = new WasmCodec(createModule, decoderWasm);
