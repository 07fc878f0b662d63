import { fitText } from '../../../src/core/appearance/textWidth';
import type { PatternsScene } from '../../../src/protocol/scene';
import { isOfScene, type DrawnScene } from '../drawnScene';
import { CAPTION_SIZE, STRIP_HEIGHT } from '../layoutScene';
import { paintLabels, type Paints, type Surface } from './paint';
import type { PatternMatrix } from './patternMatrix';
import type { Label, Zoom } from './placeLabels';
import { rowTexts } from './rowTexts';
import { largest } from '../../../src/core/lists';

/** Units are told apart by a gap where they are wider than this. */
const GAP_FROM = 5;
/** Least distance between the texts of rows. */
const ROW_TEXT = 13;

/**
 * The matrix of the patterns view: a row a pattern, a cell a unit, filled the more the higher its piece.
 * @param matrix its cells
 */
export function paintPatterns(
  surface: Surface,
  {
    scene,
    drawn,
    paints,
    zoom,
    matrix: { picture },
  }: { scene: PatternsScene; drawn: DrawnScene; paints: Paints; zoom: Zoom; matrix: PatternMatrix },
): void {
  const { context } = surface;
  const column = drawn.columns[0];
  const units = scene.units.length;
  const cell = (column.width * zoom.k) / Math.max(1, units);
  const inner = cell >= GAP_FROM ? cell - 1 : cell;
  const left = column.x * zoom.k + zoom.x;
  const first = Math.max(0, Math.floor(-left / cell));
  const end = Math.min(units, Math.ceil((surface.width - left) / cell));
  if (end <= first) return;
  // Cells have sharp edges unless there are several to a pixel.
  context.imageSmoothingEnabled = cell * surface.ratio < 1.5;
  for (const box of column.boxes) {
    const y = box.y * zoom.k + zoom.y;
    const height = Math.max(0.5, box.height * zoom.k);
    if (y > surface.height || y + height < 0) continue;
    const [x, width] = [left + first * cell, (end - first) * cell];
    context.globalAlpha = box.opacity;
    if (isOfScene(column, box)) {
      context.drawImage(picture, first, box.block, end - first, 1, x, y, width, height);
    } else {
      // Its units are those of the scene before: a bar stands for the row while it goes.
      context.globalAlpha *= 0.4;
      context.fillStyle = paints.fills[box.segments[0].class] ?? paints.colours.faint;
      context.fillRect(x, y, width, height);
    }
  }
  context.globalAlpha = 1;
  if (inner < cell) {
    for (let unit = first; unit < end; unit++) {
      context.clearRect(left + unit * cell + inner, 0, cell - inner, surface.height);
    }
  }
  paintStrip(surface, { scene, drawn, paints, left, cell, inner, first, end });
  paintRowHeads(surface, { scene, drawn, paints, zoom });
}

/** Above the matrix: how telling each unit is, and marks on dead (×) and always-on (filled) ones. */
function paintStrip(
  { context, width }: Surface,
  {
    scene,
    drawn,
    paints: { colours },
    left,
    cell,
    inner,
    first,
    end,
  }: {
    scene: PatternsScene;
    drawn: DrawnScene;
    paints: Paints;
    left: number;
    cell: number;
    inner: number;
    first: number;
    end: number;
  },
): void {
  const bottom = drawn.frame.y - 18;
  const most = largest(scene.information, 1e-9);
  context.fillStyle = colours.background;
  context.fillRect(0, 0, width, drawn.frame.y - 2);
  for (let unit = first; unit < end; unit++) {
    const x = left + unit * cell;
    const height = (STRIP_HEIGHT - 18) * (scene.information[unit] / most);
    context.fillStyle = colours.faint;
    context.fillRect(x, bottom - height, inner, height);
    if (scene.unitState[unit] === 2) context.fillRect(x, bottom + 3, inner, 5);
    if (scene.unitState[unit] === 1) {
      const size = Math.min(5, inner);
      context.strokeStyle = colours.faint;
      context.lineWidth = 1;
      context.beginPath();
      context.moveTo(x, bottom + 3);
      context.lineTo(x + size, bottom + 3 + size);
      context.moveTo(x + size, bottom + 3);
      context.lineTo(x, bottom + 3 + size);
      context.stroke();
    }
  }
}

/** Beside the rows: pattern, occurrences, majority class and purity, as much as fits; and what the strip shows. */
function paintRowHeads(
  surface: Surface,
  {
    scene,
    drawn,
    paints: { colours },
    zoom,
  }: { scene: PatternsScene; drawn: DrawnScene; paints: Paints; zoom: Zoom },
): void {
  const { context } = surface;
  const room = (drawn.frame.x - 20) / colours.fontWidth;
  context.fillStyle = colours.background;
  context.fillRect(0, 0, drawn.frame.x - 3, surface.height);
  const label = { size: CAPTION_SIZE, bold: false, halo: false };
  const labels: Label[] = [];
  const [column] = drawn.columns;
  const rows = column.boxes.filter((box) => isOfScene(column, box)).sort((a, b) => a.y - b.y);
  const texts = rowTexts(scene, room);
  let last = -Infinity;
  for (const { block, y, height } of rows) {
    const middle = (y + height / 2) * zoom.k + zoom.y + CAPTION_SIZE * 0.36;
    if (middle < last + ROW_TEXT || middle < drawn.frame.y || middle > surface.height) continue;
    last = middle;
    labels.push({ ...label, text: texts[block], x: 12, y: middle, faint: false });
  }
  const strip = fitText('bits of the class', room, CAPTION_SIZE);
  labels.push({ ...label, text: strip, x: 12, y: drawn.frame.y - 22, faint: true });
  const marks = fitText('× dead ▬ always on', room, CAPTION_SIZE);
  labels.push({ ...label, text: marks, x: 12, y: drawn.frame.y - 9, faint: true });
  paintLabels(surface, labels, colours);
}

/** The unit under a point of the matrix, by its place among the shown ones; undefined beside it. */
export function unitAt(scene: PatternsScene, drawn: DrawnScene, x: number): number | undefined {
  const { x: left, width } = drawn.columns[0];
  const unit = Math.floor(((x - left) / width) * scene.units.length);
  return unit >= 0 && unit < scene.units.length ? unit : undefined;
}
