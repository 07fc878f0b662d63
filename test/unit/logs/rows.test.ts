import assert from 'node:assert/strict';
import { createLogReader } from '../../../src/logs/formats/reader';
import { recogniseLog } from '../../../src/logs/formats/recognise';
import { brief, fixture, readLog } from '../../helpers/logFixtures';

function jsonLines(...objects: object[]): string {
  return objects.map((object) => `${JSON.stringify(object)}\n`).join('');
}

function formatOf(text: string, name = 'log'): string | undefined {
  return recogniseLog(Buffer.from(text), name).format;
}

describe('logs: JSON lines', () => {
  it("this project's own: epoch 0 is the network before training", () => {
    const log = readLog(
      'jsonLines',
      jsonLines(
        { epoch: 0, step: 0, patterns: [3, 4] },
        { epoch: 1, step: 10, loss: 0.5, accuracy: 0.7, patterns: [5, 6], seconds: 0.1 },
      ),
    );
    assert.deepEqual([log.tool, log.firstEpoch], ['apd', 1]);
    assert.deepEqual(brief(log.rows), [
      [0, {}],
      [1, { loss: 0.5, accuracy: 0.7, seconds: 0.1 }],
    ]);
  });

  it('NaN and Infinity as Python writes them, also beside texts that say so', () => {
    const text = '{"epoch": 1, "loss": NaN, "a": -Infinity, "b": Infinity, "note": "NaN \\" Infinity {"}\n';
    assert.deepEqual(brief(readLog('jsonLines', text).rows), [[1, { loss: NaN, a: -Infinity, b: Infinity }]]);
  });

  it('MMDetection 2: a row an epoch, validation by its mode', () => {
    const log = readLog(
      'jsonLines',
      jsonLines(
        { env_info: 'sys.platform: linux' },
        { mode: 'train', epoch: 1, iter: 50, lr: 0.1, loss: 0.9, time: 0.3 },
        { mode: 'train', epoch: 1, iter: 100, lr: 0.1, loss: 0.8, time: 0.2 },
        { mode: 'val', epoch: 1, iter: 5000, lr: 0.1, bbox_mAP: 0.2, loss: 1.1 },
        { mode: 'train', epoch: 2, iter: 50, lr: 0.1, loss: 0.7, time: 0.3 },
      ),
    );
    assert.deepEqual([log.tool, log.firstEpoch, log.problemCount], ['mmdetection', 1, 0]);
    assert.deepEqual(brief(log.rows)[0], [
      1,
      { lr: 0.1, loss: 0.8, time: 0.2, val_lr: 0.1, bbox_mAP: 0.2, val_loss: 1.1 },
    ]);
    assert.deepEqual(log.rows[0].place, { line: 2, endLine: 4 });
  });

  it('malformed lines are named and counted, the others read; only the first are kept', () => {
    const lines = '{"epoch":1,"loss":1}\n[1]\n{"epoch":\n\n{"config":true}\n{"epoch":2,"loss":2}\n';
    const log = readLog('jsonLines', lines);
    assert.deepEqual(
      log.problems.map(({ place }) => place.line),
      [2, 3],
    );
    assert.match(log.problems[0].text, /is no JSON object/);
    assert.match(log.problems[1].text, /is not JSON/);
    assert.equal(log.rows.length, 2);
    const many = readLog('jsonLines', '{\n'.repeat(1000));
    assert.deepEqual([many.problemCount, many.problems.length], [1000, 100]);
  });

  it('nested objects, times and texts that are numbers', () => {
    const [row] = readLog(
      'jsonLines',
      jsonLines({ epoch: '3', time: 1.7e9, train: { loss: 1 }, val: { loss: '2.5' }, name: 'x' }),
    ).rows;
    assert.deepEqual([row.epoch, row.time, row.metrics], [3, 1.7e9, { 'train.loss': 1, 'val.loss': 2.5 }]);
  });

  it('a name that objects have already is no metric but a problem', () => {
    const log = readLog('jsonLines', '{"epoch":1,"__proto__":3,"toString":4}\n');
    assert.deepEqual(Object.entries(log.rows[0].metrics), [['toString', 4]]);
    assert.equal(log.problemCount, 1);
  });
});

describe('logs: tables', () => {
  it("Ultralytics' padded results.csv, epochs from 1", () => {
    const text =
      '                  epoch,      train/box_loss,   metrics/mAP50(B)\n' +
      '                      1,              1.2345,            0.10000\n' +
      '                      2,              1.1000,            0.20000\n';
    const log = readLog('csv', text);
    assert.deepEqual([log.tool, log.firstEpoch], ['ultralytics', 1]);
    assert.deepEqual(brief(log.rows), [
      [1, { 'train/box_loss': 1.2345, 'metrics/mAP50(B)': 0.1 }],
      [2, { 'train/box_loss': 1.1, 'metrics/mAP50(B)': 0.2 }],
    ]);
  });

  it('damaged lines are named; lists are no values; a header may come again with other columns', () => {
    const log = readLog(
      'csv',
      'epoch,loss,list\n0,1,"[1, 2]"\n1,2\nx,3,4\n2,5,"open\n,1,2\n3,6,7\nepoch,acc,loss\n0,0.5,0.25\n',
    );
    assert.deepEqual(
      log.problems.map(({ place, text }) => [place.line, text]),
      [
        [3, 'has 2 cells, expected 3 as in the header'],
        [4, 'column epoch has x, expected a number'],
        [5, 'has a quoted cell that does not end in the line'],
        [6, 'has neither epoch nor step'],
      ],
    );
    assert.deepEqual(brief(log.rows), [
      [0, { loss: 1 }],
      [3, { loss: 6, list: 7 }],
      [0, { acc: 0.5, loss: 0.25 }],
    ]);
  });
});

describe('logs: recognition', () => {
  it('goes by content, whatever the name', () => {
    assert.equal(formatOf('{"epoch":1,"loss":2}\n', 'x.csv'), 'jsonLines');
    assert.equal(formatOf('{"env_info":"x"}\n{"mode":"train","epoch":1,"iter":5,"loss":1}\n'), 'jsonLines');
    assert.equal(formatOf('{\n  "best": null,\n  "log_history": [\n'), 'trainerState');
    assert.equal(formatOf('{\n "best_metric": null,\n', 'a/trainer_state.json'), 'trainerState');
    assert.equal(formatOf('step;loss\n1;2\n'), 'csv');
    assert.equal(formatOf('epoch,loss\n'), 'csv');
    assert.equal(formatOf('starting\nepoch=3 loss=0.5\n'), 'text');
    assert.equal(formatOf("{'loss': 0.5, 'epoch': 1.0}\n"), 'text');
    assert.equal(formatOf('', 'events.out.tfevents.1'), 'events');
  });

  it('says why it recognises nothing', () => {
    for (const [content, reason] of [
      ['', /is empty/],
      ['a,b\n1,2\n', /no line that tells an epoch/],
      ['{"a":1}\n', /no line that tells an epoch/],
      ['a\0b', /neither text nor an event file/],
      ['Once upon a time, in an epoch, there was a loss.', /no line/],
    ] as const) {
      const found = recogniseLog(Buffer.from(content), 'log.txt');
      assert.equal(found.format, undefined, content);
      assert.match(found.reason, reason);
    }
  });

  it('a cut head is enough', () => {
    for (const [name, format] of [
      ['keras/csvlogger.csv', 'csv'],
      ['keras/console-terminal.txt', 'text'],
      ['lightning/metrics.csv', 'csv'],
      ['transformers/trainer_state.json', 'trainerState'],
      ['mmengine/scalars.json', 'jsonLines'],
      ['tensorboard/events.out.tfevents.torch', 'events'],
    ]) {
      const bytes = fixture(name);
      for (let length = 400; length < bytes.length; length += 97) {
        assert.equal(recogniseLog(bytes.subarray(0, length), 'x').format, format, `${name} ${length}`);
      }
    }
  });
});

describe('logs: memory', () => {
  const limits = { rows: 100, values: 1000, names: 5 };

  it('more rows than are held: the last of each epoch stays as long as it can', () => {
    const reader = createLogReader('jsonLines', { limits });
    let mirror: unknown[] = [];
    for (let step = 1; step <= 2000; step++) {
      const from = reader.push(jsonLines({ epoch: Math.floor((step - 1) / 40), step, loss: 1 / step }));
      mirror = [...mirror.slice(0, from), ...structuredClone(reader.rows.slice(from))];
      assert.ok(reader.rows.length <= limits.rows);
    }
    const { rows, thinnedRows } = reader.log;
    assert.deepEqual(mirror, rows);
    assert.equal(thinnedRows, 2000 - rows.length);
    const steps = rows.map(({ step }) => step!);
    for (let epoch = 0; epoch < 50; epoch++) assert.ok(steps.includes(40 * (epoch + 1)), `epoch ${epoch}`);
    assert.deepEqual(
      steps,
      steps.toSorted((a, b) => a - b),
    );
  });

  it('more epochs than are held: every second is left out, the newest stays', () => {
    const lines = Array.from({ length: 1000 }, (_, epoch) => ({ epoch, loss: epoch }));
    const { rows, thinnedRows, metricNames } = readLog('jsonLines', jsonLines(...lines), { limits });
    assert.ok(rows.length <= 100 && rows.length >= 40);
    assert.equal(rows.length + thinnedRows, 1000);
    assert.equal(rows.at(-1)!.epoch, 999);
    assert.deepEqual(metricNames, ['loss']);
  });

  it('ever new names of metrics are not held', () => {
    const lines = Array.from({ length: 50 }, (_, epoch) => ({ epoch, loss: 1, [`m${epoch}`]: 1 }));
    const log = readLog('jsonLines', jsonLines(...lines), { limits });
    assert.deepEqual(log.metricNames, ['loss', 'm0', 'm1', 'm2', 'm3']);
    assert.equal(log.rows.length, 50);
    assert.equal(log.problemCount, 1);
    assert.match(log.problems[0].text, /more than 5 metrics; m4 and others/);
  });

  it('an epoch of many progress lines is one row', () => {
    const reader = createLogReader('text', { limits: { ...limits, rows: 3 } });
    reader.push('Epoch 1/1\n');
    for (let done = 1; done <= 10_000; done++) {
      reader.push(`\b\b\b\r${done}/10000 [==>..] - 1s - loss: ${1 / done}`);
    }
    reader.finish();
    assert.deepEqual(brief(reader.rows), [[1, { loss: 1e-4 }]]);
    assert.equal(reader.log.thinnedRows, 0);
  });

  it('a line without end is not held', () => {
    const reader = createLogReader('jsonLines');
    for (let chunk = 0; chunk < 100; chunk++) reader.push('x'.repeat(64 * 1024));
    reader.push('\n{"epoch":1,"loss":1}\n');
    assert.equal(reader.log.problemCount, 1);
    assert.equal(reader.rows.length, 1);
  });
});

describe('logs: states of trainers', () => {
  it('that have no list of what was logged say so, those whose list is empty are fine', () => {
    const problems = (text: string) => readLog('trainerState', text).problems.map((problem) => problem.text);
    assert.deepEqual(problems('{"epoch": 1.0, "log_history": "none"}'), ['has no list `log_history`']);
    assert.deepEqual(problems('{"epoch": 1.0, "other": [{"step": 1}]}'), ['has no list `log_history`']);
    assert.deepEqual(problems('{"log_history": []}'), []);
  });
});
