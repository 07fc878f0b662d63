import { InputError } from '../core/errors';
import type { AxisOrder } from './dataset';
import type { Numbers } from './arrays/elements';
import { parseNumber } from './tables/parseNumber';
import { formatShape } from './arrays/storedArray';
import { elementCount } from '../core/shape';

/** `(x·scale − mean) / deviation`, where mean and deviation are one number or one per channel. */
export interface Scaling {
  scale: number;
  mean: readonly number[];
  deviation: readonly number[];
}

/** Scales `rows` instances in place. */
export type Scaler = (data: Numbers, rows: number) => void;

/** The scaling that changes nothing. */
export const noScaling: Scaling = { scale: 1, mean: [0], deviation: [1] };

/** Whether a scaling leaves numbers as they are. */
export function scalesNothing({ scale, mean, deviation }: Scaling): boolean {
  return scale === 1 && mean.every((each) => each === 0) && deviation.every((each) => each === 1);
}

/**
 * Reads one number or several with commas between, which may be fractions: `0.5`, `1/255`, `0.485,0.456,0.406`.
 * @param option name of the option, for the error
 * @throws InputError where one of them is no finite number
 */
export function parseNumbers(option: string, text: string): number[] {
  return text.split(',').map((part) => {
    const [above, below, ...more] = part.split('/').map(parseNumber);
    const number =
      above !== undefined && below !== undefined && more.length === 0 ? above / below : parseNumber(part);
    if (number === undefined || !Number.isFinite(number)) {
      throw new InputError(option, `${JSON.stringify(text)} is no number, nor numbers with commas between`);
    }
    return number;
  });
}

/**
 * The scaling that the options `--scale`, `--mean` and `--std` ask for; what is left out changes nothing.
 * @throws InputError where a number is missing, or would make all instances equal or infinite
 */
export function parseScaling(options: { scale?: string; mean?: string; std?: string }): Scaling {
  const scale = options.scale === undefined ? [1] : parseNumbers('scale', options.scale);
  const mean = options.mean === undefined ? [0] : parseNumbers('mean', options.mean);
  const deviation = options.std === undefined ? [1] : parseNumbers('std', options.std);
  if (scale.length !== 1) throw new InputError('scale', `has ${scale.length} numbers, expected one`);
  const scaling = { scale: scale[0], mean, deviation };
  checkScaling(scaling);
  return scaling;
}

function checkScaling({ scale, mean, deviation }: Scaling): void {
  if (!Number.isFinite(scale) || scale === 0) {
    throw new InputError('scale', `is ${scale}, expected a number other than 0`);
  }
  if (mean.length === 0 || !mean.every(Number.isFinite)) {
    throw new InputError('mean', `is ${mean.join(',')}, expected finite numbers`);
  }
  if (deviation.length === 0 || !deviation.every((value) => Number.isFinite(value) && value > 0)) {
    throw new InputError('std', `is ${deviation.join(',')}, expected numbers above 0`);
  }
}

/**
 * Makes the function that scales instances of a shape.
 * @param shape of one instance as the model takes it
 * @param axes what the axes of `shape` are; where unknown, the channels are the axis of the right length
 * @throws InputError where the numbers of mean and deviation fit no axis
 */
export function scaler(scaling: Scaling, shape: readonly number[], axes: AxisOrder = 'unknown'): Scaler {
  checkScaling(scaling);
  const { scale, mean, deviation } = scaling;
  const channels = Math.max(mean.length, deviation.length);
  for (const [option, numbers] of Object.entries({ mean, std: deviation })) {
    if (numbers.length !== 1 && numbers.length !== channels) {
      throw new InputError(option, `has ${numbers.length} numbers, expected 1 or ${channels}`);
    }
  }
  if (channels === 1) return uniformScaler(scale, mean[0], deviation[0], elementCount(shape));
  const { inner } = channelAxis(shape, axes, channels, mean.length > 1 ? 'mean' : 'std');
  const means = Float64Array.from({ length: channels }, (_, channel) => mean[mean.length > 1 ? channel : 0]);
  const deviations = Float64Array.from(
    { length: channels },
    (_, channel) => deviation[deviation.length > 1 ? channel : 0],
  );
  return (data, rows) => {
    const end = rows * elementCount(shape);
    for (let index = 0, channel = 0; index < end; channel = (channel + 1) % channels) {
      const m = means[channel];
      const d = deviations[channel];
      for (const stop = index + inner; index < stop; index++) data[index] = (data[index] * scale - m) / d;
    }
  };
}

/** The same for all numbers. */
function uniformScaler(factor: number, mean: number, deviation: number, units: number): Scaler {
  if (factor === 1 && mean === 0 && deviation === 1) return () => undefined;
  return (data, rows) => {
    // Local copies make the loop twice as fast: what a closure holds is fetched anew for every number.
    const s = factor;
    const m = mean;
    const d = deviation;
    const end = rows * units;
    for (let index = 0; index < end; index++) data[index] = (data[index] * s - m) / d;
  };
}

/** Which axis are the channels, as the number of neighbouring numbers that are of the same channel. */
function channelAxis(
  shape: readonly number[],
  axes: AxisOrder,
  channels: number,
  option: string,
): { inner: number } {
  if (shape.length === 1 && shape[0] === channels) return { inner: 1 };
  if (shape.length === 3) {
    const first = shape[0] === channels && axes !== 'HWC';
    const last = shape[2] === channels && axes !== 'CHW';
    if (first && last) {
      throw new InputError(
        option,
        `has ${channels} numbers, but first and last axis of ${formatShape(shape)} could both be the channels; say the axes`,
      );
    }
    if (first || last) return { inner: first ? shape[1] * shape[2] : 1 };
  }
  throw new InputError(
    option,
    `has ${channels} numbers, but instances of ${formatShape(shape)} have no axis of ${channels} channels; expected 1`,
  );
}
