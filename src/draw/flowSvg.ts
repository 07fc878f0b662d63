import { layoutFlow, type FlowGeometry, type Ribbon, type Segment } from '../core/layout/flow';
import type { LevelOrder } from '../core/layout/order';
import type { Block, Overview } from '../core/overview';
import { drawChrome, drawOutputNames, layOutPicture, type PictureLayout } from './chrome';
import { hatchingDefinitions, hatchingOf, hatchings } from './hatching';
import type { Picture } from './pictureParts';
import { document, element, escapeText, round2, textElement } from './svg';
import { textWidth } from '../core/appearance/textWidth';
import { addAll } from '../core/lists';
import { pluralise } from '../core/wording';

/** What the flow view draws. */
export interface FlowPicture extends Picture {
  overview: Overview;
  order: LevelOrder;
  /** Word for a node: "pattern", or "prototype" on levels at a coarser resolution. By level. */
  nodeWords: string[];
  /** Class of each node of the last level. */
  outputClasses: Int32Array;
}

const COLUMN_WIDTH = 24;
/** Ribbons thinner than this are drawn as strokes: a filled shape of that size vanishes between pixels. */
const STROKE_BELOW = 1;
const CAPTION_SIZE = 10;

/** The flow view as an SVG document. */
export function drawFlow(picture: FlowPicture): string {
  const merged = new Set(picture.overview.levels.flatMap((level) => level.blocks.map((block) => block.kind)));
  const marks = hatchings
    .filter(({ kind }) => merged.has(kind))
    .map(({ id, text }) => ({ text, fill: `url(#${id})` }));
  // Where columns stand close, ribbons keep most of the room.
  const layout = layOutPicture(picture, COLUMN_WIDTH, (width, columns) => (0.22 * width) / columns, marks);
  const geometry = layoutFlow(picture.overview, picture.order, layout.frame);
  const body = [
    hatchingDefinitions(picture.theme),
    drawChrome(
      picture,
      layout,
      geometry.columns.map((column) => column.x),
    ),
    drawRibbons(picture, geometry.ribbons),
    drawBoxes(picture, geometry),
    drawMergedCaptions(picture, geometry, layout),
    drawOutputNames(picture, layout, outputPlaces(picture, geometry)),
  ].join('\n');
  return document({
    width: picture.width,
    height: picture.height,
    title: picture.title,
    description: describe(picture),
    body,
  });
}

function describe(picture: FlowPicture): string {
  const heads = picture.heads.map(
    (head) => `${head.title[0]}: ${head.lines.map((line) => line[0]).join(', ')}`,
  );
  return `${picture.subtitle} Levels from left to right. ${heads.join('. ')}.`;
}

function drawRibbons(picture: FlowPicture, ribbons: Ribbon[]): string {
  const byClass = new Map<number, Ribbon[]>();
  for (const ribbon of ribbons) {
    const group = byClass.get(ribbon.class);
    if (group) group.push(ribbon);
    else byClass.set(ribbon.class, [ribbon]);
  }
  const filled: string[] = [];
  const stroked: string[] = [];
  for (const [classIndex, group] of [...byClass].sort((a, b) => a[0] - b[0])) {
    const colour = picture.classes[classIndex].colour;
    const thick = group.filter((ribbon) => ribbon.thickness >= STROKE_BELOW);
    if (thick.length > 0) {
      const paths = thick.map((ribbon) => element('path', { d: bandPath(ribbon) })).join('');
      filled.push(element('g', { fill: colour, 'fill-opacity': picture.theme.ribbon }, paths));
    }
    addAll(stroked, strokes(group, colour, picture.theme.ribbon));
  }
  return filled.join('') + stroked.join('');
}

/**
 * Thin ribbons of one class as a few paths: one for each range of thickness, fainter the thinner they are, so that a
 * thousand of them weigh about what they stand for.
 */
function strokes(ribbons: Ribbon[], colour: string, opacity: number): string[] {
  const steps = [0.03, 0.1, 0.3, STROKE_BELOW];
  return steps.flatMap((upper, i) => {
    const lower = i === 0 ? 0 : steps[i - 1];
    const some = ribbons.filter((ribbon) => ribbon.thickness >= lower && ribbon.thickness < upper);
    if (some.length === 0) return [];
    return element('path', {
      d: some.map(centrePath).join(''),
      fill: 'none',
      stroke: colour,
      'stroke-width': Math.max(0.35, upper * 0.8),
      'stroke-opacity': round2(opacity * [0.1, 0.25, 0.6, 1][i]),
    });
  });
}

function bandPath({ x0, x1, y0, y1, thickness }: Ribbon): string {
  const middle = round2((x0 + x1) / 2);
  const [a, b, c, d] = [y0, y1, y1 + thickness, y0 + thickness].map(round2);
  return `M${round2(x0)} ${a}C${middle} ${a} ${middle} ${b} ${round2(x1)} ${b}V${c}C${middle} ${c} ${middle} ${d} ${round2(x0)} ${d}Z`;
}

function centrePath({ x0, x1, y0, y1, thickness }: Ribbon): string {
  const middle = round2((x0 + x1) / 2);
  const [a, b] = [y0 + thickness / 2, y1 + thickness / 2].map(round2);
  return `M${round2(x0)} ${a}C${middle} ${a} ${middle} ${b} ${round2(x1)} ${b}`;
}

function drawBoxes(picture: FlowPicture, geometry: FlowGeometry): string {
  return geometry.columns
    .map((column, l) => {
      const boxes = column.boxes.map((box) => {
        const block = picture.overview.levels[l].blocks[box.block];
        const hatching = hatchingOf(block.kind);
        const overlay = hatching
          ? element('rect', {
              x: column.x,
              y: box.y,
              width: column.width,
              height: box.height,
              fill: hatching,
            })
          : '';
        const title = element('title', {}, escapeText(boxTitle(picture, l, block, box.segments)));
        return element('g', {}, title + fillSegments(picture, column, box.segments) + overlay);
      });
      return element('g', {}, boxes.join(''));
    })
    .join('');
}

function fillSegments(
  picture: FlowPicture,
  column: { x: number; width: number },
  segments: Segment[],
): string {
  return segments
    .map((segment) =>
      element('rect', {
        x: column.x,
        y: segment.y,
        width: column.width,
        // Blocks of a few instances stay visible.
        height: Math.max(segment.height, segments.length === 1 ? 0.4 : 0),
        fill: picture.classes[segment.class].colour,
      }),
    )
    .join('');
}

function boxTitle(picture: FlowPicture, l: number, block: Block, segments: Segment[]): string {
  const last = l === picture.overview.levels.length - 1;
  const what = last
    ? `predicted ${picture.outputs[picture.outputClasses[block.node]].name}`
    : block.kind === 'alone'
      ? `${picture.nodeWords[l]} ${block.node}`
      : pluralise(block.nodes, picture.nodeWords[l]);
  const classes = [...segments]
    .sort((a, b) => b.instances - a.instances)
    .slice(0, 4)
    .map((segment) => `${picture.classes[segment.class].name}: ${segment.instances}`);
  return `${picture.heads[l].title[0]}: ${what}, ${pluralise(block.instances, 'instance')} (${classes.join(', ')})`;
}

/** Captions of merged blocks, beside them, where the block is high enough and the next column far enough. */
function drawMergedCaptions(picture: FlowPicture, geometry: FlowGeometry, layout: PictureLayout): string {
  const room =
    geometry.columns.length > 1 ? geometry.columns[1].x - layout.frame.x - layout.frame.columnWidth - 16 : 0;
  return geometry.columns
    .slice(0, -1)
    .flatMap((column, l) =>
      column.boxes.flatMap((box) => {
        const block = picture.overview.levels[l].blocks[box.block];
        const text = `${pluralise(block.nodes, picture.nodeWords[l])} · ${pluralise(block.instances, 'instance')}`;
        if (block.kind === 'alone' || box.height < CAPTION_SIZE + 2 || textWidth(text, CAPTION_SIZE) > room) {
          return [];
        }
        return textElement(text, {
          x: column.x + column.width + 5,
          y: box.y + box.height / 2 + CAPTION_SIZE * 0.36,
          'font-size': CAPTION_SIZE,
          fill: picture.theme.text,
          stroke: picture.theme.halo,
          'stroke-width': 2.5,
          'stroke-opacity': 0.75,
          'stroke-linejoin': 'round',
          'paint-order': 'stroke',
        });
      }),
    )
    .join('');
}

function outputPlaces(picture: FlowPicture, geometry: FlowGeometry) {
  const last = geometry.columns[geometry.columns.length - 1];
  const { blocks } = picture.overview.levels[picture.overview.levels.length - 1];
  return last.boxes.map((box) => ({
    class: picture.outputClasses[blocks[box.block].node],
    y: box.y,
    height: box.height,
  }));
}
