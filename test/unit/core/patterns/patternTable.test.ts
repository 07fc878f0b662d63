import fc from 'fast-check';
import assert from 'node:assert/strict';
import {
  emptyPatterns,
  packIndices,
  patternText,
  type PackedPatterns,
} from '../../../../src/core/patterns/packing';
import {
  patternLevel,
  PatternTable,
  tableOf,
  type PatternLevel,
} from '../../../../src/core/patterns/patternTable';
import { Random } from '../../../../src/core/random';
import { packStrings } from '../../../fixtures';
import { patternStrings } from '../arbitraries';
import { groups, rankedValues } from '../naive';

/** Rows from … to − 1 as patterns of their own. */
function slice(rows: PackedPatterns, from: number, to: number): PackedPatterns {
  const stride = rows.planes * rows.wordsPerPlane;
  return { ...rows, count: to - from, words: rows.words.slice(from * stride, to * stride) };
}

function assertIsLevelOf(level: PatternLevel, strings: string[]): void {
  const ranked = rankedValues(strings);
  const members = groups(strings);
  assert.equal(level.count, ranked.length);
  assert.equal(level.patterns.count, ranked.length);
  assert.deepEqual(
    Array.from({ length: level.count }, (_, node) => patternText(level.patterns, node)),
    ranked,
  );
  assert.deepEqual(
    Array.from(level.of, (node) => ranked[node]),
    strings,
  );
  assert.deepEqual(
    Array.from(level.occurrences),
    ranked.map((pattern) => members.get(pattern)!.length),
  );
  assert.deepEqual(
    Array.from(level.first),
    ranked.map((pattern) => members.get(pattern)![0]),
  );
}

describe('table of patterns', () => {
  for (const pieces of [2, 3]) {
    it(`numbers patterns of ${pieces} pieces by decreasing occurrences, ties by first instance`, () => {
      fc.assert(
        fc.property(patternStrings({ rows: 60, units: 80, pieces }), (strings) => {
          assertIsLevelOf(patternLevel(packStrings(strings, pieces - 1)), strings);
        }),
        { seed: pieces, numRuns: 150 },
      );
    });
  }

  it('does not depend on the batches, nor on their order', () => {
    const cases = fc.record({
      strings: patternStrings({ rows: 50, units: 40 }),
      batch: fc.integer({ min: 1, max: 17 }),
      backwards: fc.boolean(),
    });
    fc.assert(
      fc.property(cases, ({ strings, batch, backwards }) => {
        const rows = packStrings(strings);
        const table = new PatternTable(rows.units, 1, rows.count);
        const ids = new Int32Array(rows.count);
        const starts = Array.from({ length: Math.ceil(rows.count / batch) }, (_, b) => b * batch);
        for (const from of backwards ? starts.reverse() : starts) {
          const part = slice(rows, from, Math.min(rows.count, from + batch));
          table.add(part, part.count, ids, from);
        }
        assertIsLevelOf(table.finish(ids), strings);
      }),
      { seed: 3, numRuns: 100 },
    );
  });

  it('grows, and merges no patterns: 30,000 of them, each another number in binary', () => {
    const count = 30_000;
    const units = 70;
    const pieces = new Uint8Array(count * units);
    // The digits stand far apart, so that they are spread over three words.
    for (let row = 0; row < count; row++) {
      for (let bit = 0; bit < 15; bit++) pieces[row * units + bit * 4 + (bit % 3)] = (row >> bit) & 1;
    }
    const level = patternLevel(packIndices(pieces, count, units, 1));
    assert.equal(level.count, count);
    assert.deepEqual(
      level.of,
      Int32Array.from({ length: count }, (_, i) => i),
    );
  });

  it('merges no patterns of one hash', () => {
    // The first word is mixed into a state that the second is added to by exclusive or: any first word has a second one
    // that brings about the same state, and so the same hash of the two.
    const count = 3000;
    const rows = emptyPatterns(count, 64, 1);
    for (let row = 0; row < count; row++) {
      const first = Math.imul(row, 0x10001);
      const mixed = Math.imul(2 ^ first, 0x9e3779b1);
      rows.words[2 * row] = first;
      rows.words[2 * row + 1] = mixed ^ (mixed >>> 15);
    }
    const level = patternLevel(rows);
    assert.equal(level.count, count);
    assert.deepEqual(level.patterns.words, rows.words);
  });

  it('is right for many patterns with many duplicates', () => {
    const random = new Random(5);
    const strings = Array.from({ length: 20_000 }, () => {
      const number = Math.min(random.below(5000), random.below(5000));
      return number.toString(2).padStart(13, '0').repeat(3);
    });
    assertIsLevelOf(patternLevel(packStrings(strings)), strings);
  });

  it('tells patterns apart that differ in one unit of the last word, or of the last plane', () => {
    for (const planes of [1, 2]) {
      const units = 65;
      const pieces = new Uint8Array(2 * units);
      pieces[2 * units - 1] = 1;
      assert.equal(patternLevel(packIndices(pieces, 2, units, planes)).count, 2);
    }
  });

  it('finds each pattern by look-up, and none that it does not hold', () => {
    const cases = fc
      .record({ units: fc.integer({ min: 1, max: 40 }), planes: fc.integer({ min: 1, max: 2 }) })
      .chain(({ units, planes }) => {
        const row = fc.array(fc.nat({ max: planes }), { minLength: units, maxLength: units });
        const rows = fc.array(row, { minLength: 1, maxLength: 30 });
        return fc.record({ planes: fc.constant(planes), held: rows, asked: rows });
      });
    const pack = (rows: number[][], planes: number) =>
      packIndices(rows.flat(), rows.length, rows[0].length, planes);
    fc.assert(
      fc.property(cases, ({ planes, held, asked }) => {
        const level = patternLevel(pack(held, planes));
        const table = tableOf(level.patterns);
        assert.equal(table.count, level.count);
        for (let node = 0; node < level.count; node++) assert.equal(table.lookup(level.patterns, node), node);
        const texts = Array.from({ length: level.count }, (_, node) => patternText(level.patterns, node));
        const questions = pack(asked, planes);
        asked.forEach((row, r) => assert.equal(table.lookup(questions, r), texts.indexOf(row.join(''))));
      }),
      { seed: 4, numRuns: 100 },
    );
  });

  it('holds nothing at first', () => {
    const level = patternLevel(emptyPatterns(0, 5, 1));
    assert.equal(level.count, 0);
    assert.equal(tableOf(level.patterns).lookup(emptyPatterns(1, 5, 1), 0), -1);
  });
});
