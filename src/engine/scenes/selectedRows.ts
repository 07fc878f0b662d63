import type { Selection } from '../../protocol/state';
import type { ByteCache } from '../work/byteCache';
import type { ShownSnapshot } from '../analysis/shownSnapshot';
import type { SceneModel } from './sceneModel';
import { rowsOfBlocks, rowsOfFlows, rowsOfInstances } from './instancePaths';

/**
 * Rows of a scene that are selected: all of them when nothing is. What the scene does not have holds none.
 * @param lookUp looks at the state; asked only for nodes, which may be of a level or a snapshot that is not drawn
 */
export async function selectedRows(
  cache: ByteCache,
  model: SceneModel,
  selection: Selection,
  lookUp: () => Promise<ShownSnapshot>,
): Promise<Int32Array> {
  switch (selection.kind) {
    case 'none':
      return Int32Array.from(model.instances.keys());
    case 'blocks': {
      const { blocks, flows = [] } = selection;
      const rows = rowsOfBlocks(model, blocks);
      if (flows.length === 0) return rows;
      return union(rows, await rowsOfFlows(cache, model, flows));
    }
    case 'node':
      return rowsOfInstances(model, instancesOfNode(await lookUp(), selection.level, selection.node));
    case 'instances':
      return rowsOfInstances(model, selection.instances);
  }
}

/** Numbers of the shown instances of a node. */
function instancesOfNode({ shown }: ShownSnapshot, level: number, node: number): number[] {
  const of = shown?.resolved[level]?.nodes.of;
  if (!shown || !of) return [];
  return Array.from(shown.snapshot.instances).filter((_, row) => of[row] === node);
}

function union(a: Int32Array, b: Int32Array): Int32Array {
  return Int32Array.from(new Set([...a, ...b])).sort();
}
