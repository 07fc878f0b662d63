import { Random } from '../../core/random';

/** Labels that were changed on purpose. */
export interface FlippedLabels {
  /** Rows of the dataset, ascending. */
  rows: Int32Array;
  /** Their numbers in the files. */
  instances: Int32Array;
  /** Class of each before. */
  original: Int32Array;
}

/**
 * Replaces round(share · n) labels by another class, every instance and every other class as likely, in place.
 * @param rows instances to choose from
 * @param instances number in the files of every row of the dataset
 * @param classes those that a label may become, at least two
 */
export function addLabelNoise(
  labels: Int32Array,
  {
    rows,
    instances,
    classes,
    noise: { share, seed },
  }: {
    rows: Int32Array;
    instances: Int32Array;
    classes: readonly number[];
    noise: { share: number; seed: number };
  },
): FlippedLabels {
  const random = new Random(seed);
  const chosen = random.sample(rows.length, Math.round(share * rows.length)).map((index) => rows[index]);
  const original = chosen.map((row) => labels[row]);
  const place = new Map(classes.map((label, index) => [label, index]));
  for (const row of chosen) {
    const step = 1 + random.below(classes.length - 1);
    labels[row] = classes[((place.get(labels[row]) ?? 0) + step) % classes.length];
  }
  return { rows: chosen, instances: chosen.map((row) => instances[row]), original };
}
