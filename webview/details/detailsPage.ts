import type { FromDetails, ToDetails } from '../../src/protocol/details';
import type { SelectionDetails } from '../../src/protocol/engine';
import { make } from '../page/dom';
import { classTable } from './classTable';
import { PatternGrid } from './patternGrid';
import { formatCount } from '../../src/core/wording';

/** The page of details: one message of the extension at a time, as a document that can be read from top to bottom. */
export class DetailsPage {
  private grid?: PatternGrid;

  constructor(
    private readonly root: HTMLElement,
    private readonly post: (message: FromDetails) => void,
  ) {}

  /** Shows what a message says in place of what was there. */
  receive(message: ToDetails): void {
    this.grid?.dispose();
    this.grid = undefined;
    switch (message.type) {
      case 'show':
        this.show(message.details, message.hint);
        break;
      case 'empty': {
        const buttons = message.commands.map(({ command, title }) => {
          const button = make('button', { type: 'button', class: 'action' }, title);
          button.addEventListener('click', () => this.post({ type: 'command', command }));
          return button;
        });
        this.root.replaceChildren(make('p', {}, message.text), ...buttons);
        break;
      }
      case 'error':
        this.root.replaceChildren(make('p', { class: 'error', role: 'alert' }, message.message));
        break;
    }
  }

  /** The theme changed: what is painted is painted again. */
  repaint(): void {
    this.grid?.draw();
  }

  private show(details: SelectionDetails, hint: string | undefined): void {
    const { title, facts, labels, outputs, destinations, pattern, kind } = details;
    this.grid = pattern && new PatternGrid(pattern);
    this.root.replaceChildren(
      make('h2', {}, title),
      factList(facts),
      ...(this.grid ? [this.grid.element] : []),
      ...(hint ? [make('p', { class: 'caption' }, hint)] : []),
      ...(labels ? [classTable('Labels', labels, kind)] : []),
      ...(outputs.length > 0 ? [classTable('Outputs', outputs, kind)] : []),
      ...(destinations.length > 0 ? [destinationList(destinations)] : []),
    );
    this.grid?.draw();
  }
}

function factList(facts: SelectionDetails['facts']): HTMLElement {
  const list = make('dl', { class: 'facts' });
  for (const [name, value] of facts) list.append(make('dt', {}, name), make('dd', {}, value));
  return list;
}

/** Where the instances are at every level, by column of the diagram. */
function destinationList(destinations: SelectionDetails['destinations']): HTMLElement {
  const table = make('table', { class: 'destinations' });
  let column: string | undefined;
  for (const destination of destinations) {
    if (destination.column !== column) {
      ({ column } = destination);
      table.append(make('tr', {}, make('th', { colspan: '2', scope: 'rowgroup' }, column)));
    }
    table.append(
      make(
        'tr',
        {},
        make('td', {}, destination.block),
        make('td', { class: 'number' }, formatCount(destination.instances)),
      ),
    );
  }
  return make('section', {}, make('h3', {}, 'Where they go'), table);
}
