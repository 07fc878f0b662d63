import type { TrainingProgress } from '../../protocol/training';

/** Progress is told this often at most. */
const TELL_MS = 150;

/** Tells where a training stands: seldom enough to be read, and at once when its phase changes. */
export class ProgressTeller {
  private progress: TrainingProgress;
  private last = -Infinity;
  private stepsDone = 0;
  private msInSteps = 0;

  constructor(
    first: Pick<TrainingProgress, 'folder' | 'name' | 'epochs'>,
    private readonly tell: (progress: TrainingProgress) => void,
  ) {
    this.progress = { ...first, phase: 'preparing', epoch: 0, step: 0, steps: 0 };
  }

  /** Changes what is known. @param atOnce however short ago the last was told */
  update(change: Partial<TrainingProgress>, atOnce = false): void {
    const phaseChanged = change.phase !== undefined && change.phase !== this.progress.phase;
    this.progress = { ...this.progress, ...change };
    const now = performance.now();
    if (!atOnce && !phaseChanged && now - this.last < TELL_MS) return;
    this.last = now;
    this.tell({ ...this.progress, secondsLeft: this.secondsLeft() });
  }

  /** Counts a step that took `ms`, for the time that is left. */
  countStep(ms: number): void {
    this.stepsDone++;
    this.msInSteps += ms;
  }

  private secondsLeft(): number | undefined {
    const { epochs, epoch, steps, step } = this.progress;
    if (this.stepsDone < 5 || epoch === 0) return undefined;
    const left = (epochs - epoch) * steps + (steps - step);
    return ((this.msInSteps / this.stepsDone) * left) / 1000;
  }
}
