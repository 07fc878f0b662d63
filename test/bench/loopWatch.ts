import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';

/** How often the loop is looked at, in milliseconds. */
const RESOLUTION = 10;

/** How long an event loop did not turn, in milliseconds. */
export interface LongestBlock {
  /** Longest time between two turns, as the clock has it. */
  wall: number;
  /** Longest time less what the thread waited for a processor that others used; as `wall` where the system does not tell. */
  own: number;
}

/** Watches the event loop of the main thread that it runs in. */
export class LoopWatch {
  private readonly histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION });
  private readonly timer: NodeJS.Timeout;
  private last = performance.now();
  private waited = waitedForProcessor();
  private own = 0;

  constructor() {
    this.histogram.enable();
    this.timer = setInterval(() => this.tick(), RESOLUTION);
  }

  /** The longest blocks since the last call. */
  take(): LongestBlock {
    this.tick();
    // Both count the time between two looks, of which the waiting is no block.
    const wall = Math.max(0, this.histogram.max / 1e6 - RESOLUTION);
    // The two clocks do not look at the same moments.
    const own = Math.min(wall, Math.max(0, this.own - RESOLUTION));
    this.histogram.reset();
    this.own = 0;
    return { wall, own };
  }

  stop(): void {
    this.histogram.disable();
    clearInterval(this.timer);
  }

  private tick(): void {
    const waited = waitedForProcessor();
    const now = performance.now();
    this.own = Math.max(this.own, now - this.last - (waited - this.waited));
    this.last = now;
    this.waited = waited;
  }
}

/** Milliseconds that the main thread could have run but had no processor; 0 where the system does not tell (not Linux). */
function waitedForProcessor(): number {
  try {
    // Time on a processor, time in the queue for one (both in nanoseconds), and turns: Documentation/scheduler/sched-stats.
    return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}
