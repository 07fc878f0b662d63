import assert from 'node:assert/strict';
import { batches, type Batch } from '../../../src/data/batches';
import { encodeNpy } from '../../../src/data/arrays/npy';
import { noScaling, parseScaling } from '../../../src/data/scaling';
import { matchShape } from '../../../src/data/arrays/shape';
import { fixture, open, problemOf, temporaryFiles } from './helpers';

async function collect(all: AsyncIterable<Batch>): Promise<Batch[]> {
  const found: Batch[] = [];
  for await (const batch of all) found.push(batch);
  return found;
}

describe('batches', () => {
  const temporary = temporaryFiles();
  const flat = (count: number) => ({ shape: [count], axes: 'flat' as const });

  it('gives all instances once, in order, the last batch shorter, each in an array of its own', async () => {
    const numbers = Float32Array.from({ length: 14 }, (_, index) => index);
    const dataset = await open(temporary('x.npy', encodeNpy(numbers, [7, 2])));
    const arranger = matchShape(dataset.features, [2], 'x');
    const found = await collect(
      batches({ dataset, arranger, scaling: noScaling, batchSize: 3, double: false }),
    );
    assert.deepEqual(
      found.map(({ from, rows, data }) => [from, rows, data.length]),
      [
        [0, 3, 6],
        [3, 3, 6],
        [6, 1, 2],
      ],
    );
    assert.deepEqual(
      found.flatMap(({ data }) => [...data]),
      [...numbers],
    );
    assert.ok(found.every(({ data }) => data instanceof Float32Array));
    assert.equal(
      (await collect(batches({ dataset, arranger, scaling: noScaling, batchSize: 100, double: true })))
        .length,
      1,
    );
  });

  it('arranges, then scales by the channels of the model, also selected instances', async () => {
    const numbers = Uint8Array.from({ length: 4 * 12 }, (_, index) => index);
    const file = temporary('image.npy', encodeNpy(numbers, [4, 2, 2, 3]));
    const dataset = await open(file, { sample: 2, seed: 3 });
    const [first] = dataset.instances;
    const arranger = matchShape(dataset.features, [3, 2, 2], 'x');
    const scaling = parseScaling({ scale: '2', mean: '0,100,0' });
    const [batch, ...others] = await collect(
      batches({ dataset, arranger, scaling, batchSize: 1, double: true }),
    );
    assert.equal(others.length, 1);
    assert.ok(batch.data instanceof Float64Array);
    const expected = [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11].map(
      (offset) => (first * 12 + offset) * 2 - (offset % 3 === 1 ? 100 : 0),
    );
    assert.deepEqual([...batch.data], expected);
  });

  it('tells of bad numbers in the batch that has them', async () => {
    const dataset = await open(fixture('nan.npy'));
    const arranger = matchShape(dataset.features, [2], 'x');
    const all = batches({ dataset, arranger, scaling: noScaling, batchSize: 1, double: false });
    assert.equal((await all.next()).value?.from, 0);
    assert.match(await problemOf(all.next()), /nan\.npy, index 1: column 1 is NaN/);
  });

  it('refuses scaling that does not fit, and batches of no size', async () => {
    const dataset = await open(temporary('x.npy', encodeNpy(new Float32Array(4), [2, 2])));
    const arranger = matchShape(flat(2), [2], 'x');
    const scaling = parseScaling({ mean: '1,2,3' });
    assert.match(
      await problemOf(batches({ dataset, arranger, scaling, batchSize: 1, double: false }).next()),
      /mean: has 3 numbers/,
    );
    await assert.rejects(
      batches({ dataset, arranger, scaling: noScaling, batchSize: 0, double: false }).next(),
      RangeError,
    );
  });

  it('reads images of bytes and of float32 by plain copies', async function () {
    this.timeout(20_000);
    const count = 15_000;
    for (const array of [new Uint8Array(count * 784), new Float32Array(count * 784)]) {
      const dataset = await open(temporary('large.npy', encodeNpy(array, [count, 28, 28])));
      const arranger = matchShape(dataset.features, [784], 'x');
      const start = performance.now();
      let rows = 0;
      for await (const batch of batches({
        dataset,
        arranger,
        scaling: noScaling,
        batchSize: 512,
        double: false,
      })) {
        rows += batch.rows;
      }
      const elapsed = performance.now() - start;
      assert.equal(rows, count);
      // Some 15 ms on an idle machine; a conversion number by number would take over a second.
      assert.ok(elapsed < 1000, `${elapsed} ms`);
    }
  });
});
