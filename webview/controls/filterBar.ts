import type { FilterName } from '../../src/protocol/state';
import { icon, iconButton, make } from '../page/dom';
import type { Shown } from '../page/shownState';
import { formatCount, pluralise } from '../../src/core/wording';

/** The stack of filters from all instances to those shown; each can be gone back to. */
export class FilterBar {
  readonly element = make('div', { class: 'filters', role: 'group', 'aria-label': 'Filters' });

  /** @param keep asked to keep only these filters */
  constructor(private readonly keep: (filters: FilterName[]) => void) {}

  show({ wanted: { filters } }: Shown): void {
    this.element.hidden = filters.length === 0;
    const chips = filters.map((step, i) => {
      const text = `${step.title} · ${formatCount(step.count)}`;
      const label = `Remove the filter ${step.title}, ${pluralise(step.count, 'instance')}`;
      const remove = iconButton('close', label, () => this.keep(filters.slice(0, i)));
      return make('span', { class: 'chip' }, make('span', { class: 'chip-text', title: text }, text), remove);
    });
    const clear = iconButton('clear-all', 'Show all instances', () => this.keep([]), 'All instances');
    this.element.replaceChildren(icon('filter'), ...chips, clear);
  }
}
