import fc from 'fast-check';
import assert from 'node:assert/strict';
import { neighbourDisagreement } from '../../../../src/core/measures/neighbours';
import { patternLevel } from '../../../../src/core/patterns/patternTable';
import { Random } from '../../../../src/core/random';
import { packStrings } from '../../../fixtures';
import { numbers, patternStrings } from '../arbitraries';
import { naiveHamming } from '../naive';

/** Share of other labels among the nearest: as many as asked for, and all that are as near as the last of them. */
function naiveDisagreementOf(i: number, strings: string[], labels: number[], neighbours: number): number {
  const others = strings
    .map((other, j) => ({ distance: naiveHamming(strings[i], other), label: labels[j], j }))
    .filter(({ j }) => j !== i)
    .sort((a, b) => a.distance - b.distance);
  if (others.length === 0) return 0;
  const radius = others[Math.min(neighbours, others.length) - 1].distance;
  const near = others.filter(({ distance }) => distance <= radius);
  return near.filter(({ label }) => label !== labels[i]).length / near.length;
}

function assertClose(actual: Float64Array, expected: number[]): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) =>
    assert.ok(Math.abs(actual[i] - value) < 1e-12, `instance ${i}: ${actual[i]}, expected ${value}`),
  );
}

describe('disagreement with the nearest neighbours', () => {
  it('is the share of other labels among them', () => {
    const cases = patternStrings({ rows: 40, units: 12, pieces: 3, distinct: 20 }).chain((strings) =>
      fc.record({
        strings: fc.constant(strings),
        labels: numbers(strings.length, 3),
        neighbours: fc.integer({ min: 1, max: 12 }),
      }),
    );
    fc.assert(
      fc.property(cases, ({ strings, labels, neighbours }) => {
        const level = patternLevel(packStrings(strings, 2));
        assertClose(
          neighbourDisagreement(level, Int32Array.from(labels), neighbours),
          strings.map((_, i) => naiveDisagreementOf(i, strings, labels, neighbours)),
        );
      }),
      { seed: 1, numRuns: 150 },
    );
  });

  it('singles out a flipped label', () => {
    const strings = Array.from({ length: 40 }, (_, i) => (i < 20 ? '0000' : '1111').slice(1) + (i % 2));
    const labels = strings.map((_, i) => (i < 20 ? 0 : 1));
    labels[7] = 1;
    const disagreement = neighbourDisagreement(
      patternLevel(packStrings(strings)),
      Int32Array.from(labels),
      5,
    );
    assert.equal(disagreement[7], 1);
    assert.equal(disagreement.indexOf(Math.max(...disagreement)), 7);
  });

  it('is 0 for an instance alone', () => {
    const level = patternLevel(packStrings(['010']));
    assert.deepEqual(neighbourDisagreement(level, Int32Array.of(0)), new Float64Array(1));
  });

  it('looks at a sample of patterns where there are very many, and at an instance’s own pattern', () => {
    const random = new Random(2);
    const seen = new Set<string>();
    while (seen.size < 4100) seen.add(Array.from({ length: 14 }, () => random.below(2)).join(''));
    const distinct = Array.from(seen);
    // Every third pattern has two instances, so that patterns outside the sample have neighbours of their own.
    const strings = distinct.flatMap((text, n) => (n % 3 === 0 ? [text, text] : [text]));
    const labels = strings.map(() => random.below(3));
    const level = patternLevel(packStrings(strings));
    const disagreement = neighbourDisagreement(level, Int32Array.from(labels), 10, 7);
    const sample = new Set(new Random(7).sample(level.count, 4000));
    const outside = Array.from({ length: level.count }, (_, n) => n).filter((n) => !sample.has(n));
    assert.ok(outside.some((n) => level.occurrences[n] > 1));
    for (const node of [...outside.slice(0, 30), 0, 1, 2000, 4099]) {
      const looked = strings.map((_, i) => i).filter((i) => sample.has(level.of[i]) || level.of[i] === node);
      const expected = naiveDisagreementOf(
        looked.indexOf(level.first[node]),
        looked.map((i) => strings[i]),
        looked.map((i) => labels[i]),
        10,
      );
      assert.ok(Math.abs(disagreement[level.first[node]] - expected) < 1e-12);
    }
  });
});
