/** Hands out the results of calls in the order of the calls, whichever is ready first. */
export class InOrder {
  private last: Promise<unknown> = Promise.resolve();

  /** @param result of work that is under way; it comes, or fails, after all those that were given before it */
  async add<T>(result: Promise<T>): Promise<T> {
    const before = this.last;
    // Whoever awaits the result hears of a failure; the order only needs to know that it has settled.
    const settled = result.then(
      () => undefined,
      () => undefined,
    );
    this.last = before.then(() => settled);
    await before;
    return result;
  }

  /** Settles when all that was given has. */
  async idle(): Promise<void> {
    await this.last;
  }
}
