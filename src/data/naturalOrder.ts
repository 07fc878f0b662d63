/**
 * Compares names as people count: `img2` before `img10`. The same on every machine, whatever its language.
 * @returns negative, zero or positive
 */
export function naturalOrder(a: string, b: string): number {
  const left = a.split(/(\d+)/);
  const right = b.split(/(\d+)/);
  for (let part = 0; part < Math.min(left.length, right.length); part++) {
    // Every second part is digits.
    const order =
      part % 2 === 1 ? compareDigits(left[part], right[part]) : compareText(left[part], right[part]);
    if (order !== 0) return order;
  }
  return left.length - right.length || compareText(a, b);
}

/** Numbers of any length, without rounding. */
function compareDigits(a: string, b: string): number {
  const left = a.replace(/^0+/, '');
  const right = b.replace(/^0+/, '');
  return left.length - right.length || compareText(left, right);
}

/** Order of the characters' codes. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
