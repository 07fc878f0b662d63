import path from 'node:path';
import { initEmscriptenModule } from '@jsquash/jpeg/utils.js';
import { readWhole } from '../files/fileAccess';

/** More bytes than any decoder has. */
const MOST_BYTES = 16 * 1024 * 1024;

/** An image as a decoder gives it: RGBA, row-major. */
export interface RgbaImage {
  width: number;
  height: number;
  data: Uint8ClampedArray;
}

/** The functions of an instance of a decoder; which arguments they take is its own. */
export interface CodecModule {
  decode(bytes: Uint8Array, ...options: boolean[]): RgbaImage | null;
}

/** A decoder of images as WebAssembly, loaded when it is first needed. */
export class WasmCodec {
  private compiled?: Promise<object>;
  private current?: Promise<CodecModule>;
  private told: string[] = [];

  /**
   * @param createModule Emscripten's factory of instances
   * @param asset path of the WebAssembly, relative to the bundle that it was copied beside
   */
  constructor(
    private readonly createModule: unknown,
    private readonly asset: string,
  ) {}

  /**
   * Decodes an image to RGBA.
   * @param complaints gets what the decoder complains about
   * @throws Error where it gives up
   */
  async decode(bytes: Uint8Array, options: boolean[], complaints: string[]): Promise<RgbaImage> {
    this.compiled ??= readWhole(path.join(__dirname, this.asset), MOST_BYTES).then((wasm) =>
      WebAssembly.compile(wasm),
    );
    this.current ??= this.compiled.then((wasm) =>
      initEmscriptenModule(this.createModule, wasm, { printErr: (text) => this.told.push(text) }),
    );
    const module = await this.current;
    this.told = complaints;
    try {
      const image = module.decode(Uint8Array.from(bytes), ...options);
      if (!image) throw new Error(complaints.join('; ') || 'it cannot be decoded');
      return image;
    } catch (error) {
      // After a failure the instance may not be as it was: the next decoding gets another one.
      this.current = undefined;
      throw error;
    }
  }
}
