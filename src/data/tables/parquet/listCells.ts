import type { Cell } from '../tableRows';

/** Whether a value of a Parquet file is a list: a JavaScript one, or a typed array. */
function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}

/** The axes of the first list of a column, by its first elements: `[28, 28]`; undefined where there is none. */
export function shapeOfLists(values: ArrayLike<unknown>): number[] | undefined {
  for (let row = 0; row < values.length; row++) {
    const shape: number[] = [];
    let value = values[row];
    while (isList(value)) {
      shape.push(value.length);
      value = value[0];
    }
    if (shape.length > 0) return shape;
  }
  return undefined;
}

/**
 * Writes the numbers of a list, or of lists within lists, one after the other; a missing list is as many missing numbers.
 * @param shape lengths that the lists must have
 * @returns the length of the first list that has another one; undefined where all fit
 */
export function spreadList(
  value: unknown,
  shape: readonly number[],
  add: (value: unknown) => void,
): number | undefined {
  const [length, ...inner] = shape;
  const list = isList(value) ? value : undefined;
  if (list ? list.length !== length : value !== null && value !== undefined) return list?.length ?? 0;
  for (let at = 0; at < length; at++) {
    const entry = list?.[at];
    if (inner.length === 0) {
      add(entry);
    } else {
      const wrong = spreadList(entry, inner, add);
      if (wrong !== undefined) return wrong;
    }
  }
  return undefined;
}

/** A value as a cell: whole numbers of 64 bits as what they are where a number equals them, else as text. */
export function cellOf(value: unknown): Cell {
  if (typeof value === 'number' || typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value !== 'bigint') return undefined;
  const number = Number(value);
  return BigInt(number) === value ? number : String(value);
}
