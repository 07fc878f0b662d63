import type { TrainingSettings } from '../../training/config/config';

/** Decides whether a training goes on, by the metric of one split. */
export class EarlyStop {
  /** @param best of the epochs so far, when the training was gone on with */
  constructor(
    private readonly settings: TrainingSettings['earlyStopping'],
    public best?: { value: number; epoch: number },
  ) {}

  /** Takes in the metric after an epoch. @returns why the training should end; undefined when it goes on */
  after(epoch: number, value: number): string | undefined {
    if (!this.settings) return undefined;
    const { split, metric, patience, minimumChange } = this.settings;
    const { best } = this;
    const gain = best === undefined ? Infinity : metric === 'loss' ? best.value - value : value - best.value;
    if (gain > minimumChange) {
      this.best = { value, epoch };
      return undefined;
    }
    if (epoch - best!.epoch < patience) return undefined;
    return (
      `Stopped after epoch ${epoch}: the ${metric} of ${split} has not got better for ${patience} epochs ` +
      `(best ${best!.value.toPrecision(4)} after epoch ${best!.epoch}).`
    );
  }
}
