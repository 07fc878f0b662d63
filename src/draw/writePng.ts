import { readFile } from 'node:fs/promises';
import path from 'node:path';
import regularFont from '@expo-google-fonts/inter/400Regular/Inter_400Regular.ttf';
import semiBoldFont from '@expo-google-fonts/inter/600SemiBold/Inter_600SemiBold.ttf';
import { initWasm, Resvg } from '@resvg/resvg-wasm';
import resvgWasm from '@resvg/resvg-wasm/index_bg.wasm';

let ready: Promise<Uint8Array[]> | undefined;

/** The renderer and its fonts, loaded once. Their paths are relative to the bundle they were copied beside. */
function load(): Promise<Uint8Array[]> {
  const asset = (relative: string) => readFile(path.join(__dirname, relative));
  ready ??= asset(resvgWasm)
    .then((wasm) => initWasm(wasm))
    .then(() => Promise.all([asset(regularFont), asset(semiBoldFont)]));
  return ready;
}

/**
 * Renders an SVG document as PNG with the fonts that come with the product: the same bytes on every machine.
 * @param scale pixels for each unit of the document
 */
export async function renderPng(svg: string, scale = 2): Promise<Uint8Array> {
  const fontBuffers = await load();
  const renderer = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: scale },
    font: { fontBuffers, defaultFontFamily: 'Inter', sansSerifFamily: 'Inter' },
  });
  try {
    return renderer.render().asPng();
  } finally {
    renderer.free();
  }
}
