import type { TensorData } from './runner';

/** Class of one row of scores: the largest, the first of several equal ones. NaN gives -1. */
function largest(scores: TensorData, start: number, columns: number): number {
  let best = 0;
  let value = scores[start];
  for (let k = 0; k < columns; k++) {
    const score = scores[start + k];
    if (Number.isNaN(score)) return -1;
    if (score > value) {
      best = k;
      value = score;
    }
  }
  return best;
}

/** Class of one score against a threshold. NaN gives -1. */
function above(score: number, threshold: number): number {
  if (Number.isNaN(score)) return -1;
  return score > threshold ? 1 : 0;
}

/**
 * Predicted classes by the scores of an output; -1 where they are NaN.
 * @param scores [rows, columns], row-major; further rows are not read
 * @param columns 1 unless the output is `logits`
 */
export function classesOfScores(
  kind: 'logits' | 'logit' | 'probability',
  scores: TensorData,
  rows: number,
  columns: number,
): Int32Array {
  const predicted = new Int32Array(rows);
  const threshold = kind === 'probability' ? 0.5 : 0;
  for (let row = 0; row < rows; row++) {
    predicted[row] =
      kind === 'logits' ? largest(scores, row * columns, columns) : above(scores[row], threshold);
  }
  return predicted;
}
