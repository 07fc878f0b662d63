/** The decoder of JPEG: Emscripten's factory of its instances. */
declare module '@jsquash/jpeg/codec/dec/mozjpeg_dec.js' {
  const createModule: unknown;
  export default createModule;
}
/** The decoder of WebP, likewise. */
declare module '@jsquash/webp/codec/dec/webp_dec.js' {
  const createModule: unknown;
  export default createModule;
}
declare module '@jsquash/jpeg/utils.js' {
  /** Makes an instance of a compiled module. */
  export function initEmscriptenModule(
    createModule: unknown,
    wasm: object,
    options: { printErr(text: string): void },
  ): Promise<{
    decode(
      bytes: Uint8Array,
      ...options: boolean[]
    ): { width: number; height: number; data: Uint8ClampedArray } | null;
  }>;
}
/** Node has it, the types of the language alone do not. */
declare namespace WebAssembly {
  function compile(bytes: Uint8Array): Promise<object>;
}
