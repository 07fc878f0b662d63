import assert from 'node:assert/strict';
import type { LogReport } from '../../../../src/engine/logs/logSummary';
import { correlationText, matchText, snapshotLogText } from '../../../../src/engine/logs/logReportText';
import type { RunReport, SnapshotReport } from '../../../../src/engine/reports/report';

const ESCAPE = String.fromCharCode(27);
const NAME = `loss${ESCAPE}[31m\nred`;

const log: LogReport = {
  file: 'log.csv',
  join: { shift: 0, reason: 'both count from 1', byHand: false },
  matched: 2,
  unmatchedSnapshots: [],
  unmatchedRows: 0,
  problems: [],
  problemCount: 0,
  correlations: [{ metric: NAME, measure: 'paths', n: 4, spearman: 0.5, pearson: 0.25 }],
};

describe('text of what a log says', () => {
  it('tells how much of it could not be read, and where the first is', () => {
    const whole = 'log.csv: 2 of 2 snapshots matched (both count from 1)';
    assert.equal(matchText(log, 'log.csv'), whole);
    const problems = [
      { line: 7, text: 'loss is x, expected a number' },
      { line: 9, text: 'has 3 fields' },
    ];
    assert.equal(
      matchText({ ...log, problems, problemCount: 1200 }, 'log.csv'),
      `${whole}; 1,200 problems in the log, at line 7: loss is x, expected a number`,
    );
    assert.match(
      matchText({ ...log, problems: [{ byteFrom: 24, text: 'is cut off' }], problemCount: 1 }, 'events'),
      /; 1 problem in the log, at byte 24: is cut off$/,
    );
  });

  it('names of metrics move no cursor and begin no line', () => {
    const snapshot = { log: { epoch: 1, line: 2, metrics: { [NAME]: 0.5 } } } as unknown as SnapshotReport;
    assert.deepEqual([...snapshotLogText(snapshot)], ['log (epoch 1, line 2): loss [31m red 0.5']);
    const table = [...correlationText({ log } as unknown as RunReport)].join('\n');
    assert.match(table, /^loss \[31m red +paths/m);
    assert.equal(table.includes(ESCAPE), false);
  });
});
