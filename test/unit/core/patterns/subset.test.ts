import fc from 'fast-check';
import assert from 'node:assert/strict';
import { packIndices, patternText } from '../../../../src/core/patterns/packing';
import { patternLevel } from '../../../../src/core/patterns/patternTable';
import { resolveLevel } from '../../../../src/core/patterns/resolution';
import type { Snapshot } from '../../../../src/core/patterns/snapshot';
import { subsetSnapshot, thinResolved, thinSnapshot } from '../../../../src/core/patterns/subset';
import { unitInformation } from '../../../../src/core/measures/unitInformation';

/** A snapshot of one level with these pieces by instance. */
function snapshotOf(rows: number[][], pieces: number): Snapshot {
  const units = rows[0].length;
  const planes = pieces > 2 ? 2 : 1;
  const layer = { name: 'l', activation: 'Relu', units, shape: [units], pieces, bits: planes };
  return {
    epoch: 0,
    instances: Int32Array.from(rows, (_, i) => 10 * i),
    predicted: Int32Array.from(rows, (_, i) => i % 2),
    labels: Int32Array.from(rows, (_, i) => i % 3),
    splits: Uint8Array.from(rows, (_, i) => i % 2),
    levels: [{ layer, exact: patternLevel(packIndices(rows.flat(), rows.length, units, planes)) }],
  };
}

const cases = fc
  .record({
    pieces: fc.constantFrom(2, 3),
    units: fc.constantFrom(1, 3, 8, 33),
    count: fc.integer({ min: 1, max: 40 }),
    seed: fc.array(fc.nat(2), { minLength: 64, maxLength: 64 }),
    chosen: fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
  })
  .map(({ pieces, units, count, seed, chosen }) => {
    const value = (i: number, j: number) => seed[(i * 7 + j * 3 + ((i * j) % 5)) % 64] % pieces;
    const rows = Array.from({ length: count }, (_, i) =>
      Array.from({ length: units }, (_, j) => value(i % 9, j)),
    );
    const kept = Int32Array.from(rows.keys()).filter((i) => chosen[i]);
    return { snapshot: snapshotOf(rows, pieces), rows, kept, pieces };
  });
const options = { seed: 7, numRuns: 150 };

describe('part of a snapshot', () => {
  it('is what would have been recorded of these instances alone', () => {
    fc.assert(
      fc.property(cases, ({ snapshot, rows, kept, pieces }) => {
        fc.pre(kept.length > 0);
        const part = subsetSnapshot(snapshot, kept);
        const alone = snapshotOf(
          Array.from(kept, (i) => rows[i]),
          pieces,
        );
        assert.deepEqual(part.levels[0].exact, alone.levels[0].exact);
        assert.deepEqual(
          part.instances,
          kept.map((i) => 10 * i),
        );
        assert.deepEqual(
          part.labels,
          kept.map((i) => i % 3),
        );
        assert.deepEqual(
          part.splits,
          Uint8Array.from(kept, (i) => i % 2),
        );
      }),
      options,
    );
  });

  it('that is thinned keeps the numbers of patterns', () => {
    fc.assert(
      fc.property(cases, ({ snapshot, kept }) => {
        const whole = snapshot.levels[0].exact!;
        const thin = thinSnapshot(snapshot, kept).levels[0].exact!;
        assert.equal(thin.count, whole.count);
        assert.deepEqual(
          thin.of,
          kept.map((row) => whole.of[row]),
        );
        assert.equal(
          thin.occurrences.reduce((sum, count) => sum + count, 0),
          kept.length,
        );
      }),
      options,
    );
  });

  it('has the measures of its own instances at any resolution', () => {
    fc.assert(
      fc.property(cases, ({ snapshot, rows, kept }) => {
        fc.pre(kept.length > 0);
        const level = snapshot.levels[0];
        const resolved = resolveLevel(level, 2);
        const thin = thinResolved(resolved, level, kept);
        const own = Array.from(kept, (i) => rows[i].join());
        assert.equal(thin.exactPatterns, new Set(own).size);
        const alone = own.filter((text) => own.filter((other) => other === text).length === 1).length;
        assert.equal(thin.exactSingletons, alone);
        let distance = 0;
        if (resolved.resolution !== 'exact') {
          for (const i of kept) {
            const mode = Array.from(patternText(resolved.patterns, resolved.nodes.of[i]), Number);
            distance += rows[i].filter((piece, j) => piece !== mode[j]).length;
          }
        }
        assert.ok(Math.abs(thin.distance - distance / kept.length) < 1e-12);
      }),
      options,
    );
  });
});

describe('what units tell', () => {
  it('is the mutual information of their pieces and the class', () => {
    fc.assert(
      fc.property(cases, ({ snapshot, rows, pieces }) => {
        const { exact } = snapshot.levels[0];
        const { information, state } = unitInformation({
          patterns: exact!.patterns,
          of: exact!.of,
          classOf: snapshot.labels!,
          classes: 3,
          pieces,
        });
        rows[0].forEach((_, j) => {
          const column = rows.map((row) => row[j]);
          assert.ok(Math.abs(information[j] - mutualInformation(column, [...snapshot.labels!])) < 1e-9);
          const constant = column.every((piece) => piece === column[0]);
          const extreme = column[0] === 0 ? 1 : column[0] === pieces - 1 ? 2 : 0;
          assert.equal(state[j], constant ? extreme : 0);
        });
      }),
      options,
    );
  });
});

/** H(a) + H(b) − H(a, b), by counting. */
function mutualInformation(a: number[], b: number[]): number {
  const entropy = (values: string[]) => {
    const counts = new Map<string, number>();
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
    return [...counts.values()].reduce(
      (sum, c) => sum - (c / values.length) * Math.log2(c / values.length),
      0,
    );
  };
  return entropy(a.map(String)) + entropy(b.map(String)) - entropy(a.map((x, i) => `${x} ${b[i]}`));
}
