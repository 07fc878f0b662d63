import type { Dataset } from './dataset';
import type { Numbers } from './arrays/elements';
import { scaler, type Scaling } from './scaling';
import type { RowArranger } from './arrays/shape';
import { elementCount } from '../core/shape';

/** Instances ready for the model: row-major in the arranged shape, scaled. The array is the caller's to keep. */
export interface Batch {
  /** Position of the first instance among those in use. */
  from: number;
  rows: number;
  data: Numbers;
}

/**
 * Reads a dataset from its first instance in use to its last. Every batch has an array of its own.
 * @param double Float64Array instead of Float32Array
 * @throws InputError as Features.read, and where the scaling does not fit the shape
 */
export async function* batches({
  dataset,
  arranger,
  scaling,
  batchSize,
  double,
}: {
  dataset: Pick<Dataset, 'features'>;
  arranger: RowArranger;
  scaling: Scaling;
  batchSize: number;
  double: boolean;
}): AsyncGenerator<Batch> {
  if (!(Number.isSafeInteger(batchSize) && batchSize > 0)) {
    throw new RangeError(`batch size ${batchSize}, expected a whole number above 0`);
  }
  const { features } = dataset;
  const units = elementCount(features.shape);
  const scale = scaler(scaling, arranger.shape, arranger.axes);
  const create = (length: number): Numbers => (double ? new Float64Array(length) : new Float32Array(length));
  const scratch = arranger.identity ? undefined : create(Math.min(batchSize, features.count) * units);
  for (let from = 0; from < features.count; from += batchSize) {
    const rows = Math.min(batchSize, features.count - from);
    const data = create(rows * units);
    const indices = Int32Array.from({ length: rows }, (_, row) => from + row);
    await features.read(indices, scratch ?? data);
    if (scratch) arranger.arrange(scratch, rows, data);
    scale(data, rows);
    yield { from, rows, data };
  }
}
