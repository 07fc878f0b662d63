import type { Frame, Segment } from '../../src/core/layout/flow';
import type { BlockKind } from '../../src/core/overview';

/** A block, set or row where it is drawn, in pixels before zooming. */
export interface DrawnBox {
  /** Its index in the scene's column. */
  block: number;
  y: number;
  height: number;
  instances: number;
  /** By class, from the top. */
  segments: Segment[];
  /** What it stands for: hatched unless it is alone. */
  kind: BlockKind;
  /** Drawn pale: a set that is split further back. */
  pale: boolean;
  /** Below 1 while it fades in or out. */
  opacity: number;
}

/** A column where it is drawn. */
export interface DrawnColumn {
  /** Level or snapshot, as block references name it. */
  source: number;
  x: number;
  width: number;
  /** From the top. */
  boxes: DrawnBox[];
  /** The same by block. */
  byBlock: DrawnBox[];
}

/** The instances of one class between two blocks; its ends differ in thickness only while it moves. */
export interface DrawnRibbon {
  /** Its index in the scene's gap. */
  flow: number;
  source: number;
  target: number;
  class: number;
  instances: number;
  x0: number;
  x1: number;
  /** Upper edges. */
  y0: number;
  y1: number;
  thickness0: number;
  thickness1: number;
}

/** A scene laid out for a canvas. */
export interface DrawnScene {
  frame: Frame;
  columns: DrawnColumn[];
  /** Ribbons between column g and g + 1, by flow. */
  gaps: DrawnRibbon[][];
}

/** A block of a drawn scene: indices, not references. */
export interface BlockPlace {
  column: number;
  block: number;
}

/** Puts boxes in both their orders. */
export function drawnColumn(source: number, x: number, width: number, boxes: DrawnBox[]): DrawnColumn {
  const byBlock: DrawnBox[] = [];
  for (const box of boxes) byBlock[box.block] = box;
  return { source, x, width, boxes, byBlock };
}

/** Index of the column that a reference names; −1 when it is not shown. */
export function columnOf(scene: DrawnScene, source: number): number {
  return scene.columns.findIndex((column) => column.source === source);
}

/** False for what fades out: its block is one of the scene before, and has no name in this one. */
export function isOfScene(column: DrawnColumn, box: DrawnBox): boolean {
  return column.byBlock[box.block] === box;
}
