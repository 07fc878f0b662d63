import { color } from 'd3';
import type { PatternsScene } from '../../../src/protocol/scene';

/** The cells of the patterns view as a picture of a pixel each: units across, rows down. */
export interface PatternMatrix {
  of: PatternsScene;
  fills: string;
  picture: HTMLCanvasElement;
}

/** Opacity of cells whose unit is off. */
const OFF = 0.12;

/**
 * The picture of a scene's cells: painted row by row, thousands of cells cost a copy each row. A piece is the more
 * opaque the higher it is.
 * @param fills by class
 * @param faint colour of cells that are off
 * @param known picture that was made before, taken when it is of the same
 */
export function patternMatrix(
  scene: PatternsScene,
  fills: string[],
  faint: string,
  known: PatternMatrix | undefined,
): PatternMatrix {
  const key = [...fills, faint].join();
  if (known?.of === scene && known.fills === key) return known;
  const width = Math.max(1, scene.units.length);
  const height = Math.max(1, scene.node.length);
  const picture = document.createElement('canvas');
  picture.width = width;
  picture.height = height;
  const context = picture.getContext('2d')!;
  const image = context.createImageData(width, height);
  const top = Math.max(1, scene.pieces - 1);
  const off = channels(faint);
  const on = fills.map(channels);
  for (let row = 0, cell = 0; row < scene.node.length; row++) {
    const fill = on[scene.majority[row]] ?? off;
    for (let unit = 0; unit < scene.units.length; unit++, cell++) {
      const piece = scene.piecesOf[cell];
      image.data.set(piece === 0 ? off : fill, 4 * cell);
      image.data[4 * cell + 3] = 255 * (piece === 0 ? OFF : 0.25 + (0.75 * piece) / top);
    }
  }
  context.putImageData(image, 0, 0);
  return { of: scene, fills: key, picture };
}

function channels(text: string): [number, number, number] {
  const { r, g, b } = (color(text) ?? color('gray')!).rgb();
  return [r, g, b];
}
