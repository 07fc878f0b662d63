import assert from 'node:assert/strict';
import { readers } from '../../fuzz/readers';
import { foundBefore, minimise, mutantOf, readOnce } from '../../fuzz/round';

/** Mutants of each reader; `npm run fuzz` makes as many as there is time for. */
const MUTANTS = 40;

describe('files that are damaged by their structure', function () {
  this.timeout(60_000);

  for (const reader of readers) {
    it(`${reader.name}: are read, or refused in one line`, async () => {
      const seeds = reader.seeds();
      for (const { bytes, seed } of foundBefore(reader, seeds)) {
        assert.equal((await readOnce(reader, bytes, seed)).fault, undefined, `of ${seed.name}, found before`);
      }
      for (let number = 0; number < MUTANTS; number++) {
        const { bytes, seed } = mutantOf(reader, seeds, number);
        assert.equal(
          (await readOnce(reader, bytes, seed)).fault,
          undefined,
          `mutant ${number} of ${seed.name}`,
        );
      }
    });

    it(`${reader.name}: are the same for a number, and what they begin with is read`, async () => {
      const seeds = reader.seeds();
      const [one, again] = [0, 0].map(() => mutantOf(reader, seeds, 7));
      assert.deepEqual(one.bytes, again.bytes);
      const outcomes = await Promise.all(
        seeds.map(async (seed) => (await readOnce(reader, seed.bytes, seed)).outcome),
      );
      assert.ok(outcomes.includes('accepted'), 'no file of this kind is read at all');
    });
  }

  it('are made as small as they stay wrong in the same way', async () => {
    const bytes = Buffer.from('much that does not matter, X, and more of it');
    const smallest = await minimise(bytes, (smaller) => Promise.resolve(smaller.includes('X')));
    assert.equal(smallest.toString(), 'X');
  });
});
