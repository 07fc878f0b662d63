import type { Paths, Scene } from '../../../src/protocol/scene';
import type { PageState } from '../../../src/protocol/state';
import { columnOf, type DrawnScene, type BlockPlace } from '../drawnScene';
import { continuityAt, CONTINUED } from './followedBlocks';

/** Up to so many selected instances have rings around their sets: more would hide the partition. */
const RINGED_INSTANCES = 10;

/**
 * The blocks that stand for a selection and get a ring: selected ones, the one that a selected node is in, and those of
 * selected instances in the views where no ribbon leads the eye to them.
 * @param paths of the selection, once they are known
 */
export function placesOfSelection(
  scene: Scene,
  drawn: DrawnScene,
  { selection, view, snapshot, level }: PageState,
  paths: Paths | undefined,
): BlockPlace[] {
  switch (selection.kind) {
    case 'none':
      return [];
    case 'blocks':
      return selection.blocks
        .map(({ column, block }) => ({ column: columnOf(drawn, column), block }))
        .filter(({ column, block }) => drawn.columns[column]?.byBlock[block] !== undefined);
    case 'node': {
      if (scene.kind === 'partition') return placesOfInstances(scene, paths);
      const oneLevel = view === 'time' || view === 'patterns';
      if (oneLevel && selection.level !== level) return [];
      return placeOfNode(columnOf(drawn, view === 'time' ? snapshot : selection.level), paths);
    }
    case 'instances':
      return placesOfInstances(scene, paths);
  }
}

/** All instances of a node are in one block of its column. */
function placeOfNode(column: number, paths: Paths | undefined): BlockPlace[] {
  const blocks = blocksOn(paths?.blocks[column]);
  return blocks.length === 1 ? [{ column, block: blocks[0] }] : [];
}

function placesOfInstances({ kind }: Scene, paths: Paths | undefined): BlockPlace[] {
  const few = kind === 'partition' && paths !== undefined && paths.instances <= RINGED_INSTANCES;
  if (!paths || (kind !== 'patterns' && !few)) return [];
  return paths.blocks.flatMap((counts, column) => blocksOn(counts).map((block) => ({ column, block })));
}

function blocksOn(counts: Int32Array | undefined): number[] {
  return counts ? [...counts.keys()].filter((block) => counts[block] > 0) : [];
}

/** Where a place of one scene is in the next: with its block, or at the top of its column where that is gone. */
export function followedPlace(
  scene: Scene,
  before: DrawnScene,
  after: DrawnScene,
  { column, block }: BlockPlace,
): BlockPlace | undefined {
  const source = before.columns[column]?.source;
  const same = source === undefined ? -1 : columnOf(after, source);
  const at = same < 0 ? Math.min(column, after.columns.length - 1) : same;
  const { continues, change, mergedInto } = continuityAt(scene, at) ?? {};
  const heir = continues?.findIndex((old, b) => old === block && change![b] === CONTINUED) ?? -1;
  const into = same < 0 ? -1 : heir >= 0 ? heir : (mergedInto?.[block] ?? -1);
  const kept = after.columns[at]?.byBlock[into] ?? after.columns[at]?.boxes[0];
  return kept && { column: at, block: kept.block };
}
