import type { BlockKind } from '../core/overview';
import { mergedKinds } from '../core/appearance/mergedBlocks';
import type { Theme } from '../core/appearance/palette';
import { element } from './svg';

/** How merged blocks are marked, besides their colour: what they stand for is told without it. */
export const hatchings = mergedKinds.map(({ kind, text }) => ({ kind, text, id: `hatch-${kind}` }));

/** Pattern definitions of the hatchings. */
export function hatchingDefinitions(theme: Theme): string {
  const stroke = { stroke: theme.line, 'stroke-width': 1.6 };
  const tile = (id: string, size: number, turn: number, content: string) =>
    element(
      'pattern',
      { id, width: size, height: size, patternUnits: 'userSpaceOnUse', patternTransform: `rotate(${turn})` },
      content,
    );
  return element(
    'defs',
    {},
    tile('hatch-singletons', 5, 0, element('circle', { cx: 2.5, cy: 2.5, r: 1.2, fill: theme.line })) +
      tile('hatch-pure', 5, 45, element('line', { x1: 0, y1: 0, x2: 0, y2: 5, ...stroke })) +
      tile('hatch-mixed', 6, 45, element('path', { d: 'M0 0V6M0 0H6', fill: 'none', ...stroke })),
  );
}

/** Fill of the hatching of a kind; undefined for a node that is drawn alone. */
export function hatchingOf(kind: BlockKind): string | undefined {
  const hatching = hatchings.find((h) => h.kind === kind);
  return hatching && `url(#${hatching.id})`;
}
