import type { Scene } from '../../src/protocol/scene';
import { iconButton, make } from './dom';
import { diagramTable } from './tableRows';

/** The diagram as a table, over the page: for screen readers, and for reading numbers off. */
export class TableDialog {
  readonly element = make('dialog', { class: 'table-dialog', 'aria-label': 'The diagram as a table' });

  /** @param caption what the table is of */
  open(scene: Scene, caption: string): void {
    const { columns, rows } = diagramTable(scene);
    const head = make('tr', {}, ...columns.map((name) => make('th', { scope: 'col' }, name)));
    const body = rows.map(([first, ...cells]) =>
      make('tr', {}, make('th', { scope: 'row' }, first), ...cells.map((cell) => make('td', {}, cell))),
    );
    const table = make('table', { class: 'table' }, make('caption', {}, caption));
    table.append(make('thead', {}, head), make('tbody', {}, ...body));
    const close = iconButton('close', 'Close the table (Escape)', () => this.element.close());
    close.classList.add('table-close');
    this.element.replaceChildren(close, make('div', { class: 'table-scroll', tabindex: '0' }, table));
    this.element.showModal();
  }
}
