import assert from 'node:assert/strict';
import { shapeOf } from '../../../src/models/onnx/activations/numberFunction';

/** Breakpoints of a function of one number; what it is where it has none. */
function piecesOf(f: (x: number) => number): number[] | string {
  const shape = shapeOf((x) => {
    const value = f(x);
    return { value, largest: Math.max(Math.abs(x), Math.abs(value)) };
  });
  return shape.kind === 'pieces' ? shape.breakpoints : shape.kind;
}

describe('pieces of a function of one number', () => {
  it('finds where lines meet, however near to each other or far out', () => {
    assert.deepEqual(
      piecesOf((x) => Math.max(x, 0)),
      [0],
    );
    assert.deepEqual(
      piecesOf((x) => Math.min(Math.max(x, 5), 5.5)),
      [5, 5.5],
    );
    assert.deepEqual(
      piecesOf((x) => Math.min(Math.max(x, -1e-4), 65504)),
      [Math.fround(-1e-4), 65504],
    );
    assert.deepEqual(
      piecesOf((x) => 1 - Math.max(2 - Math.max(x, 0), 0)),
      [0, 2],
    );
  });

  it('finds the number at which a function leaps', () => {
    assert.deepEqual(
      piecesOf((x) => (x >= 0 ? x + 1 : 0)),
      [0],
    );
    assert.deepEqual(
      piecesOf((x) => (Math.abs(x) <= 0.5 ? 0 : x)),
      [-0.5, 0.5],
    );
    assert.deepEqual(
      piecesOf((x) => (x > Math.fround(0.3) ? x : 20)),
      [Math.fround(0.3)],
    );
  });

  it('tells lines from what has pieces, and both from smooth functions', () => {
    assert.equal(
      piecesOf((x) => 3 * x - 1),
      'affine',
    );
    assert.equal(
      piecesOf((x) => Math.max(x, 0) - Math.max(-x, 0)),
      'affine',
    );
    for (const smooth of [Math.tanh, Math.exp, (x: number) => x * x, (x: number) => x / (1 + Math.abs(x))]) {
      assert.equal(piecesOf(smooth), 'smooth');
    }
  });
});
