import { easeCubicInOut, timer, type Timer } from 'd3';
import type { DrawnScene } from '../drawnScene';
import { sceneAt, type Motion } from './sceneMotion';

/** How long a change of snapshot takes, in milliseconds. */
const DURATION = 400;

/** Plays a motion; `current` is where it is now. */
export class Animation {
  current?: DrawnScene;
  private clock?: Timer;

  /** @param onStep told for each step, and once more when it has arrived */
  constructor(private readonly onStep: () => void) {}

  play(motion: Motion): void {
    this.stop();
    this.current = sceneAt(motion, 0);
    this.clock = timer((elapsed) => {
      const share = Math.min(1, elapsed / DURATION);
      if (share === 1) this.stop();
      else this.current = sceneAt(motion, easeCubicInOut(share));
      this.onStep();
    });
  }

  stop(): void {
    this.clock?.stop();
    this.clock = undefined;
    this.current = undefined;
  }
}
