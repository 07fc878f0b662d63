import assert from 'node:assert/strict';
import { buildDiagram, correctness } from '../../../src/core/diagram';
import { accuracyOf } from '../../../src/core/measures/measures';
import { informationGainPartition } from '../../../src/core/partition';
import { patternLevel } from '../../../src/core/patterns/patternTable';
import { packStrings, readExpected, readReferenceApdf, readReferenceClusters } from '../../fixtures';

/** Renumbers groups by first appearance, so that equal partitions are equal arrays. */
function canonical(groups: ArrayLike<number>): number[] {
  const numbers = new Map<number, number>();
  return Array.from(groups, (g) => {
    if (!numbers.has(g)) numbers.set(g, numbers.size);
    return numbers.get(g)!;
  });
}

describe('the mathematics against the reference results', () => {
  for (const set of ['moons', 'iris', 'digits']) {
    const expected = readExpected(set);
    const epochs = expected.patterns_per_layer.length;

    it(`${set}: patterns per layer and accuracy of every epoch`, () => {
      for (let epoch = 0; epoch < epochs; epoch++) {
        const apdf = readReferenceApdf(set, epoch);
        const levels = apdf.layers.map((strings) => patternLevel(packStrings(strings)));
        assert.deepEqual(
          levels.map((level) => level.count),
          expected.patterns_per_layer[epoch],
          `epoch ${epoch}`,
        );
        const classes = 1 + Math.max(...apdf.label, ...apdf.output);
        const diagram = buildDiagram({ levels, predicted: apdf.output, labels: apdf.label, classes });
        assert.equal(diagram.levels.length, levels.length + 1);
        const accuracy = accuracyOf(correctness(apdf.output, apdf.label));
        assert.ok(Math.abs(accuracy - expected.accuracy[epoch]) < 1e-12, `epoch ${epoch}: ${accuracy}`);
      }
    });

    it(`${set}: partition of the last epoch`, () => {
      const apdf = readReferenceApdf(set, epochs - 1);
      const levels = apdf.layers.map((strings) => patternLevel(packStrings(strings)));
      const classes = 1 + Math.max(...apdf.output);
      const partition = informationGainPartition(levels, apdf.output, classes);
      const reference = readReferenceClusters(set, epochs - 1);
      const ours = new Int32Array(reference.length);
      apdf.instance.forEach((instance, row) => {
        ours[instance] = partition.clusters.of[row];
      });
      assert.equal(partition.clusters.count, expected.clusters);
      assert.deepEqual(canonical(ours), canonical(reference));
    });
  }
});
