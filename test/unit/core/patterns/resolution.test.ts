import fc from 'fast-check';
import assert from 'node:assert/strict';
import { patternLevel, type PatternLevel } from '../../../../src/core/patterns/patternTable';
import { patternText } from '../../../../src/core/patterns/packing';
import { Random } from '../../../../src/core/random';
import { resolveLevel, type ResolvedLevel, type Resolution } from '../../../../src/core/patterns/resolution';
import type { RecordedLevel } from '../../../../src/core/patterns/snapshot';
import { packStrings } from '../../../fixtures';
import { patternStrings } from '../arbitraries';
import { naiveHamming } from '../naive';

function recorded(exact: PatternLevel): RecordedLevel {
  const { units } = exact.patterns;
  return {
    layer: { name: 'hidden', activation: 'Relu', units, shape: [units], pieces: 2, bits: 1 },
    exact,
  };
}

function levelOf(strings: string[]): RecordedLevel {
  return recorded(patternLevel(packStrings(strings)));
}

/** `count` patterns of 40 units around 5 centres, `twice` of them of two instances. */
function cloudStrings(seed: number, count: number, twice = 0): string[] {
  const random = new Random(seed);
  const centres = Array.from({ length: 5 }, () => Array.from({ length: 40 }, () => random.below(2)));
  const strings = new Set<string>();
  while (strings.size < count) {
    const centre = centres[random.below(5)];
    strings.add(centre.map((bit) => (random.float() < 0.12 ? random.below(2) : bit)).join(''));
  }
  const all = Array.from(strings);
  return [...all, ...all.slice(0, twice)];
}

describe('resolution of a level', () => {
  it('is exact when asked for, and when there are no more patterns than prototypes wanted', () => {
    fc.assert(
      fc.property(
        patternStrings({ rows: 40, units: 20 }),
        fc.constantFrom<Resolution>('exact', 12, 64),
        (strings, wanted) => {
          const level = levelOf(strings);
          const { exact } = level;
          const resolved = resolveLevel(level, wanted);
          assert.equal(resolved.resolution, 'exact');
          assert.equal(resolved.distance, 0);
          assert.deepEqual(resolved.nodes.of, exact!.of);
          assert.deepEqual(resolved.nodes.occurrences, exact!.occurrences);
          assert.equal(resolved.exactPatterns, new Set(strings).size);
          assert.equal(
            resolved.exactSingletons,
            strings.filter((text) => strings.filter((other) => other === text).length === 1).length,
          );
          assert.deepEqual(resolved.patterns, exact!.patterns);
          assert.equal(resolved.notice, undefined);
        },
      ),
      { seed: 1, numRuns: 60 },
    );
  });

  it('is chosen by the share of instances that are alone: exact up to a half of them', () => {
    // 100 singletons beside 50 patterns of two: half of 200 instances are alone.
    assert.equal(resolveLevel(levelOf(cloudStrings(2, 150, 50)), 'auto').resolution, 'exact');
    // 102 beside 49 of two.
    assert.equal(resolveLevel(levelOf(cloudStrings(2, 151, 49)), 'auto').resolution, 20);
    assert.equal(resolveLevel(levelOf(cloudStrings(2, 150)), 'auto').resolution, 15);
    // Mostly alone, but too few for prototypes to be coarser.
    assert.equal(resolveLevel(levelOf(cloudStrings(2, 64)), 'auto').resolution, 6);
  });

  it('is K prototypes, each instance at the nearest, with their mean distance in units', () => {
    for (const prototypes of [1, 5, 20]) {
      const strings = cloudStrings(3, 150, 40);
      const resolved = resolveLevel(levelOf(strings), prototypes);
      assert.equal(resolved.resolution, prototypes);
      assert.equal(resolved.nodes.count, prototypes);
      assert.equal(resolved.patterns.count, prototypes);
      assert.equal(resolved.exactPatterns, 150);
      assert.equal(resolved.exactSingletons, 110);
      const modes = Array.from({ length: prototypes }, (_, p) => patternText(resolved.patterns, p));
      let distance = 0;
      strings.forEach((text, i) => {
        const distances = modes.map((mode) => naiveHamming(text, mode));
        assert.equal(distances[resolved.nodes.of[i]], Math.min(...distances));
        distance += Math.min(...distances);
      });
      assert.ok(Math.abs(resolved.distance - distance / strings.length) < 1e-9);
      assert.equal(
        resolved.nodes.occurrences.reduce((sum, count) => sum + count, 0),
        strings.length,
      );
    }
  });

  it('lets prototypes go on, so that instances keep their numbers when patterns change', () => {
    const strings = cloudStrings(4, 300);
    const first = resolveLevel(levelOf(strings), 20);
    const again = resolveLevel(levelOf(strings), 20, first);
    const random = new Random(5);
    const changed = levelOf(
      strings.map((text) =>
        Array.from(text, (bit) => (random.float() < 0.03 ? 1 - Number(bit) : bit)).join(''),
      ),
    );
    const staying = (later: ResolvedLevel) =>
      Array.from(later.nodes.of).filter((node, i) => node === first.nodes.of[i]).length / 300;
    const [sameAgain, goneOn, anew] = [
      again,
      resolveLevel(changed, 20, first),
      resolveLevel(changed, 20),
    ].map(staying);
    assert.ok(sameAgain > 0.9, String(sameAgain));
    assert.ok(goneOn > 0.8, String(goneOn));
    assert.ok(goneOn > anew + 0.1, `${goneOn} with a start, ${anew} without`);
  });

  it('starts anew after an exact level, another number of prototypes, or other instances', () => {
    const level = levelOf(cloudStrings(5, 300));
    const anew = resolveLevel(level, 20);
    const others = [
      resolveLevel(level, 'exact'),
      resolveLevel(level, 30),
      resolveLevel(levelOf(cloudStrings(6, 200)), 20),
    ];
    for (const earlier of others) assert.deepEqual(resolveLevel(level, 20, earlier), anew);
  });
});

describe('resolution of a level of which only prototypes were kept', () => {
  const level: RecordedLevel = {
    layer: { name: 'conv 1', activation: 'Relu', units: 3, shape: [3], pieces: 2, bits: 1 },
    coarse: {
      modes: packStrings(['001', '110', '111']),
      of: Int32Array.of(0, 2, 0, 0),
      distance: Int32Array.of(1, 0, 2, 0),
    },
  };

  it('is theirs, with the mean distance, and nothing known of exact patterns', () => {
    for (const wanted of ['auto', 3] as const) {
      const resolved = resolveLevel(level, wanted);
      assert.equal(resolved.resolution, 3);
      assert.equal(resolved.distance, 3 / 4);
      assert.deepEqual(Array.from(resolved.nodes.occurrences), [3, 0, 1]);
      assert.deepEqual(Array.from(resolved.nodes.first), [0, -1, 1]);
      assert.equal(resolved.exactPatterns, undefined);
      assert.equal(resolved.exactSingletons, undefined);
      assert.equal(resolved.notice, undefined);
    }
  });

  it('says so when another was asked for', () => {
    for (const wanted of ['exact', 64] as const) {
      const resolved = resolveLevel(level, wanted);
      assert.equal(resolved.resolution, 3);
      assert.match(resolved.notice!, /^conv 1: only 3 prototypes were recorded/);
    }
  });
});
