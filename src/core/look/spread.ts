/** Ascending positions at least `step` apart, as near to the wanted ones as pushing down and then up again gets. */
export function spreadOut(wanted: number[], step: number, first: number, last: number): number[] {
  const placed = [...wanted];
  placed.forEach((y, i) => {
    placed[i] = Math.max(y, i === 0 ? first : placed[i - 1] + step);
  });
  for (let i = placed.length - 1; i >= 0; i--) {
    placed[i] = Math.min(placed[i], i === placed.length - 1 ? last : placed[i + 1] - step);
  }
  return placed;
}
