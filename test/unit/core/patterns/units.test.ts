import fc from 'fast-check';
import assert from 'node:assert/strict';
import { patternLevel } from '../../../../src/core/patterns/patternTable';
import { classCores, unitActivity } from '../../../../src/core/patterns/units';
import { packStrings } from '../../../fixtures';
import { numbers, patternStrings } from '../arbitraries';

describe('activity of units', () => {
  for (const [pieces, planes] of [
    [2, 1],
    [3, 2],
    [4, 2],
    [5, 3],
  ]) {
    it(`tells dead, always-on and live units of ${pieces} pieces`, () => {
      // Few rows, so that all three are met.
      fc.assert(
        fc.property(patternStrings({ rows: 6, units: 70, pieces, distinct: 3 }), (strings) => {
          const activity = unitActivity(patternLevel(packStrings(strings, planes)).patterns, pieces);
          const states = Array.from(strings[0], (_, j) => {
            const column = new Set(strings.map((text) => Number(text[j])));
            if (column.size > 1) return 0;
            return column.has(0) ? 1 : column.has(pieces - 1) ? 2 : 0;
          });
          assert.deepEqual(Array.from(activity.state), states);
          const count = (state: number) => states.filter((s) => s === state).length;
          assert.deepEqual([activity.live, activity.dead, activity.alwaysOn], [count(0), count(1), count(2)]);
        }),
        { seed: pieces, numRuns: 100 },
      );
    });
  }

  it('calls a unit between its breakpoints always live', () => {
    const { live, dead, alwaysOn } = unitActivity(patternLevel(packStrings(['120', '120'], 2)).patterns, 3);
    assert.deepEqual([live, dead, alwaysOn], [1, 1, 1]);
  });
});

describe('class cores', () => {
  const cases = patternStrings({ rows: 40, units: 40, pieces: 3, distinct: 8 }).chain((strings) =>
    fc.record({
      strings: fc.constant(strings),
      labels: numbers(strings.length, 3),
      correct: numbers(strings.length, 2),
      share: fc.constantFrom(0.5, 0.55, 0.6, 0.7, 0.8, 0.95, 1),
    }),
  );

  it('are the units on, or off, in most of the right instances of a class', () => {
    fc.assert(
      fc.property(cases, ({ strings, labels, correct, share }) => {
        const level = patternLevel(packStrings(strings, 2));
        const cores = classCores({
          patterns: level.patterns,
          of: level.of,
          labels: Int32Array.from(labels),
          correct: Uint8Array.from(correct),
          classes: 4,
          share,
        });
        assert.equal(cores.length, 4);
        const percent = BigInt(Math.round(share * 100));
        cores.forEach((core, c) => {
          const members = strings.filter((_, i) => labels[i] === c && correct[i] === 1);
          const enough = (count: number) =>
            members.length > 0 && BigInt(count) * 100n >= percent * BigInt(members.length);
          const columns = Array.from(strings[0], (_, j) => members.filter((text) => text[j] !== '0').length);
          assert.deepEqual(core, {
            class: c,
            instances: members.length,
            on: columns.filter((on) => enough(on)).length,
            off: columns.filter((on) => enough(members.length - on)).length,
          });
        });
      }),
      { seed: 1, numRuns: 150 },
    );
  });

  it('count a share that is met exactly, though it is no binary fraction', () => {
    const strings = Array.from({ length: 100 }, (_, i) => (i < 55 ? '1' : '0'));
    const level = patternLevel(packStrings(strings));
    const labels = new Int32Array(100);
    const [core] = classCores({
      patterns: level.patterns,
      of: level.of,
      labels,
      correct: new Uint8Array(100).fill(1),
      classes: 1,
      share: 0.55,
    });
    assert.deepEqual(core, { class: 0, instances: 100, on: 1, off: 0 });
  });
});
