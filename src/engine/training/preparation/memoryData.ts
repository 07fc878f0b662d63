import { totalmem } from 'node:os';
import { InputError } from '../../../core/errors';
import { batches } from '../../../data/batches';
import type { AxisOrder, Dataset, Features, InstancePlace } from '../../../data/dataset';
import type { Scaling } from '../../../data/scaling';
import { SelectedFeatures } from '../../../data/selectInstances';
import { matchShape } from '../../../data/arrays/shape';
import type { ModelInput } from '../../../models/runner';
import type { TrainingInstances } from '../../../training/trainer';
import { elementCount } from '../../../core/shape';

/** Part of the machine's memory that the data of a training may take. */
const MEMORY_SHARE = 0.6;
/** Instances that are read at once. */
const ROWS_AT_ONCE = 4096;

/** A dataset in memory, arranged and scaled as a network takes it. */
export class MemoryFeatures implements Features {
  private readonly size: number;

  readonly shape: readonly number[];
  readonly axes: AxisOrder;
  readonly count: number;

  /**
   * @param values [count, …shape], row-major; shared between threads
   * @param place where an instance comes from
   */
  constructor(
    readonly values: Float32Array,
    { shape, axes, count }: Pick<Features, 'shape' | 'axes' | 'count'>,
    readonly place: (index: number) => InstancePlace,
  ) {
    this.shape = shape;
    this.axes = axes;
    this.count = count;
    this.size = elementCount(shape);
  }

  read(indices: ArrayLike<number>, out: Float32Array | Float64Array): Promise<void> {
    const { size, values } = this;
    // Neighbours are copied at once: the usual case by far.
    for (let i = 0; i < indices.length;) {
      const first = indices[i];
      let count = 1;
      while (indices[i + count] === first + count) count++;
      out.set(values.subarray(first * size, (first + count) * size), i * size);
      i += count;
    }
    return Promise.resolve();
  }
}

/**
 * Reads all instances of a dataset as a network takes them.
 * @param tell is told what was assumed of the axes
 * @param breathe lets other work in between two reads
 * @throws InputError where they do not fit the network's input or the memory
 */
export async function loadFeatures({
  dataset,
  scaling,
  input,
  tell,
  breathe,
}: {
  dataset: Dataset;
  scaling: Scaling;
  input: ModelInput;
  tell: (text: string) => void;
  breathe: () => Promise<void>;
}): Promise<MemoryFeatures> {
  const { features, sources } = dataset;
  const arranger = matchShape(features, input.shape, sources[0].path, input.name);
  arranger.notices.forEach(tell);
  const size = elementCount(arranger.shape);
  const bytes = features.count * size * 4;
  if (bytes > totalmem() * MEMORY_SHARE) {
    const gigabytes = (bytes / 2 ** 30).toFixed(1);
    const has = (totalmem() / 2 ** 30).toFixed(1);
    throw new InputError(
      sources[0].path,
      `takes ${gigabytes} GiB in memory to train on, of ${has} GiB that the machine has; use \`take\` or \`sample\` for fewer instances`,
    );
  }
  const values = new Float32Array(new SharedArrayBuffer(bytes));
  for await (const batch of batches({ dataset, arranger, scaling, batchSize: ROWS_AT_ONCE, double: false })) {
    values.set(batch.data, batch.from * size);
    await breathe();
  }
  const place = (index: number) => features.place(index);
  return new MemoryFeatures(
    values,
    { shape: arranger.shape, axes: arranger.axes, count: features.count },
    place,
  );
}

/** Instances of some rows, for a trainer. */
export function instanceSet(
  features: MemoryFeatures,
  labels: Int32Array,
  rows: Int32Array,
): TrainingInstances {
  const size = features.values.length / features.count;
  // Rows that are all there, in order, need no copy: the usual case of a file for each split comes close to it.
  const first = rows[0] ?? 0;
  const contiguous = rows.every((row, i) => row === first + i);
  const values = contiguous
    ? features.values.subarray(first * size, (first + rows.length) * size)
    : gather(features.values, rows, size);
  return { values, shape: features.shape, labels: rows.map((row) => labels[row]) };
}

function gather(values: Float32Array, rows: Int32Array, size: number): Float32Array {
  const gathered = new Float32Array(rows.length * size);
  rows.forEach((row, i) => gathered.set(values.subarray(row * size, (row + 1) * size), i * size));
  return gathered;
}

/** The part of a dataset that snapshots are taken of, with the labels that the network is taught. */
export function snapshotDataset(
  dataset: Dataset,
  features: MemoryFeatures,
  labels: Int32Array,
  rows: Int32Array,
): Dataset {
  const whole = rows.length === features.count;
  return {
    ...dataset,
    features: whole ? features : new SelectedFeatures(features, rows),
    instances: rows.map((row) => dataset.instances[row]),
    labels: dataset.labels && { ...dataset.labels, values: rows.map((row) => labels[row]) },
    splits: dataset.splits && {
      names: dataset.splits.names,
      of: Uint8Array.from(rows, (row) => dataset.splits!.of[row]),
    },
  };
}
