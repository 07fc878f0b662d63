import type { SnapshotSettings } from '../../../training/config/config';

/** A snapshot within the first epoch. */
export interface EarlySnapshot {
  /** Steps that are done when it is taken. */
  step: number;
  /** The part of the epoch that is over then, rounded to four digits so that it names a file. */
  epoch: number;
}

/**
 * Snapshots within the first epoch: each at about half the steps of the next, as patterns change most at the start.
 * @param steps steps of an epoch; fewer snapshots where there are not enough
 */
export function earlySnapshots(settings: SnapshotSettings, steps: number): EarlySnapshot[] {
  const found: EarlySnapshot[] = [];
  let step = steps;
  for (let s = 0; s < settings.withinFirstEpoch; s++) {
    step = Math.floor(step / 2);
    if (step < 1) break;
    found.unshift({ step, epoch: Number((step / steps).toFixed(4)) });
  }
  return found;
}

/** True when a snapshot is taken after an epoch. */
export function isSnapshotEpoch(settings: SnapshotSettings, epoch: number, lastEpoch: number): boolean {
  return epoch % settings.every === 0 || epoch === lastEpoch;
}
