import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AxisOrder } from '../../../src/data/dataset';
import { matchShape } from '../../../src/data/arrays/shape';
import { problemOf } from './helpers';

/** Two instances of successive numbers, arranged. */
function arranged(shape: number[], axes: AxisOrder, inputShape: number[]) {
  const units = shape.reduce((a, b) => a * b, 1);
  const source = Float32Array.from({ length: 2 * units }, (_, index) => index);
  const arranger = matchShape({ shape, axes }, inputShape, 'x.npy');
  const out = new Float32Array(2 * units);
  arranger.arrange(source, 2, out);
  return { ...arranger, out: [...out], unchanged: out.every((value, index) => value === index) };
}

describe('matchShape', () => {
  it('leaves instances that fit as they are', () => {
    for (const [shape, axes, inputShape, result] of [
      [[4], 'flat', [4], [4]],
      [[4], 'flat', [-1], [4]],
      [[28, 28], 'HW', [784], [784]],
      [[28, 28], 'HW', [1, 28, 28], [1, 28, 28]],
      [[28, 28], 'HW', [28, 28, 1], [28, 28, 1]],
      [[28, 28], 'HW', [-1, 28, 28], [1, 28, 28]],
      [[28, 28], 'HW', [1, -1, -1], [1, 28, 28]],
      [[784], 'flat', [1, 28, 28], [1, 28, 28]],
      [[784], 'flat', [-1, 28, 1], [28, 28, 1]],
      [[1, 28, 28], 'CHW', [28, 28, 1], [28, 28, 1]],
      [[28, 28, 1], 'HWC', [1, 28, 28], [1, 28, 28]],
      [[28, 28, 1], 'HWC', [28, 28], [28, 28]],
      [[1, 8], 'HW', [8], [8]],
      [[1], 'flat', [], []],
      [[3, 5], 'HW', [-1, 5], [3, 5]],
      [[2, 3, 4, 5], 'unknown', [2, 3, 4, 5], [2, 3, 4, 5]],
      [[2, 3, 4, 5], 'unknown', [-1, 3, -1, 5], [2, 3, 4, 5]],
    ] as [number[], AxisOrder, number[], number[]][]) {
      const { shape: found, identity, unchanged, notices } = arranged(shape, axes, inputShape);
      const name = `${shape} for ${inputShape}`;
      assert.deepEqual([found, identity, unchanged, notices], [result, true, true, []], name);
    }
  });

  it('moves the channels where they are at the other end', () => {
    const last = arranged([2, 2, 3], 'HWC', [3, 2, 2]);
    assert.deepEqual([last.shape, last.axes, last.identity], [[3, 2, 2], 'CHW', false]);
    assert.deepEqual(last.out.slice(0, 12), [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]);
    assert.deepEqual(last.out.slice(12, 15), [12, 15, 18]);
    const first = arranged([3, 2, 2], 'CHW', [2, 2, 3]);
    assert.deepEqual([first.shape, first.axes, first.identity], [[2, 2, 3], 'HWC', false]);
    assert.deepEqual(first.out.slice(0, 12), [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]);
    assert.match(first.notices[0], /3×2×2 \(channels first\) become 2×2×3 \(channels last\)/);
    assert.deepEqual(arranged([32, 30, 3], 'HWC', [3, -1, -1]).shape, [3, 32, 30]);
    assert.deepEqual(arranged([3, 32, 30], 'CHW', [-1, -1, 3]).shape, [32, 30, 3]);
    assert.deepEqual(arranged([5, 8, 8], 'unknown', [8, 8, 5]).shape, [8, 8, 5]);
  });

  it('does not move channels that the axes say are elsewhere', async () => {
    assert.match(await problemOf(() => arranged([3, 4, 5], 'CHW', [5, 3, 4])), /instances are 3×4×5/);
    assert.match(await problemOf(() => arranged([3, 4, 5], 'HWC', [4, 5, 3])), /instances are 3×4×5/);
  });

  it('says so where the order of flat numbers is a guess', () => {
    const colour = arranged([12], 'flat', [3, 2, 2]);
    assert.deepEqual([colour.shape, colour.identity], [[3, 2, 2], true]);
    assert.match(colour.notices[0], /taken to be in the model's own order, 3×2×2/);
    assert.match(arranged([2, 2, 3], 'HWC', [12]).notices[0], /flattened in the file's own order \(HWC\)/);
  });

  it('turns flat numbers round where the user says what they are', () => {
    assert.deepEqual(arranged([12], 'HWC', [3, 2, 2]).out, arranged([2, 2, 3], 'HWC', [3, 2, 2]).out);
    assert.deepEqual(arranged([12], 'CHW', [2, 2, 3]).out, arranged([3, 2, 2], 'CHW', [2, 2, 3]).out);
    const same = arranged([12], 'CHW', [3, 2, 2]);
    assert.deepEqual([same.identity, same.notices], [true, []]);
  });

  it('tells both shapes where nothing fits', async () => {
    assert.equal(
      await problemOf(() => matchShape({ shape: [28, 28], axes: 'HW' }, [3, 32, 32], 'x.npy', 'x')),
      "x.npy: instances are 28×28 (784 numbers), the model's input `x` wants 3×32×32 (3,072)",
    );
    assert.equal(
      await problemOf(() => matchShape({ shape: [10], axes: 'flat' }, [-1, 3], 'x.npy')),
      "x.npy: instances are 10 (10 numbers), the model's input wants ?×3",
    );
    for (const [shape, inputShape] of [
      [
        [14, 56],
        [28, 28],
      ],
      [
        [28, 28],
        [-1, -1, -1],
      ],
      [
        [28, 28],
        [3, 28, 28],
      ],
      [[12], [-1, -1]],
      [[4], []],
      [[4], [0, -1]],
    ]) {
      await problemOf(() => matchShape({ shape, axes: 'unknown' }, inputShape, 'x'));
    }
  });

  it('decides quickly on shapes of many axes', async () => {
    const ones = new Array<number>(64).fill(1);
    const open = new Array<number>(64).fill(-1);
    assert.deepEqual(matchShape({ shape: ones, axes: 'unknown' }, open, 'x').shape, ones);
    await problemOf(() => matchShape({ shape: [...ones, 2], axes: 'unknown' }, [...open, 3], 'x'));
  });

  it('gives every number a place of its own, and the way back undoes it', () => {
    const axis = fc.integer({ min: 1, max: 5 });
    fc.assert(
      fc.property(axis, axis, axis, (a, b, c) => {
        const there = arranged([a, b, c], 'HWC', [c, a, b]);
        assert.deepEqual(
          [...there.out].sort((x, y) => x - y),
          [...Array(2 * a * b * c).keys()],
        );
        const back = matchShape({ shape: [c, a, b], axes: 'CHW' }, [a, b, c], 'x');
        const out = new Float32Array(2 * a * b * c);
        back.arrange(Float32Array.from(there.out), 2, out);
        if (!(a === c && b === a)) assert.deepEqual([...out], [...Array(2 * a * b * c).keys()]);
      }),
      { seed: 4 },
    );
  });
});
