import type { VsCodeWindow } from './vscodeWindow';

/** The zoom that d3 keeps at the element that is zoomed. */
interface Zoomed {
  __zoom: { k: number; x: number; y: number };
}

/** Scale and shift, in pixels, of the diagram on screen. */
export function zoomOf(window: VsCodeWindow): Promise<Zoomed['__zoom']> {
  return window.diagram.locator('.stage').evaluate((one) => {
    const { k, x, y } = (one as unknown as Zoomed).__zoom;
    return { k, x, y };
  });
}
