import assert from 'node:assert/strict';
import { bestClassOrder } from '../../../src/core/measures/classOrder';
import { Random } from '../../../src/core/random';

/** Most instances that any order of the outputs makes right, by trying all. */
function bestOfAll(labels: Int32Array, predicted: Int32Array, classes: number): number {
  let best = 0;
  const visit = (order: number[]) => {
    if (order.length === classes) {
      best = Math.max(
        best,
        labels.reduce((sum, label, i) => sum + (order[label] === predicted[i] ? 1 : 0), 0),
      );
      return;
    }
    for (let output = 0; output < classes; output++) if (!order.includes(output)) visit([...order, output]);
  };
  visit([]);
  return best;
}

describe('the best order of classes', () => {
  it('is as good as the best of all orders', () => {
    for (let seed = 0; seed < 40; seed++) {
      const random = new Random(seed);
      const classes = 1 + (seed % 6);
      const draw = () => Int32Array.from({ length: 60 }, () => random.below(classes));
      const [labels, predicted] = [draw(), draw()];
      const found = bestClassOrder(labels, predicted, classes)!;
      assert.equal(found.right, bestOfAll(labels, predicted, classes), `seed ${seed}`);
      assert.equal(new Set(found.outputOf).size, classes);
      assert.equal(
        found.rightNow,
        labels.reduce((sum, label, i) => sum + (label === predicted[i] ? 1 : 0), 0),
      );
    }
  });

  it('is found where a model gives its classes in another one', () => {
    const outputs = [2, 0, 3, 1];
    const labels = Int32Array.from({ length: 100 }, (_, i) => i % 4);
    const found = bestClassOrder(
      labels,
      labels.map((label) => outputs[label]),
      4,
    );
    assert.deepEqual([...found!.outputOf], outputs);
    assert.equal(found!.right, 100);
  });

  it('is not looked for among very many classes', () => {
    assert.equal(bestClassOrder(Int32Array.of(0), Int32Array.of(0), 1000), undefined);
  });
});
