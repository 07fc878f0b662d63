import { InputError } from '../../core/errors';
import type { AxisOrder } from '../dataset';
import { formatShape } from './storedArray';

/** Numbers of channels that images have: gray, RGB, RGB with alpha. */
function isChannels(axis: number): boolean {
  return axis === 1 || axis === 3 || axis === 4;
}

/** What the shape of an instance says about its axes: an axis of 1, 3 or 4 beside larger ones is the channels. */
export function guessAxes(shape: readonly number[]): AxisOrder {
  if (shape.length <= 1) return 'flat';
  if (shape.length === 2) return 'HW';
  if (shape.length !== 3) return 'unknown';
  const first = isChannels(shape[0]);
  const last = isChannels(shape[2]);
  return first === last ? 'unknown' : first ? 'CHW' : 'HWC';
}

/** How many axes an order speaks of; undefined where any number fits. */
const axesOf: Record<AxisOrder, number | undefined> = { flat: 1, HW: 2, HWC: 3, CHW: 3, unknown: undefined };

/**
 * The axes of an instance: as the user says, else as its shape says. A flat instance may be said to be a flattened
 * `HWC` or `CHW` image.
 * @throws InputError where the user's order has another number of axes than the instance
 */
export function resolveAxes(
  shape: readonly number[],
  wanted: AxisOrder | undefined,
  source: string,
): AxisOrder {
  if (!wanted) return guessAxes(shape);
  const axes = axesOf[wanted];
  if (shape.length > 1 && axes !== undefined && axes !== shape.length) {
    throw new InputError(source, `instances are ${formatShape(shape)}, which cannot be ${wanted}`);
  }
  return wanted;
}
