import assert from 'node:assert/strict';
import { binEdges, binNames, binsOf, isJudged, setName } from '../../../../src/core/patterns/outcome';

describe('outputs that are no classes', () => {
  it('put numbers into bins of about as many each, which part all of them', () => {
    const values = Array.from({ length: 100 }, (_, i) => (i * 37) % 100);
    const edges = binEdges(values);
    assert.equal(edges.length, 7);
    const counts = new Array<number>(8).fill(0);
    for (const bin of binsOf(values, edges)) counts[bin]++;
    assert.ok(Math.min(...counts) >= 12 && Math.max(...counts) <= 13, counts.join());
  });

  it('make no bins of what does not differ', () => {
    assert.deepEqual(binEdges([3, 3, 3]), []);
    assert.deepEqual(binNames([]), ['all values']);
    assert.deepEqual(binEdges([1, 1, 1, 2, 2, 2, 2]), [1]);
    assert.deepEqual([...binsOf([3, 3], [])], [0, 0]);
  });

  it('count a value on an edge to the bin below, and read the first of several numbers', () => {
    assert.deepEqual([...binsOf([1, 9, 2, 9, 2.5, 9], [1, 2], 2)], [0, 1, 2]);
    assert.deepEqual(binNames([1, 2.00004]), ['≤ 1', '1 – 2', '> 2']);
  });

  it('name sets of labels by their numbers', () => {
    const rows = [0, 0, 1, 0, 1, 1];
    assert.deepEqual(
      [0, 2, 4].map((from) => setName(rows, from, 2)),
      ['none', '0', '0+1'],
    );
  });

  it('are right or wrong only where they are sets of labels', () => {
    assert.deepEqual(
      (['value', 'labels', 'none'] as const).map((kind) => isJudged({ kind })),
      [false, true, false],
    );
    assert.ok(isJudged(undefined));
  });
});
