import fc from 'fast-check';
import assert from 'node:assert/strict';
import {
  bitsOf,
  CoarseRecorder,
  ExactRecorder,
  type LevelRecorder,
} from '../../../../src/core/patterns/levelRecorder';
import { packIndices, patternText } from '../../../../src/core/patterns/packing';
import type { Layer } from '../../../../src/core/patterns/snapshot';
import { packStrings } from '../../../fixtures';
import { numbers } from '../arbitraries';
import { naiveHamming, naivePatterns, rankedValues } from '../naive';

function layerOf(units: number, breakpoints: number[]): Layer {
  const bits = bitsOf(breakpoints);
  return { name: 'layer', activation: 'Relu', units, shape: [units], pieces: breakpoints.length + 1, bits };
}

/** Records rows in batches of a size. */
function record(recorder: LevelRecorder, z: Float32Array, units: number, batch: number): void {
  const rows = z.length / units;
  for (let from = 0; from < rows; from += batch) {
    const count = Math.min(batch, rows - from);
    assert.equal(recorder.add(z.slice(from * units, (from + count) * units), from, count), -1);
  }
}

/** Pre-activations of few different values, so that patterns repeat. */
const recordings = fc
  .record({
    units: fc.integer({ min: 1, max: 40 }),
    distinct: fc.integer({ min: 1, max: 8 }),
    rows: fc.integer({ min: 1, max: 40 }),
    breakpoints: fc.constantFrom<number[]>([0], [0, 6], [-1, 0, 1], [0.5]),
    batch: fc.integer({ min: 1, max: 45 }),
  })
  .chain(({ units, distinct, rows, breakpoints, batch }) =>
    fc.record({
      units: fc.constant(units),
      breakpoints: fc.constant(breakpoints),
      batch: fc.constant(batch),
      z: fc
        .tuple(
          fc.array(numbers(units, 16), { minLength: distinct, maxLength: distinct }),
          numbers(rows, distinct),
        )
        .map(([pool, picks]) => Float32Array.from(picks.flatMap((pick) => pool[pick].map((v) => v - 7)))),
    }),
  );

describe('recorder of exact patterns', () => {
  it('keeps the same level whatever the batches', () => {
    fc.assert(
      fc.property(recordings, ({ units, breakpoints, batch, z }) => {
        const rows = z.length / units;
        const layer = layerOf(units, breakpoints);
        const recorder = new ExactRecorder(layer, breakpoints, rows);
        record(recorder, z, units, batch);
        const level = recorder.finish();
        const strings = naivePatterns(z, rows, units, breakpoints);
        const ranked = rankedValues(strings);
        const { exact } = level;
        assert.ok(exact);
        assert.equal(level.layer, layer);
        assert.equal(level.coarse, undefined);
        assert.deepEqual(
          Array.from({ length: exact.count }, (_, node) => patternText(exact.patterns, node)),
          ranked,
        );
        assert.deepEqual(
          Array.from(exact.of),
          strings.map((text) => ranked.indexOf(text)),
        );
      }),
      { seed: 1, numRuns: 120 },
    );
  });

  it('counts nothing of the rows that a larger batch left behind', () => {
    const recorder = new ExactRecorder(layerOf(2, [0]), [0], 4);
    assert.equal(recorder.add(Float32Array.of(1, 1, 1, 1, 1, 1), 0, 3), -1);
    assert.equal(recorder.add(Float32Array.of(-1, -1), 3, 1), -1);
    const { exact } = recorder.finish();
    assert.deepEqual(Array.from(exact!.of), [0, 0, 0, 1]);
    assert.deepEqual(Array.from(exact!.occurrences), [3, 1]);
  });

  it('keeps the same level when more rows come than wait for the table at once', () => {
    // 2,048 words a row: 32 rows wait. One batch is larger than that, and the last one comes out of order.
    const units = 65_536;
    const sizes = [20, 20, 50, 20];
    const starts = [0, 20, 60, 40];
    const recorder = new ExactRecorder(layerOf(units, [0]), [0], 110);
    sizes.forEach((size, b) => {
      const z = new Float32Array(size * units);
      // Instance i has unit i % 7 on, and no other.
      for (let row = 0; row < size; row++) z[row * units + ((starts[b] + row) % 7)] = 1;
      assert.equal(recorder.add(z, starts[b], size), -1);
    });
    const { exact } = recorder.finish();
    assert.equal(exact!.count, 7);
    // 110 = 15 × 7 + 5: the first five are the larger ones, so that numbers are those of first appearance.
    assert.deepEqual(
      Array.from(exact!.of),
      Array.from({ length: 110 }, (_, i) => i % 7),
    );
  });

  it('says where in the batch a value is not finite', () => {
    const recorder = new ExactRecorder(layerOf(2, [0]), [0], 4);
    assert.equal(recorder.add(Float32Array.of(1, 1, -1, -1), 0, 2), -1);
    assert.equal(recorder.add(Float32Array.of(1, 1, -1, NaN), 2, 2), 3);
  });
});

describe('recorder of the nearest prototypes', () => {
  it('keeps the nearest, the lowest of equals, and its distance, whatever the batches', () => {
    const withModes = recordings.chain((recording) =>
      fc.record({
        recording: fc.constant(recording),
        modes: fc.array(numbers(recording.units, recording.breakpoints.length + 1), {
          minLength: 1,
          maxLength: 6,
        }),
      }),
    );
    fc.assert(
      fc.property(withModes, ({ recording, modes }) => {
        const { units, breakpoints, batch, z } = recording;
        const rows = z.length / units;
        const layer = layerOf(units, breakpoints);
        const packed = packIndices(modes.flat(), modes.length, units, layer.bits);
        const recorder = new CoarseRecorder(layer, breakpoints, rows, packed);
        record(recorder, z, units, batch);
        const { coarse, exact } = recorder.finish();
        assert.ok(coarse);
        assert.equal(exact, undefined);
        assert.deepEqual(coarse.modes, packed);
        naivePatterns(z, rows, units, breakpoints).forEach((text, row) => {
          const distances = modes.map((mode) => naiveHamming(text, mode.join('')));
          const least = Math.min(...distances);
          assert.equal(coarse.distance[row], least);
          assert.equal(coarse.of[row], distances.indexOf(least));
        });
      }),
      { seed: 2, numRuns: 120 },
    );
  });

  it('says where in the batch a value is not finite', () => {
    const recorder = new CoarseRecorder(layerOf(2, [0]), [0], 4, packStrings(['00', '11']));
    assert.equal(recorder.add(Float32Array.of(1, -Infinity), 2, 1), 1);
  });
});

describe('bits of a layer', () => {
  it('are those of its highest piece', () => {
    assert.deepEqual(
      [[0], [0, 6], [-1, 0, 1], [-2, -1, 0, 1]].map((breakpoints) => bitsOf(breakpoints)),
      [1, 2, 2, 3],
    );
  });
});
