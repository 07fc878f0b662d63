import fc from 'fast-check';
import assert from 'node:assert/strict';
import { patternLevel, type PatternLevel } from '../../../../src/core/patterns/patternTable';
import { Random } from '../../../../src/core/random';
import {
  alignInstances,
  bitChange,
  overlapIndex,
  setStability,
  type Alignment,
} from '../../../../src/core/measures/similarity';
import { packStrings } from '../../../fixtures';
import { numbers, patternStrings } from '../arbitraries';
import { naiveHamming, tally } from '../naive';

function levelOf(strings: string[], planes = 2): PatternLevel {
  return patternLevel(packStrings(strings, planes));
}

function upTo(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => i);
}

const inPlace = (count: number): Alignment => alignInstances(upTo(count), upTo(count));

/** Patterns of two snapshots, each with the numbers of its instances in an order of its own, some missing. */
const snapshots = fc.integer({ min: 1, max: 40 }).chain((units) => {
  const rows = (max: number) =>
    fc.uniqueArray(fc.nat({ max: 25 }), { minLength: 1, maxLength: max }).chain((instances) =>
      fc.record({
        instances: fc.constant(instances),
        strings: fc.array(
          numbers(units, 3).map((digits) => digits.join('')),
          { minLength: instances.length, maxLength: instances.length },
        ),
      }),
    );
  return fc.record({ earlier: rows(25), later: rows(25) });
});

describe('alignment of snapshots', () => {
  it('pairs the rows of the same instance, whatever their order', () => {
    fc.assert(
      fc.property(snapshots, ({ earlier, later }) => {
        const pairs = alignInstances(Int32Array.from(earlier.instances), Int32Array.from(later.instances));
        const found = Array.from(pairs.earlier, (e, p) => [
          earlier.instances[e],
          later.instances[pairs.later[p]],
        ]);
        const common = later.instances.filter((instance) => earlier.instances.includes(instance));
        assert.deepEqual(
          found,
          common.map((instance) => [instance, instance]),
        );
        assert.equal(pairs.later.length, common.length);
      }),
      { seed: 1, numRuns: 100 },
    );
  });
});

describe('bit change', () => {
  it('is 0 for a snapshot with itself, though its rows are shuffled', () => {
    const cases = patternStrings({ rows: 40, units: 70, pieces: 3 }).chain((strings) =>
      fc.record({
        strings: fc.constant(strings),
        order: fc.shuffledSubarray(Array.from(strings.keys()), { minLength: strings.length }),
      }),
    );
    fc.assert(
      fc.property(cases, ({ strings, order }) => {
        const level = levelOf(strings);
        const shuffled = levelOf(order.map((i) => strings[i]));
        assert.equal(bitChange(level, level, inPlace(strings.length)), 0);
        const pairs = alignInstances(upTo(strings.length), Int32Array.from(order));
        assert.equal(bitChange(level, shuffled, pairs), 0);
      }),
      { seed: 2, numRuns: 60 },
    );
  });

  it('is the mean share of units that changed, over the instances of both snapshots', () => {
    fc.assert(
      fc.property(snapshots, ({ earlier, later }) => {
        const pairs = alignInstances(Int32Array.from(earlier.instances), Int32Array.from(later.instances));
        const change = bitChange(levelOf(earlier.strings), levelOf(later.strings), pairs);
        const changes = later.instances.flatMap((instance, i) => {
          const before = earlier.instances.indexOf(instance);
          return before < 0 ? [] : [naiveHamming(earlier.strings[before], later.strings[i])];
        });
        if (changes.length === 0) {
          assert.equal(change, undefined);
        } else {
          const mean = changes.reduce((sum, c) => sum + c, 0) / changes.length / later.strings[0].length;
          assert.ok(Math.abs(change! - mean) < 1e-12);
        }
      }),
      { seed: 3, numRuns: 150 },
    );
  });

  it('is 1 when every unit changes, and unknown for layers of other shapes', () => {
    const zeros = levelOf(['0'.repeat(40), '0'.repeat(40)], 1);
    const ones = levelOf(['1'.repeat(40), '1'.repeat(40)], 1);
    assert.equal(bitChange(zeros, ones, inPlace(2)), 1);
    assert.equal(bitChange(zeros, levelOf(['0'.repeat(41)], 1), inPlace(1)), undefined);
    assert.equal(bitChange(zeros, levelOf(['0'.repeat(40)], 2), inPlace(1)), undefined);
  });
});

describe('stability of the set of patterns', () => {
  it('is the Jaccard index of patterns, and the weighted one of their occurrences', () => {
    const cases = fc.integer({ min: 1, max: 5 }).chain((units) => {
      const rows = fc.array(
        numbers(units, 3).map((digits) => digits.join('')),
        { minLength: 1, maxLength: 40 },
      );
      return fc.record({ a: rows, b: rows });
    });
    fc.assert(
      fc.property(cases, ({ a, b }) => {
        const [inA, inB] = [tally(a), tally(b)];
        const all = Array.from(new Set([...a, ...b]));
        const sum = (pick: (x: number, y: number) => number) =>
          all.reduce((total, text) => total + pick(inA.get(text) ?? 0, inB.get(text) ?? 0), 0);
        assert.deepEqual(setStability(levelOf(a), levelOf(b)), {
          jaccard: all.filter((text) => inA.has(text) && inB.has(text)).length / all.length,
          weightedJaccard: sum(Math.min) / sum(Math.max),
        });
        assert.deepEqual(setStability(levelOf(a), levelOf(a)), { jaccard: 1, weightedJaccard: 1 });
      }),
      { seed: 4, numRuns: 150 },
    );
  });

  it('is unknown for layers of other shapes', () => {
    assert.equal(setStability(levelOf(['01']), levelOf(['011'])), undefined);
    assert.equal(setStability(levelOf(['01'], 1), levelOf(['01'], 2)), undefined);
  });
});

/** Mean over all pairs of instances of 2·min(d, ½), pair by pair. */
function naiveOverlap(strings: string[]): number {
  let sum = 0;
  for (let i = 0; i < strings.length; i++) {
    for (let j = 0; j < i; j++) {
      sum += 2 * Math.min(naiveHamming(strings[i], strings[j]) / strings[i].length, 0.5);
    }
  }
  return sum / ((strings.length * (strings.length - 1)) / 2);
}

describe('overlap index', () => {
  it('is the mean over all pairs of instances, and 0 exactly when all patterns are equal', () => {
    fc.assert(
      fc.property(patternStrings({ rows: 60, units: 40, pieces: 3 }), (strings) => {
        const index = overlapIndex(levelOf(strings));
        assert.equal(index === 0, new Set(strings).size === 1);
        if (strings.length > 1) assert.ok(Math.abs(index - naiveOverlap(strings)) < 1e-12);
      }),
      { seed: 5, numRuns: 100 },
    );
  });

  it('is exact for many instances of few patterns', () => {
    const strings = Array.from({ length: 600 }, (_, i) =>
      i === 17 ? '1111' : i % 3 === 0 ? '0001' : '0000',
    );
    assert.ok(Math.abs(overlapIndex(levelOf(strings)) - naiveOverlap(strings)) < 1e-12);
  });

  it('is 0 for one instance', () => {
    assert.equal(overlapIndex(levelOf(['0101'])), 0);
  });

  it('is estimated near the exact one where there are many patterns, and always the same', () => {
    const random = new Random(6);
    // Each unit is on with a chance of its own, so that distances differ.
    const chance = Array.from({ length: 30 }, () => random.float() * 0.5);
    const strings = Array.from({ length: 900 }, () =>
      chance.map((p) => (random.float() < p ? '1' : '0')).join(''),
    );
    const level = levelOf(strings, 1);
    assert.ok(level.count > 800);
    const index = overlapIndex(level);
    assert.equal(overlapIndex(level), index);
    assert.notEqual(overlapIndex(level, 2), index, 'it was sampled');
    assert.ok(Math.abs(index - naiveOverlap(strings)) < 0.005);
  });

  it('is estimated well where one pattern holds nearly all instances', () => {
    const random = new Random(7);
    const rare = Array.from({ length: 250 }, (_, i) =>
      Array.from({ length: 30 }, (_, j) => (random.float() < i / 250 || j === 0 ? '1' : '0')).join(''),
    );
    const strings = [...new Array<string>(20_000).fill('0'.repeat(30)), ...rare];
    const level = levelOf(strings, 1);
    assert.ok(level.count > 201);
    let sum = 0;
    for (const text of rare) sum += 20_000 * 2 * Math.min(naiveHamming(text, '0'.repeat(30)) / 30, 0.5);
    const exact = (sum + naiveOverlap(rare) * ((250 * 249) / 2)) / ((20_250 * 20_249) / 2);
    assert.ok(Math.abs(overlapIndex(level) / exact - 1) < 0.02);
  });
});
