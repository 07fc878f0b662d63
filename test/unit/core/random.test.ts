import assert from 'node:assert/strict';
import { Random } from '../../../src/core/random';

describe('seeded random numbers', () => {
  it('repeats for the same seed and differs for another', () => {
    const draw = (seed: number): number[] => {
      const random = new Random(seed);
      return Array.from({ length: 20 }, () => random.float());
    };
    assert.deepEqual(draw(7), draw(7));
    assert.notDeepEqual(draw(7), draw(8));
    assert.notDeepEqual(draw(0), draw(-1));
    // Pinned: a changed generator would quietly change every sample and every prototype.
    assert.deepEqual(draw(1).slice(0, 2), [0.10286284344689667, 0.38285007170415275]);
  });

  it('gives floats in [0, 1) with the moments of the uniform distribution', () => {
    const random = new Random(3);
    let sum = 0;
    let squares = 0;
    const draws = 100_000;
    for (let i = 0; i < draws; i++) {
      const x = random.float();
      assert.ok(x >= 0 && x < 1);
      sum += x;
      squares += x * x;
    }
    assert.ok(Math.abs(sum / draws - 1 / 2) < 0.005);
    assert.ok(Math.abs(squares / draws - 1 / 3) < 0.005);
  });

  it('draws every integer below n about as often', () => {
    const random = new Random(11);
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) counts[random.below(7)]++;
    for (const count of counts) assert.ok(Math.abs(count - 10_000) < 500, `${counts}`);
    assert.equal(random.below(1), 0);
    assert.ok(random.below(2 ** 32) >= 0);
  });

  it('is fair where n is just above half the range of a word', () => {
    // A remainder alone would give the lower half of the numbers twice as often as the upper.
    const random = new Random(5);
    const n = 0xc0000000;
    let low = 0;
    for (let i = 0; i < 30_000; i++) if (random.below(n) < n / 3) low++;
    assert.ok(Math.abs(low - 10_000) < 400, `${low}`);
  });

  it('refuses what is no count', () => {
    const random = new Random(1);
    for (const n of [0, -1, 1.5, NaN, 2 ** 32 + 1]) assert.throws(() => random.below(n), RangeError);
  });

  it('shuffles to permutations, each about as often', () => {
    const random = new Random(9);
    const counts = new Map<string, number>();
    for (let i = 0; i < 12_000; i++) {
      const items = [0, 1, 2];
      random.shuffle(items);
      assert.deepEqual([...items].sort(), [0, 1, 2]);
      counts.set(items.join(''), (counts.get(items.join('')) ?? 0) + 1);
    }
    assert.equal(counts.size, 6);
    for (const count of counts.values()) assert.ok(Math.abs(count - 2000) < 200);
  });

  it('samples without replacement, ascending, every item as likely', () => {
    const random = new Random(2);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) {
      const sample = random.sample(10, 3);
      assert.equal(sample.length, 3);
      assert.ok(sample[0] < sample[1] && sample[1] < sample[2]);
      for (const item of sample) counts[item]++;
    }
    for (const count of counts) assert.ok(Math.abs(count - 3000) < 250, `${counts}`);
    assert.deepEqual(Array.from(random.sample(4, 9)), [0, 1, 2, 3]);
    assert.equal(random.sample(5, 0).length, 0);
  });
});
