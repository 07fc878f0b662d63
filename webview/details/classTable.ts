import { classColour } from '../../src/core/appearance/palette';
import type { SelectionDetails } from '../../src/protocol/engine';
import { make, setStyle } from '../page/dom';
import { largest } from '../../src/core/lists';
import { formatCount, formatShare } from '../../src/core/wording';

/** Instances by class as a table with bars, in the colours of the diagram and hatched as the selected block is. */
export function classTable(
  title: string,
  classes: SelectionDetails['outputs'],
  kind: SelectionDetails['kind'],
): HTMLElement {
  const all = classes.reduce((sum, { count }) => sum + count, 0);
  const most = largest(
    classes.map(({ count }) => count),
    1,
  );
  const rows = classes.map(({ name, count, colour }) => {
    const bar = make('div', { class: kind ? `bar hatched-${kind}` : 'bar' });
    setStyle(bar, { 'background-color': classColour(colour), width: `${(100 * count) / most}%` });
    return make(
      'tr',
      {},
      make('th', { scope: 'row', title: name }, name),
      make('td', { class: 'bar-cell', 'aria-hidden': 'true' }, bar),
      make('td', { class: 'number' }, formatCount(count)),
      make('td', { class: 'number faint' }, formatShare(count / Math.max(1, all))),
    );
  });
  return make('section', {}, make('h3', {}, title), make('table', { class: 'classes' }, ...rows));
}
