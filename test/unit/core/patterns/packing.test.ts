import fc from 'fast-check';
import assert from 'node:assert/strict';
import {
  emptyPatterns,
  packIndices,
  packPieces,
  patternText,
  pieceOf,
  planesFor,
  type PackedPatterns,
} from '../../../../src/core/patterns/packing';
import { numbers } from '../arbitraries';
import { naivePatterns } from '../naive';

/** Packs pre-activations that must be finite. */
function pack(
  z: Float32Array | Float64Array,
  rows: number,
  units: number,
  breakpoints: number[],
): PackedPatterns {
  const out = emptyPatterns(rows, units, planesFor(breakpoints.length + 1));
  assert.equal(packPieces(z, rows, breakpoints, out), -1);
  return out;
}

function texts(patterns: PackedPatterns): string[] {
  return Array.from({ length: patterns.count }, (_, row) => patternText(patterns, row));
}

const awkward = [0, -0, 5e-324, -5e-324, 1e-45, -1e-45, 1e-38, -1e-38, 1, -1, 3e38, -3e38, 6];

/** Finite values, the awkward ones and the breakpoints themselves among them. */
function values(length: number, breakpoints: number[]): fc.Arbitrary<number[]> {
  const value = fc.oneof(
    fc.constantFrom(...awkward, ...breakpoints),
    fc.double({ min: -8, max: 8, noNaN: true }),
    fc.double({ min: -3e38, max: 3e38, noNaN: true }),
  );
  return fc.array(value, { minLength: length, maxLength: length });
}

describe('packing of pre-activations', () => {
  const activations: Record<string, number[]> = {
    relu: [0],
    'thresholded relu': [0.1],
    relu6: [0, 6],
    hardtanh: [-1, 1],
    'four pieces': [-1, 0, 1],
    'five pieces': [-2, -0.5, 0.5, 2],
    'seventeen pieces': Array.from({ length: 16 }, (_, i) => i / 2 - 4),
  };
  for (const [name, breakpoints] of Object.entries(activations)) {
    it(`counts the breakpoints below each value: ${name}`, () => {
      const shapes = fc.record({
        rows: fc.integer({ min: 1, max: 4 }),
        units: fc.integer({ min: 1, max: 100 }),
      });
      const cases = shapes.chain(({ rows, units }) =>
        fc.record({
          rows: fc.constant(rows),
          units: fc.constant(units),
          z: values(rows * units, breakpoints),
        }),
      );
      fc.assert(
        fc.property(cases, ({ rows, units, z }) => {
          for (const numbers of [Float32Array.from(z), Float64Array.from(z)]) {
            const packed = pack(numbers, rows, units, breakpoints);
            assert.deepEqual(texts(packed), naivePatterns(numbers, rows, units, breakpoints));
          }
        }),
        { seed: 1, numRuns: 60 },
      );
    });
  }

  it('has piece 0 at 0 and −0, and piece 1 at the smallest number above', () => {
    for (const smallest of [Float32Array.of(0, -0, 1e-45, -1e-45), Float64Array.of(0, -0, 5e-324, -5e-324)]) {
      assert.equal(patternText(pack(smallest, 1, 4, [0]), 0), '0010');
      assert.equal(patternText(pack(smallest, 1, 4, [-0]), 0), '0010');
      assert.equal(patternText(pack(smallest, 1, 4, [0, 6]), 0), '0010');
    }
  });

  it('counts only breakpoints below: a value at a breakpoint is in the lower piece', () => {
    assert.equal(patternText(pack(Float32Array.of(-1, -0.99, 1, 1.01), 1, 4, [-1, 1]), 0), '0112');
  });

  it('gives the same words by either path', () => {
    const cases = fc
      .record({ rows: fc.integer({ min: 1, max: 5 }), units: fc.integer({ min: 1, max: 70 }) })
      .chain(({ rows, units }) => fc.record({ rows: fc.constant(rows), z: values(rows * units, [0]) }));
    fc.assert(
      fc.property(cases, ({ rows, z }) => {
        const units = z.length / rows;
        const narrow = Float32Array.from(z);
        const fast = pack(narrow, rows, units, [0]);
        assert.deepEqual(fast, pack(Float64Array.from(narrow), rows, units, [0]));
        // A layer that keeps more bits than its pieces need has them in its lowest plane.
        const wide = emptyPatterns(rows, units, 2);
        assert.equal(packPieces(narrow, rows, [0], wide), -1);
        assert.deepEqual(texts(wide), texts(fast));
      }),
      { seed: 2, numRuns: 100 },
    );
  });

  it('finds the first value that is not finite, whatever the path', () => {
    const cases = fc.record({
      rows: fc.integer({ min: 1, max: 4 }),
      units: fc.integer({ min: 1, max: 70 }),
      at: fc.nat(),
      second: fc.nat(),
      value: fc.constantFrom(NaN, Infinity, -Infinity),
    });
    fc.assert(
      fc.property(cases, ({ rows, units, at, second, value }) => {
        const length = rows * units;
        for (const numbers of [new Float32Array(length).fill(0.5), new Float64Array(length).fill(3e38)]) {
          numbers[at % length] = value;
          numbers[second % length] = -value;
          for (const breakpoints of [[0], [0.1], [0, 6]]) {
            const out = emptyPatterns(rows, units, planesFor(breakpoints.length + 1));
            assert.equal(
              packPieces(numbers, rows, breakpoints, out),
              Math.min(at % length, second % length),
              `${value}, breakpoints ${breakpoints.join(' ')}`,
            );
          }
        }
      }),
      { seed: 3, numRuns: 100 },
    );
  });

  it('finds it alone, at every position of a row, among the largest finite values', () => {
    for (const units of [7, 8, 45, 64]) {
      for (let at = 0; at < units; at++) {
        for (const value of [NaN, Infinity, -Infinity]) {
          const z = Float32Array.from({ length: units }, (_, j) => (j % 2 === 0 ? 3.4e38 : -3.4e38));
          const out = emptyPatterns(1, units, 1);
          assert.equal(packPieces(z, 1, [0], out), -1);
          z[at] = value;
          assert.equal(packPieces(z, 1, [0], out), at);
        }
      }
    }
  });

  it('finds a NaN with its sign bit set', () => {
    const z = new Float32Array(40);
    new Int32Array(z.buffer)[33] = 0xffc00000 | 0;
    assert.equal(packPieces(z, 1, [0], emptyPatterns(1, 40, 1)), 33);
  });

  it('looks at no value beyond the rows given, and writes no other row', () => {
    for (const breakpoints of [[0], [0, 6]]) {
      const out = emptyPatterns(3, 33, planesFor(breakpoints.length + 1));
      out.words.fill(0xffffffff);
      const z = new Float32Array(3 * 33).fill(NaN).fill(-1, 0, 66);
      assert.equal(packPieces(z, 2, breakpoints, out), -1);
      const words = out.words.length / 3;
      assert.ok(out.words.subarray(0, 2 * words).every((word) => word === 0));
      assert.ok(out.words.subarray(2 * words).every((word) => word === 0xffffffff));
    }
  });

  it('reads an array that begins inside its buffer', () => {
    const z = Float32Array.of(1, 1, 1, -1, 2, -2, 3).subarray(3);
    assert.equal(patternText(pack(z, 1, 4, [0]), 0), '0101');
  });

  it('leaves the bits beyond the last unit 0', () => {
    for (const units of [1, 7, 8, 9, 31, 32, 33, 100]) {
      const packed = pack(new Float32Array(units).fill(1), 1, units, [0]);
      const ones = Array.from(packed.words, (word) => word.toString(2).replaceAll('0', '').length);
      assert.equal(
        ones.reduce((sum, count) => sum + count, 0),
        units,
      );
    }
  });
});

describe('packing of pieces', () => {
  it('gives back every piece, for any number of them', () => {
    const cases = fc
      .record({
        pieces: fc.oneof(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 6, max: 40 })),
        units: fc.integer({ min: 1, max: 100 }),
        rows: fc.integer({ min: 1, max: 4 }),
      })
      .chain((size) => numbers(size.rows * size.units, size.pieces).map((pieces) => ({ size, pieces })));
    fc.assert(
      fc.property(cases, ({ size, pieces }) => {
        const packed = packIndices(pieces, size.rows, size.units, planesFor(size.pieces));
        const back = pieces.map((_, i) => pieceOf(packed, Math.floor(i / size.units), i % size.units));
        assert.deepEqual(back, pieces);
      }),
      { seed: 4, numRuns: 150 },
    );
  });

  it('takes as many bits as the highest piece needs', () => {
    for (let pieces = 2; pieces <= 70_000; pieces += pieces < 300 ? 1 : 977) {
      assert.equal(planesFor(pieces), (pieces - 1).toString(2).length);
    }
    assert.equal(planesFor(1), 1);
    assert.equal(planesFor(2 ** 29), 29);
  });

  it('is written with a digit a unit, letters from 10 on, and ? beyond 35', () => {
    assert.equal(patternText(packIndices([0, 9, 10, 35, 36, 1], 1, 6, 6), 0), '09az?1');
  });
});
