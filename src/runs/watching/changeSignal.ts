/** Milliseconds in which many events make one nudge. */
const GATHERING = 40;
/** Gathers events; the first of them is told a moment later, together with all that came until then. */
export class ChangeSignal {
  private timer?: NodeJS.Timeout;
  private closed = false;

  constructor(private readonly onNudge: () => void) {}

  event(): void {
    if (this.closed) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.onNudge();
    }, GATHERING).unref();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }
}

/**
 * Does something at once and then again and again. Keeps no process alive.
 * @param pause milliseconds from its end to the next beginning
 * @returns what ends it
 */
export function repeat(look: () => Promise<void>, pause: number): () => void {
  let ended = false;
  let timer: NodeJS.Timeout | undefined;
  const turn = async () => {
    await look();
    if (!ended) timer = setTimeout(() => void turn(), pause).unref();
  };
  void turn();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
