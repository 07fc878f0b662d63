/**
 * Adds items to the end of a list, however many there are. `push(...items)` puts every item on the stack, which overflows
 * from some ten thousands on; lint forbids it.
 */
export function addAll<T>(list: T[], items: Iterable<T>): void {
  for (const item of items) list.push(item);
}

/**
 * The largest of some numbers, however many there are, and of `atLeast`. NaN where one of them is NaN.
 * @param atLeast what there is for no numbers
 */
export function largest(numbers: Iterable<number>, atLeast = -Infinity): number {
  let found = atLeast;
  for (const number of numbers) found = Math.max(found, number);
  return found;
}

/**
 * The smallest of some numbers, however many there are, and of `atMost`. NaN where one of them is NaN.
 * @param atMost what there is for no numbers
 */
export function smallest(numbers: Iterable<number>, atMost = Infinity): number {
  let found = atMost;
  for (const number of numbers) found = Math.min(found, number);
  return found;
}
