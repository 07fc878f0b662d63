import { statusLine } from './terminal';

/** A progress bar on stderr where that is a terminal; elsewhere silent, so that logs stay readable. */
export class ProgressBar {
  private shown = false;
  private last = 0;
  private readonly started = Date.now();

  constructor(private readonly title: string) {}

  /** Shows how much is done, ten times a second at most. */
  update(done: number, all: number, what = ''): void {
    const now = Date.now();
    if (!statusLine.shown || (now - this.last < 100 && done < all)) return;
    this.last = now;
    this.shown = true;
    const share = all > 0 ? Math.min(1, done / all) : 0;
    const seconds = (now - this.started) / 1000;
    const left = share > 0.05 && seconds > 1 ? ` ${Math.ceil((seconds * (1 - share)) / share)} s left` : '';
    const bar = '█'.repeat(Math.round(24 * share)).padEnd(24, '░');
    statusLine.set(
      `${this.title} ${bar} ${Math.round(share * 100)} %${what === '' ? '' : ` ${what}`}${left}`,
    );
  }

  /** Clears the bar's line, so that something else can be written there. */
  clear(): void {
    if (this.shown) statusLine.clear();
    this.shown = false;
  }
}
