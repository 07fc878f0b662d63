import type { RunInfo } from '../../protocol/engine';
import type { Scene, Timeline } from '../../protocol/scene';
import type { ViewState } from '../../protocol/state';

type Snapshots = Pick<RunInfo, 'snapshots'>;

/** Whether snapshots that were there have another index now: others came before them, or some are gone. */
export function renumbersSnapshots(before: Snapshots, after: Snapshots): boolean {
  return before.snapshots.some(({ id }, i) => id !== after.snapshots[i]?.id);
}

/**
 * Index that a snapshot has in a run as it is now. Where it is gone: that of the nearest epoch, the earlier of equals.
 * @param index of the snapshot in the run as it was
 */
export function carriedSnapshot(before: Snapshots, after: Snapshots, index: number): number {
  const earlier = before.snapshots.at(index);
  if (!earlier) return index;
  const same = sameSnapshot(before, after, index);
  if (same >= 0) return same;
  let nearest = 0;
  const distance = (i: number) => Math.abs(after.snapshots[i].epoch - earlier.epoch);
  after.snapshots.forEach((_, i) => {
    if (distance(i) < distance(nearest)) nearest = i;
  });
  return nearest;
}

/**
 * A state, or a change of one, of a run as it was, for the run as it is now: snapshots go by their id. Of a selection in
 * the time view, whose columns are snapshots, blocks of snapshots that are gone are left out.
 * @param view that the selection was made in
 */
export function renumbered<T extends Partial<ViewState>>(
  state: T,
  view: ViewState['view'],
  before: Snapshots,
  after: Snapshots,
): T {
  const { snapshot, selection } = state;
  const result = { ...state };
  if (snapshot !== undefined) result.snapshot = carriedSnapshot(before, after, snapshot);
  if (view !== 'time' || selection?.kind !== 'blocks') return result;
  const blocks = selection.blocks
    .map((reference) => ({ ...reference, column: sameSnapshot(before, after, reference.column) }))
    .filter(({ column }) => column >= 0);
  const none = blocks.length + (selection.flows?.length ?? 0) === 0;
  result.selection = none ? { kind: 'none' } : { ...selection, blocks };
  return result;
}

/**
 * A level over time, drawn of a run as it was, with the columns' numbers of the run as it is now (−1: gone). Nothing in it
 * moves: each block goes on from itself.
 */
export function renumberedScene(scene: Scene, before: Snapshots, after: Snapshots): Scene {
  if (scene.kind !== 'time') return scene;
  const columns = scene.columns.map((column) => ({
    ...column,
    source: sameSnapshot(before, after, column.source),
    continues: Int32Array.from(column.continues, (_, block) => block),
    change: new Uint8Array(column.change.length),
    mergedInto: new Int32Array(column.continues.length).fill(-1),
  }));
  return { ...scene, columns };
}

/** The timeline as far as it is known of a run's snapshots as they are now, until it is counted anew. */
export function renumberedTimeline(
  timeline: Timeline,
  before: Snapshots,
  { snapshots }: Snapshots,
): Timeline {
  const earlier = new Map(before.snapshots.map(({ id }, i) => [id, i]));
  return {
    epochs: snapshots.map(({ epoch }) => epoch),
    steps: snapshots.map(({ step }) => step),
    accuracy: snapshots.map(({ accuracy }) => accuracy),
    patterns: timeline.patterns.map((counts, level) =>
      snapshots.map(({ id, patterns }) => {
        const index = earlier.get(id);
        return patterns?.[level] ?? (index === undefined ? undefined : counts[index]);
      }),
    ),
    levels: timeline.levels,
  };
}

function sameSnapshot(before: Snapshots, after: Snapshots, index: number): number {
  const id = before.snapshots.at(index)?.id;
  return after.snapshots.findIndex((snapshot) => snapshot.id === id);
}
