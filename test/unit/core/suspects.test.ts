import assert from 'node:assert/strict';
import { patternLevel } from '../../../src/core/patterns/patternTable';
import { emptyPatterns, packPieces, pieceOf, type PackedPatterns } from '../../../src/core/patterns/packing';
import type { RecordedLevel } from '../../../src/core/patterns/snapshot';
import { Random } from '../../../src/core/random';
import { agreement, expectedRight } from '../../../src/core/suspects/expectedRight';
import { neighbourLists } from '../../../src/core/suspects/neighbourLists';
import { neighbourVotes } from '../../../src/core/suspects/neighbourVotes';
import { highestFirst, rankMean, rankShares, suspicion } from '../../../src/core/suspects/suspicion';
import { finishSteps } from '../../../src/core/workSteps';

/** Random patterns of some rows; `pieces` above 2 take several planes. */
function randomLevel(random: Random, rows: number, units: number, pieces: number): RecordedLevel {
  const breakpoints = Array.from({ length: pieces - 1 }, (_, k) => k);
  const planes = Math.ceil(Math.log2(pieces));
  const packed = emptyPatterns(rows, units, planes);
  const values = Float32Array.from({ length: rows * units }, () => random.float() * pieces - 0.5);
  packPieces(values, rows, breakpoints, packed);
  const layer = { name: 'relu', activation: 'Relu', units, shape: [units], pieces, bits: planes };
  return { layer, exact: patternLevel(packed) };
}

function differing(patterns: PackedPatterns, a: number, b: number): number {
  let count = 0;
  for (let unit = 0; unit < patterns.units; unit++) {
    if (pieceOf(patterns, a, unit) !== pieceOf(patterns, b, unit)) count++;
  }
  return count;
}

/** Mean over the levels of the share of units that differ. */
function distance(levels: readonly RecordedLevel[], a: number, b: number): number {
  const shares = levels.map(({ exact }) => {
    const { patterns, of } = exact!;
    return differing(patterns, of[a], of[b]) / patterns.units;
  });
  return shares.reduce((sum, share) => sum + share, 0) / levels.length;
}

describe('suspects: neighbours', () => {
  const random = new Random(7);
  const rows = 120;
  const levels = [
    randomLevel(random, rows, 3, 2),
    randomLevel(random, rows, 40, 2),
    randomLevel(random, rows, 9, 3),
  ];
  const sample = random.sample(rows, 60);

  it('are those of least distance over all levels, equals included, whatever the widths', () => {
    const { of, offsets, members } = finishSteps(neighbourLists({ levels, sample, neighbours: 5 }));
    for (let row = 0; row < rows; row++) {
      const found = [...members.subarray(offsets[of[row]], offsets[of[row] + 1])].map((at) => sample[at]);
      const wanted = sample.includes(row) ? 6 : 5;
      const sorted = [...sample].map((other) => distance(levels, row, other)).sort((a, b) => a - b);
      const radius = sorted[wanted - 1];
      const near = [...sample].filter((other) => distance(levels, row, other) <= radius + 1e-4);
      assert.deepEqual(found, near, `row ${row}`);
    }
  });

  it('are looked for only for the rows that are wanted', () => {
    const wanted = Uint8Array.from({ length: rows }, (_, row) => (row % 7 === 0 ? 1 : 0));
    const all = finishSteps(neighbourLists({ levels, sample, neighbours: 5 }));
    const some = finishSteps(neighbourLists({ levels, sample, neighbours: 5, wanted }));
    for (let row = 0; row < rows; row += 7) {
      assert.deepEqual(
        some.members.slice(some.offsets[some.of[row]], some.offsets[some.of[row] + 1]),
        all.members.slice(all.offsets[all.of[row]], all.offsets[all.of[row] + 1]),
      );
    }
    assert.ok(some.offsets.length < all.offsets.length);
  });

  it('that are all equal are limited, and spread evenly over the sample', () => {
    const dead = emptyPatterns(1000, 4, 1);
    const layer = { name: 'dead', activation: 'Relu', units: 4, shape: [4], pieces: 2, bits: 1 };
    const level: RecordedLevel = { layer, exact: patternLevel(dead) };
    const everyone = Int32Array.from({ length: 1000 }, (_, row) => row);
    const lists = finishSteps(neighbourLists({ levels: [level], sample: everyone, neighbours: 10 }));
    const found = lists.members.slice(lists.offsets[lists.of[0]], lists.offsets[lists.of[0] + 1]);
    assert.equal(found.length, 40);
    assert.ok(found[0] < 50 && found[39] >= 950);
  });
});

describe('suspects: votes and scores', () => {
  it('leave out the vote of a row on itself, and name the label that most of the others have', () => {
    const lists = [
      { of: Int32Array.of(0, 0, 1), offsets: Int32Array.of(0, 3, 5), members: Int32Array.of(0, 1, 2, 0, 2) },
    ];
    const labels = Int32Array.of(2, 0, 0);
    const votes = neighbourVotes({ lists, sample: Int32Array.of(0, 1, 2), labels, classes: 3 });
    assert.deepEqual([...votes.own], [0, 0.5, 0]);
    assert.deepEqual([...votes.other], [0, 2, 2]);
    assert.deepEqual([...votes.otherShare], [1, 0.5, 1]);
    assert.deepEqual(
      [...suspicion(votes, Float32Array.of(1, 0, 0.5))].map((s) => s.toFixed(3)),
      ['1.000', '0.333', '0.833'],
    );
  });

  it('orders by score with ties by row, and shares ranks among equals', () => {
    const values = Float32Array.of(0.2, 0.9, 0.2, 0.5);
    assert.deepEqual([...highestFirst(values)], [1, 3, 0, 2]);
    assert.deepEqual(
      [...rankShares(values)].map((s) => s.toFixed(3)),
      ['0.167', '1.000', '0.167', '0.667'],
    );
    assert.deepEqual([...rankMean(values, values)], [...rankShares(values)]);
  });

  it('agreement is 1 for equal labels, and about 0 for labels at random', () => {
    const random = new Random(3);
    const a = Int32Array.from({ length: 5000 }, () => random.below(10));
    const b = Int32Array.from({ length: 5000 }, () => random.below(10));
    assert.equal(agreement(a, a, 10), 1);
    assert.ok(Math.abs(agreement(a, b, 10)) < 0.03);
  });
});

describe('suspects: what is expected of the first ones', () => {
  /** Scores of right labels, rarer and rarer towards 1, and of wrong ones near the upper end; highest first. */
  function scores(right: number, wrong: number): Float32Array {
    const random = new Random(5);
    const good = Array.from({ length: right }, () => Math.min(0.999, -Math.log(1 - random.float()) / 9));
    const bad = Array.from({ length: wrong }, () => 0.8 + 0.19 * random.float());
    return Float32Array.from([...good, ...bad])
      .sort()
      .reverse();
  }

  it('nothing where nothing rises at the upper end', () => {
    assert.deepEqual(expectedRight(scores(5000, 0), [10, 100, 1000]), [0, 0, 0]);
  });

  it('nearly all where wrong labels stand out, and no more than there are further down', () => {
    const [first, half, many] = expectedRight(scores(5000, 300), [100, 300, 1500]);
    assert.ok(first > 0.85 && first <= 1, String(first));
    assert.ok(half > 0.85 && half <= 1, String(half));
    assert.ok(many > 0.15 && many <= 0.21, String(many));
  });
});
