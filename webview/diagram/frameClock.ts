declare global {
  interface Window {
    /** Milliseconds that each of the last frames took to draw: read by the tests. */
    apdPerformance: { frames: number[] };
  }
}

const KEPT_FRAMES = 600;

/** Draws at most once a frame, however often it is asked to, and keeps how long each took. */
export class FrameClock {
  private requested = false;

  constructor(private readonly draw: () => void) {
    window.apdPerformance = { frames: [] };
  }

  request(): void {
    if (this.requested) return;
    this.requested = true;
    requestAnimationFrame(() => {
      this.requested = false;
      const start = performance.now();
      this.draw();
      const { frames } = window.apdPerformance;
      frames.push(performance.now() - start);
      if (frames.length > KEPT_FRAMES) frames.shift();
    });
  }
}
