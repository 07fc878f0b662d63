import assert from 'node:assert/strict';
import { nearestReference } from '../../../../src/core/measures/nearestReference';
import { patternLevel } from '../../../../src/core/patterns/patternTable';
import { Random } from '../../../../src/core/random';
import { finishSteps } from '../../../../src/core/workSteps';
import { packStrings } from '../../../fixtures';
import { naiveHamming } from '../naive';

/** Rows of random bits. */
function randomRows(count: number, units: number, random: Random): string[] {
  return Array.from({ length: count }, () =>
    Array.from({ length: units }, () => String(random.below(2))).join(''),
  );
}

describe('the nearest pattern of a reference', () => {
  it('is what comparing all pairs finds', () => {
    const rows = randomRows(60, 9, new Random(1));
    const level = patternLevel(packStrings(rows));
    const isReference = Uint8Array.from(rows, (_, i) => (i % 3 === 0 ? 1 : 0));
    const isWanted = Uint8Array.from(rows, (_, i) => (i % 3 === 1 ? 1 : 0));
    const { distance, patterns, compared } = finishSteps(nearestReference(level, isReference, isWanted));
    assert.equal(patterns, compared);
    rows.forEach((row, i) => {
      if (isWanted[i] === 0) return;
      const all = rows.filter((_, j) => isReference[j] === 1).map((other) => naiveHamming(row, other));
      assert.equal(distance[level.of[i]], Math.min(...all), row);
    });
  });

  it('is none where the reference is empty, and nothing is told of what was not asked for', () => {
    const rows = ['0011', '0111', '1111'];
    const level = patternLevel(packStrings(rows));
    const none = finishSteps(nearestReference(level, Uint8Array.of(0, 0, 0), Uint8Array.of(1, 1, 1)));
    assert.deepEqual([...none.distance], [-1, -1, -1]);
    const one = finishSteps(nearestReference(level, Uint8Array.of(1, 0, 0), Uint8Array.of(0, 0, 1)));
    assert.deepEqual([level.of[2], one.distance[level.of[2]], one.distance[level.of[1]]], [2, 2, -1]);
  });
});
