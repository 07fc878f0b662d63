import type { LayerGraph } from '../models/tfjs/graph/layerGraph';
import type { TensorEngine } from '../models/tfjs/tensorflow';
import type { TrainingSettings } from './config/config';
import { lossOf } from './loss';
import type { TrainingInstances } from './trainer';
import { elementCount } from '../core/shape';

/** Loss and accuracy over some instances. */
export interface Evaluation {
  /** Mean, in nats. */
  loss: number;
  accuracy: number;
}

/** Instances that are computed at once. */
const ROWS_AT_ONCE = 1024;

/** Loss and accuracy of a network as it is, without dropout. @param breathe lets other work in after each batch */
export async function evaluate({
  engine: { tf },
  graph,
  loss,
  instances: { values, shape, labels },
  breathe,
}: {
  engine: TensorEngine;
  graph: LayerGraph;
  loss: TrainingSettings['loss'];
  instances: TrainingInstances;
  breathe?: () => Promise<void>;
}): Promise<Evaluation> {
  const rows = labels.length;
  const size = elementCount(shape);
  let sum = 0;
  let right = 0;
  for (let from = 0; from < rows; from += ROWS_AT_ONCE) {
    const to = Math.min(rows, from + ROWS_AT_ONCE);
    let scores: ArrayLike<number> = [];
    tf.tidy(() => {
      const x = tf.tensor(values.subarray(from * size, to * size), [to - from, ...shape], 'float32');
      scores = graph.run(x).scores.dataSync();
    });
    const result = lossOf({
      kind: loss,
      scores,
      labels: labels.subarray(from, to),
      rows: to - from,
      wantGradient: false,
    });
    sum += result.loss * (to - from);
    right += result.right;
    await breathe?.();
  }
  return { loss: sum / rows, accuracy: right / rows };
}
