import assert from 'node:assert/strict';
import type { AxisOrder } from '../../../src/data/dataset';
import { parseNumbers, parseScaling, scaler } from '../../../src/data/scaling';
import { problemOf } from './helpers';

/** Scales instances of successive numbers. */
function scaled(options: Parameters<typeof parseScaling>[0], shape: number[], axes?: AxisOrder): number[] {
  const units = shape.reduce((a, b) => a * b, 1);
  const data = Float64Array.from({ length: 2 * units }, (_, index) => index);
  scaler(parseScaling(options), shape, axes)(data, 2);
  return [...data];
}

describe('scaling', () => {
  it('computes (x·S − M) / D', () => {
    assert.deepEqual(scaled({ scale: '2', mean: '1', std: '4' }, [2]), [-0.25, 0.25, 0.75, 1.25]);
    assert.deepEqual(scaled({}, [2]), [0, 1, 2, 3]);
    assert.deepEqual(scaled({ mean: '-0.5' }, [2]), [0.5, 1.5, 2.5, 3.5]);
  });

  it('scales only the rows it is told of', () => {
    const data = Float32Array.of(1, 2, 3, 4);
    scaler(parseScaling({ scale: '10' }), [2])(data, 1);
    assert.deepEqual([...data], [10, 20, 3, 4]);
  });

  it('takes means and deviations of channels, first or last', () => {
    const options = { mean: '0,100', std: '1,2' };
    assert.deepEqual(scaled(options, [2, 1, 3]), [0, 1, 2, -48.5, -48, -47.5, 6, 7, 8, -45.5, -45, -44.5]);
    assert.deepEqual(
      scaled(options, [3, 1, 2]),
      [0, -49.5, 2, -48.5, 4, -47.5, 6, -46.5, 8, -45.5, 10, -44.5],
    );
    assert.deepEqual(scaled({ mean: '1,2', std: '10' }, [2]), [-0.1, -0.1, 0.1, 0.1]);
    assert.deepEqual(scaled({ mean: '1', std: '1,2' }, [2]), [-1, 0, 1, 1]);
  });

  it('goes by the axes where both ends have as many channels', async () => {
    const options = { mean: '0,100' };
    assert.match(
      await problemOf(() => scaled(options, [2, 3, 2])),
      /mean: has 2 numbers, but first and last axis/,
    );
    assert.deepEqual(scaled(options, [2, 1, 2], 'CHW').slice(0, 4), [0, 1, -98, -97]);
    assert.deepEqual(scaled(options, [2, 1, 2], 'HWC').slice(0, 4), [0, -99, 2, -97]);
  });

  it('refuses numbers that fit no axis', async () => {
    for (const shape of [[784], [28, 28], [4, 4, 4], [3, 3, 3, 3]]) {
      assert.match(
        await problemOf(() => scaled({ std: '1,2,3' }, shape)),
        /std: has 3 numbers, but instances of/,
      );
    }
    assert.match(
      await problemOf(() => scaled({ mean: '1,2,3', std: '1,2' }, [3, 4, 4])),
      /std: has 2 numbers/,
    );
  });

  it('reads numbers with commas between', async () => {
    assert.deepEqual(parseNumbers('mean', '0.485, 0.456,-1e-2'), [0.485, 0.456, -0.01]);
    for (const text of ['', 'a', '1,,2', '1;2', 'NaN', 'inf', '0x1', '1,']) {
      assert.match(await problemOf(() => parseNumbers('mean', text)), /^mean: ".*" is no number/, text);
    }
  });

  it('refuses scales and deviations that lose everything', async () => {
    assert.match(await problemOf(() => parseScaling({ scale: '0' })), /^scale: /);
    assert.match(await problemOf(() => parseScaling({ scale: '1,2' })), /^scale: has 2 numbers/);
    assert.match(await problemOf(() => parseScaling({ std: '0' })), /^std: /);
    assert.match(await problemOf(() => parseScaling({ std: '1,-1' })), /^std: /);
    assert.match(await problemOf(() => scaler({ scale: 1, mean: [NaN], deviation: [1] }, [1])), /^mean: /);
  });
});
