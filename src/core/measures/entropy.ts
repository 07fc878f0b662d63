/** c·log₂ c of the counts that are met most: a look-up is a fraction of a logarithm. */
const small = Float64Array.from({ length: 1024 }, (_, c) => (c > 0 ? c * Math.log2(c) : 0));

/** Entropy in bits of a distribution given as counts: log₂ T − (1/T) Σ c log₂ c. 0 for no counts. */
export function entropyOf(counts: ArrayLike<number>, from = 0, to = counts.length): number {
  let total = 0;
  let sum = 0;
  let largest = 0;
  for (let i = from; i < to; i++) {
    const c = counts[i];
    if (c > 0) {
      total += c;
      if (c > largest) largest = c;
      sum += c < small.length ? small[c] : c * Math.log2(c);
    }
  }
  // Where all are of one kind rounding would leave a trace of uncertainty.
  return largest === total ? 0 : Math.max(0, Math.log2(total) - sum / total);
}
