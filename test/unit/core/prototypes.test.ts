import assert from 'node:assert/strict';
import { hammingUnits } from '../../../src/core/patterns/bits';
import {
  emptyPatterns,
  packIndices,
  pieceOf,
  wordsPerRow,
  type PackedPatterns,
} from '../../../src/core/patterns/packing';
import { fitPrototypes, MAX_PROTOTYPES, type Prototypes } from '../../../src/core/prototypes/fit';
import { writeMode } from '../../../src/core/prototypes/majority';
import { assignToPrototypes } from '../../../src/core/prototypes/nearest';
import { samplePatterns } from '../../../src/core/prototypes/sample';
import { Random } from '../../../src/core/random';

/** Distinct patterns around a few centres, each unit another piece than the centre's with chance `noise`. */
function clusteredPatterns(
  seed: number,
  shape: { count: number; units: number; planes?: number; centres?: number; noise?: number },
): PackedPatterns {
  const { count, units, planes = 1, centres = 5, noise = 0.1 } = shape;
  const random = new Random(seed);
  const centre = Array.from({ length: centres * units }, () => random.below(1 << planes));
  const rows = new Map<string, number[]>();
  while (rows.size < count) {
    const at = random.below(centres) * units;
    const row = Array.from({ length: units }, (_, j) =>
      random.float() < noise ? random.below(1 << planes) : centre[at + j],
    );
    rows.set(row.join(''), row);
  }
  return packIndices(Array.from(rows.values()).flat(), count, units, planes);
}

function randomWeights(seed: number, count: number): Int32Array {
  const random = new Random(seed);
  return Int32Array.from({ length: count }, () => 1 + random.below(random.below(4) === 0 ? 40 : 2));
}

function distanceOf(a: PackedPatterns, row: number, b: PackedPatterns, other: number): number {
  let distance = 0;
  for (let j = 0; j < a.units; j++) if (pieceOf(a, row, j) !== pieceOf(b, other, j)) distance++;
  return distance;
}

/** Nearest mode by looking at every unit of every mode; the lowest of several. */
function nearestByUnits(
  modes: PackedPatterns,
  rows: PackedPatterns,
): { assignment: number[]; distance: number[] } {
  const assignment: number[] = [];
  const distance: number[] = [];
  for (let row = 0; row < rows.count; row++) {
    const all = Array.from({ length: modes.count }, (_, mode) => distanceOf(rows, row, modes, mode));
    distance.push(Math.min(...all));
    assignment.push(all.indexOf(distance[row]));
  }
  return { assignment, distance };
}

function assertNearest(patterns: PackedPatterns, weights: Int32Array, prototypes: Prototypes): void {
  const expected = nearestByUnits(prototypes.modes, patterns);
  assert.deepEqual(Array.from(prototypes.assignment), expected.assignment);
  assert.deepEqual(Array.from(prototypes.distance), expected.distance);
  const occurrences = new Array<number>(prototypes.count).fill(0);
  for (const [pattern, prototype] of prototypes.assignment.entries()) {
    occurrences[prototype] += weights[pattern];
  }
  assert.deepEqual(Array.from(prototypes.occurrences), occurrences);
  assert.equal(prototypes.modes.count, prototypes.count);
}

function mean(prototypes: Prototypes, weights: Int32Array): number {
  let sum = 0;
  let total = 0;
  for (const [pattern, weight] of weights.entries()) {
    sum += weight * prototypes.distance[pattern];
    total += weight;
  }
  return sum / total;
}

describe('prototype patterns', () => {
  for (const planes of [1, 2, 3]) {
    for (const units of [7, 32, 50, 300]) {
      it(`gives every pattern to its nearest mode, ${units} units of ${planes} bits`, () => {
        const patterns = clusteredPatterns(units, { count: 90, units, planes, noise: 0.3 });
        const weights = randomWeights(planes, 90);
        for (const k of [1, 2, 9, 40]) {
          const prototypes = fitPrototypes(patterns, weights, k);
          assert.ok(prototypes.count <= k && prototypes.count >= Math.min(k, 5));
          assertNearest(patterns, weights, prototypes);
          assert.ok(prototypes.occurrences.every((n) => n > 0));
        }
      });
    }
  }

  it('gives every pattern to its nearest mode when it was fitted on a sample', () => {
    const patterns = clusteredPatterns(4, { count: 600, units: 40 });
    const weights = randomWeights(4, 600);
    const prototypes = fitPrototypes(patterns, weights, 12, { sampleSize: 60 });
    assert.equal(prototypes.count, 12);
    assertNearest(patterns, weights, prototypes);
  });

  it('finds the centres that the patterns were made around', () => {
    const patterns = clusteredPatterns(8, { count: 400, units: 100, centres: 6, noise: 0.1 });
    const weights = new Int32Array(400).fill(1);
    for (const seed of [1, 2, 3]) {
      const prototypes = fitPrototypes(patterns, weights, 6, { seed });
      // Half of the noise hits the centre's own bit; with a centre missed the mean is several units more.
      assert.ok(mean(prototypes, weights) < 5.5, `${mean(prototypes, weights)}`);
    }
  });

  it('ends at modes that are the majority of their patterns', () => {
    const patterns = clusteredPatterns(3, { count: 120, units: 45, planes: 2, noise: 0.2 });
    const weights = randomWeights(3, 120);
    const { modes, assignment, count } = fitPrototypes(patterns, weights, 5, { maxIterations: 100 });
    for (let prototype = 0; prototype < count; prototype++) {
      for (let j = 0; j < patterns.units; j++) {
        const counts = [0, 0, 0, 0];
        for (const [pattern, mine] of assignment.entries()) {
          if (mine === prototype) counts[pieceOf(patterns, pattern, j)] += weights[pattern];
        }
        assert.equal(counts[pieceOf(modes, prototype, j)], Math.max(...counts));
      }
    }
  });

  it('numbers prototypes by decreasing occurrences', () => {
    const patterns = clusteredPatterns(5, { count: 300, units: 20, noise: 0.4 });
    const { occurrences, assignment } = fitPrototypes(patterns, randomWeights(5, 300), 30);
    for (let p = 1; p < occurrences.length; p++) assert.ok(occurrences[p - 1] >= occurrences[p]);
    assert.equal(new Set(assignment).size, occurrences.length);
  });

  it('gives the same bits for the same seed', () => {
    const patterns = clusteredPatterns(6, { count: 500, units: 64, noise: 0.3 });
    const weights = randomWeights(6, 500);
    const fit = (seed: number): Prototypes => fitPrototypes(patterns, weights, 20, { seed, sampleSize: 100 });
    assert.deepEqual(fit(1), fit(1));
    assert.notDeepEqual(fit(1).modes.words, fit(2).modes.words);
  });

  it('leaves patterns and weights as they are', () => {
    const patterns = clusteredPatterns(6, { count: 100, units: 64 });
    const weights = randomWeights(6, 100);
    const before = [patterns.words.slice(), weights.slice()];
    fitPrototypes(patterns, weights, 10);
    assert.deepEqual([patterns.words, weights], before);
  });

  it('is exact when there are no more patterns than prototypes', () => {
    const patterns = clusteredPatterns(7, { count: 30, units: 33, planes: 2 });
    const weights = Int32Array.from({ length: 30 }, (_, pattern) => 40 - pattern);
    for (const k of [30, 31, 5000]) {
      const prototypes = fitPrototypes(patterns, weights, k);
      assert.equal(prototypes.count, 30);
      assert.deepEqual(prototypes.modes.words, patterns.words);
      assert.deepEqual(
        Array.from(prototypes.assignment),
        Array.from({ length: 30 }, (_, pattern) => pattern),
      );
      assert.deepEqual(Array.from(prototypes.distance), new Array(30).fill(0));
      assert.deepEqual(prototypes.occurrences, weights);
    }
  });

  it('takes one pattern, an all-dead level, and no pattern at all', () => {
    const dead = fitPrototypes(emptyPatterns(1, 50, 1), Int32Array.of(12), 64);
    assert.deepEqual([dead.count, dead.occurrences[0], dead.distance[0]], [1, 12, 0]);
    const none = fitPrototypes(emptyPatterns(0, 50, 1), new Int32Array(0), 64);
    assert.equal(none.count, 0);
  });

  it('does without the prototypes that repeated rows leave nothing for', () => {
    const patterns = emptyPatterns(20, 40, 1);
    patterns.words[2 * 7] = 1;
    const prototypes = fitPrototypes(patterns, new Int32Array(20).fill(1), 5);
    assert.equal(prototypes.count, 2);
    assertNearest(patterns, new Int32Array(20).fill(1), prototypes);
  });

  it('refuses a number of prototypes that is none, or too many', () => {
    const patterns = clusteredPatterns(9, { count: MAX_PROTOTYPES + 2, units: 40, noise: 0.5 });
    const weights = new Int32Array(patterns.count).fill(1);
    for (const k of [0, -1, 1.5, NaN, MAX_PROTOTYPES + 1]) {
      assert.throws(() => fitPrototypes(patterns, weights, k), RangeError);
    }
  });
});

describe('prototype patterns from snapshot to snapshot', () => {
  /** The same instances a snapshot later: every unit flips with chance `change`. */
  function later(patterns: PackedPatterns, seed: number, change: number): PackedPatterns {
    const random = new Random(seed);
    const pieces: number[] = [];
    for (let row = 0; row < patterns.count; row++) {
      for (let j = 0; j < patterns.units; j++) {
        pieces.push(pieceOf(patterns, row, j) ^ (random.float() < change ? 1 : 0));
      }
    }
    return packIndices(pieces, patterns.count, patterns.units, 1);
  }

  const own = (count: number): Int32Array => Int32Array.from({ length: count }, (_, instance) => instance);
  const weights = new Int32Array(400).fill(1);

  it('keeps the number of each prototype while its instances move on together', () => {
    const first = clusteredPatterns(1, { count: 400, units: 200, centres: 8, noise: 0.2 });
    let before = fitPrototypes(first, weights, 8);
    let patterns = first;
    for (let epoch = 0; epoch < 4; epoch++) {
      patterns = later(patterns, epoch, 0.03);
      const start = { instancePattern: own(400), instancePrototype: before.assignment, count: before.count };
      const now = fitPrototypes(patterns, weights, 8, { start });
      assert.deepEqual(now.reborn, []);
      assertNearest(patterns, weights, now);
      const stayed = now.assignment.filter((prototype, i) => prototype === before.assignment[i]).length;
      assert.ok(stayed > 390, `${stayed}`);
      before = now;
    }
  });

  it('takes the modes of the start from instances, not from patterns', () => {
    // Pattern 0 holds ten instances of former prototype 1 and one of 0; the other patterns an instance of 0 each.
    const patterns = packIndices(
      [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0],
      4,
      6,
      1,
    );
    const instancePattern = Int32Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3]);
    const instancePrototype = Int32Array.from([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0]);
    const start = { instancePattern, instancePrototype, count: 2 };
    const prototypes = fitPrototypes(patterns, Int32Array.of(11, 1, 1, 1), 2, { start });
    assert.deepEqual(Array.from(prototypes.assignment), [1, 0, 0, 0]);
    assert.deepEqual(Array.from(prototypes.occurrences), [3, 11]);
  });

  it('tells which prototypes are new', () => {
    const patterns = clusteredPatterns(2, { count: 400, units: 60, centres: 8 });
    const before = fitPrototypes(patterns, weights, 8);
    // Instances of prototype 3 are not in this snapshot, and four more prototypes are asked for.
    const instancePrototype = before.assignment.map((prototype) => (prototype === 3 ? -1 : prototype));
    const start = { instancePattern: own(400), instancePrototype, count: 8 };
    const now = fitPrototypes(patterns, weights, 12, { start });
    assert.deepEqual(now.reborn, [3, 8, 9, 10, 11]);
    assert.ok(now.occurrences.every((n) => n > 0));
    assertNearest(patterns, weights, now);
  });

  it('starts afresh where no instance had a prototype', () => {
    const patterns = clusteredPatterns(2, { count: 400, units: 60, centres: 8 });
    const start = { instancePattern: own(400), instancePrototype: new Int32Array(400).fill(-1), count: 0 };
    const now = fitPrototypes(patterns, weights, 8, { start, maxIterations: 10 });
    assert.deepEqual(now.reborn, [0, 1, 2, 3, 4, 5, 6, 7]);
    assertNearest(patterns, weights, now);
    assert.ok(mean(now, weights) < 8);
  });

  it('keeps numbers where patterns become as few as prototypes, and wakes the resting ones later', () => {
    const few = clusteredPatterns(3, { count: 3, units: 40, noise: 0.5 });
    const instancePattern = Int32Array.from([0, 0, 0, 1, 1, 2]);
    const start = { instancePattern, instancePrototype: Int32Array.from([4, 4, 1, 1, 1, 4]), count: 6 };
    const exact = fitPrototypes(few, Int32Array.of(3, 2, 1), 6, { start });
    assert.deepEqual(Array.from(exact.assignment), [4, 1, 0]);
    assert.deepEqual(Array.from(exact.occurrences), [1, 2, 0, 0, 3, 0]);
    assert.deepEqual(exact.reborn, [0]);
    assert.deepEqual(Array.from(exact.distance), [0, 0, 0]);

    // The patterns of prototypes without instances draw nothing, though a row of zeros is right beside them.
    const zeros = emptyPatterns(1, 40, 1);
    const [assignment, distance] = [new Int32Array(1), new Int32Array(1)];
    assignToPrototypes(exact.modes, zeros, assignment, distance, exact.occurrences);
    assert.ok([0, 1, 4].includes(assignment[0]) && distance[0] > 0);

    const many = clusteredPatterns(4, { count: 400, units: 40 });
    const random = new Random(1);
    const instancePrototype = Int32Array.from({ length: 400 }, () => [0, 1, 4][random.below(3)]);
    const now = fitPrototypes(many, weights, 6, {
      start: { instancePattern: own(400), instancePrototype, count: exact.count },
    });
    for (const rested of [2, 3, 5]) assert.ok(now.reborn.includes(rested));
    assertNearest(many, weights, now);
  });

  it('refuses fewer prototypes than the start has', () => {
    const patterns = clusteredPatterns(1, { count: 20, units: 40 });
    const start = { instancePattern: own(20), instancePrototype: own(20), count: 20 };
    assert.throws(() => fitPrototypes(patterns, weights.slice(0, 20), 8, { start }), RangeError);
  });
});

describe('parts of the prototypes', () => {
  it('assigns a batch of unseen rows as brute force does', () => {
    for (const planes of [1, 2]) {
      const modes = clusteredPatterns(1, { count: 25, units: 70, planes, noise: 0.6 });
      const rows = clusteredPatterns(2, { count: 200, units: 70, planes, noise: 0.6 });
      const assignment = new Int32Array(200);
      const distance = new Int32Array(200);
      assignToPrototypes(modes, rows, assignment, distance);
      const expected = nearestByUnits(modes, rows);
      assert.deepEqual(Array.from(assignment), expected.assignment);
      assert.deepEqual(Array.from(distance), expected.distance);
    }
    assert.throws(
      () =>
        assignToPrototypes(
          emptyPatterns(0, 8, 1),
          emptyPatterns(1, 8, 1),
          new Int32Array(1),
          new Int32Array(1),
        ),
      RangeError,
    );
  });

  it('gives a tie to the lowest prototype', () => {
    const modes = packIndices([1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0], 3, 4, 1);
    const rows = packIndices([1, 0, 1, 0, 0, 0, 1, 1], 2, 4, 1);
    const [assignment, distance] = [new Int32Array(2), new Int32Array(2)];
    assignToPrototypes(modes, rows, assignment, distance);
    assert.deepEqual([...assignment, ...distance], [0, 1, 2, 0]);
  });

  for (const planes of [1, 2, 3]) {
    it(`takes the weighted majority of each unit, ${planes} bits a piece`, () => {
      const random = new Random(planes);
      for (let trial = 0; trial < 20; trial++) {
        const units = 20 + random.below(30);
        const patterns = clusteredPatterns(trial, { count: 30, units, planes, noise: 0.8 });
        const rows = random.sample(30, 1 + random.below(12));
        const weights = Int32Array.from(rows, () => 1 + random.below(trial % 2 === 0 ? 2 : 1000));
        const modes = clusteredPatterns(trial + 100, { count: 2, units, planes });
        const before = { ...modes, words: modes.words.slice() };
        writeMode(patterns, { rows, weights, begin: 0, end: rows.length }, modes, 1);
        for (let j = 0; j < units; j++) {
          const counts = new Array<number>(1 << planes).fill(0);
          for (const [m, row] of rows.entries()) counts[pieceOf(patterns, row, j)] += weights[m];
          const most = Math.max(...counts);
          const former = pieceOf(before, 1, j);
          assert.equal(pieceOf(modes, 1, j), counts[former] === most ? former : counts.indexOf(most));
          assert.equal(pieceOf(modes, 0, j), pieceOf(before, 0, j));
        }
      }
    });
  }

  it('leaves the bits beyond the last unit 0', () => {
    const patterns = clusteredPatterns(1, { count: 50, units: 35, planes: 2 });
    const { modes } = fitPrototypes(patterns, new Int32Array(50).fill(1), 4);
    const unpadded = emptyPatterns(1, 35, 2);
    const stride = wordsPerRow(modes);
    for (let mode = 0; mode < modes.count; mode++) {
      let lit = 0;
      for (let j = 0; j < 35; j++) if (pieceOf(modes, mode, j) !== 0) lit++;
      assert.equal(hammingUnits(modes, modes.words, mode * stride, unpadded.words, 0), lit);
    }
  });

  it('samples huge patterns for certain and the others by their instances', () => {
    const patterns = clusteredPatterns(1, { count: 1000, units: 40, noise: 0.5 });
    const weights = new Int32Array(1000).fill(1);
    weights[500] = 100_000;
    const { rows, weights: sampled } = samplePatterns(patterns, weights, 101, new Random(1));
    assert.equal(rows.count, 101);
    const huge = sampled.indexOf(100_000);
    assert.equal(distanceOf(rows, huge, patterns, 500), 0);
    assert.ok(sampled.every((weight) => weight === 100_000 || weight === 10));
  });

  it('samples something of each class where classes take turns', () => {
    // Every tenth pattern alike: a plain stride of ten would see one class only.
    const pieces = Array.from({ length: 1000 }, (_, row) =>
      Array.from({ length: 40 }, (_, j) => (j < 10 ? Number(j === row % 10) : (row >> (j - 10)) & 1)),
    );
    const patterns = packIndices(pieces.flat(), 1000, 40, 1);
    const { rows } = samplePatterns(patterns, new Int32Array(1000).fill(1), 100, new Random(1));
    const classes = new Set(
      Array.from({ length: rows.count }, (_, row) =>
        [...Array(10).keys()].findIndex((j) => pieceOf(rows, row, j) === 1),
      ),
    );
    assert.equal(classes.size, 10);
  });
});
