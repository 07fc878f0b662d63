import { alignInstances, bitChange } from '../../core/measures/similarity';
import type { OpenedRun, RunStore } from '../analysis/runStore';
import { letMessagesIn } from '../work/work';

/**
 * Bit change of each level of a snapshot since the one before; undefined for all of the first, and where exact patterns
 * were not kept.
 * @throws InputError where there is no such snapshot
 */
export async function snapshotBitChange(
  store: RunStore,
  opened: OpenedRun,
  snapshot: number,
): Promise<(number | undefined)[]> {
  // Others may wait for the same: it is not cancelled with one request. Which snapshot is before it may change while a run grows: both are in the key.
  const idOf = (s: number) => opened.run.manifest.snapshots[s]?.patterns;
  const key = `${opened.key}bit change ${idOf(snapshot - 1)} ${idOf(snapshot)}`;
  return store.cache.remember(key, async () => {
    const later = await store.snapshot(opened, snapshot);
    if (snapshot === 0) return later.levels.map(() => undefined);
    await letMessagesIn({});
    const earlier = await store.snapshot(opened, snapshot - 1);
    await letMessagesIn({});
    const pairs = alignInstances(earlier.instances, later.instances);
    return later.levels.map(({ exact }, l) => {
      const before = earlier.levels[l].exact;
      return exact && before && bitChange(before, exact, pairs);
    });
  });
}
