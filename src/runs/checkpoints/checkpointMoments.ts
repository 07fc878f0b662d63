import { readCheckpointName } from './checkpointName';

/** When in the training a snapshot was taken. */
export interface Moment {
  epoch: number;
  step?: number;
}

/**
 * Moments of models in the order given, by their names: each name's epoch (with its step, where only both together tell
 * the models apart), or its step where there are only those, the epoch then being its place in the order. Where names tell
 * nothing, or the same of two models: 0, 1, 2, …
 */
export function checkpointMoments(files: readonly string[]): Moment[] {
  const names = files.map(readCheckpointName);
  const ordinals = files.map((_, epoch): Moment => ({ epoch }));
  // A number alone may be anything; of several it is at least their order.
  if (files.length === 1 && names[0].naming === 'number') return ordinals;
  if (names.every(({ epoch }) => epoch !== undefined)) {
    if (allDiffer(names.map(({ epoch }) => epoch))) return names.map(({ epoch }) => ({ epoch: epoch! }));
    const both = names.map(({ epoch, step }) => `${epoch} ${step}`);
    if (!allDiffer(both)) return ordinals;
    return names.map(({ epoch, step }) => (step === undefined ? { epoch: epoch! } : { epoch: epoch!, step }));
  }
  const steps = names.map(({ step }) => step);
  if (names.some(({ epoch, step }) => epoch !== undefined || step === undefined) || !allDiffer(steps)) {
    return ordinals;
  }
  return steps.map((step, epoch) => ({ epoch, step }));
}

function allDiffer(values: readonly unknown[]): boolean {
  return new Set(values).size === values.length;
}
