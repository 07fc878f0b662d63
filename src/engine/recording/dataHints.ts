import { bestClassOrder } from '../../core/measures/classOrder';
import { formatShare, oneLine } from '../../core/wording';
import type { Snapshot } from '../../core/patterns/snapshot';
import type { Dataset } from '../../data/dataset';
import { SelectedFeatures } from '../../data/selectInstances';
import { noScaling, type Scaling } from '../../data/scaling';
import type { ModelRunner } from '../../models/runner';
import { runBatches, type BatchSource } from './runBatches';
import { elementCount } from '../../core/shape';
import { wordedFor } from '../../core/audience';

/** An order of classes is told where it makes at least this share right, and at least twice what is right now. */
const RIGHT_IN_ORDER = 0.6;

/**
 * What is said where most predictions are wrong, but would be right with the classes in another order.
 * @param classes names of the classes as they are numbered now
 */
export function classOrderHint(snapshot: Snapshot, classes: readonly string[]): string | undefined {
  const { labels, predicted, outcome } = snapshot;
  if (!labels || outcome || labels.length < 3 * classes.length) return undefined;
  const order = bestClassOrder(labels, predicted, classes.length);
  if (!order) return undefined;
  const { right, rightNow, outputOf } = order;
  if (right < RIGHT_IN_ORDER * labels.length || right < 2 * rightNow) return undefined;
  const names = new Array<string>(classes.length);
  outputOf.forEach((output, label) => (names[output] = oneLine(classes[label])));
  return (
    `Only ${formatShare(rightNow / labels.length)} are predicted right; with the classes in the order ${names.join(', ')} it ` +
    `would be ${formatShare(right / labels.length)}. If that is the model's order, ` +
    wordedFor({
      commandLine: `say so: --classes ${names.join(',')}`,
      window: `give it as the order of classes: ${names.join(',')}`,
    })
  );
}

/** What the hint about the range of numbers needs. */
export interface RangeQuestion {
  runner: ModelRunner;
  dataset: Dataset;
  snapshot: Snapshot;
  /** The scaling in use. */
  scaling: Scaling;
  /** Batches with another scaling. */
  batchesWith(scaling: Scaling): BatchSource;
}

/** Instances that are tried with another range of numbers. */
const TRIED = 256;
/** By how much more of them must be right. */
const GAIN = 0.2;

/**
 * What is said where a model does much better with numbers from 0 to 1 in place of 0 to 255, or the other way round, as a
 * network does that was trained so. It is tried, not guessed.
 */
export async function rangeHint(question: RangeQuestion): Promise<string | undefined> {
  const { runner, dataset, snapshot, scaling } = question;
  const { labels, predicted, outcome } = snapshot;
  if (!labels || outcome || scaling.scale !== 1) return undefined;
  if (scaling.mean.some((mean) => mean !== 0) || scaling.deviation.some((deviation) => deviation !== 1)) {
    return undefined;
  }
  const count = Math.min(TRIED, predicted.length);
  const rows = Int32Array.from({ length: count }, (_, k) => Math.floor((k * predicted.length) / count));
  const right = (outputs: ArrayLike<number>) =>
    rows.reduce((sum, row, k) => sum + (labels[row] === outputs[k] ? 1 : 0), 0) / count;
  const now = right(rows.map((row) => predicted[row]));
  if (now > 1 - GAIN) return undefined;
  const features = new SelectedFeatures(dataset.features, rows);
  const scale = await otherScale(features);
  if (scale === undefined) return undefined;
  const outputs: number[] = [];
  const source = question.batchesWith({ ...noScaling, scale });
  for await (const { batch, result } of runBatches(runner, source({ ...dataset, features }))) {
    for (let row = 0; row < batch.rows; row++) outputs.push(result.predicted[row]);
  }
  const then = right(outputs);
  if (then < now + GAIN) return undefined;
  const [range, word] = scale < 1 ? ['0 to 1', '1/255'] : ['0 to 255', '255'];
  return (
    `Of ${count} instances ${formatShare(now)} are predicted right, and ${formatShare(then)} with their numbers times ${word}: ` +
    `the model seems to be trained on numbers from ${range}; ` +
    wordedFor({
      commandLine: `--scale ${word} gives them so.`,
      window: `record it anew and choose ${word} when asked for the scaling.`,
    })
  );
}

/** What makes bytes numbers from 0 to 1, and numbers from 0 to 1 bytes; undefined for other numbers. */
async function otherScale(features: SelectedFeatures): Promise<number | undefined> {
  const size = elementCount(features.shape);
  const number = new Float32Array(size * features.count);
  await features.read(
    Int32Array.from({ length: features.count }, (_, row) => row),
    number,
  );
  let [least, most, whole] = [Infinity, -Infinity, true];
  for (const value of number) {
    least = Math.min(least, value);
    most = Math.max(most, value);
    whole &&= Number.isInteger(value);
  }
  if (least < 0) return undefined;
  if (whole && most > 32 && most <= 255) return 1 / 255;
  return !whole && most <= 1 ? 255 : undefined;
}
