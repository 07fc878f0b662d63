/** Scores of classes as a model gives them. */
export interface ClassScores {
  /** [rows, columns], row-major. */
  values: ArrayLike<number>;
  /** 1 where one number decides between two classes. */
  columns: number;
  /** `probability`: a single number between 0 and 1; anything else that is a probability is told by its values. */
  kind: 'logits' | 'logit' | 'probability';
}

/** How sure a model is of each instance. */
export interface Certainty {
  /** Score of the label minus the largest other, in logits or log-probabilities; absent without labels. */
  margin?: Float32Array;
  /** Largest softmax probability. */
  confidence: Float32Array;
}

/** The smallest normal 32-bit float: stands for a probability of 0, which has no logarithm. */
const TINY = 2 ** -126;
/** How far the probabilities of an instance may be from a sum of 1, as 16-bit floats give them. */
const SUM_TOLERANCE = 1e-3;

/**
 * Margin and confidence of instances: with logits z and label y, `z_y - max of the others` and `1 / Σ exp(z - max z)`. Rows
 * that are probabilities already are taken by their logarithms.
 * @param labels class of each row; the margin of a label that is no class is NaN
 */
export function certaintyOf(scores: ClassScores, labels?: ArrayLike<number>): Certainty {
  const { columns, values } = scores;
  const rows = Math.floor(values.length / columns);
  const confidence = new Float32Array(rows);
  const margin = labels && new Float32Array(rows);
  const width = Math.max(2, columns);
  const logits = new Float64Array(width);
  const logarithm = columns > 1 && areProbabilities(values, rows, columns);
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < columns; k++) {
      const score = values[row * columns + k];
      logits[k] = logarithm ? Math.log(Math.max(score, TINY)) : score;
    }
    if (columns === 1) pairOf(logits, scores.kind);
    confidence[row] = largestShare(logits);
    if (margin) margin[row] = marginOf(logits, labels[row]);
  }
  return margin ? { margin, confidence } : { confidence };
}

/** Two logits of the single number that decides between class 0 and class 1. */
function pairOf(logits: Float64Array, kind: ClassScores['kind']): void {
  const [score] = logits;
  if (kind === 'probability') {
    logits[1] = Math.log(Math.max(score, TINY));
    logits[0] = Math.log(Math.max(1 - score, TINY));
  } else {
    logits[1] = score;
    logits[0] = 0;
  }
}

function areProbabilities(values: ArrayLike<number>, rows: number, columns: number): boolean {
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let k = row * columns; k < (row + 1) * columns; k++) {
      if (!(values[k] >= 0)) return false;
      sum += values[k];
    }
    if (Math.abs(sum - 1) > SUM_TOLERANCE) return false;
  }
  return true;
}

function largestShare(logits: Float64Array): number {
  const most = logits.reduce((largest, z) => Math.max(largest, z), -Infinity);
  return 1 / logits.reduce((sum, z) => sum + Math.exp(z - most), 0);
}

function marginOf(logits: Float64Array, label: number): number {
  if (!(label >= 0 && label < logits.length)) return NaN;
  let other = -Infinity;
  for (let k = 0; k < logits.length; k++) if (k !== label && logits[k] > other) other = logits[k];
  return logits[label] - other;
}
