/** Values of a series; undefined (or no finite number) where there is none. */
type Series = readonly (number | undefined)[];

/** How two series go together. */
export interface Correlation {
  /** Positions at which both have a value. */
  n: number;
  /** Absent where a series is constant, or there are fewer than two values. */
  pearson?: number;
  spearman?: number;
}

/** Both correlations of two series of equal length, over the positions at which both have a value. */
export function correlate(x: Series, y: Series): Correlation {
  const [a, b] = completePairs(x, y);
  const correlation: Correlation = { n: a.length };
  const linear = ofPairs(a, b);
  if (linear === undefined) return correlation;
  return { ...correlation, pearson: linear, spearman: ofPairs(meanRanks(a), meanRanks(b)) };
}

/**
 * Pearson's correlation r = Σ(x − x̄)(y − ȳ) / √(Σ(x − x̄)² · Σ(y − ȳ)²), between −1 and 1, over the positions at which both
 * have a value: how close the points are to a straight line.
 * @returns undefined where a series is constant, or there are fewer than two values
 */
export function pearson(x: Series, y: Series): number | undefined {
  return ofPairs(...completePairs(x, y));
}

/**
 * Spearman's correlation ρ: Pearson's of the ranks, where equal values share the mean of their ranks. 1 where one series
 * rises whenever the other does, whatever the shape.
 * @returns undefined where a series is constant, or there are fewer than two values
 */
export function spearman(x: Series, y: Series): number | undefined {
  const [a, b] = completePairs(x, y);
  return ofPairs(meanRanks(a), meanRanks(b));
}

function completePairs(x: Series, y: Series): [number[], number[]] {
  const a: number[] = [];
  const b: number[] = [];
  x.forEach((value, i) => {
    const other = y[i];
    if (value === undefined || other === undefined) return;
    if (!Number.isFinite(value) || !Number.isFinite(other)) return;
    a.push(value);
    b.push(other);
  });
  return [a, b];
}

function ofPairs(x: readonly number[], y: readonly number[]): number | undefined {
  // Rounding would give a constant series a tiny spread.
  if (isConstant(x) || isConstant(y)) return undefined;
  const dx = deviations(x);
  const dy = deviations(y);
  let xy = 0;
  let xx = 0;
  let yy = 0;
  dx.forEach((d, i) => {
    xy += d * dy[i];
    xx += d * d;
    yy += dy[i] * dy[i];
  });
  return Math.min(1, Math.max(-1, xy / Math.sqrt(xx * yy)));
}

function isConstant(values: readonly number[]): boolean {
  return values.every((value) => value === values[0]);
}

/** Differences from the mean in units of the largest one, so that no square overflows or vanishes. */
function deviations(values: readonly number[]): number[] {
  const size = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const scaled = values.map((value) => value / size);
  const mean = scaled.reduce((sum, value) => sum + value, 0) / values.length;
  const differences = scaled.map((value) => value - mean);
  const largest = differences.reduce((most, difference) => Math.max(most, Math.abs(difference)), 0);
  return differences.map((difference) => difference / largest);
}

/** Ranks from 1; equal values get the mean of the ranks that they take up. */
function meanRanks(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((a, b) => values[a] - values[b]);
  const ranks = new Array<number>(values.length);
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && values[order[to]] === values[order[from]]) to++;
    const rank = (from + 1 + to) / 2;
    for (; from < to; from++) ranks[order[from]] = rank;
  }
  return ranks;
}
