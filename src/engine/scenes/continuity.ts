import { continueNodes } from '../../core/continuation';
import { inheritOrder } from '../../core/layout/inherit';
import type { LevelOrder } from '../../core/layout/order';
import { nodesOf } from '../../core/nodes';
import { alignInstances, type Alignment } from '../../core/measures/similarity';
import type { ColumnContinuity } from '../../protocol/scene';
import { equalArrays } from '../analysis/analyse';
import { orderBlocks } from './flowView';
import { rowsWhere } from '../analysis/runStore';
import type { ModelColumn, SceneModel } from './sceneModel';

const codes = { continued: 0, split: 1, new: 2, empty: 2 };

/** Order and continuity of a scene. */
export interface Arrangement {
  order: LevelOrder;
  continuity: ColumnContinuity[];
}

/**
 * Arranges the blocks of a scene. Without a scene before, the order is found from the outputs backwards; with one it
 * starts from where the instances were, and stays near that.
 * @param before the scene on screen and its order
 */
export function arrange(model: SceneModel, before?: { model: SceneModel; order: LevelOrder }): Arrangement {
  const { overview } = model.flow!.view;
  if (!before || before.model.kind !== model.kind || !before.model.flow) {
    return { order: orderBlocks(overview), continuity: continuityOf(model) };
  }
  const shared = sharedInstances(before.model, model);
  const continuity = continuityOf(model, before.model, shared);
  if (before.model.key === model.key) return { order: before.order, continuity };
  // Of a few instances no place can be told for the rest.
  const enough = !shared || 2 * shared.later.length >= model.instances.length;
  const start = model.columns.map((column) => {
    const c = before.model.columns.findIndex(({ source }) => source === column.source);
    if (c < 0) return Int32Array.from({ length: column.blocks }, (_, b) => b);
    return inheritedRank(before.model.columns[c], before.order[c], column, shared);
  });
  return { order: orderBlocks(overview, enough ? start : undefined), continuity };
}

/** How the blocks of each column go on from the scene before, where it is of the same view; else all are new. */
export function continuityOf(
  model: SceneModel,
  before?: SceneModel,
  shared = before && sharedInstances(before, model),
): ColumnContinuity[] {
  return model.columns.map((column) => {
    const earlier =
      before?.kind === model.kind && before.columns.find(({ source }) => source === column.source);
    return earlier ? columnContinuity(earlier, column, shared) : newColumn(column.blocks);
  });
}

/** Continuity of blocks that follow nothing. */
export function newColumn(blocks: number): ColumnContinuity {
  return {
    continues: new Int32Array(blocks).fill(-1),
    change: new Uint8Array(blocks).fill(codes.new),
    mergedInto: new Int32Array(),
  };
}

/** Rows of the instances that both scenes show; undefined where they are the same rows. */
function sharedInstances(earlier: SceneModel, later: SceneModel): Alignment | undefined {
  const same = equalArrays(earlier.instances, later.instances);
  return same ? undefined : alignInstances(earlier.instances, later.instances);
}

/** Nodes of a column by row of the shared instances, and the block of each node; −1 for none. */
interface ColumnNodes {
  of: Int32Array;
  count: number;
  blockOf: (node: number) => number;
}

function nodesOfColumn({ nodes, of, blocks }: ModelColumn, rows: Int32Array | undefined): ColumnNodes {
  const all = nodes?.of ?? of;
  return {
    of: rows ? rows.map((row) => all[row]) : all,
    count: nodes?.count ?? blocks,
    blockOf: (node) => (node < 0 || !nodes ? node : nodes.blockOf[node]),
  };
}

function columnContinuity(
  earlierColumn: ModelColumn,
  laterColumn: ModelColumn,
  shared: Alignment | undefined,
): ColumnContinuity {
  const earlier = nodesOfColumn(earlierColumn, shared?.earlier);
  const later = nodesOfColumn(laterColumn, shared?.later);
  // Instances that a column does not show tell nothing of how it goes on.
  const both = rowsWhere(later.of, (node, row) => node >= 0 && earlier.of[row] >= 0);
  const { from, kind, to, fate } = continueNodes(
    nodesOf(
      both.map((row) => earlier.of[row]),
      earlier.count,
    ),
    nodesOf(
      both.map((row) => later.of[row]),
      later.count,
    ),
  );
  const { continues, change } = newColumn(laterColumn.blocks);
  from.forEach((node, n) => {
    const block = later.blockOf(n);
    const old = earlier.blockOf(node);
    if (block < 0 || old < 0 || codes[kind[n]] === codes.new) return;
    continues[block] = old;
    change[block] = codes[kind[n]];
  });
  const mergedInto = new Int32Array(earlierColumn.blocks).fill(-1);
  to.forEach((node, n) => {
    const block = earlier.blockOf(n);
    if (block >= 0 && fate[n] === 'merged') mergedInto[block] = later.blockOf(node);
  });
  return { continues, change, mergedInto };
}

/** Order of a column's blocks by where their instances were. */
function inheritedRank(
  earlier: ModelColumn,
  earlierRank: Int32Array,
  later: ModelColumn,
  shared: Alignment | undefined,
): Int32Array {
  const at = (of: Int32Array, rows?: Int32Array) => (rows ? rows.map((row) => of[row]) : of);
  const before = { blockOf: [at(earlier.of, shared?.earlier)], order: [earlierRank] };
  return inheritOrder(before, [at(later.of, shared?.later)], [later.blocks])[0];
}
