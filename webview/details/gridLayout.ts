import { elementCount } from '../../src/core/shape';
/** Where the units of a pattern are drawn: panels of cells, a panel for each channel. Lengths are in CSS pixels. */
export interface GridLayout {
  units: number;
  /** Cells of a panel. */
  rows: number;
  columns: number;
  panels: number;
  panelsInRow: number;
  /** From one cell to the next, and of these the part that is drawn. */
  pitch: number;
  cell: number;
  /** From one panel to the next. */
  panelWidth: number;
  panelHeight: number;
  width: number;
  height: number;
  /** True where panels are channels of a convolution, with rows and columns of positions. */
  channels: boolean;
}

/** Sizes of cells that are tried, the largest first. */
const pitches = [16, 13, 11, 9, 7, 6, 5, 4, 3, 2, 1];
/** A pattern should not be higher than this where it can be drawn smaller. */
const GOOD_HEIGHT = 280;
/** Between panels. */
const GAP = 6;
/** Units in a row are a multiple of this, so that they can be counted. */
const COUNTED_BY = 8;

/**
 * Arranges the units of a layer.
 * @param shape of the layer without the batch: [units], or [channels, rows, columns] with leading axes taken together
 * @param width room there is
 */
export function layoutGrid(shape: readonly number[], units: number, width: number): GridLayout {
  const sizes = shape.filter((size) => size > 1);
  const planar = sizes.length > 1 && elementCount(sizes) === units;
  let smallest: GridLayout | undefined;
  for (const pitch of pitches) {
    const layout = planar ? panelsOf(sizes, units, pitch, width) : rowsOf(units, pitch, width);
    smallest = layout;
    if (layout.width <= width && layout.height <= GOOD_HEIGHT) return layout;
    // Smaller cells could not be pointed at: such a pattern is scrolled.
    if (layout.width <= width && pitch === (planar ? 2 : 3)) return layout;
  }
  return smallest!;
}

/** A layer without positions: its units in rows, one after another. */
function rowsOf(units: number, pitch: number, width: number): GridLayout {
  const fitting = Math.max(1, Math.floor(width / pitch));
  const counted = fitting < COUNTED_BY ? fitting : fitting - (fitting % COUNTED_BY);
  const columns = Math.max(1, Math.min(units, counted));
  const rows = Math.ceil(units / columns);
  return {
    units,
    rows,
    columns,
    panels: 1,
    panelsInRow: 1,
    pitch,
    cell: drawnPart(pitch),
    panelWidth: columns * pitch,
    panelHeight: rows * pitch,
    width: columns * pitch,
    height: rows * pitch,
    channels: false,
  };
}

/** A layer with positions: a panel for each channel, as many in a row as fit. */
function panelsOf(sizes: readonly number[], units: number, pitch: number, width: number): GridLayout {
  const columns = sizes[sizes.length - 1];
  const rows = sizes[sizes.length - 2];
  const panels = units / (rows * columns);
  const panelWidth = columns * pitch + GAP;
  const panelHeight = rows * pitch + GAP;
  const panelsInRow = Math.max(1, Math.min(panels, Math.floor((width + GAP) / panelWidth)));
  return {
    units,
    rows,
    columns,
    panels,
    panelsInRow,
    pitch,
    cell: drawnPart(pitch),
    panelWidth,
    panelHeight,
    width: panelsInRow * panelWidth - GAP,
    height: Math.ceil(panels / panelsInRow) * panelHeight - GAP,
    channels: sizes.length > 2,
  };
}

/** Cells that are large enough have a gap between them. */
function drawnPart(pitch: number): number {
  return pitch >= 9 ? pitch - 2 : pitch >= 4 ? pitch - 1 : pitch;
}

/** Upper left corner of a unit's cell. */
export function placeOfUnit(layout: GridLayout, unit: number): { x: number; y: number } {
  const { rows, columns, panelsInRow, pitch, panelWidth, panelHeight } = layout;
  const panel = Math.floor(unit / (rows * columns));
  const inside = unit - panel * rows * columns;
  return {
    x: (panel % panelsInRow) * panelWidth + (inside % columns) * pitch,
    y: Math.floor(panel / panelsInRow) * panelHeight + Math.floor(inside / columns) * pitch,
  };
}

/** The unit at a place; −1 where there is none. */
export function unitInGrid(layout: GridLayout, x: number, y: number): number {
  const { units, rows, columns, panels, panelsInRow, pitch, panelWidth, panelHeight } = layout;
  if (x < 0 || y < 0) return -1;
  const acrossPanel = Math.floor(x / panelWidth);
  const panel = Math.floor(y / panelHeight) * panelsInRow + acrossPanel;
  const column = Math.floor((x % panelWidth) / pitch);
  const row = Math.floor((y % panelHeight) / pitch);
  if (acrossPanel >= panelsInRow || panel >= panels || column >= columns || row >= rows) return -1;
  const unit = (panel * rows + row) * columns + column;
  return unit < units ? unit : -1;
}

/** The unit that a key leads to from another one; undefined for keys that lead nowhere. */
export function unitByKey(layout: GridLayout, unit: number, key: string): number | undefined {
  const { units, columns, rows } = layout;
  const within = (next: number) => (next >= 0 && next < units ? next : unit);
  switch (key) {
    case 'ArrowRight':
      return within(unit + 1);
    case 'ArrowLeft':
      return within(unit - 1);
    case 'ArrowDown':
      return within(unit + columns);
    case 'ArrowUp':
      return within(unit - columns);
    case 'PageDown':
      return within(unit + rows * columns);
    case 'PageUp':
      return within(unit - rows * columns);
    case 'Home':
      return 0;
    case 'End':
      return units - 1;
    default:
      return undefined;
  }
}

/** Name of a unit: its number, and where it is in a layer with positions. */
export function nameOfUnit({ rows, columns, channels }: GridLayout, unit: number): string {
  const row = Math.floor(unit / columns) % rows;
  const column = unit % columns;
  if (channels) {
    const channel = Math.floor(unit / (rows * columns));
    return `unit ${unit} (channel ${channel}, row ${row}, column ${column})`;
  }
  return `unit ${unit}`;
}
