import { continueNodes } from '../../core/continuation';
import { inheritOrder } from '../../core/layout/inherit';
import type { LevelOrder } from '../../core/layout/order';
import { nodesOf } from '../../core/nodes';
import { alignInstances, type Alignment } from '../../core/similarity';
import { equalArrays } from '../analyse';
import { orderBlocks } from '../flowView';
import type { ModelColumn, SceneModel } from './model';

/** How the blocks of a column go on from those of the same column in the scene before. */
export interface ColumnContinuity {
  /** Earlier block that each block continues or was split from; −1 for a new one. */
  continues: Int32Array;
  /** 0 continued, 1 split, 2 new. */
  change: Uint8Array;
}

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
    return { order: orderBlocks(overview), continuity: model.columns.map(newColumn) };
  }
  const same = equalArrays(before.model.instances, model.instances);
  const shared = same ? undefined : alignInstances(before.model.instances, model.instances);
  const pairs = model.columns.map((column) => {
    const c = before.model.columns.findIndex((earlier) => earlier.source === column.source);
    return c < 0 ? undefined : pairOf(before.model.columns[c], column, before.order[c], shared);
  });
  const continuity = model.columns.map((column, c) => {
    const pair = pairs[c];
    return pair ? continuityOf(pair) : newColumn(column);
  });
  if (before.model.key === model.key) return { order: before.order, continuity };
  // Of a few instances no place can be told for the rest.
  const enough = !shared || 2 * shared.later.length >= model.instances.length;
  const start = pairs.map((pair, c) =>
    pair ? inheritedOf(pair) : Int32Array.from({ length: model.columns[c].blocks }, (_, b) => b),
  );
  return { order: orderBlocks(overview, enough ? start : undefined), continuity };
}

/** The same column before and now, for the instances that are in both. */
interface ColumnPair {
  earlierOf: Int32Array;
  earlierBlocks: number;
  earlierRank: Int32Array;
  laterOf: Int32Array;
  laterBlocks: number;
}

function pairOf(
  earlier: ModelColumn,
  later: ModelColumn,
  earlierRank: Int32Array,
  shared: Alignment | undefined,
): ColumnPair {
  return {
    earlierOf: shared ? shared.earlier.map((row) => earlier.of[row]) : earlier.of,
    earlierBlocks: earlier.blocks,
    earlierRank,
    laterOf: shared ? shared.later.map((row) => later.of[row]) : later.of,
    laterBlocks: later.blocks,
  };
}

function continuityOf(pair: ColumnPair): ColumnContinuity {
  const { from, kind } = continueNodes(
    nodesOf(pair.earlierOf, pair.earlierBlocks),
    nodesOf(pair.laterOf, pair.laterBlocks),
  );
  const change = Uint8Array.from(kind, (k) => codes[k]);
  return { continues: from.map((block, b) => (change[b] === codes.new ? -1 : block)), change };
}

function inheritedOf(pair: ColumnPair): Int32Array {
  const earlier = { blockOf: [pair.earlierOf], order: [pair.earlierRank] };
  return inheritOrder(earlier, [pair.laterOf], [pair.laterBlocks])[0];
}

function newColumn({ blocks }: ModelColumn): ColumnContinuity {
  return { continues: new Int32Array(blocks).fill(-1), change: new Uint8Array(blocks).fill(codes.new) };
}
