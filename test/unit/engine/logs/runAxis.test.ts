import assert from 'node:assert/strict';
import fc from 'fast-check';
import { placeRows } from '../../../../src/engine/logs/runAxis';
import { RowGroups } from '../../../../src/engine/logs/rowGroups';
import { createLogReader } from '../../../../src/logs/formats/reader';

/** Groups of a log in JSON lines. */
function groupsOf(lines: readonly object[]): RowGroups {
  const reader = createLogReader('jsonLines');
  reader.push(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  reader.finish();
  return new RowGroups(reader.log);
}

describe('axis of a run for its log', () => {
  const rowsPerEpoch = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 12 });

  it('matched rows lie at their snapshots, others in their order between them', () => {
    const arbitrary = fc.record({
      rowsPerEpoch,
      matched: fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
      gaps: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 12, maxLength: 12 }),
      byStep: fc.boolean(),
    });
    fc.assert(
      fc.property(arbitrary, ({ rowsPerEpoch: counts, matched, gaps, byStep }) => {
        let step = 0;
        const lines: object[] = [];
        const anchors: { row: number; epoch: number }[] = [];
        let snapshotEpoch = 0;
        counts.forEach((count, e) => {
          for (let r = 0; r < count; r++) {
            step += 10;
            lines.push({ ...(byStep ? {} : { epoch: e + 1 }), step, loss: 1 });
          }
          snapshotEpoch += gaps[e];
          if (matched[e]) anchors.push({ row: lines.length - 1, epoch: snapshotEpoch });
        });
        const places = placeRows(groupsOf(lines), anchors, 0, 10);
        for (const { row, epoch } of anchors) assert.equal(places[row], epoch);
        for (let row = 1; row < places.length; row++) assert.ok(places[row] >= places[row - 1]);
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  it('whatever was set by hand and however often the log began anew, places are numbers in order', () => {
    const arbitrary = fc.record({
      attempts: fc.array(fc.record({ from: fc.integer({ min: 0, max: 4 }), rowsPerEpoch }), {
        minLength: 1,
        maxLength: 3,
      }),
      anchors: fc.array(fc.record({ row: fc.nat(60), epoch: fc.integer({ min: -2, max: 20 }) }), {
        maxLength: 8,
      }),
    });
    fc.assert(
      fc.property(arbitrary, ({ attempts, anchors }) => {
        const lines = attempts.flatMap(({ from, rowsPerEpoch: counts }) =>
          counts.flatMap((count, e) =>
            Array.from({ length: count }, (_, r) => ({
              epoch: from + e,
              step: 100 * (from + e) + r,
              loss: r,
            })),
          ),
        );
        const groups = groupsOf(lines);
        const known = anchors.filter(({ row }) => row < groups.log.rows.length);
        const places = placeRows(groups, known, 0, 10);
        const shown = groups
          .lastAttempts()
          .sort((a, b) => a.epoch! - b.epoch!)
          .flatMap(({ rows }) => rows);
        shown.forEach((row, i) => {
          assert.ok(Number.isFinite(places[row]));
          if (i > 0) assert.ok(places[row] >= places[shown[i - 1]]);
        });
        const others = new Set(shown);
        places.forEach((place, row) => assert.ok(others.has(row) || Number.isNaN(place)));
      }),
      { seed: 11, numRuns: 300 },
    );
  });
});
