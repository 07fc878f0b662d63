import assert from 'node:assert/strict';
import { Random } from '../../../src/core/random';
import { lossOf } from '../../../src/training/loss';
import { normal } from '../../../src/training/streams';

/** Scores of some rows, moved at one place, so that the slope there can be taken. */
function slopeAt(kind: 'crossEntropy' | 'binaryCrossEntropy', scores: number[], labels: number[], i: number) {
  const moved = (by: number) => scores.map((score, j) => (j === i ? score + by : score));
  const at = (by: number) =>
    lossOf({ kind, scores: moved(by), labels, rows: labels.length, wantGradient: false }).loss;
  return (at(1e-5) - at(-1e-5)) / 2e-5;
}

describe('training: losses', () => {
  it('cross-entropy of even scores is the logarithm of the number of classes', () => {
    const { loss } = lossOf({
      kind: 'crossEntropy',
      scores: [0, 0, 0, 0, 5, 5, 5, 5],
      labels: [1, 3],
      rows: 2,
      wantGradient: false,
    });
    assert.ok(Math.abs(loss - Math.log(4)) < 1e-12);
  });

  it('counts rows predicted right, the first of equal scores being the prediction', () => {
    const scores = [1, 2, 3, 3, 3, 1];
    assert.equal(
      lossOf({ kind: 'crossEntropy', scores, labels: [2, 0], rows: 2, wantGradient: false }).right,
      2,
    );
    assert.equal(
      lossOf({ kind: 'crossEntropy', scores, labels: [1, 1], rows: 2, wantGradient: false }).right,
      0,
    );
    assert.equal(
      lossOf({
        kind: 'binaryCrossEntropy',
        scores: [0, 0.1, -2],
        labels: [0, 1, 1],
        rows: 3,
        wantGradient: false,
      }).right,
      2,
    );
  });

  for (const kind of ['crossEntropy', 'binaryCrossEntropy'] as const) {
    it(`the gradient of ${kind} is the slope of the loss`, () => {
      const random = new Random(3);
      const width = kind === 'crossEntropy' ? 5 : 1;
      const labels = Array.from({ length: 7 }, () => random.below(Math.max(2, width)));
      const scores = Array.from({ length: labels.length * width }, () => 3 * normal(random));
      const { gradient } = lossOf({ kind, scores, labels, rows: labels.length, wantGradient: true });
      gradient!.forEach((found, i) => {
        assert.ok(Math.abs(found - slopeAt(kind, scores, labels, i)) < 1e-6, `at ${i}`);
      });
    });

    it(`${kind} neither overflows nor loses a NaN`, () => {
      const width = kind === 'crossEntropy' ? 2 : 1;
      const huge = width === 2 ? [1e4, -1e4] : [-1e4];
      const { loss, gradient } = lossOf({ kind, scores: huge, labels: [1], rows: 1, wantGradient: true });
      assert.ok(Math.abs(loss - (width === 2 ? 2e4 : 1e4)) < 1e-6);
      assert.ok(gradient!.every(Number.isFinite));
      assert.ok(
        Number.isNaN(
          lossOf({ kind, scores: width === 2 ? [NaN, 0] : [NaN], labels: [1], rows: 1, wantGradient: false })
            .loss,
        ),
      );
    });
  }
});
