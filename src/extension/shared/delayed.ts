/** Work that is asked for again and again, and done once for all that was asked meanwhile. */
export class Delayed {
  private timer?: NodeJS.Timeout;

  /**
   * @param work what is done
   * @param delay milliseconds between the asking and the work
   */
  constructor(
    private readonly work: () => void,
    private readonly delay: number,
  ) {}

  /** Whether the work is still to be done. */
  get waits(): boolean {
    return this.timer !== undefined;
  }

  /** Asks for the work: it is done after the delay that the first asking began. */
  ask(delay = this.delay): void {
    this.timer ??= setTimeout(() => this.doNow(), delay);
  }

  /** Asks for the work, and lets the delay begin anew. */
  postpone(delay = this.delay): void {
    this.dispose();
    this.ask(delay);
  }

  /** Does the work at once, in place of what was asked for. */
  doNow(): void {
    this.dispose();
    this.work();
  }

  /** Takes back what was asked for. */
  dispose(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
