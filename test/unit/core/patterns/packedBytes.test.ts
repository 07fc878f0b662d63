import fc from 'fast-check';
import assert from 'node:assert/strict';
import {
  bytesPerRow,
  emptyPatterns,
  fromPackedBytes,
  packIndices,
  planesFor,
  toPackedBytes,
} from '../../../../src/core/patterns/packing';
import { numbers } from '../arbitraries';
import { naivePackbits } from '../naive';

const packedArbitrary = fc
  .record({
    pieces: fc.oneof(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 6, max: 20 })),
    units: fc.integer({ min: 1, max: 100 }),
    rows: fc.integer({ min: 1, max: 4 }),
  })
  .chain((size) => numbers(size.rows * size.units, size.pieces).map((pieces) => ({ ...size, list: pieces })));

/** Bits of the pieces of one row, each most significant first. */
function bitsOfRow(list: number[], row: number, units: number, planes: number): number[] {
  return list
    .slice(row * units, (row + 1) * units)
    .flatMap((piece) => Array.from(piece.toString(2).padStart(planes, '0'), Number));
}

describe('packed bytes', () => {
  it('are what numpy.packbits gives for one bit a unit', () => {
    const packed = packIndices([1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1], 1, 11, 1);
    assert.deepEqual(Array.from(toPackedBytes(packed)), [0b10000000, 0b01100000]);
  });

  it('are what numpy.packbits gives for two bits a unit, the higher one first', () => {
    // 10 01 00 10 | 01
    const packed = packIndices([2, 1, 0, 2, 1], 1, 5, 2);
    assert.deepEqual(Array.from(toPackedBytes(packed)), [0b10010010, 0b01000000]);
  });

  it('are what numpy.packbits gives for three bits a unit, across bytes', () => {
    // 100 011 00 | 1
    const packed = packIndices([4, 3, 1], 1, 3, 3);
    assert.deepEqual(Array.from(toPackedBytes(packed)), [0b10001100, 0b10000000]);
  });

  it('are the rows packed one by one, and give the patterns back', () => {
    fc.assert(
      fc.property(packedArbitrary, ({ pieces, units, rows, list }) => {
        const planes = planesFor(pieces);
        const packed = packIndices(list, rows, units, planes);
        const bytes = toPackedBytes(packed);
        const expected = Array.from({ length: rows }, (_, row) =>
          naivePackbits(bitsOfRow(list, row, units, planes)),
        );
        assert.equal(expected[0].length, bytesPerRow(units, planes));
        assert.deepEqual(Array.from(bytes), expected.flat());
        assert.deepEqual(fromPackedBytes(bytes, rows, units, planes), packed);
      }),
      { seed: 1, numRuns: 150 },
    );
  });

  it('show the patterns asked for, in their order', () => {
    const packed = packIndices([0, 0, 1, 1, 0, 1], 3, 2, 1);
    assert.deepEqual(Array.from(toPackedBytes(packed, Int32Array.of(2, 0, 2, 1))), [0x40, 0, 0x40, 0xc0]);
    assert.equal(toPackedBytes(packed, new Int32Array(0)).length, 0);
  });

  it('are read without what pads them', () => {
    fc.assert(
      fc.property(packedArbitrary, ({ pieces, units, rows, list }) => {
        const planes = planesFor(pieces);
        const packed = packIndices(list, rows, units, planes);
        const bytes = toPackedBytes(packed);
        const width = bytesPerRow(units, planes);
        const padding = width * 8 - units * planes;
        for (let row = 0; row < rows; row++) bytes[row * width + width - 1] |= (1 << padding) - 1;
        assert.deepEqual(fromPackedBytes(bytes, rows, units, planes), packed);
      }),
      { seed: 2, numRuns: 100 },
    );
  });

  it('are none for no patterns', () => {
    assert.equal(toPackedBytes(emptyPatterns(0, 9, 2)).length, 0);
    assert.equal(fromPackedBytes(new Uint8Array(0), 0, 9, 2).count, 0);
  });
});
