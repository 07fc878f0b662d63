import { setImmediate } from 'node:timers/promises';

/** A request that is being worked on: how it hears that it was cancelled, and tells how far it is. */
export interface Work {
  signal?: AbortSignal;
  /** @param share done so far, between 0 and 1, where it is known */
  onProgress?: (message: string, share?: number) => void;
}

/**
 * Lets messages in between two steps of long work, so that a cancellation is seen and a ping answered.
 * @throws the reason of the abort when the work was cancelled
 */
export async function letMessagesIn(work: Work): Promise<void> {
  await setImmediate();
  work.signal?.throwIfAborted();
}
