import assert from 'node:assert/strict';
import { certaintyOf } from '../../../../src/core/measures/margin';

const near = (found: ArrayLike<number>, expected: number[]) => {
  assert.equal(found.length, expected.length);
  expected.forEach((value, i) =>
    assert.ok(Math.abs(found[i] - value) < 1e-5 * Math.max(1, Math.abs(value)), `${i}: ${found[i]}`),
  );
};

describe('margin and confidence', () => {
  it('are differences of logits and shares of their exponentials', () => {
    const values = [2, -1, 0.5, 0, 1, 1, 1000, 0, -1000];
    const { margin, confidence } = certaintyOf({ values, columns: 3, kind: 'logits' }, [0, 2, 1]);
    const share = 1 / (1 + Math.exp(-3) + Math.exp(-1.5));
    near(margin!, [1.5, 0, -1000]);
    near(confidence, [share, 1 / (2 + Math.exp(-1)), 1]);
  });

  it('take probabilities by their logarithms', () => {
    const values = [0.7, 0.2, 0.1, 0, 1, 0];
    const { margin, confidence } = certaintyOf({ values, columns: 3, kind: 'logits' }, [0, 0]);
    near(confidence, [0.7, 1]);
    near(margin!, [Math.log(0.7 / 0.2), Math.log(2 ** -126)]);
    assert.ok(margin!.every(Number.isFinite));
  });

  it('of a single number are those of two classes', () => {
    const logit = certaintyOf({ values: [2, -1], columns: 1, kind: 'logit' }, [0, 0]);
    near(logit.margin!, [-2, 1]);
    near(logit.confidence, [1 / (1 + Math.exp(-2)), 1 / (1 + Math.exp(-1))]);
    const probability = certaintyOf({ values: [0.25], columns: 1, kind: 'probability' }, [1]);
    near(probability.margin!, [Math.log(1 / 3)]);
    near(probability.confidence, [0.75]);
  });

  it('without labels there is no margin', () => {
    assert.equal(certaintyOf({ values: [1, 2], columns: 2, kind: 'logits' }).margin, undefined);
  });
});
