import type { TableHead, TableRow } from '../../src/protocol/logTable';
import { icon, make, setStyle } from '../dom';
import {
  asTsv,
  fieldsOf,
  fixedColumns,
  movingColumns,
  noFields,
  type Column,
  type KnownFields,
} from './columns';
import {
  columnScroll,
  columnsInSight,
  columnWidth,
  layoutColumns,
  MARK_WIDTH,
  type ColumnLayout,
} from './layout';
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
  private head?: TableHead;
  private fields: KnownFields = noFields;
  private fixed: Column[] = [];
  private moving: ColumnLayout = { columns: [], left: [0] };
  private fixedWidth = 0;
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
  setHead(head: TableHead): void {
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
    return row && asTsv(row, [...this.fixed, ...this.moving.columns]);
  }

  private get window(): RowWindow {
    const height = Math.max(ROW, this.element.clientHeight - ROW);
    return { rows: this.head?.rows ?? 0, rowHeight: ROW, height };
  }

  private layout(): void {
    const { head } = this;
    if (!head) return;
    const width = this.characterWidth();
    this.fixed = fixedColumns(head.rows, this.fields);
    this.fixedWidth = MARK_WIDTH + this.fixed.reduce((sum, column) => sum + columnWidth(column, width), 0);
    const moving = movingColumns(head.columns, head.rows, this.fields);
    this.moving = layoutColumns(moving, this.fixedWidth, width);
    setStyle(this.canvas, {
      width: `${this.moving.left.at(-1)!}px`,
      height: `${ROW + scrollHeight(this.window)}px`,
    });
    this.element.setAttribute('aria-rowcount', String(head.rows + 1));
    this.element.setAttribute('aria-colcount', String(1 + this.fixed.length + moving.length));
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
    const columns = columnsInSight(this.moving, scrollLeft + this.fixedWidth, clientWidth - this.fixedWidth);
    const as = JSON.stringify([columns, this.head.version]);
    if (anew || as !== this.drawnAs) this.clear();
    if (as !== this.drawnAs) this.drawHead(columns);
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
    } else this.element.removeAttribute('aria-activedescendant');
  }

  private clear(): void {
    for (const element of this.drawn.values()) element.remove();
    this.drawn.clear();
  }

  private drawHead({ first, end }: { first: number; end: number }): void {
    const cell = (column: Column, index: number) => {
      const attributes = { class: 'cell', role: 'columnheader', title: column.description };
      return make('div', { ...attributes, 'aria-colindex': String(index) }, column.title);
    };
    const mark = make('div', { class: 'cell mark', role: 'columnheader', 'aria-colindex': '1' });
    mark.append(make('span', { class: 'visually-hidden' }, 'snapshot'));
    const cells = this.moving.columns
      .slice(first, end)
      .map((column, i) => this.placed(cell(column, 2 + this.fixed.length + first + i), first + i));
    this.headRow.replaceChildren(this.fixedPart(mark, cell), ...cells);
  }

  private fixedPart(mark: HTMLElement, cell: (column: Column, index: number) => HTMLElement): HTMLElement {
    const width = this.characterWidth();
    setStyle(mark, { width: `${MARK_WIDTH}px` });
    const cells = this.fixed.map((column, i) => {
      const element = cell(column, 2 + i);
      setStyle(element, { width: `${columnWidth(column, width)}px` });
      return element;
    });
    return make('div', { class: 'fixed', role: 'presentation' }, mark, ...cells);
  }

  private placed(element: HTMLElement, index: number): HTMLElement {
    const { left } = this.moving;
    element.classList.add('moving');
    setStyle(element, { left: `${left[index]}px`, width: `${left[index + 1] - left[index]}px` });
    return element;
  }

  private rowElement(number: number, { first, end }: { first: number; end: number }): HTMLElement {
    const row = this.pages.row(number);
    const shown = number === this.shown;
    const element = make('div', {
      class: ['row', shown && 'shown', number === this.selected && 'selected'].filter(Boolean).join(' '),
      id: idOf(number),
      role: 'row',
      'aria-rowindex': String(number + 2),
      'aria-selected': String(number === this.selected),
    });
    if (shown) element.setAttribute('aria-current', 'true');
    const cell = (column: Column, index: number) => {
      const attributes = { class: 'cell', role: 'gridcell', 'aria-colindex': String(index) };
      if (!row) return make('div', { ...attributes }, index === 2 ? String(number + 1) : '');
      const [text, whole] = [column.text(row), column.whole(row)];
      return make('div', { ...attributes, ...(text === whole ? {} : { title: whole }) }, text);
    };
    const moving = this.moving.columns
      .slice(first, end)
      .map((column, i) => this.placed(cell(column, 2 + this.fixed.length + first + i), first + i));
    element.append(this.fixedPart(markCell(row, shown), cell), ...moving);
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
      this.element.scrollLeft = columnScroll(this.moving, scrollLeft, this.fixedWidth, step);
    } else return;
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

function idOf(row: number): string {
  return `row-${row}`;
}

/** Marks differ by shape: a ring for a snapshot, an arrow for the one that is shown. */
function markCell(row: TableRow | undefined, shown: boolean): HTMLElement {
  const cell = make('div', { class: 'cell mark', role: 'gridcell', 'aria-colindex': '1' });
  if (row?.snapshot === undefined) return cell;
  const text = shown ? `snapshot ${row.snapshot}, shown` : `snapshot ${row.snapshot}`;
  cell.title = shown ? `Snapshot ${row.snapshot} is shown` : `Show the diagram of snapshot ${row.snapshot}`;
  cell.append(
    icon(shown ? 'arrow-right' : 'circle-large-outline'),
    make('span', { class: 'visually-hidden' }, text),
  );
  return cell;
}
