import type { Timeline } from '../src/protocol/scene';

/**
 * Where snapshots stand on the axis: at their epochs where these rise from one to the next, else (several snapshots within
 * an epoch) one after another.
 */
export function snapshotPositions({ epochs }: Timeline): number[] {
  const rising = epochs.every((epoch, i) => i === 0 || epoch > epochs[i - 1]);
  return rising ? [...epochs] : epochs.map((_, i) => i);
}

/** Index of the snapshot nearest to a place on the axis, the earlier of equals. */
export function nearestSnapshot(positions: readonly number[], at: number): number {
  let best = 0;
  positions.forEach((position, i) => {
    if (Math.abs(position - at) < Math.abs(positions[best] - at)) best = i;
  });
  return best;
}

/** The snapshot that a key leads to from the present one; undefined for other keys. */
export function snapshotByKey(key: string, snapshot: number, count: number): number | undefined {
  const to: Record<string, number> = {
    ArrowLeft: snapshot - 1,
    ArrowDown: snapshot - 1,
    ArrowRight: snapshot + 1,
    ArrowUp: snapshot + 1,
    PageDown: snapshot - 5,
    PageUp: snapshot + 5,
    Home: 0,
    End: count - 1,
  };
  if (!(key in to)) return undefined;
  return Math.max(0, Math.min(count - 1, to[key]));
}
