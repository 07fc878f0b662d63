import type { TrainingInfo, TrainingProgress } from '../../protocol/training';
import { formatShare, pluralise } from '../../core/wording';

/** A span of time as users read it: `12 s`, `3 min`, `1 h 5 min`. */
export function duration(seconds: number): string {
  if (seconds < 59.5) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** How far a training is, for its notification: epoch, loss, accuracy, what is left. */
export function progressText(progress: TrainingProgress): string {
  const { phase, epoch, epochs, loss, accuracy, secondsLeft } = progress;
  if (phase === 'preparing') return 'preparing';
  const parts = [epoch === 0 ? 'before the first epoch' : `epoch ${epoch} of ${epochs}`];
  if (loss !== undefined) parts.push(`loss ${lossText(loss)}`);
  if (accuracy !== undefined) parts.push(`accuracy ${formatShare(accuracy)}`);
  if (phase === 'paused') parts.unshift('paused');
  else if (secondsLeft !== undefined) parts.push(`${duration(secondsLeft)} left`);
  return parts.join(' · ');
}

/** The same for the status bar, in fewer words. */
export function shortProgress(progress: TrainingProgress): string {
  const { phase, epoch, epochs, accuracy, secondsLeft } = progress;
  if (phase === 'preparing') return 'preparing';
  const parts = [`epoch ${epoch}/${epochs}`];
  if (accuracy !== undefined) parts.push(formatShare(accuracy));
  if (phase === 'paused') parts.push('paused');
  else if (secondsLeft !== undefined) parts.push(`${duration(secondsLeft)} left`);
  return parts.join(' · ');
}

/** Share of a training that is done, of all its epochs. */
export function shareDone({ epoch, epochs, step, steps }: TrainingProgress): number {
  if (epochs <= 0 || epoch <= 0) return 0;
  const within = steps > 0 ? step / steps : 0;
  return Math.min(1, (epoch - 1 + within) / epochs);
}

/** How the training of a run stands, to be listed. */
export type Standing = Pick<TrainingInfo, 'epoch' | 'epochs' | 'message'> & {
  status: TrainingInfo['status'] | 'waiting' | 'paused';
};

/** Whether a run was trained and can be gone on with now. */
export function canGoOn({ status }: Standing): boolean {
  return status === 'finished' || hasEpochsLeft({ status });
}

/** Whether a training ended before its last epoch, and can be continued now. */
export function hasEpochsLeft({ status }: Pick<Standing, 'status'>): boolean {
  return status === 'stopped' || status === 'broken' || status === 'failed';
}

/** Codicon and words for how a training stands. */
export function standingText({ status, epoch, epochs }: Standing): { icon: string; text: string } {
  switch (status) {
    case 'waiting':
      return { icon: 'clock', text: 'waits to be trained' };
    case 'running':
      return { icon: 'sync~spin', text: `training, epoch ${epoch} of ${epochs}` };
    case 'paused':
      return { icon: 'debug-pause', text: `paused in epoch ${epoch} of ${epochs}` };
    case 'stopped':
      return { icon: 'debug-stop', text: `stopped after epoch ${epoch} of ${epochs}` };
    case 'broken':
      return { icon: 'debug-disconnect', text: `broken off after epoch ${epoch} of ${epochs}` };
    case 'failed':
      return { icon: 'error', text: `failed after epoch ${epoch} of ${epochs}` };
    case 'finished':
      return { icon: 'type-hierarchy', text: `trained, ${pluralise(epoch, 'epoch')}` };
  }
}

function lossText(loss: number): string {
  return loss >= 0.001 && loss < 1000 ? loss.toPrecision(3) : loss.toExponential(2);
}

/** Progress of a training as it is now: what the engine told last may be from before a pause, or from within one. */
export function latestProgress(training: {
  state: 'waiting' | 'running' | 'paused';
  progress?: TrainingProgress;
}): TrainingProgress | undefined {
  const { progress, state } = training;
  if (!progress) return undefined;
  if (state === 'paused') return { ...progress, phase: 'paused' };
  return progress.phase === 'paused' ? { ...progress, phase: 'training' } : progress;
}
