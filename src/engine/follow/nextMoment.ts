import { readCheckpointName } from '../../runs/checkpoints/checkpointName';
import type { Moment } from '../../runs/checkpoints/checkpointMoments';

/**
 * Moment of a checkpoint that comes to a run: by its name; where that tells only a step, the epoch is its place among the
 * others; where it tells nothing, the one after the last.
 * @param snapshots those of the run, in order
 * @param waiting other checkpoints that will come
 */
export function nextMoment(
  file: string,
  snapshots: readonly Moment[],
  waiting: readonly string[] = [],
): Moment {
  const { epoch, step } = readCheckpointName(file);
  if (epoch !== undefined) return step === undefined ? { epoch } : { epoch, step };
  const last = snapshots.at(-1);
  if (step === undefined) return { epoch: last === undefined ? 0 : Math.floor(last.epoch) + 1 };
  const stepped = snapshots.filter((snapshot) => snapshot.step !== undefined);
  const before = stepped.findLast((snapshot) => snapshot.step! < step);
  const after = stepped.find((snapshot) => snapshot.step! > step);
  // Places are kept free for those that come later but belong before it.
  const between = waiting.filter((name) => {
    const other = readCheckpointName(name).step;
    return other !== undefined && other < step && other > (before?.step ?? -Infinity);
  }).length;
  const lower = before?.epoch ?? -1;
  const place = lower + 1 + between;
  if (after === undefined || place < after.epoch) return { epoch: place, step };
  return { epoch: (Math.max(lower, after.epoch - 1) + after.epoch) / 2, step };
}
