import assert from 'node:assert/strict';
import { logKind, rankedLogs } from '../../../src/extension/commands/logCandidates';
import { readRowPointer } from '../../../src/extension/commands/rowPointer';
import { snapshotOfRow, snapshotsByRow, tableHead, tableRow } from '../../../src/extension/logs/logTableRows';
import {
  linesOfLog,
  mainMetrics,
  metricsInShort,
  momentOfRow,
  shortName,
  shortReason,
  standingOfLog,
} from '../../../src/extension/views/snapshotTexts';
import type { LogInfo, LogMark, LogTable } from '../../../src/protocol/logs';
import { formatMetric } from '../../../src/core/wording';

const mark = (snapshot: number, row: number): LogMark => ({
  snapshot,
  row,
  fromRow: row,
  epoch: row,
  line: row + 1,
  metrics: { loss: 1 },
  reason: `epoch ${row}`,
  byHand: false,
});

const info: LogInfo = {
  folder: '/runs/digits',
  version: '1',
  file: '/runs/log.jsonl',
  origin: 'beside',
  state: 'read',
  format: 'jsonLines',
  tool: 'apd',
  rows: 8,
  thinnedRows: 0,
  metricNames: ['loss'],
  problems: [],
  problemCount: 0,
  join: { shift: 0, reason: 'both count from 1', byHand: false },
  marks: [mark(1, 0), mark(2, 1)],
  unmatchedSnapshots: [{ snapshot: 0, reason: 'epoch 0: before the log’s first row' }],
  unmatchedRows: [],
  unmatchedRowCount: 0,
};

describe('texts of snapshots and their log', () => {
  it('tell metrics by what they mean, losses first, in few digits', () => {
    const names = ['lr', 'val_accuracy', 'val_loss', 'grad', 'loss'];
    assert.deepEqual(mainMetrics(names), ['loss', 'val_loss', 'val_accuracy', 'lr', 'grad']);
    const metrics = { lr: 1e-4, eval_loss: 0.70632, 'Loss/train': 2.303457, epoch_acc: 0.5 };
    assert.equal(metricsInShort(metrics), 'Loss/train 2.303, eval_loss 0.7063, epoch_acc 0.5');
    assert.deepEqual([0, 123456.7, 2.5e-5, 1e9, NaN, -Infinity].map(formatMetric), [
      '0',
      '123500',
      '2.5e-5',
      '1e9',
      'NaN',
      '−∞',
    ]);
  });

  it('say how a log stands, in words', () => {
    assert.equal(standingOfLog(info), '2 of 3 snapshots, found beside the checkpoints');
    assert.equal(
      standingOfLog({ ...info, unmatchedSnapshots: [], origin: 'linked', problemCount: 2 }),
      'all 2 snapshots, linked by hand, 2 problems',
    );
    assert.match(standingOfLog({ ...info, state: 'missing' }), /^the file is not there,/);
    const companion = '/runs/validation/events.out.tfevents.2';
    assert.deepEqual(linesOfLog({ ...info, companion }).slice(0, 2), [
      info.file,
      `together with ${companion}`,
    ]);
    assert.deepEqual(linesOfLog(info), [
      '/runs/log.jsonl',
      '2 of 3 snapshots, found beside the checkpoints',
      '8 rows of JSON lines (this extension)',
      'epochs: both count from 1',
    ]);
    assert.equal(shortReason('epoch 0: before the log’s first row'), 'before the log’s first row');
    assert.equal(shortReason('the log tells no epochs'), 'the log tells no epochs');
    assert.equal(
      momentOfRow({ row: 3, epoch: 0.4166666666666667, step: 1200 }),
      'epoch 0.416667, step 1,200',
    );
    assert.equal(momentOfRow({ row: 3 }), 'row 4');
    assert.equal(shortName('log.jsonl', 24), 'log.jsonl');
    assert.equal(shortName('events.out.tfevents.1795350528.host.2', 16), 'events.o….host.2');
  });
});

describe('files that may be logs', () => {
  it('are known by their names', () => {
    const logs = [
      'log.jsonl',
      'trainer_state.json',
      'events.out.tfevents.1.host',
      'metrics.csv',
      'train.log',
    ];
    assert.deepEqual(
      logs.filter((name) => logKind(name) === undefined),
      [],
    );
    const others = ['x.npy', 'iris.csv', 'package.json', 'readme.txt', 'epoch-001.onnx'];
    assert.deepEqual(
      others.filter((name) => logKind(name) !== undefined),
      [],
    );
  });

  it('are offered with the nearest to the checkpoints first, each once', () => {
    const files = [
      '/w/other/far/deep/log.jsonl',
      '/w/models/metrics.csv',
      '/w/run/log.jsonl',
      '/w/x.npy',
      '/w/run/log.jsonl',
    ];
    const ranked = rankedLogs(files, '/w/run', ['/w/models']);
    assert.deepEqual(
      ranked.map(({ file }) => file),
      ['/w/run/log.jsonl', '/w/models/metrics.csv', '/w/other/far/deep/log.jsonl'],
    );
    assert.match(ranked[1].reason, /beside the checkpoints/);
    assert.match(ranked[2].reason, /in the workspace/);
  });
});

describe('a row that a user points at', () => {
  it('is told by line, epoch or step', () => {
    assert.deepEqual(readRowPointer('12', true), { line: 12 });
    assert.deepEqual(readRowPointer('12', false), { epoch: 12 });
    assert.deepEqual(readRowPointer(' epoch 3, step 1,200 ', true), { epoch: 3, step: 1200 });
    assert.deepEqual(readRowPointer('l7', true), { line: 7 });
    assert.deepEqual(readRowPointer('epoch 0.5', true), { epoch: 0.5 });
  });

  it('is asked for again, saying what is wrong', () => {
    assert.match(String(readRowPointer('', true)), /Write/);
    assert.match(String(readRowPointer('row three', true)), /“row three” is not understood/);
    assert.match(String(readRowPointer('line 0', true)), /from 1/);
    assert.match(String(readRowPointer('line 3', false)), /no lines/);
    assert.match(String(readRowPointer('step 1.5', true)), /whole number/);
  });
});

describe('a log as a table', () => {
  const table: LogTable = {
    version: 'v',
    format: 'events',
    tool: 'tensorboard',
    metricNames: ['loss', 'accuracy'],
    total: 2,
    from: 0,
    rows: [],
    problems: [{ byteFrom: 40, text: 'a record is broken' }],
    problemCount: 1,
  };
  const run = { name: 'digits', info, snapshots: ['epoch 0', 'epoch 1', 'epoch 2'] };

  it('names its rows’ snapshots, with the run where several have the log', () => {
    assert.deepEqual(snapshotsByRow([run]).get(1), { folder: info.folder, snapshot: 2, name: 'epoch 2' });
    const other = { ...run, name: 'again', info: { ...info, folder: '/runs/again' } };
    assert.equal(snapshotsByRow([run, other]).get(1)?.name, 'epoch 2 of digits');
  });

  it('takes rows within an epoch for those of its snapshot', () => {
    const within = { ...info, marks: [mark(1, 0), { ...mark(2, 4), fromRow: 2 }] };
    const meant = [0, 1, 2, 3, 4, 5].map((row) => snapshotOfRow([{ ...run, info: within }], row)?.snapshot);
    assert.deepEqual(meant, [1, undefined, 2, 2, 2, undefined]);
  });

  it('keeps what JSON has not: NaN, infinities, and values that are not there', () => {
    const snapshots = snapshotsByRow([run]);
    const made = tableRow({ row: 0, metrics: { accuracy: NaN } }, table.metricNames, snapshots);
    assert.deepEqual(made.values, [null, 'NaN']);
    assert.equal(made.snapshot, 'epoch 1');
    const inherited = tableRow({ row: 5, metrics: {} }, ['constructor'], snapshots);
    assert.deepEqual([inherited.values, inherited.snapshot], [[null], undefined]);
  });

  it('says what it is, what is wrong, and what to do', () => {
    const head = tableHead(table, 'v', [run], true);
    assert.deepEqual(head.facts, ['TensorBoard events', '2 rows', '2 of 3 snapshots of digits']);
    assert.equal(head.problems[0].text, 'byte 40: a record is broken');
    assert.equal(head.hint, undefined);
    assert.equal(head.empty, undefined);
    const alone = tableHead({ ...table, total: 0, problems: [], problemCount: 0 }, 'v', [], false);
    assert.equal(alone.hint?.command, 'apd.linkLog');
    assert.match(alone.empty ?? '', /no rows yet/);
  });
});
