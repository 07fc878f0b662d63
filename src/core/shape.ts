/** Number of elements of an array with these axes; 1 for none. */
export function elementCount(shape: readonly number[]): number {
  let count = 1;
  for (const axis of shape) count *= axis;
  return count;
}
