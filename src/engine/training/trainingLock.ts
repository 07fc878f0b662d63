import path from 'node:path';
import { InputError } from '../../core/errors';
import { lockHolder, takeLock, type Holder } from '../../runs/lock';
import { trainingFolder } from './preparation/trainingState';

/** Name of the file that says which process trains in a run folder. */
export const lockName = 'lock';

/** Process that trains in a run folder now; undefined when none does. */
export function trainingProcess(run: string): Promise<Holder | undefined> {
  return lockHolder(path.join(run, trainingFolder, lockName));
}

/**
 * Takes a run folder for a training, so that no second one writes into it. A lock of a process that is gone is taken over.
 * @returns gives the folder back
 * @throws InputError when another training is under way there
 */
export function lockRun(run: string): Promise<() => Promise<void>> {
  return takeLock(path.join(run, trainingFolder, lockName), (holder) => {
    const problem = `is being trained into already (${holder}); stop that training, or choose another folder`;
    return new InputError(run, problem);
  });
}
