import fc from 'fast-check';
import assert from 'node:assert/strict';
import { nodeClasses } from '../../../../src/core/diagram';
import { entropyOf } from '../../../../src/core/measures/entropy';
import {
  accuracyOf,
  measureClasses,
  measureNodes,
  type ClassMeasures,
} from '../../../../src/core/measures/measures';
import { instancesArbitrary, levelNodes } from '../arbitraries';
import { at, groups, majorityOf, naiveEntropy, naiveLeaveOneOut } from '../naive';

function measure(of: number[], classOf: number[], classes = 4): ClassMeasures {
  const nodes = levelNodes(of);
  return measureClasses(nodes, nodeClasses(nodes, Int32Array.from(classOf), classes));
}

function close(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-12, `${actual}, expected ${expected}`);
}

describe('measures of the nodes of a level', () => {
  it('count patterns and singletons, and take their entropy', () => {
    fc.assert(
      fc.property(instancesArbitrary({ nodes: 30 }), ({ levels: [of] }) => {
        const measures = measureNodes(levelNodes(of));
        const sizes = Array.from(groups(of).values(), (members) => members.length);
        assert.equal(measures.instances, of.length);
        assert.equal(measures.patterns, sizes.length);
        assert.equal(measures.singletons, sizes.filter((size) => size === 1).length);
        close(measures.entropy, naiveEntropy(of));
        close(measures.entropyShare, of.length === 1 ? 0 : naiveEntropy(of) / Math.log2(of.length));
        assert.ok(measures.entropyShare <= 1 && measures.entropyShare >= 0);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('are those of brute force for a classification', () => {
    fc.assert(
      fc.property(instancesArbitrary({ nodes: 8 }), ({ levels: [of], labels }) => {
        const measures = measure(of, labels);
        let conditional = 0;
        let majority = 0;
        for (const members of groups(of).values()) {
          const values = at(labels, members);
          conditional += (values.length / of.length) * naiveEntropy(values);
          majority += majorityOf(values).count;
        }
        close(measures.conditionalEntropy, conditional);
        close(measures.mutualInformation, naiveEntropy(labels) - conditional);
        assert.equal(measures.purity, majority / of.length);
        assert.equal(measures.leaveOneOut, naiveLeaveOneOut(of, labels));
      }),
      { seed: 2, numRuns: 300 },
    );
  });

  it('keep to their bounds: leave-one-out ≤ purity, 0 ≤ I ≤ H(label)', () => {
    fc.assert(
      fc.property(instancesArbitrary({ nodes: 30 }), ({ levels: [of], labels }) => {
        const { leaveOneOut, purity, mutualInformation, conditionalEntropy } = measure(of, labels);
        const entropy = entropyOf(Array.from(groups(labels).values(), (members) => members.length));
        assert.ok(leaveOneOut <= purity);
        assert.ok(mutualInformation >= 0 && mutualInformation <= entropy);
        assert.ok(conditionalEntropy >= 0);
      }),
      { seed: 3, numRuns: 200 },
    );
  });

  it('take no tie for a majority when an instance is left out', () => {
    // Without one of its two the class has as many as the other: no strict majority.
    assert.equal(measure([0, 0, 0], [1, 1, 0]).leaveOneOut, 0);
    assert.equal(measure([0, 0, 0, 0], [1, 1, 1, 0]).leaveOneOut, 3 / 4);
    assert.equal(measure([0, 0, 0, 0], [1, 1, 0, 0]).leaveOneOut, 0);
  });

  it('call singletons pure, but give them no credit', () => {
    const { purity, leaveOneOut, conditionalEntropy, mutualInformation } = measure(
      [0, 1, 2, 3],
      [0, 1, 2, 3],
    );
    assert.deepEqual([purity, leaveOneOut, conditionalEntropy, mutualInformation], [1, 0, 0, 2]);
  });

  it('stand for one instance, one class, and one pattern', () => {
    assert.deepEqual(measureNodes(levelNodes([0])), {
      patterns: 1,
      instances: 1,
      singletons: 1,
      entropy: 0,
      entropyShare: 0,
    });
    assert.deepEqual(measure([0], [3]), {
      conditionalEntropy: 0,
      mutualInformation: 0,
      purity: 1,
      leaveOneOut: 0,
    });
    assert.deepEqual(measure([0, 1, 0, 1, 1], [2, 2, 2, 2, 2]), {
      conditionalEntropy: 0,
      mutualInformation: 0,
      purity: 1,
      leaveOneOut: 1,
    });
    const same = measure([0, 0, 0, 0, 0], [0, 1, 0, 1, 0]);
    assert.equal(same.mutualInformation, 0);
    assert.equal(same.purity, 3 / 5);
    assert.equal(measureNodes(levelNodes([0, 0, 0])).entropy, 0);
  });

  it('pass over nodes without instances', () => {
    assert.deepEqual(measureNodes(levelNodes([0, 2, 2])), {
      ...measureNodes(levelNodes([0, 1, 1])),
    });
    assert.deepEqual(measure([0, 2, 2], [0, 1, 1]), measure([0, 1, 1], [0, 1, 1]));
  });
});

describe('entropy of counts', () => {
  it('is exactly 0 where all are of one kind, and for nothing', () => {
    for (let count = 1; count < 20_000; count++) assert.equal(entropyOf([0, count, 0]), 0);
    assert.equal(entropyOf([]), 0);
    assert.equal(entropyOf([0, 0]), 0);
  });

  it('is log₂ n for n kinds as frequent', () => {
    for (let n = 1; n < 40; n++) close(entropyOf(new Array<number>(n).fill(7)), Math.log2(n));
  });

  it('looks at the counts between two positions', () => {
    assert.equal(entropyOf([5, 1, 1, 9], 1, 3), 1);
  });
});

describe('accuracy', () => {
  it('is the share that is right', () => {
    assert.equal(accuracyOf(Uint8Array.of(1, 0, 1, 1)), 0.75);
  });
});
