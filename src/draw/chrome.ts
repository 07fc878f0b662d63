import type { Frame } from '../core/layout/flow';
import { spreadOut } from '../core/appearance/spreadLabels';
import type { Picture } from './pictureParts';
import { element, textElement } from './svg';
import { firstFitting, fitText, textWidth } from '../core/appearance/textWidth';
import { largest } from '../core/lists';

const MARGIN = 24;
const TITLE_SIZE = 17;
const TEXT_SIZE = 12;
const SMALL_SIZE = 11;
const LINE = 15;
const LEGEND_LINE = 20;
const SWATCH = 11;
/** Legends of more classes than this are cut: names at the outputs tell the rest. */
const LEGEND_CLASSES = 24;

/** Where the parts of a picture go. */
export interface PictureLayout {
  frame: Frame;
  /** Baseline of the columns' titles. */
  headY: number;
  /** Room to the right of the outputs for their names. */
  outputsWidth: number;
  /** Top of the legend. */
  legendY: number;
  legend: LegendItem[];
}

/** A swatch or mark of the legend with its text, placed relative to the legend's top left. */
interface LegendItem {
  x: number;
  y: number;
  text: string;
  fill?: string;
}

/** Fits heads, names, legend and the drawing itself into the picture's width and height. */
export function layOutPicture(
  picture: Picture,
  columnWidth: number,
  widestColumn: (width: number, columns: number) => number,
  marks: { text: string; fill: string }[],
): PictureLayout {
  const headLines = 1 + largest(picture.heads.map((head) => head.lines.length));
  const subtitleHeight = picture.subtitle === '' ? 0 : 20;
  const headY = MARGIN + TITLE_SIZE + subtitleHeight + 24;
  const top = headY + (headLines - 1) * LINE + 14;
  const names = picture.outputs.map(({ name, caption }) =>
    Math.max(textWidth(name, TEXT_SIZE, true), textWidth(caption, SMALL_SIZE)),
  );
  const lastHead = picture.heads
    .slice(-1)
    .flatMap((head) => [
      textWidth(head.title[0], TEXT_SIZE, true),
      ...head.lines.map((line) => textWidth(line[0], SMALL_SIZE)),
    ]);
  const widest = Math.max(60, largest(names), largest(lastHead) - columnWidth - 8);
  const outputsWidth = Math.min(widest, picture.width * 0.22);
  const { items, lines } = placeLegend(picture, marks);
  const legendY = picture.height - MARGIN - lines * LEGEND_LINE + 6;
  const width = picture.width - 2 * MARGIN - outputsWidth - 8;
  const frame: Frame = {
    x: MARGIN,
    y: top,
    width,
    height: Math.max(40, legendY - 16 - top),
    columnWidth: Math.min(columnWidth, widestColumn(width, picture.heads.length)),
  };
  return { frame, headY, outputsWidth, legendY, legend: items };
}

function placeLegend(
  picture: Picture,
  marks: { text: string; fill: string }[],
): { items: LegendItem[]; lines: number } {
  const shown = picture.classes.slice(0, LEGEND_CLASSES);
  const more = picture.classes.length - shown.length;
  const entries: { text: string; fill?: string }[] = [
    { text: `Colour: ${picture.colouredBy}` },
    ...shown.map(({ name, colour }) => ({ text: name, fill: colour })),
    ...(more > 0 ? [{ text: `and ${more} more` }] : []),
    ...marks,
  ];
  const room = picture.width - 2 * MARGIN;
  const items: LegendItem[] = [];
  let x = 0;
  let line = 0;
  for (const { text, fill } of entries) {
    const short = fitText(text, Math.min(room - 20, 340), SMALL_SIZE);
    const width = (fill ? SWATCH + 5 : 0) + textWidth(short, SMALL_SIZE) + 16;
    if (x > 0 && x + width > room) {
      x = 0;
      line++;
    }
    items.push({ x, y: line * LEGEND_LINE, text: short, fill });
    x += width;
  }
  return { items, lines: line + 1 };
}

/** Background, title, subtitle, heads and legend of a picture. */
export function drawChrome(picture: Picture, layout: PictureLayout, columns: number[]): string {
  const { theme } = picture;
  const room = picture.width - 2 * MARGIN;
  return [
    element('rect', { width: picture.width, height: picture.height, fill: theme.background }),
    textElement(fitText(picture.title, room, TITLE_SIZE, true), {
      x: MARGIN,
      y: MARGIN + TITLE_SIZE - 4,
      'font-size': TITLE_SIZE,
      'font-weight': 600,
      fill: theme.text,
    }),
    textElement(fitText(picture.subtitle, room, TEXT_SIZE), {
      x: MARGIN,
      y: MARGIN + TITLE_SIZE + 17,
      'font-size': TEXT_SIZE,
      fill: theme.faint,
    }),
    ...columns.map((x, c) => drawHead({ picture, layout, c, x, next: columns[c + 1] })),
    ...layout.legend.map((item) => drawLegendItem(picture, layout, item)),
  ].join('');
}

function drawHead({
  picture,
  layout,
  c,
  x,
  next,
}: {
  picture: Picture;
  layout: PictureLayout;
  c: number;
  x: number;
  next: number | undefined;
}): string {
  const head = picture.heads[c];
  const width = next === undefined ? picture.width - x - 4 : next - x - 8;
  const { theme } = picture;
  const title = textElement(firstFitting(head.title, width, TEXT_SIZE, true), {
    x,
    y: layout.headY,
    'font-size': TEXT_SIZE,
    'font-weight': 600,
    fill: theme.text,
  });
  const lines = head.lines.map((line, i) =>
    textElement(firstFitting(line, width, SMALL_SIZE), {
      x,
      y: layout.headY + (i + 1) * LINE,
      'font-size': SMALL_SIZE,
      fill: theme.faint,
    }),
  );
  return title + lines.join('');
}

function drawLegendItem(picture: Picture, layout: PictureLayout, item: LegendItem): string {
  const x = MARGIN + item.x;
  const y = layout.legendY + item.y;
  const square = { x, y, width: SWATCH, height: SWATCH, rx: 2 };
  // Hatchings are drawn over a colour, in the legend as in the boxes.
  const under = item.fill?.startsWith('url') ? element('rect', { ...square, fill: picture.theme.faint }) : '';
  const swatch = item.fill ? under + element('rect', { ...square, fill: item.fill }) : '';
  return (
    swatch +
    textElement(item.text, {
      x: x + (item.fill ? SWATCH + 5 : 0),
      y: y + SWATCH - 1.5,
      'font-size': SMALL_SIZE,
      fill: picture.theme.text,
    })
  );
}

/** A box's place on the last column, to be named beside it. */
export interface OutputPlace {
  class: number;
  y: number;
  height: number;
}

/** Names and captions to the right of the outputs, moved apart so that none overlap; captions only where there is room. */
export function drawOutputNames(picture: Picture, layout: PictureLayout, places: OutputPlace[]): string {
  const x = layout.frame.x + layout.frame.width + 8;
  const withCaption = places.length * 27 <= layout.frame.height;
  const step = withCaption ? 27 : 14;
  const bottom = layout.frame.y + layout.frame.height;
  const sorted = [...places].sort((a, b) => a.y - b.y);
  // With more outputs than lines the largest are named.
  const most = Math.max(1, Math.floor(layout.frame.height / step));
  const largest = new Set([...sorted].sort((a, b) => b.height - a.height).slice(0, most));
  const named = sorted.filter((place) => largest.has(place));
  const centres = spreadOut(
    named.map((place) => place.y + place.height / 2),
    step,
    layout.frame.y + step / 2,
    bottom - step / 2,
  );
  return named
    .map((place, i) => {
      const { name, caption } = picture.outputs[place.class];
      const y = withCaption ? centres[i] - 2 : centres[i] + 4;
      const line = textElement(fitText(name, layout.outputsWidth, TEXT_SIZE, true), {
        x,
        y,
        'font-size': TEXT_SIZE,
        'font-weight': 600,
        fill: picture.theme.text,
      });
      const under = textElement(withCaption ? fitText(caption, layout.outputsWidth, SMALL_SIZE) : '', {
        x,
        y: y + 13,
        'font-size': SMALL_SIZE,
        fill: picture.theme.faint,
      });
      return line + under;
    })
    .join('');
}
