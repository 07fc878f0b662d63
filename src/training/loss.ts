import type { TrainingSettings } from './config/config';

/** What a batch of scores says: mean loss, predicted right, and the gradient of the mean loss by the scores. */
export interface LossResult {
  /** Mean over the rows, in nats. */
  loss: number;
  /** Rows predicted right. */
  right: number;
  /** ∂loss/∂scores [rows, width], row-major; absent when it was not asked for. */
  gradient?: Float32Array;
}

/**
 * Cross-entropy of softmax scores, or binary cross-entropy of one logit a row, on plain arrays: a batch has a few hundred
 * scores, which cost less here than the dozen kernels that they would take on a backend, and are summed in double precision.
 * @param scores [rows, width], before softmax or sigmoid
 * @param labels class of each row
 */
export function lossOf({
  kind,
  scores,
  labels,
  rows,
  wantGradient,
}: {
  kind: TrainingSettings['loss'];
  scores: ArrayLike<number>;
  labels: ArrayLike<number>;
  rows: number;
  wantGradient: boolean;
}): LossResult {
  const gradient = wantGradient ? new Float32Array(scores.length) : undefined;
  return kind === 'binaryCrossEntropy'
    ? binaryCrossEntropy(scores, labels, rows, gradient)
    : crossEntropy({ scores, labels, rows, classes: scores.length / rows, gradient });
}

function crossEntropy({
  scores,
  labels,
  rows,
  classes,
  gradient,
}: {
  scores: ArrayLike<number>;
  labels: ArrayLike<number>;
  rows: number;
  classes: number;
  gradient: Float32Array | undefined;
}): LossResult {
  let loss = 0;
  let right = 0;
  for (let row = 0, at = 0; row < rows; row++, at += classes) {
    let best = 0;
    for (let c = 1; c < classes; c++) if (scores[at + c] > scores[at + best]) best = c;
    // The largest score is taken off first, so that no exponential overflows.
    const most = scores[at + best];
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += Math.exp(scores[at + c] - most);
    loss += Math.log(sum) + most - scores[at + labels[row]];
    if (best === labels[row]) right++;
    if (!gradient) continue;
    for (let c = 0; c < classes; c++) gradient[at + c] = Math.exp(scores[at + c] - most) / sum / rows;
    gradient[at + labels[row]] -= 1 / rows;
  }
  return { loss: loss / rows, right, gradient };
}

function binaryCrossEntropy(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
  rows: number,
  gradient: Float32Array | undefined,
): LossResult {
  let loss = 0;
  let right = 0;
  for (let row = 0; row < rows; row++) {
    const z = scores[row];
    const label = labels[row];
    // log(1 + e^z) − label·z, in the form that does not overflow.
    loss += Math.max(z, 0) - z * label + Math.log1p(Math.exp(-Math.abs(z)));
    if ((z > 0 ? 1 : 0) === label) right++;
    if (gradient) gradient[row] = (1 / (1 + Math.exp(-z)) - label) / rows;
  }
  return { loss: loss / rows, right, gradient };
}
