import assert from 'node:assert/strict';
import fc from 'fast-check';
import { InputError } from '../../../../src/core/errors';
import { InstanceSet } from '../../../../src/engine/analysis/instanceSet';

const numbers = fc.array(fc.nat({ max: 3000 }), { maxLength: 300 });
const ascending = (all: number[]) => [...new Set(all)].sort((a, b) => a - b);

describe('sets of instances', () => {
  it('are the same after their way through a text, which is the same for equal sets', () => {
    fc.assert(
      fc.property(numbers, (all) => {
        const { text } = InstanceSet.of(all);
        assert.deepEqual(InstanceSet.parse(text).numbers(), ascending(all));
        assert.equal(InstanceSet.parse(text).text, text);
        assert.equal(InstanceSet.of([...all, ...all].reverse()).text, text);
      }),
      { seed: 7 },
    );
  });

  it('have what both have, and nothing else', () => {
    fc.assert(
      fc.property(numbers, numbers, (some, others) => {
        const both = InstanceSet.of(some).and(InstanceSet.of(others));
        assert.deepEqual(both.numbers(), ascending(some.filter((number) => others.includes(number))));
        for (const number of others) assert.equal(both.has(number), some.includes(number));
        assert.equal(both.has(5000), false);
        assert.deepEqual(both.bits, InstanceSet.of(both.numbers()).bits);
      }),
      { seed: 8 },
    );
  });

  it('are short texts, however many there are', () => {
    const length = (wanted: (number: number) => boolean, of = 60_000) =>
      InstanceSet.of([...Array(of).keys()].filter(wanted)).text.length;
    assert.ok(length(() => true) < 10);
    assert.ok(length((number) => number === 59_000) < 10, 'a single one');
    assert.ok(length((number) => number % 1000 !== 3) < 300, 'all but a few');
    assert.ok(length((number) => number % 2 === 0) < 10_050, 'the worst');
    assert.equal(
      length(() => false),
      1,
    );
  });

  it('are refused where the text is none, before anything large is made of it', () => {
    for (const text of [
      '',
      'x',
      'AAAA',
      'rgA==',
      'rAQ==',
      `r${Buffer.from([0, 255, 255, 255, 255, 127]).toString('base64')}`,
    ]) {
      assert.throws(() => InstanceSet.parse(text), InputError, text);
    }
  });
});
