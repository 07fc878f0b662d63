import { setImmediate } from 'node:timers/promises';

/** Where a training asks between two steps whether it may go on. */
export class TrainingControl {
  private resumed: { promise: Promise<void>; resolve: () => void } | undefined;

  /** @param signal stops the training between two steps */
  constructor(readonly signal?: AbortSignal) {
    signal?.addEventListener('abort', () => this.resume(), { once: true });
  }

  get paused(): boolean {
    return this.resumed !== undefined;
  }

  pause(): void {
    if (this.resumed || this.signal?.aborted) return;
    let resolve = () => {};
    const promise = new Promise<void>((done) => (resolve = done));
    this.resumed = { promise, resolve };
  }

  resume(): void {
    this.resumed?.resolve();
    this.resumed = undefined;
  }

  /**
   * Lets messages in, and waits while the training is paused.
   * @throws the reason of the abort when it was stopped
   */
  async breathe(): Promise<void> {
    await setImmediate();
    await this.resumed?.promise;
    this.signal?.throwIfAborted();
  }
}
