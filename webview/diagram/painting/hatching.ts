import type { BlockKind } from '../../../src/core/overview';

export type Hatchings = Partial<Record<BlockKind, CanvasPattern>>;

/**
 * Hatchings of merged blocks as patterns of a canvas: dots for singletons, stripes for pure, crosses for mixed ones.
 * @param ratio device pixels of a CSS pixel
 */
export function makeHatchings(context: CanvasRenderingContext2D, line: string, ratio: number): Hatchings {
  const tile = (size: number, draw: (pen: OffscreenCanvasRenderingContext2D) => void) => {
    const pixels = Math.round(size * ratio);
    const canvas = new OffscreenCanvas(pixels, pixels);
    const pen = canvas.getContext('2d')!;
    pen.scale(pixels / size, pixels / size);
    pen.strokeStyle = pen.fillStyle = line;
    pen.lineWidth = 1.4;
    draw(pen);
    return context.createPattern(canvas, 'repeat')!;
  };
  return {
    singletons: tile(5, (pen) => {
      pen.arc(2.5, 2.5, 1.2, 0, 2 * Math.PI);
      pen.fill();
    }),
    pure: tile(7, (pen) => diagonals(pen, 7, false)),
    mixed: tile(8, (pen) => diagonals(pen, 8, true)),
  };
}

/** Diagonal lines across a tile, drawn beyond its corners so that tiles join. */
function diagonals(pen: OffscreenCanvasRenderingContext2D, size: number, both: boolean): void {
  pen.beginPath();
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift - 1, size + 1);
    pen.lineTo(shift + size + 1, -1);
    if (both) {
      pen.moveTo(shift - 1, -1);
      pen.lineTo(shift + size + 1, size + 1);
    }
  }
  pen.stroke();
}
