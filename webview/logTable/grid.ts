import type { LogTableHead, TableRow } from '../../src/protocol/logTable';
import { make, setStyle } from '../page/dom';
import { asTsv, fieldsOf, fixedColumns, movingColumns, noFields, type KnownFields } from './columns';
import { columnScroll, columnsInSight, layoutColumns, MARK_WIDTH, type ColumnsInSight } from './columnLayout';
import { headCells, idOf, makeRow, type TableColumns } from './rowElements';
import { RowPages } from './rowPages';
import {
  isAtEnd,
  offsetAt,
  rowByKey,
  rowsInWindow,
  scrollHeight,
  scrollToRow,
  scrollTo,
  type RowWindow,
} from './virtualRows';

/** Height of a row and of the head, in pixels. */
const ROW = 22;
/** Rows that are drawn beyond those in sight. */
const BEYOND = 6;

/** What the grid tells of. */
export interface GridEvents {
  /** Rows are needed. */
  need(from: number, count: number): void;
  /** A row was gone to. */
  cursor(row: number): void;
  /** The snapshot of a row is to be shown. */
  show(row: number): void;
  /** What is worth keeping changed. */
  moved(): void;
}

/** The place in the table that is kept while the page is away. */
export interface GridPlace {
  /** First row in sight. */
  top: number;
  left: number;
  /** The last row is in sight and stays so. */
  atEnd: boolean;
  selected?: number;
  shown?: number;
}

/** The rows of a log as a grid, of which only those in sight are in the page. */
export class LogGrid {
  readonly element = make('div', {
    class: 'grid',
    role: 'grid',
    tabindex: '0',
    'aria-label': 'Rows of the log',
  });
  private readonly canvas = make('div', { class: 'canvas', role: 'presentation' });
  private readonly headRow = make('div', { class: 'row head', role: 'row', 'aria-rowindex': '1' });
  private readonly pages: RowPages;
  private readonly drawn = new Map<number, HTMLElement>();
  private head?: LogTableHead;
  private fields: KnownFields = noFields;
  private columns: TableColumns = { fixed: { columns: [], left: [0] }, moving: { columns: [], left: [0] } };
  private selected?: number;
  private shown?: number;
  private sticks = false;
  /** Columns and rows as they were drawn last. */
  private drawnAs = '';

  constructor(private readonly events: GridEvents) {
    this.pages = new RowPages((from, count) => events.need(from, count));
    this.canvas.append(this.headRow);
    this.element.append(this.canvas);
    this.element.addEventListener('scroll', () => this.onScroll());
    this.element.addEventListener('keydown', (event) => this.onKey(event));
    this.element.addEventListener('focus', () => this.onFocus());
    this.canvas.addEventListener('click', (event) => this.onClick(event));
    new ResizeObserver(() => this.resized()).observe(this.element);
  }

  /** Takes what is known of the log as a whole; rows that are there stay until newer ones come. */
  setHead(head: LogTableHead): void {
    const grew = this.head !== undefined && head.rows > this.head.rows;
    this.head = head;
    this.pages.renew(head.version);
    if (this.selected !== undefined && this.selected >= head.rows) this.selected = undefined;
    this.layout();
    if (grew && this.sticks) this.element.scrollTop = scrollTo(this.window, head.rows * ROW);
    this.draw();
  }

  /** Takes rows that came. */
  setRows(from: number, rows: TableRow[], version: string): void {
    this.pages.take(from, rows, version);
    const fields = fieldsOf(rows, this.fields);
    const more = JSON.stringify(fields) !== JSON.stringify(this.fields);
    this.fields = fields;
    if (more) this.layout();
    this.draw(true);
  }

  /** Marks the row of the snapshot that is shown. */
  setShown(row: number | undefined, reveal: boolean): void {
    this.shown = row;
    if (row !== undefined && reveal) this.goTo(row, 'middle');
    this.draw(true);
  }

  /** What did not come is asked for again. */
  retry(): void {
    this.pages.forgetAsked();
    this.draw();
  }

  /** The page is drawn in other fonts: widths are measured again. */
  restyle(): void {
    this.layout();
    this.draw(true);
  }

  get place(): GridPlace {
    const { scrollTop, scrollLeft } = this.element;
    const top = rowsInWindow(this.window, scrollTop).first;
    return { top, left: scrollLeft, atEnd: this.sticks, selected: this.selected, shown: this.shown };
  }

  /** Goes to a place where the page was before. */
  restore({ top, left, atEnd, selected }: GridPlace): void {
    this.selected = selected;
    this.sticks = atEnd;
    this.element.scrollTop = scrollTo(this.window, atEnd ? Infinity : top * ROW);
    this.element.scrollLeft = left;
    this.draw(true);
  }

  /** The selected row as tab-separated values; undefined where none is selected, or there. */
  copied(): string | undefined {
    const row = this.selected === undefined ? undefined : this.pages.row(this.selected);
    const { fixed, moving } = this.columns;
    return row && asTsv(row, [...fixed.columns, ...moving.columns]);
  }

  private get window(): RowWindow {
    const height = Math.max(ROW, this.element.clientHeight - ROW);
    return { rows: this.head?.rows ?? 0, rowHeight: ROW, height };
  }

  /** Width of the columns that stay in sight. */
  private get fixedWidth(): number {
    return this.columns.moving.left[0];
  }

  private layout(): void {
    const { head } = this;
    if (!head) return;
    const width = this.characterWidth();
    const fixed = layoutColumns(fixedColumns(head.rows, this.fields), MARK_WIDTH, width);
    const names = movingColumns(head.columns, head.rows, this.fields);
    const moving = layoutColumns(names, fixed.left.at(-1)!, width);
    this.columns = { fixed, moving };
    setStyle(this.canvas, {
      width: `${moving.left.at(-1)!}px`,
      height: `${ROW + scrollHeight(this.window)}px`,
    });
    this.element.setAttribute('aria-rowcount', String(head.rows + 1));
    this.element.setAttribute('aria-colcount', String(1 + fixed.columns.length + names.length));
    this.drawnAs = '';
  }

  private characterWidth(): number {
    const sample = make('span', { class: 'sample', 'aria-hidden': 'true' }, '0'.repeat(50));
    this.canvas.append(sample);
    const width = sample.getBoundingClientRect().width / 50;
    sample.remove();
    return width || 7;
  }

  private resized(): void {
    if (this.sticks) this.element.scrollTop = scrollTo(this.window, Infinity);
    this.draw();
  }

  private onScroll(): void {
    this.sticks = isAtEnd(this.window, this.element.scrollTop);
    this.draw();
    this.events.moved();
  }

  /** Draws what is in sight. @param anew the rows that are drawn are drawn again */
  private draw(anew = false): void {
    if (!this.head) return;
    const { scrollTop, scrollLeft, clientWidth } = this.element;
    const { window } = this;
    const inSight = rowsInWindow(window, scrollTop);
    this.pages.need(inSight.first, inSight.end);
    const columns = columnsInSight(
      this.columns.moving,
      scrollLeft + this.fixedWidth,
      clientWidth - this.fixedWidth,
    );
    const as = JSON.stringify([columns, this.head.version]);
    if (anew || as !== this.drawnAs) this.clear();
    if (as !== this.drawnAs) this.headRow.replaceChildren(...headCells(this.columns, columns));
    this.drawnAs = as;
    const first = Math.max(0, inSight.first - BEYOND);
    const end = Math.min(window.rows, inSight.end + BEYOND);
    for (const [row, element] of this.drawn) {
      if (row >= first && row < end) continue;
      element.remove();
      this.drawn.delete(row);
    }
    // Of lists that are too long for a browser, rows move against the element that scrolls.
    const shift = scrollTop - offsetAt(window, scrollTop);
    for (let row = first; row < end; row++) {
      const element = this.drawn.get(row) ?? this.rowElement(row, columns);
      setStyle(element, { top: `${ROW + row * ROW + shift}px` });
    }
    if (this.selected !== undefined && this.drawn.has(this.selected)) {
      this.element.setAttribute('aria-activedescendant', idOf(this.selected));
    } else {
      this.element.removeAttribute('aria-activedescendant');
    }
  }

  private clear(): void {
    for (const element of this.drawn.values()) element.remove();
    this.drawn.clear();
  }

  private rowElement(number: number, sight: ColumnsInSight): HTMLElement {
    const row = this.pages.row(number);
    const standing = { shown: number === this.shown, selected: number === this.selected };
    const element = makeRow({ number, row, marks: standing, columns: this.columns, sight });
    this.canvas.append(element);
    this.drawn.set(number, element);
    return element;
  }

  /** By place, as the row may have been drawn anew between press and release. */
  private onClick({ clientY }: MouseEvent): void {
    const below = clientY - this.element.getBoundingClientRect().top - ROW;
    const number = Math.floor((offsetAt(this.window, this.element.scrollTop) + below) / ROW);
    if (below < 0 || number >= this.window.rows) return;
    this.select(number);
    if (this.pages.row(number)?.snapshot !== undefined) this.events.show(number);
  }

  private onFocus(): void {
    // The mouse selects what it clicks on.
    if (!this.element.matches(':focus-visible') || this.selected !== undefined || !this.head?.rows) return;
    const { first, end } = rowsInWindow(this.window, this.element.scrollTop);
    const { shown } = this;
    const seen = shown !== undefined && shown >= first && shown < end;
    this.selected = seen ? shown : first;
    this.draw(true);
  }

  private onKey(event: KeyboardEvent): void {
    const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
    if (altKey || shiftKey || ((ctrlKey || metaKey) && key !== 'Home' && key !== 'End')) return;
    const next = rowByKey(this.window, this.selected ?? -1, key);
    if (next !== undefined) {
      this.goTo(next, 'near');
      if (next !== this.selected) this.select(next);
    } else if (key === 'Enter' || key === ' ') {
      if (this.selected !== undefined && this.pages.row(this.selected)?.snapshot !== undefined) {
        this.events.show(this.selected);
      }
    } else if (key === 'ArrowLeft' || key === 'ArrowRight') {
      const step = key === 'ArrowLeft' ? -1 : 1;
      const { scrollLeft } = this.element;
      this.element.scrollLeft = columnScroll(this.columns.moving, scrollLeft, this.fixedWidth, step);
    } else {
      return;
    }
    event.preventDefault();
  }

  private select(row: number): void {
    this.selected = row;
    this.draw(true);
    this.events.cursor(row);
    this.events.moved();
  }

  private goTo(row: number, place: 'near' | 'middle'): void {
    this.element.scrollTop = scrollToRow(this.window, this.element.scrollTop, row, place);
  }
}
