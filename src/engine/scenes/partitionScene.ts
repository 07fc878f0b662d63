import type { IcicleColumn } from '../../core/layout/icicle';
import type { PartitionColumn, PartitionScene } from '../../protocol/scene';
import { layOutPartition, partitionView, type PartitionView } from './drawSnapshot';
import type { CheckedState, ShownSnapshot } from '../analysis/shownSnapshot';
import type { OpenedRun } from '../analysis/runStore';
import { newColumn } from './continuity';
import { headOf } from './flowScene';
import type { SceneModel } from './sceneModel';

/** Sets lower than this many pixels are merged. */
const SMALLEST_PIXELS = 2;

/**
 * The partition view.
 * @param height of the drawing in pixels: what would be too low to see is merged
 */
export function partitionModel({
  key,
  opened: { run },
  checked: { state },
  look,
  height,
}: {
  key: string;
  opened: OpenedRun;
  checked: CheckedState;
  look: ShownSnapshot;
  height: number;
}): SceneModel {
  const { shown, classing, classes } = look;
  const kind = 'partition';
  if (!shown || !classing) {
    const scene: PartitionScene = { kind, instances: 0, classes, clusters: 0, columns: [], outputs: [] };
    const none = new Int32Array();
    return { key, kind, instances: none, classOf: none, columns: [], flows: [], scene };
  }
  const view = partitionView(run, shown, classing, state.hiddenLevels);
  const { instances } = shown.snapshot;
  // A frame as high as there are instances makes their number the unit of every y.
  const frame = { x: 0, y: 0, width: 1, height: instances.length, columnWidth: 1 };
  const smallest = (SMALLEST_PIXELS * instances.length) / Math.max(1, height);
  const { columns } = layOutPartition(view, frame, smallest);
  const scene: PartitionScene = {
    kind,
    instances: instances.length,
    classes,
    clusters: view.partition.clusters.count,
    columns: columns.map((column, c) => columnOf(view, c, column)),
    outputs: view.outputs,
  };
  return {
    key,
    kind,
    instances,
    classOf: classing.classOf,
    columns: columns.map(({ boxes, of }, c) => ({ source: view.sources[c], blocks: boxes.length, of })),
    flows: [],
    scene,
  };
}

function columnOf(view: PartitionView, c: number, { boxes }: IcicleColumn): PartitionColumn {
  const segments = boxes.flatMap((box) => box.segments);
  const offsets = new Int32Array(boxes.length + 1);
  boxes.forEach((box, b) => {
    offsets[b + 1] = offsets[b] + box.segments.length;
  });
  return {
    head: headOf(view.heads[c]),
    source: view.sources[c],
    sets: Int32Array.from(boxes, (box) => box.sets),
    leaf: Uint8Array.from(boxes, (box) => Number(box.leaf)),
    y: Float64Array.from(boxes, (box) => box.y),
    instances: Int32Array.from(boxes, (box) => box.instances),
    output: Int32Array.from(boxes, (box) => box.output),
    offsets,
    histogramClass: Int32Array.from(segments, (segment) => segment.class),
    histogramCount: Int32Array.from(segments, (segment) => segment.instances),
    ...newColumn(boxes.length),
  };
}
