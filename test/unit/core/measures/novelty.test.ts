import fc from 'fast-check';
import assert from 'node:assert/strict';
import { distanceToReference, noveltyOf } from '../../../../src/core/measures/novelty';
import { pathsThrough } from '../../../../src/core/paths';
import { patternLevel } from '../../../../src/core/patterns/patternTable';
import { Random } from '../../../../src/core/random';
import { packStrings } from '../../../fixtures';
import { instancesArbitrary, levelNodes, numbers, patternStrings } from '../arbitraries';
import { canonical, naiveHamming, tally } from '../naive';

const cases = instancesArbitrary({ nodes: 15 }).chain(({ levels: [of] }) =>
  fc.record({ of: fc.constant(of), split: numbers(of.length, 3) }),
);

function isIn(split: number[], wanted: number): Uint8Array {
  return Uint8Array.from(split, (s) => (s === wanted ? 1 : 0));
}

describe('novelty of a split', () => {
  it('is nothing for the reference itself', () => {
    fc.assert(
      fc.property(cases, ({ of, split }) => {
        const reference = isIn(split, 0);
        const { unseen, instances } = noveltyOf(levelNodes(of), reference, reference);
        assert.equal(unseen, 0);
        assert.equal(instances, split.filter((s) => s === 0).length);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it('is the share of instances in nodes that the reference never visits, beside the reference’s singletons', () => {
    fc.assert(
      fc.property(cases, ({ of, split }) => {
        const { interval, ...novelty } = noveltyOf(levelNodes(of), isIn(split, 0), isIn(split, 1));
        assert.ok(interval[0] <= novelty.expected && novelty.expected <= interval[1], String(interval));
        const shown = tally(of.filter((_, i) => split[i] === 0));
        const other = of.filter((_, i) => split[i] === 1);
        const reference = of.filter((_, i) => split[i] === 0);
        const share = (part: number[], whole: number[]) =>
          whole.length === 0 ? 0 : part.length / whole.length;
        assert.deepEqual(novelty, {
          instances: other.length,
          unseen: share(
            other.filter((node) => !shown.has(node)),
            other,
          ),
          expected: share(
            reference.filter((node) => shown.get(node) === 1),
            reference,
          ),
        });
      }),
      { seed: 2, numRuns: 150 },
    );
  });

  it('lies in its interval for 95 of 100 splits of the same kind, and outside for another kind', () => {
    const random = new Random(7);
    const draw = (power: number) => Math.floor(random.float() ** power * 400);
    let inside = 0;
    let outside = 0;
    for (let turn = 0; turn < 200; turn++) {
      const of = Array.from({ length: 1500 }, () => draw(3));
      const other = of.map((node, i) => (i < 1000 ? node : draw(1)));
      const reference = Uint8Array.from(of, (_, i) => (i < 1000 ? 1 : 0));
      const rest = reference.map((is) => 1 - is);
      const like = noveltyOf(levelNodes(of), reference, rest);
      const unlike = noveltyOf(levelNodes(other), reference, rest);
      if (like.unseen >= like.interval[0] && like.unseen <= like.interval[1]) inside++;
      if (unlike.unseen > unlike.interval[1]) outside++;
    }
    assert.ok(inside >= 184, `${inside} of 200 inside`);
    assert.ok(outside >= 198, `${outside} of 200 outside`);
  });

  it('is about what Good–Turing expects on data of the same kind', () => {
    const random = new Random(3);
    // A long tail: the numbers of the nodes are products of random numbers.
    const of = Array.from({ length: 20_000 }, () => Math.floor(random.float() ** 4 * 20_000));
    const split = of.map(() => random.below(2));
    const { unseen, expected } = noveltyOf(
      patternLevel(packStrings(of.map((node) => node.toString(2).padStart(15, '0')))),
      isIn(split, 0),
      isIn(split, 1),
    );
    assert.ok(expected > 0.1 && expected < 0.6, String(expected));
    assert.ok(Math.abs(unseen - expected) < 0.02, `${unseen}, expected ${expected}`);
  });

  it('is nothing when there are no instances to look at', () => {
    const none = new Uint8Array(2);
    assert.deepEqual(noveltyOf(levelNodes([0, 1]), none, none), {
      instances: 0,
      unseen: 0,
      expected: 0,
      interval: [0, 1],
    });
  });
});

describe('distance to the reference', () => {
  it('is the least Hamming distance to a pattern that the reference shows', () => {
    const strings = patternStrings({ rows: 40, units: 300, pieces: 3, distinct: 20 });
    const withSplit = strings.chain((rows) =>
      fc.record({ rows: fc.constant(rows), split: numbers(rows.length, 2) }),
    );
    fc.assert(
      fc.property(withSplit, ({ rows, split }) => {
        const level = patternLevel(packStrings(rows, 2));
        const distance = distanceToReference(level, isIn(split, 0));
        const reference = rows.filter((_, i) => split[i] === 0);
        rows.forEach((text, i) => {
          const least = Math.min(...reference.map((other) => naiveHamming(text, other)));
          assert.equal(distance[level.of[i]], reference.length === 0 ? -1 : least);
        });
      }),
      { seed: 4, numRuns: 60 },
    );
  });
});

describe('paths through levels', () => {
  it('bring those together that share every node', () => {
    fc.assert(
      fc.property(instancesArbitrary({ nodes: 3 }), ({ levels }) => {
        const paths = pathsThrough(levels.map(levelNodes));
        const texts = levels[0].map((_, i) => levels.map((of) => of[i]).join(' '));
        assert.deepEqual(canonical(paths.of), canonical(texts));
        assert.deepEqual(
          Array.from(paths.of, (path) => paths.occurrences[path]),
          texts.map((text) => tally(texts).get(text)),
        );
        if (levels.length > 1) assert.equal(paths.count, new Set(texts).size);
      }),
      { seed: 5, numRuns: 100 },
    );
  });
});
