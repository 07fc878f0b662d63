import { refine } from './contingency';
import { nodesOf, type LevelNodes } from './nodes';

/** The paths that instances take through several levels: two are on one path when they share every node. */
export function pathsThrough(levels: readonly LevelNodes[]): LevelNodes {
  let path: { of: Int32Array; count: number } = levels[0];
  for (const level of levels.slice(1)) path = refine(path.of, path.count, level.of, level.count);
  return nodesOf(path.of, path.count);
}
