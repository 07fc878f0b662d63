import { continueNodes } from '../../core/continuation';
import { nodesOf } from '../../core/nodes';
import { alignInstances } from '../../core/measures/similarity';
import type { ShownSnapshot } from '../analysis/shownSnapshot';

/**
 * The node of a level that goes on from one of another look at the same run: the one with which it shares most
 * instances.
 * @returns −1 where it shares none
 */
export function continuationOf(
  before: ShownSnapshot,
  now: ShownSnapshot,
  level: number,
  node: number,
): number {
  const earlier = before.shown;
  const later = now.shown;
  if (!earlier || !later || !earlier.resolved[level] || !later.resolved[level]) return -1;
  const shared = alignInstances(earlier.snapshot.instances, later.snapshot.instances);
  const from = earlier.resolved[level].nodes;
  const to = later.resolved[level].nodes;
  const { to: best } = continueNodes(
    nodesOf(
      shared.earlier.map((row) => from.of[row]),
      from.count,
    ),
    nodesOf(
      shared.later.map((row) => to.of[row]),
      to.count,
    ),
  );
  return best[node] ?? -1;
}
