import type { Description } from '../diagram/describe';
import { make, setStyle } from './dom';
import { formatCount, formatShare } from '../../src/core/wording';

/** Classes that a tooltip names. */
const NAMED = 5;

/** The box beside the pointer that says what lies under it. */
export class Tooltip {
  readonly element = make('div', { class: 'tooltip', role: 'tooltip', hidden: '' });

  /** Shows what is said, beside a point of the window, within the window. */
  show(description: Description, fills: string[], x: number, y: number): void {
    const { title, facts, shares } = description;
    this.element.replaceChildren(
      make('div', { class: 'tooltip-title' }, title),
      ...facts.map((fact) => make('div', { class: 'tooltip-fact' }, fact)),
    );
    if (shares.length > 0) this.element.append(histogram(description, fills));
    this.element.hidden = false;
    const { offsetWidth, offsetHeight } = this.element;
    const left = x + 16 + offsetWidth > window.innerWidth ? x - 12 - offsetWidth : x + 16;
    const top = y + 16 + offsetHeight > window.innerHeight ? y - 8 - offsetHeight : y + 16;
    setStyle(this.element, { left: `${Math.max(4, left)}px`, top: `${Math.max(4, top)}px` });
  }

  hide(): void {
    this.element.hidden = true;
  }
}

function histogram({ shares }: Description, fills: string[]): HTMLElement {
  const table = make('div', { class: 'histogram' });
  for (const { class: index, name, instances, share } of shares.slice(0, NAMED)) {
    const bar = make('span', { class: 'histogram-bar' });
    setStyle(bar, { width: `${Math.max(1, share * 64)}px`, 'background-color': fills[index] });
    table.append(
      make('span', { class: 'histogram-name' }, name),
      make('span', { class: 'histogram-track' }, bar),
      make('span', { class: 'histogram-count' }, `${formatCount(instances)} · ${formatShare(share)}`),
    );
  }
  const rest = shares.slice(NAMED);
  if (rest.length > 0) {
    const instances = rest.reduce((sum, entry) => sum + entry.instances, 0);
    table.append(
      make('span', { class: 'histogram-name' }, `${rest.length} more`),
      make('span'),
      make('span', { class: 'histogram-count' }, formatCount(instances)),
    );
  }
  return table;
}
