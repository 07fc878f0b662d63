import { addAll } from '../../core/lists';
import { darkTheme, lightTheme } from '../../core/appearance/palette';
import { fitText, textWidth } from '../../core/appearance/textWidth';
import { document, element, textElement } from '../../draw/svg';
import type { PatternsScene } from '../../protocol/scene';
import type { Colouring } from '../analysis/colouring';
import { formatCount, formatShare, pluralise } from '../../core/wording';

const MARGIN = 24;
const ROW = 14;
const GAP = 2;
const WIDTH = 1200;
/** Room to the left for node, occurrences and majority. */
const NAMES = 190;
const SIZE = 11;

/** The patterns view as an SVG document: a row a pattern, a cell a unit, units that tell most of the classes first. */
export function drawPatterns(
  scene: PatternsScene,
  { classes, colouredBy }: Colouring,
  title: string,
  themeName: 'light' | 'dark',
): string {
  const theme = themeName === 'dark' ? darkTheme : lightTheme;
  const rows = scene.node.length;
  const units = scene.units.length;
  const cell = Math.min(ROW, (WIDTH - 2 * MARGIN - NAMES) / Math.max(1, units));
  const top = MARGIN + 66;
  const height = top + rows * (ROW + GAP) + MARGIN + 16;
  const left = MARGIN + NAMES;
  const subtitle = `${pluralise(scene.instances, 'instance')} · ${formatCount(rows)} of ${pluralise(scene.allPatterns, scene.word)} · ${formatCount(units)} of ${pluralise(scene.allUnits, 'unit')}, those first that tell most of the ${colouredBy}`;
  const body: string[] = [
    element('rect', { width: WIDTH, height, fill: theme.background }),
    textElement(fitText(title, WIDTH - 2 * MARGIN, 17, true), {
      x: MARGIN,
      y: MARGIN + 13,
      'font-size': 17,
      'font-weight': 600,
      fill: theme.text,
    }),
    textElement(fitText(subtitle, WIDTH - 2 * MARGIN, 12), {
      x: MARGIN,
      y: MARGIN + 34,
      'font-size': 12,
      fill: theme.faint,
    }),
  ];
  for (let r = 0; r < rows; r++) {
    const y = top + r * (ROW + GAP);
    const colour = classes[scene.majority[r]].colour;
    const name = `${scene.node[r]} · ${formatCount(scene.occurrences[r])} · ${formatShare(scene.purity[r])}`;
    body.push(
      element('rect', { x: MARGIN, y, width: 8, height: ROW, fill: colour }),
      textElement(fitText(name, NAMES - 20, SIZE), {
        x: MARGIN + 14,
        y: y + ROW - 3,
        'font-size': SIZE,
        fill: theme.text,
      }),
    );
    addAll(body, rowCells(scene, { row: r, left, y, cell, colour, line: theme.faint }));
  }
  body.push(stateMarks(scene, { left, top, cell, fill: theme.faint }));
  const marks = 'A dot above a unit: it is always the same piece. Left: node, occurrences, purity.';
  if (textWidth(marks, SIZE) < WIDTH) {
    body.push(
      textElement(marks, { x: MARGIN, y: height - MARGIN / 2, 'font-size': SIZE, fill: theme.faint }),
    );
  }
  return document({ width: WIDTH, height, title, description: subtitle, body: body.join('\n') });
}

/** Cells of one pattern as one path for each piece above 0: the higher the piece the fuller its colour. */
function rowCells(
  { units, piecesOf, pieces }: PatternsScene,
  {
    row,
    left,
    y,
    cell,
    colour,
    line,
  }: { row: number; left: number; y: number; cell: number; colour: string; line: string },
): string[] {
  const width = Math.max(0.2, cell > 3 ? cell - 1 : cell);
  const paths = Array.from({ length: pieces }, () => '');
  units.forEach((_, u) => {
    const x = Math.round((left + u * cell) * 100) / 100;
    paths[piecesOf[row * units.length + u]] +=
      `M${x} ${y}h${Math.round(width * 100) / 100}v${ROW}h${-Math.round(width * 100) / 100}Z`;
  });
  return paths.flatMap((d, piece) => {
    if (d === '') return [];
    if (piece === 0) return [element('path', { d, fill: line, 'fill-opacity': 0.12 })];
    return [element('path', { d, fill: colour, 'fill-opacity': piece / (pieces - 1) })];
  });
}

/** A dot above each unit that is dead or always on. */
function stateMarks(
  { unitState }: PatternsScene,
  { left, top, cell, fill }: { left: number; top: number; cell: number; fill: string },
): string {
  const dots = Array.from(unitState, (state, u) =>
    state === 0
      ? ''
      : element('circle', { cx: left + (u + 0.5) * cell, cy: top - 6, r: Math.min(2, cell / 2) }),
  ).join('');
  return dots === '' ? '' : element('g', { fill }, dots);
}
