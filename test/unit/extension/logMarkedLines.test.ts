import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { LogMark } from '../../../src/protocol/logs';
import { lensRows } from '../../../src/extension/logs/lensRows';
import { MarkedLines, sameRows } from '../../../src/extension/logs/markedLines';

/** A mark of a row. */
function mark(snapshot: number, line?: number, endLine?: number, fromLine?: number): LogMark {
  return {
    snapshot,
    row: snapshot,
    fromRow: snapshot,
    line,
    endLine,
    fromLine,
    metrics: {},
    reason: '',
    byHand: false,
  };
}

/** Three rows with gaps; the second over three lines and of two snapshots. */
const rows = new MarkedLines([
  mark(3, 20, 20, 13),
  mark(1, 10, 12, 6),
  mark(0, 4, 4, 4),
  mark(2, 10, 12, 6),
  mark(4),
]);
const snapshotsAt = (line: number) => rows.at(line).map(({ snapshot }) => snapshot);

describe('marks of a log by line', () => {
  it('are from the top down, without those that have no line', () => {
    assert.deepEqual(
      rows.all.map(({ snapshot }) => snapshot),
      [0, 1, 2, 3],
    );
    assert.equal(rows.of(3)?.line, 20);
    assert.equal(rows.of(4), undefined);
  });

  it('are found on all lines of their row and on no other', () => {
    assert.deepEqual([3, 4, 5, 9, 10, 11, 12, 13, 20, 21].map(snapshotsAt), [
      [],
      [0],
      [],
      [],
      [1, 2],
      [1, 2],
      [1, 2],
      [],
      [3],
      [],
    ]);
  });

  it('are meant by the lines since the row before, the last of several by all of them', () => {
    const meant = [3, 4, 5, 6, 9, 12, 13, 19, 20, 21].map((line) => rows.meantBy(line)?.snapshot);
    assert.deepEqual(meant, [undefined, 0, undefined, 2, 2, 2, 3, 3, 3, undefined]);
  });

  it('are gone through up and down, from rows and from between them', () => {
    const before = [4, 5, 10, 12, 13, 99].map((line) => rows.before(line)?.snapshot);
    assert.deepEqual(before, [undefined, 0, 0, 0, 2, 3]);
    const after = [1, 4, 5, 10, 11, 12, 20].map((line) => rows.after(line)?.snapshot);
    assert.deepEqual(after, [0, 1, 1, 3, 3, 3, undefined]);
  });

  it('agree with looking at every mark, for any rows', () => {
    const gaps = fc.array(
      fc.record({ gap: fc.integer({ min: 1, max: 4 }), height: fc.integer({ max: 3, min: 1 }) }),
    );
    const check = fc.property(gaps, fc.integer({ min: 0, max: 60 }), (shapes, line) => {
      let next = 1;
      const marks = shapes.map(({ gap, height }, snapshot) => {
        const from = next;
        const start = from + gap - 1;
        next = start + height;
        return mark(snapshot, start, next - 1, from);
      });
      const lines = new MarkedLines(marks);
      const meant = marks.find((one) => one.fromLine! <= line && line <= one.endLine!);
      assert.equal(lines.meantBy(line)?.snapshot, meant?.snapshot);
      const at = marks.filter((one) => one.line! <= line && line <= one.endLine!);
      assert.deepEqual(
        lines.at(line).map(({ snapshot }) => snapshot),
        at.map(({ snapshot }) => snapshot),
      );
      assert.equal(lines.before(line)?.snapshot, marks.findLast((one) => one.endLine! < line)?.snapshot);
      assert.equal(lines.after(line)?.snapshot, marks.find((one) => one.line! > line)?.snapshot);
    });
    fc.assert(check, { seed: 7, numRuns: 500 });
  });

  it('are the same rows when only metrics changed, and others when one moved', () => {
    const one = [mark(0, 1), mark(1, 2)];
    const again = one.map((entry) => ({ ...entry, metrics: { loss: 1 } }));
    assert.ok(sameRows(new MarkedLines(one), new MarkedLines(again)));
    assert.ok(!sameRows(new MarkedLines(one), new MarkedLines([mark(0, 1), mark(1, 3)])));
    assert.ok(!sameRows(new MarkedLines(one), new MarkedLines([mark(0, 1)])));
  });
});

describe('code lenses of a log', () => {
  const best = (snapshot: number, reason = 'highest val_acc of the log among the snapshots, 0.91') => ({
    snapshot,
    reason,
  });
  const told = (lines: MarkedLines, of?: ReturnType<typeof best>) =>
    lensRows(lines, of).map((row) => `${row.mark.line}/${row.mark.snapshot}: ${row.title}`);

  it('are at the first, best and last snapshot, from the top down', () => {
    const lines = new MarkedLines([mark(0, 1), mark(1, 2), mark(2, 3), mark(3, 4)]);
    assert.deepEqual(told(lines, best(2)), [
      '1/0: First snapshot — show diagram',
      '3/2: Best by val_acc — show diagram',
      '4/3: Last snapshot — show diagram',
    ]);
    assert.match(lensRows(lines, best(2))[1].tooltip, /0\.91/);
  });

  it('come once where one row is several of them', () => {
    const lines = new MarkedLines([mark(0, 1), mark(1, 2)]);
    assert.deepEqual(told(lines, best(1)), [
      '1/0: First snapshot — show diagram',
      '2/1: Last snapshot, best by val_acc — show diagram',
    ]);
    const same = new MarkedLines([mark(0, 1), mark(1, 1), mark(2, 5)]);
    assert.deepEqual(told(same, best(1)), [
      '1/1: First snapshot, best by val_acc — show diagram',
      '5/2: Last snapshot — show diagram',
    ]);
  });

  it('are one where there is one snapshot, and none without; the best one may have no row', () => {
    assert.deepEqual(told(new MarkedLines([mark(5, 9)])), ['9/5: Only snapshot — show diagram']);
    assert.deepEqual(told(new MarkedLines([mark(5)]), best(5)), []);
    assert.deepEqual(told(new MarkedLines([mark(0, 1), mark(1, 2), mark(2)]), best(2)), [
      '1/0: First snapshot — show diagram',
      '2/1: Last snapshot — show diagram',
    ]);
  });
});
