import assert from 'node:assert/strict';
import { hammingBits, hammingUnits, popcount32 } from '../../../../src/core/patterns/bits';
import { packIndices, pieceOf, wordsPerRow } from '../../../../src/core/patterns/packing';
import { Random } from '../../../../src/core/random';

describe('bits of packed words', () => {
  it('counts the bits of a word', () => {
    assert.equal(popcount32(0), 0);
    assert.equal(popcount32(-1), 32);
    assert.equal(popcount32(0x80000000), 1);
    const random = new Random(1);
    for (let i = 0; i < 1000; i++) {
      const word = random.below(2 ** 32);
      assert.equal(popcount32(word), word.toString(2).replaceAll('0', '').length);
    }
  });

  it('counts differing bits for every number of words, from any offset', () => {
    const random = new Random(2);
    const words = Uint32Array.from({ length: 120 }, () => random.below(2 ** 32));
    for (let length = 0; length <= 50; length++) {
      const [i, j] = [random.below(20), 60 + random.below(10)];
      let expected = 0;
      for (let w = 0; w < length; w++) expected += popcount32(words[i + w] ^ words[j + w]);
      assert.equal(hammingBits(words, i, words, j, length), expected);
    }
  });

  it('is all bits where all differ', () => {
    const ones = new Uint32Array(100).fill(0xffffffff);
    assert.equal(hammingBits(ones, 0, new Uint32Array(100), 0, 100), 3200);
  });

  for (const planes of [1, 2, 3]) {
    it(`is the number of units whose pieces differ, ${planes} bits a piece`, () => {
      const random = new Random(planes);
      for (const units of [1, 31, 32, 33, 300, 700]) {
        const pieces = Array.from({ length: 6 * units }, () => random.below(1 << planes));
        const patterns = packIndices(pieces, 6, units, planes);
        const stride = wordsPerRow(patterns);
        for (let row = 1; row < 6; row++) {
          let expected = 0;
          for (let j = 0; j < units; j++) {
            if (pieceOf(patterns, 0, j) !== pieceOf(patterns, row, j)) expected++;
          }
          const between = (limit?: number): number =>
            hammingUnits(patterns, patterns.words, 0, patterns.words, row * stride, limit);
          assert.equal(between(), expected);
          assert.equal(between(expected), expected);
          const stopped = between(expected / 2);
          assert.ok(stopped <= expected && (stopped > expected / 2 || expected === 0));
        }
      }
    });
  }
});
