import assert from 'node:assert/strict';
import { adjustedInformation, type Grouping } from '../../../../src/core/measures/adjustedInformation';

/** Numbers below `groups` of a linear congruential generator. */
function drawn(count: number, groups: number, seed: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = Number((BigInt(state) * 1103515245n + 12345n) % 2147483648n);
    return (state >> 8) % groups;
  });
}

const grouping = (of: number[]): Grouping => ({ of: Int32Array.from(of), count: Math.max(0, ...of) + 1 });

describe('adjusted mutual information', () => {
  const a = drawn(300, 7, 1);
  const b = drawn(300, 40, 2);
  const rest = drawn(300, 4, 5);
  const c = a.map((group, i) => group * 3 + (rest[i] === 0 ? 1 : 0));

  it('is what scikit-learn computes', () => {
    for (const [first, second, expected] of [
      [a, b, -0.036782833956483116],
      [a, c, 0.864315472938055],
      [b, c, -0.01137002718728917],
    ] as const) {
      const found = adjustedInformation(grouping(first), grouping(second));
      assert.ok(Math.abs(found - expected) < 1e-9, `${found} for ${expected}`);
      assert.ok(Math.abs(adjustedInformation(grouping(second), grouping(first)) - found) < 1e-12);
    }
  });

  it('is 1 for the same groups under other numbers, alone or all in one too', () => {
    assert.equal(adjustedInformation(grouping(a), grouping(a.map((group) => 6 - group))), 1);
    const alone = a.map((_, i) => i);
    assert.equal(adjustedInformation(grouping(alone), grouping([...alone].reverse())), 1);
    const one = a.map(() => 0);
    assert.equal(adjustedInformation(grouping(one), grouping(one)), 1);
    assert.equal(adjustedInformation(grouping([]), grouping([])), 1);
  });

  it('is 0 beside a grouping that tells nothing, and refuses other instances', () => {
    assert.ok(Math.abs(adjustedInformation(grouping(a), grouping(a.map(() => 0)))) < 1e-12);
    assert.throws(() => adjustedInformation(grouping(a), grouping(a.slice(1))), RangeError);
  });
});
