import path from 'node:path';
import { InputError } from '../core/errors';
import { lockHolder, takeLock } from './lock';

/** File in a run folder that says which process records checkpoints into it as they come. */
export const followLockName = 'apd-follow.lock';

/**
 * Takes a run for recording checkpoints into it as they come.
 * @returns gives it back
 * @throws InputError where another process does that
 */
export function takeFollowLock(run: string): Promise<() => Promise<void>> {
  return takeLock(path.join(run, followLockName), (holder) => followedBy(run, holder));
}

/** @throws InputError where a process records checkpoints into a run as they come */
export async function checkNotFollowed(run: string): Promise<void> {
  const holder = await lockHolder(path.join(run, followLockName));
  if (holder) throw followedBy(run, `process ${holder.pid}`);
}

function followedBy(run: string, holder: string): InputError {
  return new InputError(
    run,
    `is written to already by another one that follows checkpoints (${holder}); stop that first`,
  );
}
