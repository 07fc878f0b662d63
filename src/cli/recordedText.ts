import type { Snapshot } from '../core/patterns/snapshot';
import { formatShare, snapshotName } from '../core/wording';

/** What is said of a snapshot that was recorded: its moment, the patterns of each level, the accuracy. */
export function recordedText(snapshot: Snapshot, accuracy: number | undefined): string {
  const patterns = snapshot.levels.map(
    ({ exact, coarse }) => exact?.count ?? `${coarse!.modes.count} prototypes`,
  );
  const right = accuracy === undefined ? '' : `, accuracy ${formatShare(accuracy)}`;
  return `${snapshotName(snapshot)}: ${patterns.join(' – ')} patterns${right}`;
}
