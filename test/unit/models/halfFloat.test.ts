import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeHalf, encodeHalf } from '../../../src/models/halfFloat';

describe('half floats', () => {
  it('decodes known bit patterns', () => {
    const bits = [0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x8000, 0x7c00, 0xfc00];
    const numbers = [1, -2, 65504, 2 ** -14, 2 ** -24, -0, Infinity, -Infinity];
    assert.deepEqual(Array.from(decodeHalf(bits)), numbers);
    assert.ok(Number.isNaN(decodeHalf([0x7e00])[0]));
  });

  it('gives back every half float', () => {
    const all = Uint16Array.from({ length: 65536 }, (_, bits) => bits);
    decodeHalf(all).forEach((value, bits) => {
      if (!Number.isNaN(value)) assert.equal(encodeHalf(value), bits);
    });
    assert.equal(encodeHalf(NaN), 0x7e00);
  });

  it('rounds to the nearest, ties to even, too large numbers to infinity', () => {
    assert.equal(encodeHalf(1 + 2 ** -11), 0x3c00);
    assert.equal(encodeHalf(1 + 3 * 2 ** -11), 0x3c02);
    assert.equal(encodeHalf(65519.9), 0x7bff);
    assert.equal(encodeHalf(65520), 0x7c00);
    assert.equal(encodeHalf(-1e9), 0xfc00);
    fc.assert(
      fc.property(fc.double({ min: -65000, max: 65000, noNaN: true }), (value) => {
        const bits = encodeHalf(value);
        const error = (candidate: number): number => Math.abs(decodeHalf([candidate])[0] - value);
        assert.ok(error(bits) <= error(bits + 1));
        assert.ok((bits & 0x7fff) === 0 || error(bits) <= error(bits - 1));
      }),
      { seed: 5, numRuns: 500 },
    );
  });
});
