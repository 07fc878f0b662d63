import type { FromLogTable, LogTableCommand, LogTableHead, ToLogTable } from '../../src/protocol/logTable';
import { icon, make } from '../page/dom';
import { LogGrid, type GridPlace } from './grid';
import { formatCount, pluralise } from '../../src/core/wording';

/** What the page keeps while it is away. */
export interface KeptTable {
  version: 1;
  place: GridPlace;
}

/** What the page needs of VS Code. */
export interface TableHost {
  post(message: FromLogTable): void;
  keep(state: KeptTable): void;
}

/** The cursor is told of when it rests for this long, in milliseconds; kept moving, as often as this. */
const CURSOR_MS = 100;
/** Places are kept this long after they changed, in milliseconds: who leaves the tab at once finds them too. */
const KEEP_MS = 30;

/** The page of a log's table: what is known of the log, and its rows. */
export class LogTablePage {
  private readonly bar = make('div', { class: 'bar' });
  private readonly problems = make('details', { class: 'problems' });
  private readonly message = make('div', { class: 'message' });
  private readonly grid: LogGrid;
  private cursorTimer?: number;
  private keepTimer?: number;
  private cursor = -1;
  private restored: GridPlace | undefined;
  private began = false;

  constructor(
    root: HTMLElement,
    private readonly host: TableHost,
    kept?: KeptTable,
  ) {
    this.restored = kept?.place;
    this.grid = new LogGrid({
      need: (from, count) => host.post({ type: 'rows', from, count }),
      cursor: (row) => this.onCursor(row),
      show: (row) => host.post({ type: 'show', row }),
      moved: () => this.keepSoon(),
    });
    this.grid.element.hidden = true;
    this.problems.hidden = true;
    this.message.hidden = true;
    root.append(this.bar, this.problems, this.message, this.grid.element);
    document.addEventListener('copy', (event) => this.onCopy(event));
  }

  /** Shows what a message of the extension says. */
  receive(message: ToLogTable): void {
    switch (message.type) {
      case 'head':
        this.showHead(message.head);
        break;
      case 'rows':
        this.grid.setRows(message.from, message.rows, message.version);
        break;
      case 'shown': {
        // Who comes back finds the table as it was left, unless something else is shown by now.
        const same = this.restored !== undefined && this.restored.shown === message.row;
        this.grid.setShown(message.row, message.reveal && !same);
        this.restored = undefined;
        this.keepSoon();
        break;
      }
      case 'error':
        this.showMessage(message.message, message.commands, true);
        break;
    }
  }

  /** The theme changed: texts may have other widths. */
  restyle(): void {
    this.grid.restyle();
  }

  private showHead(head: LogTableHead): void {
    this.bar.replaceChildren(make('span', { class: 'facts' }, head.facts.join(' · ')));
    if (head.hint) {
      const { text, command, title } = head.hint;
      this.bar.append(make('span', { class: 'hint' }, text), this.button(command, title));
    }
    this.showProblems(head);
    if (head.empty === undefined) {
      this.message.hidden = true;
      this.grid.element.hidden = false;
    } else {
      this.showMessage(head.empty, [], false);
    }
    this.grid.setHead(head);
    if (!this.began && head.rows > 0) {
      this.began = true;
      if (this.restored) this.grid.restore(this.restored);
    }
    this.grid.retry();
  }

  private showProblems({ problems, problemCount }: LogTableHead): void {
    this.problems.hidden = problemCount === 0;
    const count = pluralise(problemCount, 'problem');
    const list = problems.map(({ line, text }) => {
      if (line === undefined) return make('li', {}, text);
      const link = make('button', { type: 'button', class: 'link' }, `line ${line}`);
      link.addEventListener('click', () => this.host.post({ type: 'open', line }));
      return make('li', {}, link, ` ${text}`);
    });
    const rest = problemCount - problems.length;
    if (rest > 0) list.push(make('li', {}, `and ${formatCount(rest)} more`));
    const summary = make('summary', {}, icon('warning'), ` ${count}: what could not be read`);
    this.problems.replaceChildren(summary, make('ul', {}, ...list));
  }

  private showMessage(
    text: string,
    commands: { command: LogTableCommand; title: string }[],
    isError: boolean,
  ): void {
    const paragraph = make(
      'p',
      isError ? { role: 'alert' } : {},
      ...(isError ? [icon('error'), ' '] : []),
      text,
    );
    const buttons = commands.map(({ command, title }) => this.button(command, title));
    this.message.replaceChildren(paragraph, ...buttons);
    this.message.hidden = false;
    this.grid.element.hidden = true;
  }

  private button(command: LogTableCommand, title: string): HTMLElement {
    const button = make('button', { type: 'button', class: 'action' }, title);
    button.addEventListener('click', () => this.host.post({ type: 'command', command }));
    return button;
  }

  private onCursor(row: number): void {
    this.cursor = row;
    this.cursorTimer ??= window.setTimeout(() => {
      this.cursorTimer = undefined;
      this.host.post({ type: 'cursor', row: this.cursor });
    }, CURSOR_MS);
  }

  private keepSoon(): void {
    this.keepTimer ??= window.setTimeout(() => {
      this.keepTimer = undefined;
      this.host.keep({ version: 1, place: this.grid.place });
    }, KEEP_MS);
  }

  private onCopy(event: ClipboardEvent): void {
    // What is marked with the mouse is copied as it is.
    const marked = window.getSelection();
    const text = marked && !marked.isCollapsed ? undefined : this.grid.copied();
    if (text === undefined || !event.clipboardData) return;
    event.clipboardData.setData('text/plain', text);
    event.preventDefault();
  }
}
