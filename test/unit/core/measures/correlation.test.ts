import assert from 'node:assert/strict';
import fc from 'fast-check';
import { correlate, pearson, spearman } from '../../../../src/core/measures/correlation';

function near(actual: number | undefined, expected: number, tolerance = 1e-12): void {
  assert.ok(actual !== undefined && Math.abs(actual - expected) < tolerance, `${actual}, not ${expected}`);
}

describe('correlation', () => {
  it('is that computed by hand', () => {
    // x̄ = 2, ȳ = 2: Σxy = 2 + 0 + 0 − … of deviations (−2, −1, 0, 3) and (−1, 0, −1, 2): 2 + 0 + 0 + 6 = 8; √(14 · 6).
    near(pearson([0, 1, 2, 5], [1, 2, 1, 4]), 8 / Math.sqrt(84));
    // Ranks 1, 2, 3, 4 and 1.5, 3, 1.5, 4: deviations (−1.5, −0.5, 0.5, 1.5) and (−1, 0.5, −1, 1.5): 3 / √(5 · 4.5).
    near(spearman([0, 1, 2, 5], [1, 2, 1, 4]), 3 / Math.sqrt(22.5));
    // Without ties 1 − 6Σd² / (n(n² − 1)): d = (1, −1, 1, −1, 0).
    near(spearman([10, 20, 30, 40, 50], [2, 1, 4, 3, 9]), 1 - (6 * 4) / (5 * 24));
    near(pearson([1, 2, 3], [-10, -20, -30]), -1);
    near(spearman([1, 2, 3, 4], [1, 8, 27, 64]), 1);
  });

  it('leaves out positions at which a series has no value', () => {
    const x = [1, undefined, 2, NaN, 3, 9, 4];
    const y = [2, 7, 4, 1, 6, Infinity, 9];
    const found = correlate(x, y);
    assert.equal(found.n, 4);
    near(found.pearson, pearson([1, 2, 3, 4], [2, 4, 6, 9])!);
    near(found.spearman, 1);
  });

  it('tells nothing of constant series and of single values', () => {
    // The mean of these is not exactly 0.1.
    const constant = [0.1, 0.1, 0.1, 0.1, 0.1, 0.1];
    assert.deepEqual(correlate(constant, [1, 2, 3, 4, 5, 6]), { n: 6 });
    assert.deepEqual(correlate([0, 0], [0, 0]), { n: 2 });
    assert.deepEqual(correlate([1], [2]), { n: 1 });
    assert.deepEqual(correlate([], []), { n: 0 });
    assert.equal(pearson([1, undefined], [undefined, 1]), undefined);
  });

  it('does not overflow or vanish with the size of the numbers', () => {
    near(pearson([1e300, 2e300, 4e300], [1, 2, 4]), 1);
    near(pearson([1e-300, 2e-300, 4e-300], [-1, -2, -4]), -1);
    near(pearson([-1.7e308, 1.7e308, 0], [-1, 1, 0]), 1);
  });

  it('lies between −1 and 1, is symmetric, and knows no scale', () => {
    const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    const pairs = fc.array(fc.tuple(value, value), { minLength: 2, maxLength: 30 });
    fc.assert(
      fc.property(pairs, (both) => {
        const x = both.map(([a]) => a);
        const y = both.map(([, b]) => b);
        for (const measure of [pearson, spearman]) {
          const found = measure(x, y);
          if (found === undefined) continue;
          assert.ok(found >= -1 && found <= 1);
          near(measure(y, x), found, 1e-9);
        }
        const ranked = spearman(x, y);
        if (ranked !== undefined) {
          near(
            spearman(
              x.map((a) => 2 * a),
              y.map((b) => -b),
            ),
            -ranked,
            1e-9,
          );
        }
      }),
      { seed: 5, numRuns: 300 },
    );
  });
});
