import type { TrainingSettings } from './config/config';

/**
 * Learning rate at a moment of the training.
 * @param passed epochs that have passed: 2.5 is the middle of the third
 */
export function learningRateAt(settings: TrainingSettings, passed: number): number {
  const { optimizer, epochs, warmup } = settings;
  const rate = optimizer.learningRate * scheduleFactor(settings, passed, epochs);
  // The first step of a warm-up would else be one of rate 0.
  return passed < warmup ? rate * Math.max(passed / warmup, 1e-3) : rate;
}

function scheduleFactor(settings: TrainingSettings, passed: number, epochs: number): number {
  const { schedule, optimizer } = settings;
  switch (schedule.type) {
    case 'constant':
      return 1;
    case 'step':
      return schedule.factor ** Math.floor(passed / schedule.every);
    case 'exponential':
      return schedule.factor ** Math.floor(passed);
    case 'cosine': {
      const lowest = (schedule.minimum ?? 0) / optimizer.learningRate;
      const way = Math.min(1, passed / Math.max(1, epochs));
      return lowest + ((1 - lowest) * (1 + Math.cos(Math.PI * way))) / 2;
    }
  }
}
