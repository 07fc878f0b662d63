/**
 * Centres of things of these sizes, stacked in this order between two ends without overlap, as near to the wanted ones as
 * pushing down and then up again gets. They overlap only where all together are larger than the room.
 */
export function spreadApart(wanted: number[], sizes: number[], first: number, last: number): number[] {
  const placed: number[] = [];
  wanted.forEach((y, i) => {
    const above = i === 0 ? first : placed[i - 1] + sizes[i - 1] / 2;
    placed.push(Math.max(y, above + sizes[i] / 2));
  });
  for (let i = placed.length - 1, below = last; i >= 0; i--) {
    placed[i] = Math.min(placed[i], below - sizes[i] / 2);
    below = placed[i] - sizes[i] / 2;
  }
  return placed;
}

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
