import type { Features } from '../../data/dataset';
import type { Scaling } from '../../data/scaling';
import { elementCount } from '../../core/shape';

/** Numbers read at once, about. */
const NUMBERS_AT_ONCE = 4 * 1024 ** 2;

/**
 * The scaling that gives some instances mean 0 and deviation 1: for each column of flat data, for each channel of images
 * with three axes, else over all numbers. What never changes is only moved to 0.
 * @param rows instances that count, at least one
 * @throws InputError naming a value that is no finite number
 */
export async function standardScaling(features: Features, rows: Int32Array): Promise<Scaling> {
  const units = elementCount(features.shape);
  const { channels, inner } = channelsOf(features);
  const moments = new Moments(channels, inner);
  const rowsAtOnce = Math.max(1, Math.floor(NUMBERS_AT_ONCE / units));
  const numbers = new Float64Array(Math.min(rowsAtOnce, rows.length) * units);
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    const some = rows.subarray(from, from + rowsAtOnce);
    const part = numbers.subarray(0, some.length * units);
    await features.read(some, part);
    moments.add(part);
  }
  return moments.scaling();
}

/** How many means there are, and how many neighbouring numbers share one. */
function channelsOf({ shape, axes }: Features): { channels: number; inner: number } {
  const units = elementCount(shape);
  if (shape.length === 1 && axes !== 'HWC' && axes !== 'CHW') return { channels: units, inner: 1 };
  if (shape.length === 3 && axes === 'CHW') return { channels: shape[0], inner: shape[1] * shape[2] };
  if (shape.length === 3 && axes === 'HWC') return { channels: shape[2], inner: 1 };
  return { channels: 1, inner: units };
}

/**
 * Means and squared deviations, joined part by part. Source: Chan, Golub & LeVeque, Updating Formulae and a Pairwise
 * Algorithm for Computing Sample Variances, 1979.
 */
class Moments {
  /** First number of each channel: all are taken relative to it, so that a constant one has exactly no deviation. */
  private first?: Float64Array;
  private count = 0;
  private readonly mean: Float64Array;
  private readonly squares: Float64Array;

  constructor(
    private readonly channels: number,
    private readonly inner: number,
  ) {
    this.mean = new Float64Array(channels);
    this.squares = new Float64Array(channels);
  }

  add(numbers: Float64Array): void {
    const { channels, inner } = this;
    this.first ??= Float64Array.from({ length: channels }, (_, channel) => numbers[channel * inner]);
    const first = this.first;
    const mean = new Float64Array(channels);
    const squares = new Float64Array(channels);
    const count = numbers.length / channels;
    this.forEachRun(numbers.length, (channel, from, end) => {
      let sum = 0;
      for (let index = from; index < end; index++) sum += numbers[index] - first[channel];
      mean[channel] += sum;
    });
    mean.forEach((sum, channel) => (mean[channel] = sum / count));
    this.forEachRun(numbers.length, (channel, from, end) => {
      let sum = 0;
      for (let index = from; index < end; index++) {
        const deviation = numbers[index] - first[channel] - mean[channel];
        sum += deviation * deviation;
      }
      squares[channel] += sum;
    });
    this.join(mean, squares, count);
  }

  scaling(): Scaling {
    const mean = Array.from(this.mean, (value, channel) => value + (this.first?.[channel] ?? 0));
    const deviation = Array.from(this.squares, (sum) => Math.sqrt(sum / this.count) || 1);
    return { scale: 1, mean, deviation };
  }

  private forEachRun(length: number, visit: (channel: number, from: number, end: number) => void): void {
    for (let from = 0, channel = 0; from < length; from += this.inner) {
      visit(channel, from, from + this.inner);
      channel = channel + 1 === this.channels ? 0 : channel + 1;
    }
  }

  private join(mean: Float64Array, squares: Float64Array, count: number): void {
    const total = this.count + count;
    for (let channel = 0; channel < this.channels; channel++) {
      const difference = mean[channel] - this.mean[channel];
      this.mean[channel] += (difference * count) / total;
      this.squares[channel] += squares[channel] + (difference * difference * this.count * count) / total;
    }
    this.count = total;
  }
}
