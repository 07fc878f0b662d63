import { largest } from '../../src/core/lists';
import {
  columnPositions,
  layoutFlow,
  type FlowShape,
  type Frame,
  type Segment,
} from '../../src/core/layout/flow';
import { textWidth } from '../../src/core/appearance/textWidth';
import type { FlowScene, PartitionScene, PatternsScene, Scene } from '../../src/protocol/scene';
import {
  drawnColumn,
  type DrawnBox,
  type DrawnColumn,
  type DrawnRibbon,
  type DrawnScene,
} from './drawnScene';

const MARGIN = 12;
const COLUMN_WIDTH = 24;
/** Between the columns of the partition view. */
const PARTITION_GAP = 10;
/** Room to the right of the last column for the outputs' names, as a share of the width. */
const LARGEST_NAMES = 0.22;

/** Size of names and of captions on the canvas, in pixels. */
export const NAME_SIZE = 12;
export const CAPTION_SIZE = 11;

/** Height of the strip above the patterns that shows how telling each unit is. */
export const STRIP_HEIGHT = 40;

/**
 * Lays a scene out for a canvas of this size (CSS pixels).
 * @param fontWidth how much wider the font is than the one that text widths are estimated for
 */
export function layoutScene(scene: Scene, width: number, height: number, fontWidth: number): DrawnScene {
  switch (scene.kind) {
    case 'flow':
    case 'time':
      return layoutFlowScene(scene, frameOf(scene, width, height, fontWidth));
    case 'partition':
      return layoutPartition(scene, frameOf(scene, width, height, fontWidth));
    case 'patterns':
      return layoutPatterns(scene, width, height);
  }
}

/** Room of the columns: what the outputs' names and the margins leave. */
function frameOf(scene: FlowScene | PartitionScene, width: number, height: number, fontWidth: number): Frame {
  const columns = Math.max(1, scene.columns.length);
  const names = namesWidth(scene, width, fontWidth);
  const room = Math.max(40, width - 2 * MARGIN - names);
  const columnWidth =
    scene.kind === 'partition'
      ? Math.max(4, (room - PARTITION_GAP * (columns - 1)) / columns)
      : Math.max(4, Math.min(COLUMN_WIDTH, (0.22 * room) / columns));
  return { x: MARGIN, y: MARGIN, width: room, height: Math.max(20, height - 2 * MARGIN), columnWidth };
}

function namesWidth(scene: FlowScene | PartitionScene, width: number, fontWidth: number): number {
  const widest = largest(
    scene.outputs.map(({ name, caption }) =>
      Math.max(textWidth(name, NAME_SIZE, true), textWidth(caption, CAPTION_SIZE)),
    ),
    0,
  );
  // The head of the last column needs some room too, even without names.
  const least = scene.kind === 'partition' ? 0 : 46;
  return Math.min(Math.max(least, widest * fontWidth + 12), width * LARGEST_NAMES);
}

function layoutFlowScene(scene: FlowScene, frame: Frame): DrawnScene {
  const shape: FlowShape = {
    instances: Math.max(1, scene.instances),
    levels: scene.columns.map((column) => ({
      blocks: Array.from(column.instances, (instances) => ({ instances })),
      histogram: { offsets: column.offsets, column: column.histogramClass, count: column.histogramCount },
    })),
    flows: scene.flows,
  };
  const order = scene.columns.map((column) => column.rank);
  const geometry = layoutFlow(shape, order, frame);
  const columns = geometry.columns.map((column, c) =>
    drawnColumn(
      scene.columns[c].source,
      column.x,
      column.width,
      column.boxes.map((box) => ({
        ...box,
        instances: scene.columns[c].instances[box.block],
        kind: scene.columns[c].kind[box.block],
        pale: false,
        opacity: 1,
      })),
    ),
  );
  const gaps: DrawnRibbon[][] = scene.flows.map(() => []);
  for (const ribbon of geometry.ribbons) {
    const gap = gaps[ribbon.level];
    const { source, target, instances, x0, x1, y0, y1, thickness } = ribbon;
    const thicknesses = { thickness0: thickness, thickness1: thickness };
    gap.push({
      flow: gap.length,
      source,
      target,
      class: ribbon.class,
      instances,
      x0,
      x1,
      y0,
      y1,
      ...thicknesses,
    });
  }
  return { frame, columns, gaps };
}

function layoutPartition(scene: PartitionScene, frame: Frame): DrawnScene {
  const scale = frame.height / Math.max(1, scene.instances);
  const xs = columnPositions(scene.columns.length, frame);
  const columns = scene.columns.map((column, c): DrawnColumn => {
    const last = c === scene.columns.length - 1;
    const boxes = Array.from(column.y, (top, block): DrawnBox => {
      const y = frame.y + top * scale;
      const segments = segmentsOf(column, block, y, scale);
      const height = column.instances[block] * scale;
      const kind = column.sets[block] > 1 ? 'pure' : 'alone';
      const pale = !last && column.leaf[block] === 0;
      return { block, y, height, instances: column.instances[block], segments, kind, pale, opacity: 1 };
    });
    boxes.sort((a, b) => a.y - b.y || a.block - b.block);
    return drawnColumn(column.source, xs[c], frame.columnWidth, boxes);
  });
  return { frame, columns, gaps: [] };
}

function segmentsOf(
  column: { offsets: Int32Array; histogramClass: Int32Array; histogramCount: Int32Array },
  block: number,
  top: number,
  scale: number,
): Segment[] {
  const segments: Segment[] = [];
  let y = top;
  for (let e = column.offsets[block]; e < column.offsets[block + 1]; e++) {
    const instances = column.histogramCount[e];
    segments.push({ class: column.histogramClass[e], instances, y, height: instances * scale });
    y += instances * scale;
  }
  return segments;
}

/** One column whose boxes are the rows: a pattern each, all units of equal width. */
function layoutPatterns(scene: PatternsScene, width: number, height: number): DrawnScene {
  const heads = Math.min(150, width * 0.28);
  const frame: Frame = {
    x: MARGIN + heads,
    y: MARGIN + STRIP_HEIGHT,
    width: Math.max(40, width - 2 * MARGIN - heads),
    height: Math.max(20, height - 2 * MARGIN - STRIP_HEIGHT),
    columnWidth: 0,
  };
  const rows = scene.node.length;
  const step = Math.min(24, frame.height / Math.max(1, rows));
  const boxes = Array.from(scene.node, (_, block): DrawnBox => {
    const y = frame.y + block * step;
    const instances = scene.occurrences[block];
    const height = step > 6 ? step - 1.5 : step * 0.85;
    const segments = [{ class: scene.majority[block], instances, y, height }];
    return { block, y, height, instances, segments, kind: 'alone', pale: false, opacity: 1 };
  });
  return { frame, columns: [drawnColumn(scene.level, frame.x, frame.width, boxes)], gaps: [] };
}
