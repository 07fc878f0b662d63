import type { Timeline } from '../../src/protocol/scene';
import { largest } from '../../src/core/lists';

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

/** Pixels of a digit of the axis, and those that stay free between two names. */
const DIGIT = 6.5;
const APART = 6;

/** Name of an epoch on the axis: two digits of a fraction tell enough. */
export function epochLabel(epoch: number): string {
  return String(Number(epoch.toFixed(2)));
}

/**
 * Snapshots whose epochs are written on the axis: the first and the last, whole epochs, then the others, as long as their
 * names do not come too close to those that are there.
 * @param places of the snapshots, in pixels
 */
export function namedSnapshots(epochs: readonly number[], places: readonly number[]): number[] {
  const last = epochs.length - 1;
  const rank = (i: number) => (i === 0 || i === last ? 0 : Number.isInteger(epochs[i]) ? 1 : 2);
  const half = (i: number) => (epochLabel(epochs[i]).length * DIGIT) / 2;
  // Even steps read better than as many as fit: of n epochs every second, third, ….
  const whole = epochs.flatMap((epoch, i) => (Number.isInteger(epoch) ? [i] : []));
  const room = Math.abs((places[last] ?? 0) - (places[0] ?? 0));
  const widest = largest(epochs.map((_, i) => 2 * half(i))) + APART;
  const every = Math.max(1, Math.ceil((whole.length * widest) / Math.max(1, room)));
  const wanted = epochs.flatMap((_, i) => (rank(i) !== 1 || whole.indexOf(i) % every === 0 ? [i] : []));
  wanted.sort((a, b) => rank(a) - rank(b) || a - b);
  const kept: number[] = [];
  for (const i of wanted) {
    const free = kept.every((k) => Math.abs(places[k] - places[i]) >= half(k) + half(i) + APART);
    if (free) kept.push(i);
  }
  return kept.sort((a, b) => a - b);
}
