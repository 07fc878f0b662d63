import assert from 'node:assert/strict';
import { addAll, largest, smallest } from '../../../src/core/lists';

/** More than a call can have arguments. */
const MANY = 1_000_000;

describe('lists', () => {
  it('a million items are added to a list', () => {
    const list = [-1];
    addAll(list, new Int32Array(MANY));
    assert.equal(list.length, MANY + 1);
    assert.deepEqual(list.slice(0, 2), [-1, 0]);
  });

  it('largest and smallest of a million numbers', () => {
    const numbers = Array.from({ length: MANY }, (_, k) => (k * 7919) % MANY);
    assert.equal(largest(numbers), MANY - 1);
    assert.equal(smallest(numbers), 0);
    assert.equal(largest(numbers, MANY), MANY);
    assert.equal(smallest([], 3), 3);
    assert.ok(Number.isNaN(largest([1, NaN, 2])));
  });
});
