import { contingency, refine } from '../../core/contingency';
import type { Paths } from '../../protocol/scene';
import type { BlockReference, FlowReference } from '../../protocol/state';
import type { ByteCache } from '../work/byteCache';
import { rowsWhere } from '../analysis/runStore';
import type { SceneModel } from './sceneModel';

/** Rows of the instances that are in at least one of some blocks. Blocks that the scene does not have hold none. */
export function rowsOfBlocks(model: SceneModel, blocks: readonly BlockReference[]): Int32Array {
  const taken = new Uint8Array(model.instances.length);
  for (const column of model.columns) {
    const wanted = new Uint8Array(column.blocks);
    for (const { column: source, block } of blocks) if (source === column.source) wanted[block] = 1;
    if (wanted.includes(1)) column.of.forEach((block, row) => (taken[row] |= wanted[block] ?? 0));
  }
  return rowsWhere(model.instances, (_, row) => taken[row] === 1);
}

/** Rows of instances by their numbers; those that are not shown are left out. */
export function rowsOfInstances(model: SceneModel, instances: readonly number[]): Int32Array {
  const wanted = new Set(instances);
  return rowsWhere(model.instances, (instance) => wanted.has(instance));
}

/** Rows of the instances of some flows; those that the scene does not have hold none. */
export async function rowsOfFlows(
  cache: ByteCache,
  model: SceneModel,
  flows: readonly FlowReference[],
): Promise<Int32Array> {
  const known = flows.filter(({ gap }) => model.flows[gap]);
  if (known.length === 0) return new Int32Array();
  const flowOf = await flowsOfRows(cache, model);
  return rowsWhere(model.instances, (_, row) => known.some(({ gap, flow }) => flowOf[gap][row] === flow));
}

/** How many of some instances each block and flow carries. */
export async function pathsOf(cache: ByteCache, model: SceneModel, rows: Int32Array): Promise<Paths> {
  const count = (of: Int32Array, length: number) => {
    const counts = new Int32Array(length);
    for (const row of rows) if (of[row] >= 0) counts[of[row]]++;
    return counts;
  };
  const flowOf = model.flows.length > 0 ? await flowsOfRows(cache, model) : [];
  return {
    instances: rows.length,
    blocks: model.columns.map(({ of, blocks }) => count(of, blocks)),
    flows: model.flows.map(({ instances }, gap) => count(flowOf[gap], instances.length)),
  };
}

/**
 * Flow of each row, by gap. Pairs of blocks, and the classes of each pair, are numbered in the order in which the
 * overview lists its flows, so that numbering them once more gives the flows' own numbers.
 */
function flowsOfRows(cache: ByteCache, model: SceneModel): Promise<Int32Array[]> {
  return cache.remember(`${model.key} flows of rows`, () =>
    model.flows.map((flows, gap) => {
      const from = model.columns[gap];
      const to = model.columns[gap + 1];
      const pairs = refine(from.of, from.blocks, to.of, to.blocks);
      const classes = model.classOf.reduce((most, c) => Math.max(most, c), 0) + 1;
      const parts = refine(pairs.of, pairs.count, model.classOf, classes);
      if (parts.count !== flows.instances.length) {
        throw new Error(`gap ${gap}: ${parts.count} flows instead of ${flows.instances.length}`);
      }
      return parts.of;
    }),
  );
}

/** The largest blocks of each column that some instances are in, largest first. */
export function largestBlocks(
  model: SceneModel,
  rows: Int32Array,
  most: number,
): { column: number; block: number; instances: number }[] {
  return model.columns.flatMap(({ of, blocks }, column) => {
    const inside = rows.filter((row) => of[row] >= 0);
    const picked = inside.map((row) => of[row]);
    const table = contingency(new Int32Array(picked.length), 1, picked, Math.max(1, blocks));
    return Array.from(table.column, (block, e) => ({ column, block, instances: table.count[e] }))
      .sort((a, b) => b.instances - a.instances || a.block - b.block)
      .slice(0, most);
  });
}
