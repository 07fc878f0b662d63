/**
 * What a model gives for an instance. `class`: one of several classes; `value`: numbers (regression); `labels`: any of several
 * labels at once; `none`: nothing that is said of the whole instance (segmentation, autoencoders, language models).
 */
export type OutputKind = 'class' | 'value' | 'labels' | 'none';

/** What a snapshot's outputs are where they are no classes. The predicted "classes" then stand for it. */
export interface Outcome {
  kind: Exclude<OutputKind, 'class'>;
  /** Name of the model's output. */
  name: string;
  /** Numbers, or labels as 0 and 1, of each instance, row-major. None for `none`. */
  values?: Float32Array;
  /** Numbers or labels of one instance. */
  columns?: number;
  /** Where the bins of a `value` meet, ascending: bin k is what lies above `edges[k − 1]` and not above `edges[k]`. */
  edges?: number[];
}

/** Whether an output can be right or wrong: a class (no outcome), or a set of labels. */
export function isJudged(outcome: Pick<Outcome, 'kind'> | undefined): boolean {
  return outcome === undefined || outcome.kind === 'labels';
}

/** Name of the one class that stands for an output without classes. */
export const NO_CLASS = 'no class';

/** Most bins that numbers are put into to be told apart by colour. */
const MOST_BINS = 8;

/** Where bins meet that hold about the same number of values each: quantiles, equal ones once. Values that differ are needed. */
export function binEdges(values: ArrayLike<number>): number[] {
  const sorted = Float64Array.from(values).sort();
  const edges = new Set<number>();
  for (let k = 1; k < MOST_BINS; k++) {
    const edge = sorted[Math.floor((k * (sorted.length - 1)) / MOST_BINS)];
    if (edge < sorted[sorted.length - 1]) edges.add(edge);
  }
  return [...edges];
}

/** The bin of each value. */
export function binsOf(values: ArrayLike<number>, edges: readonly number[], columns = 1): Int32Array {
  return Int32Array.from({ length: values.length / columns }, (_, row) => {
    const value = values[row * columns];
    const bin = edges.findIndex((edge) => value <= edge);
    return bin < 0 ? edges.length : bin;
  });
}

/** Names of bins: `≤ 1.5`, `1.5 – 3`, `> 3`. */
export function binNames(edges: readonly number[]): string[] {
  const text = (value: number): string => String(Number(value.toPrecision(4)));
  if (edges.length === 0) return ['all values'];
  return [
    `≤ ${text(edges[0])}`,
    ...edges.slice(1).map((edge, k) => `${text(edges[k])} – ${text(edge)}`),
    `> ${text(edges[edges.length - 1])}`,
  ];
}

/** Name of a set of labels by their numbers: `1+4`, or `none`. */
export function setName(labels: ArrayLike<number>, from: number, columns: number): string {
  const names: number[] = [];
  for (let k = 0; k < columns; k++) if (labels[from + k] !== 0) names.push(k);
  return names.length ? names.join('+') : 'none';
}
