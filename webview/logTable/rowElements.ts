import type { TableRow } from '../../src/protocol/logTable';
import { icon, make, setStyle } from '../page/dom';
import type { TableColumn } from './columns';
import { MARK_WIDTH, type ColumnLayout, type ColumnsInSight } from './columnLayout';

/** The columns of the table: after the marks those that stay in sight, then those that scroll. */
export interface TableColumns {
  fixed: ColumnLayout;
  moving: ColumnLayout;
}

type MakeCell = (column: TableColumn, index: number) => HTMLElement;

/** Identifier of a row's element. */
export function idOf(row: number): string {
  return `row-${row}`;
}

/** The heads of all columns that are in sight. */
export function headCells(columns: TableColumns, sight: ColumnsInSight): HTMLElement[] {
  const mark = make('div', { class: 'cell mark', role: 'columnheader', 'aria-colindex': '1' });
  mark.append(make('span', { class: 'visually-hidden' }, 'snapshot'));
  return cells(columns, sight, mark, (column, index) => {
    const attributes = { class: 'cell', role: 'columnheader', title: column.description };
    return make('div', { ...attributes, 'aria-colindex': String(index) }, column.title);
  });
}

/**
 * A row of the table.
 * @param row what is in it; undefined while that is on its way
 */
export function makeRow({
  number,
  row,
  marks: { shown, selected },
  columns,
  sight,
}: {
  number: number;
  row: TableRow | undefined;
  marks: { shown: boolean; selected: boolean };
  columns: TableColumns;
  sight: ColumnsInSight;
}): HTMLElement {
  const element = make('div', {
    class: ['row', shown && 'shown', selected && 'selected'].filter(Boolean).join(' '),
    id: idOf(number),
    role: 'row',
    'aria-rowindex': String(number + 2),
    'aria-selected': String(selected),
  });
  if (shown) element.setAttribute('aria-current', 'true');
  const cell: MakeCell = (column, index) => {
    const attributes = { class: 'cell', role: 'gridcell', 'aria-colindex': String(index) };
    if (!row) return make('div', attributes, index === 2 ? String(number + 1) : '');
    const [text, whole] = [column.text(row), column.whole(row)];
    return make('div', { ...attributes, ...(text === whole ? {} : { title: whole }) }, text);
  };
  element.append(...cells(columns, sight, markCell(row, shown), cell));
  return element;
}

function cells(
  { fixed, moving }: TableColumns,
  { first, end }: ColumnsInSight,
  mark: HTMLElement,
  cell: MakeCell,
): HTMLElement[] {
  const widthOf = ({ left }: ColumnLayout, index: number) => `${left[index + 1] - left[index]}px`;
  setStyle(mark, { width: `${MARK_WIDTH}px` });
  const staying = fixed.columns.map((column, i) => {
    const element = cell(column, 2 + i);
    setStyle(element, { width: widthOf(fixed, i) });
    return element;
  });
  const scrolling = moving.columns.slice(first, end).map((column, i) => {
    const element = cell(column, 2 + fixed.columns.length + first + i);
    element.classList.add('moving');
    setStyle(element, { left: `${moving.left[first + i]}px`, width: widthOf(moving, first + i) });
    return element;
  });
  return [make('div', { class: 'fixed', role: 'presentation' }, mark, ...staying), ...scrolling];
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
