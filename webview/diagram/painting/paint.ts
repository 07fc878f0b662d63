import type { Segment } from '../../../src/core/layout/flow';
import type { CanvasColours } from '../../page/theme';
import type { DrawnBox, DrawnColumn, DrawnRibbon, DrawnScene, BlockPlace } from '../drawnScene';
import type { Hatchings } from './hatching';
import type { Label, Zoom } from './placeLabels';
import { bandPath, type RibbonPath } from './ribbonPaths';

/** A canvas with its size in CSS pixels, and what painting on it needs. */
export interface Surface {
  context: CanvasRenderingContext2D;
  width: number;
  height: number;
  /** Device pixels of a CSS pixel. */
  ratio: number;
}

/** Colours of a scene on a surface. */
export interface Paints {
  colours: CanvasColours;
  /** By class. */
  fills: string[];
  hatchings: Hatchings;
}

/** Opacity of sets that are split further back. */
const PALE = 0.5;

/** Empties a surface and makes its unit the CSS pixel. */
export function clear({ context, width, height, ratio }: Surface): void {
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
}

/** Ribbons, magnified; lit ones are painted stronger. */
export function paintRibbons({
  surface,
  paths,
  paints,
  zoom,
  opacity,
}: {
  surface: Surface;
  paths: RibbonPath[];
  paints: Paints;
  zoom: Zoom;
  opacity: number;
}): void {
  const { context, ratio } = surface;
  context.setTransform(ratio * zoom.k, 0, 0, ratio * zoom.k, ratio * zoom.x, ratio * zoom.y);
  for (const { class: index, path, lineWidth, weight } of paths) {
    context.globalAlpha = Math.min(1, opacity * weight);
    if (lineWidth === 0) {
      context.fillStyle = paints.fills[index];
      context.fill(path);
    } else {
      context.strokeStyle = paints.fills[index];
      context.lineWidth = lineWidth;
      context.stroke(path);
    }
  }
  context.globalAlpha = 1;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
}

/**
 * Boxes with their classes' parts, hatching and (in high contrast) outlines.
 * @param least least height of what is painted of a box, so that a few instances stay visible
 */
export function paintBoxes({
  surface,
  scene,
  paints,
  zoom,
  least = 0.5,
}: {
  surface: Surface;
  scene: DrawnScene;
  paints: Paints;
  zoom: Zoom;
  least?: number;
}): void {
  for (const column of scene.columns) {
    const x = column.x * zoom.k + zoom.x;
    const width = column.width * zoom.k;
    if (x > surface.width || x + width < 0) continue;
    for (const box of column.boxes) {
      const y = box.y * zoom.k + zoom.y;
      if (y <= surface.height && y + box.height * zoom.k >= -1) {
        paintBox(surface.context, { box, x, width, paints, zoom, least });
      }
    }
  }
  surface.context.globalAlpha = 1;
}

function paintBox(
  context: CanvasRenderingContext2D,
  {
    box,
    x,
    width,
    paints: { colours, fills, hatchings },
    zoom,
    least,
  }: { box: DrawnBox; x: number; width: number; paints: Paints; zoom: Zoom; least: number },
): void {
  context.globalAlpha = box.opacity * (box.pale ? PALE : 1);
  for (const { class: index, y, height } of visibleSegments(box.segments, least / zoom.k)) {
    context.fillStyle = fills[index];
    context.fillRect(x, y * zoom.k + zoom.y, width, height * zoom.k);
  }
  const y = box.y * zoom.k + zoom.y;
  const height = box.height * zoom.k;
  const hatching = hatchings[box.kind];
  context.globalAlpha = box.opacity;
  if (hatching && height >= 2) {
    context.fillStyle = hatching;
    context.fillRect(x, y, width, height);
  }
  if (colours.outline && height >= 3) {
    context.strokeStyle = colours.outline;
    context.lineWidth = 1;
    context.strokeRect(x + 0.5, y + 0.5, width - 1, height - 1);
  }
}

/** The parts of a box; where they are lower than `least` together, its largest part at that height stands for them. */
function visibleSegments(segments: Segment[], least: number): Segment[] {
  const whole = segments.reduce((sum, { height }) => sum + height, 0);
  if (whole >= least || segments.length === 0) return segments;
  const largest = segments.reduce((best, segment) => (segment.height > best.height ? segment : best));
  return [{ ...largest, height: least }];
}

/** Hairlines between the stacked sets of the partition view. */
export function paintSetEdges(surface: Surface, scene: DrawnScene, { colours }: Paints, zoom: Zoom): void {
  const { context } = surface;
  context.strokeStyle = colours.background;
  context.lineWidth = 1;
  for (const column of scene.columns) {
    for (const box of column.boxes) {
      if (box.height * zoom.k < 3) continue;
      context.strokeRect(
        column.x * zoom.k + zoom.x,
        box.y * zoom.k + zoom.y,
        column.width * zoom.k,
        box.height * zoom.k,
      );
    }
  }
}

/** Rings around blocks: selected ones, and the one that has the keyboard's focus. */
export function paintRings({
  surface,
  scene,
  places,
  zoom,
  colour,
  gap,
  lineWidth,
}: {
  surface: Surface;
  scene: DrawnScene;
  places: BlockPlace[];
  zoom: Zoom;
  colour: string;
  gap: number;
  lineWidth: number;
}): void {
  const { context } = surface;
  context.strokeStyle = colour;
  context.lineWidth = lineWidth;
  for (const { column: c, block } of places) {
    const column: DrawnColumn | undefined = scene.columns[c];
    const box = column?.byBlock[block];
    if (!box) continue;
    context.strokeRect(
      column.x * zoom.k + zoom.x - gap,
      box.y * zoom.k + zoom.y - gap,
      column.width * zoom.k + 2 * gap,
      Math.max(1, box.height * zoom.k) + 2 * gap,
    );
  }
}

/** An outline around a ribbon, at least so wide that a hairline has one. */
export function paintRibbonRing(
  { context, ratio }: Surface,
  ribbon: DrawnRibbon,
  zoom: Zoom,
  colour: string,
): void {
  const wider = 2 / zoom.k;
  const { y0, y1, thickness0, thickness1 } = ribbon;
  const path = bandPath({
    ...ribbon,
    y0: y0 - wider,
    y1: y1 - wider,
    thickness0: thickness0 + 2 * wider,
    thickness1: thickness1 + 2 * wider,
  });
  context.setTransform(ratio * zoom.k, 0, 0, ratio * zoom.k, ratio * zoom.x, ratio * zoom.y);
  context.strokeStyle = colour;
  context.lineWidth = 2 / zoom.k;
  context.stroke(path);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
}

/** Texts in screen pixels: those on ribbons with a halo, those on hatching on a plate, those moved aside with a line. */
export function paintLabels({ context }: Surface, labels: Label[], colours: CanvasColours): void {
  context.lineJoin = 'round';
  for (const { text, x, y, size, bold, faint, halo, plate, leader } of labels) {
    if (leader) paintLeader(context, leader, colours.faint);
    if (plate !== undefined) {
      context.globalAlpha = 0.88;
      context.fillStyle = colours.background;
      context.fillRect(x - 3, y - size + 0.5, plate + 6, size + 3.5);
      context.globalAlpha = 1;
    }
    context.font = `${bold ? '600 ' : ''}${size}px ${colours.font}`;
    if (halo) {
      context.globalAlpha = 0.8;
      context.strokeStyle = colours.background;
      context.lineWidth = 3;
      context.strokeText(text, x, y);
      context.globalAlpha = 1;
    }
    context.fillStyle = faint ? colours.faint : colours.text;
    context.fillText(text, x, y);
  }
}

function paintLeader(
  context: CanvasRenderingContext2D,
  { x0, y0, x1, y1 }: NonNullable<Label['leader']>,
  colour: string,
): void {
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}
