import { firstFitting, fitText, textWidth } from '../../../src/core/appearance/textWidth';
import { spreadApart } from '../../../src/core/appearance/spreadLabels';
import type { FlowScene, PartitionScene } from '../../../src/protocol/scene';
import { isOfScene, type DrawnScene } from '../drawnScene';
import { CAPTION_SIZE, NAME_SIZE } from '../layoutScene';
import { pluralise } from '../../../src/core/wording';

/** How a drawn scene is zoomed: a point p is shown at p·k + (x, y). */
export interface Zoom {
  k: number;
  x: number;
  y: number;
}

/** Where labels go: size of the canvas, and how much wider the font is than the one widths are estimated for. */
export interface LabelRoom {
  width: number;
  height: number;
  fontWidth: number;
}

/** A text on the canvas: its left end and its baseline in screen pixels. */
export interface Label {
  text: string;
  x: number;
  y: number;
  size: number;
  bold: boolean;
  /** Text in the fainter colour. */
  faint: boolean;
  /** Stands on ribbons: gets a halo. */
  halo: boolean;
  /** Stands on hatching: gets a plate of this width. */
  plate?: number;
  /** Stands beside something of another height: a line leads there. */
  leader?: { x0: number; y0: number; x1: number; y1: number };
}

const LINE = 14;
const NAME_AND_CAPTION = 28;
/** Between a block and its name, where a line leads. */
const BESIDE = 10;
/** A name that stands this far from the middle of its block needs a line to it, where blocks are low. */
const LED_FROM = 3;
/** Hatched sets lower than this, in pixels, have no caption: too little of them would be seen beside its plate. */
const LEAST_HATCHED = 22;

/**
 * Names of the outputs beside the last column, with captions at those that are high enough; none overlap, and with too many
 * the largest are named. The rest of what is known of them is in the tooltip.
 */
export function outputLabels(
  scene: FlowScene | PartitionScene,
  drawn: DrawnScene,
  zoom: Zoom,
  { width, height, fontWidth }: LabelRoom,
): Label[] {
  const last = drawn.columns[drawn.columns.length - 1];
  if (!last || scene.outputs.length === 0) return [];
  const x = (last.x + last.width) * zoom.k + zoom.x + BESIDE;
  const room = (width - x - 2) / fontWidth;
  if (room < 12) return [];
  const places = last.boxes
    .filter((box) => isOfScene(last, box))
    .map((box) => ({ box, y: (box.y + box.height / 2) * zoom.k + zoom.y }))
    .filter(({ box, y }) => {
      const half = (box.height * zoom.k) / 2;
      return box.height > 0 && y + half > 0 && y - half < height;
    });
  const most = Math.max(1, Math.floor(height / LINE));
  const largest = new Set([...places].sort((a, b) => b.box.height - a.box.height).slice(0, most));
  const named = places.filter((place) => largest.has(place));
  // A caption stands within the height of its block, so that it is nobody else's; as long as all names have room.
  const high = ({ box }: (typeof places)[number]) => box.height * zoom.k >= NAME_AND_CAPTION;
  const allFit = named.reduce((sum, place) => sum + (high(place) ? NAME_AND_CAPTION : LINE), 0) <= height;
  const sizes = named.map((place) => (allFit && high(place) ? NAME_AND_CAPTION : LINE));
  const centres = spreadApart(
    named.map(({ y }) => y),
    sizes,
    0,
    height,
  );
  return named.flatMap(({ box, y: middle }, i) => {
    const { name, caption } = outputOf(scene, box.block);
    const captioned = sizes[i] === NAME_AND_CAPTION;
    const y = captioned ? centres[i] - 2 : centres[i] + 4;
    const text = fitText(name, room, NAME_SIZE, true);
    const label: Label = { x, y, text, size: NAME_SIZE, bold: true, faint: false, halo: false };
    if (Math.abs(centres[i] - middle) > LED_FROM && !captioned) {
      label.leader = { x0: x - BESIDE + 1, y0: middle, x1: x - 2, y1: centres[i] };
    }
    // Half a caption would mislead: whole, or its first part, or none.
    const under = captioned ? firstFitting([caption, caption.split(' · ')[0]], room, CAPTION_SIZE) : '';
    if (!under) return [label];
    return [label, { ...label, text: under, y: y + 13, size: CAPTION_SIZE, bold: false, faint: true }];
  });
}

/** Outputs are listed by block in flows, by class in the partition. */
function outputOf(scene: FlowScene | PartitionScene, block: number): { name: string; caption: string } {
  const last = scene.columns.length - 1;
  const index = scene.kind === 'partition' ? scene.columns[last].output[block] : block;
  return scene.outputs[index] ?? { name: String(index), caption: '' };
}

/** Captions of merged blocks, beside them over the ribbons, where the block is high and the next column far enough. */
export function mergedLabels(
  scene: FlowScene,
  drawn: DrawnScene,
  zoom: Zoom,
  { fontWidth }: LabelRoom,
): Label[] {
  return drawn.columns.slice(0, -1).flatMap((column, c) => {
    const { kind, nodes, instances, word } = scene.columns[c];
    const x = (column.x + column.width) * zoom.k + zoom.x + 5;
    const room = ((drawn.columns[c + 1].x - column.x - column.width) * zoom.k - 12) / fontWidth;
    return column.boxes.flatMap((box): Label[] => {
      if (!isOfScene(column, box) || kind[box.block] === 'alone' || box.height * zoom.k < CAPTION_SIZE + 3) {
        return [];
      }
      const text = `${pluralise(nodes[box.block], word)} · ${pluralise(instances[box.block], 'instance')}`;
      if (textWidth(text, CAPTION_SIZE) > room) return [];
      const y = (box.y + box.height / 2) * zoom.k + zoom.y + CAPTION_SIZE * 0.36;
      return [{ text, x, y, size: CAPTION_SIZE, bold: false, faint: false, halo: true }];
    });
  });
}

/** Captions within the sets of the partition view that are high and wide enough. */
export function setLabels(
  scene: PartitionScene,
  drawn: DrawnScene,
  zoom: Zoom,
  { fontWidth }: LabelRoom,
): Label[] {
  return drawn.columns.slice(0, -1).flatMap((column, c) => {
    const { sets, leaf } = scene.columns[c];
    return column.boxes.flatMap((box): Label[] => {
      const hatched = box.kind !== 'alone';
      const least = hatched ? LEAST_HATCHED : CAPTION_SIZE + 4;
      if (!isOfScene(column, box) || box.height * zoom.k < least) return [];
      const instances = pluralise(box.instances, 'instance');
      const what = pluralise(sets[box.block], leaf[box.block] ? 'cluster' : 'set');
      const variants = [...(sets[box.block] > 1 ? [`${what} · ${instances}`] : []), instances];
      const text = firstFitting(variants, (column.width * zoom.k - 12) / fontWidth, CAPTION_SIZE);
      if (text === '') return [];
      const x = column.x * zoom.k + zoom.x + 6;
      const y = (box.y + box.height / 2) * zoom.k + zoom.y + CAPTION_SIZE * 0.36;
      const label: Label = { text, x, y, size: CAPTION_SIZE, bold: false, faint: false, halo: !hatched };
      return [hatched ? { ...label, plate: textWidth(text, CAPTION_SIZE) * fontWidth } : label];
    });
  });
}
