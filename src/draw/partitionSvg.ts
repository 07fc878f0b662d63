import type { IcicleBox, IcicleGeometry } from '../core/layout/icicle';
import { drawOutputNames, drawChrome, layOutPicture, type PictureLayout } from './chrome';
import { hatchingDefinitions, hatchings } from './hatching';
import { mix } from '../core/appearance/palette';
import type { Picture } from './pictureParts';
import { document, element, escapeText, textElement } from './svg';
import { textWidth } from '../core/appearance/textWidth';
import { formatCount, pluralise } from '../core/wording';

/** What the partition view draws. */
export interface PartitionPicture extends Picture {
  /** Geometry for the frame that the picture leaves: asked for once the frame is known. */
  layOut(frame: PictureLayout['frame']): IcicleGeometry;
  clusters: number;
}

const CAPTION_SIZE = 10;

/** The partition view as an SVG document: an icicle from the outputs (right) back to the first level (left). */
export function drawPartition(picture: PartitionPicture): string {
  const columns = picture.heads.length;
  const columnWidth = Math.max(24, ((picture.width - 250) / columns) * 0.985);
  const marks = [
    { text: 'cluster: nothing further back tells more', fill: picture.theme.faint },
    { text: 'split further back', fill: mix(picture.theme.faint, picture.theme.background, SPLIT_TINT) },
    { text: HATCHING_TEXT, fill: `url(#${merged.id})` },
  ];
  const layout = layOutPicture(picture, columnWidth, (width, n) => width / n, marks);
  const geometry = picture.layOut(layout.frame);
  const body = [
    hatchingDefinitions(picture.theme),
    drawChrome(
      picture,
      layout,
      geometry.columns.map((column) => column.x),
    ),
    drawColumns(picture, geometry),
    drawOutputNames(picture, layout, outputPlaces(geometry)),
  ].join('\n');
  const description = `${picture.subtitle} ${pluralise(picture.clusters, 'cluster')}, split from the outputs (right) back to the first level (left).`;
  return document({ width: picture.width, height: picture.height, title: picture.title, description, body });
}

const merged = hatchings.find(({ kind }) => kind === 'pure')!;
const HATCHING_TEXT = 'several small sets of one predicted class';
/** How far the colour of a set that is split further back goes towards the background. */
const SPLIT_TINT = 0.5;

function drawColumns(picture: PartitionPicture, geometry: IcicleGeometry): string {
  return geometry.columns
    .map((column, l) => {
      const root = l === geometry.columns.length - 1;
      const boxes = column.boxes.map((box) => drawBox({ picture, column, box, l, root }));
      return element('g', {}, boxes.join(''));
    })
    .join('');
}

function drawBox({
  picture,
  column,
  box,
  l,
  root,
}: {
  picture: PartitionPicture;
  column: { x: number; width: number };
  box: IcicleBox;
  l: number;
  root: boolean;
}): string {
  const { theme } = picture;
  const tint = box.leaf || root ? 0 : SPLIT_TINT;
  const segments = box.segments.map((segment) =>
    element('rect', {
      x: column.x,
      y: segment.y,
      width: column.width,
      height: segment.height,
      fill: mix(picture.classes[segment.class].colour, theme.background, tint),
    }),
  );
  const place = { x: column.x, y: box.y, width: column.width, height: box.height };
  const hatching =
    box.sets > 1 ? element('rect', { ...place, fill: `url(#${merged.id})`, 'fill-opacity': 0.55 }) : '';
  const edge =
    box.height >= 3
      ? element('rect', { ...place, fill: 'none', stroke: theme.background, 'stroke-width': 0.8 })
      : '';
  const title = element('title', {}, escapeText(boxTitle(picture, box, l, root)));
  return (
    element('g', {}, title + segments.join('') + hatching + edge) +
    (root ? '' : caption(picture, column, box))
  );
}

function boxTitle(picture: PartitionPicture, box: IcicleBox, l: number, root: boolean): string {
  if (root) return `predicted ${picture.outputs[box.output].name}: ${pluralise(box.instances, 'instance')}`;
  const what = box.leaf
    ? pluralise(box.sets, 'cluster')
    : pluralise(box.sets, 'set that is split further', 'sets that are split further');
  return `${picture.heads[l].title[0]}: ${what}, ${pluralise(box.instances, 'instance')}`;
}

function caption(picture: PartitionPicture, column: { x: number; width: number }, box: IcicleBox): string {
  if (box.height < CAPTION_SIZE + 3) return '';
  const long =
    box.sets > 1
      ? `${pluralise(box.sets, box.leaf ? 'cluster' : 'set')} · ${pluralise(box.instances, 'instance')}`
      : pluralise(box.instances, 'instance');
  const text = [long, formatCount(box.instances)].find(
    (t) => textWidth(t, CAPTION_SIZE) <= column.width - 10,
  );
  return textElement(text ?? '', {
    x: column.x + 6,
    y: box.y + box.height / 2 + CAPTION_SIZE * 0.36,
    'font-size': CAPTION_SIZE,
    fill: picture.theme.text,
    stroke: picture.theme.halo,
    'stroke-width': 2.5,
    'stroke-opacity': 0.8,
    'stroke-linejoin': 'round',
    'paint-order': 'stroke',
  });
}

function outputPlaces(geometry: IcicleGeometry) {
  const last = geometry.columns[geometry.columns.length - 1];
  return last.boxes.map((box) => ({ class: box.output, y: box.y, height: box.height }));
}
