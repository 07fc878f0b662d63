import type { CheckpointNumbers } from '../../runs/checkpoints/checkpointName';

/** How the epochs of checkpoints' names and those of a log belong together. */
export interface EpochJoin {
  /** Added to the epoch of a name it gives that of the log. */
  shift: number;
  /** Why, in a sentence for the user, who may know better. */
  reason: string;
}

/**
 * Finds how names and log count. Where a tool made the names, its convention decides; else where both begin. It does not
 * depend on how far the training is, so that it stays the same while one is followed.
 * @param firstEpoch the number of the log's first epoch, undefined where nothing tells
 */
export function joinEpochs(firstEpoch: 0 | 1 | undefined, names: readonly CheckpointNumbers[]): EpochJoin {
  const numbered = names.filter(({ epoch }) => epoch !== undefined);
  if (numbered.length === 0) return { shift: 0, reason: withoutEpochs(names) };
  if (firstEpoch === undefined) {
    return {
      shift: 0,
      reason: 'nothing tells where the log begins to count, so epochs are taken by their numbers',
    };
  }
  const known = numbered[0].firstEpoch;
  if (known !== undefined && numbered.every((name) => name.firstEpoch === known)) {
    const who = numbered[0].naming === 'lightning' ? 'Lightning' : 'Keras';
    const says = `${who} numbers its checkpoints from ${known}`;
    const same = known === firstEpoch;
    return {
      shift: firstEpoch - known,
      reason: `${says}, ${same ? 'and so does the log' : `the log from ${firstEpoch}`}`,
    };
  }
  // Snapshots within an epoch say nothing about how whole ones are counted.
  const epochs = [...new Set(numbered.map(({ epoch }) => epoch!).filter(Number.isInteger))];
  if (epochs.length === 0) return { shift: 0, reason: 'no checkpoint is of a whole epoch' };
  return firstEpoch === 0 ? joinFromZero(epochs) : joinFromOne(epochs);
}

function withoutEpochs(names: readonly CheckpointNumbers[]): string {
  const byStep = names.length > 0 && names.every(({ step }) => step !== undefined);
  return byStep ? 'checkpoints are named by their steps' : 'no checkpoint is named by its epoch';
}

function joinFromZero(epochs: number[]): EpochJoin {
  const lowest = epochs.reduce((least, epoch) => Math.min(least, epoch));
  if (lowest === 0) return { shift: 0, reason: 'checkpoints and log both count from 0' };
  if (lowest === 1) return { shift: -1, reason: 'checkpoints count from 1, the log from 0' };
  const every = commonStep(epochs);
  if (every > 1) {
    return {
      shift: -1,
      reason: `checkpoints of every ${every} epochs count those that are done, the log counts from 0`,
    };
  }
  return { shift: 0, reason: 'nothing tells that checkpoints count otherwise than the log, from 0' };
}

function joinFromOne(epochs: number[]): EpochJoin {
  if (epochs.includes(0)) {
    return { shift: 0, reason: 'the log counts from 1; checkpoint 0 is the network before training' };
  }
  const fromZero = commonStep(epochs.map((epoch) => epoch + 1));
  // Two may be any: 1 and 3 of a training that kept its best, or of every second epoch counted from 0.
  if (epochs.length > 2 && commonStep(epochs) === 1 && fromZero > 1) {
    return { shift: 1, reason: `checkpoints of every ${fromZero} epochs count from 0, the log from 1` };
  }
  return { shift: 0, reason: 'checkpoints and log both count from 1' };
}

/** Greatest number that divides all of at least two; 1 for fewer, which tell nothing. */
function commonStep(numbers: number[]): number {
  return numbers.length < 2 ? 1 : numbers.reduce(greatestDivisor);
}

function greatestDivisor(a: number, b: number): number {
  while (b > 0) [a, b] = [b, a % b];
  return a;
}
