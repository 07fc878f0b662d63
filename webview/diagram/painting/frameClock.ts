declare global {
  interface Window {
    /** Read by the tests. */
    apdPerformance: {
      /** Milliseconds that each of the last frames took to draw. */
      frames: number[];
      /** Frames so far that showed something between one picture and the next. */
      between: number;
    };
  }
}

const KEPT_FRAMES = 600;

/** Draws at most once a frame, however often it is asked to, and keeps how long each took. */
export class FrameClock {
  private requested = false;

  /** @param draw tells whether something moves */
  constructor(private readonly draw: () => boolean) {
    window.apdPerformance = { frames: [], between: 0 };
  }

  request(): void {
    if (this.requested) return;
    this.requested = true;
    requestAnimationFrame(() => {
      this.requested = false;
      const start = performance.now();
      if (this.draw()) window.apdPerformance.between++;
      const { frames } = window.apdPerformance;
      frames.push(performance.now() - start);
      if (frames.length > KEPT_FRAMES) frames.shift();
    });
  }
}
