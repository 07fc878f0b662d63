import assert from 'node:assert/strict';
import { InputError } from '../../../src/core/errors';
import { canonicalMetric } from '../../../src/logs/formats/metricNames';
import { createLogReader } from '../../../src/logs/formats/reader';
import { recogniseLog } from '../../../src/logs/formats/recognise';
import { brief, readLog } from '../../helpers/logFixtures';

function rowsOf(...lines: string[]) {
  return brief(readLog('text', lines.join('\n')).rows);
}

describe('logs: plain text', () => {
  it('the usual ways of printing an epoch', () => {
    const loss = { loss: 0.25 };
    for (const line of [
      'epoch=3 loss=0.25',
      'Epoch 3: loss 0.25',
      'Epoch 3/10 - loss: 0.25',
      '[Epoch 3] loss = 2.5e-1',
      'epoch: 003 | loss: .25 |',
      '2026-05-01 12:00:01,123 INFO trainer.py:12 Epoch #3, loss: 0.25, time: 12s',
      "{'loss': 0.25, 'epoch': 3}",
      'Epoch 3:  45%|████▌     | 45/100 [00:10<00:12,  4.5it/s, loss=0.25, v_num=0]',
      '\u001b[32mEpoch 3\u001b[0m \u001b[1mloss\u001b[0m: \u001b[31m0.25\u001b[0m',
    ]) {
      assert.deepEqual(rowsOf(line), [[3, loss]], line);
    }
  });

  it('values: infinities, nan, shares, per cent; no versions, times, dates or addresses', () => {
    assert.deepEqual(rowsOf('epoch 1 loss: nan, a: inf, b: -inf, acc: 90/120, c: 93.5%, d=+1e3.'), [
      [1, { loss: NaN, a: Infinity, b: -Infinity, acc: 0.75, c: 93.5, d: 1000 }],
    ]);
    assert.deepEqual(rowsOf('epoch 1 torch=1.13.1 time: 12:30 on: 2026-05-01 for: 5s host=10.0.0.1:80'), []);
  });

  it('a loop with a heading, and train and validation below it', () => {
    const log = readLog(
      'text',
      'Epoch 0/1\n----------\ntrain Loss: 0.5 Acc: 0.7\nval Loss: 0.6 Acc: 0.6\n\nEpoch 1/1\n----------\ntrain Loss: 0.4 Acc: 0.8\n',
    );
    assert.deepEqual(brief(log.rows), [
      [0, { 'train Loss': 0.5, Acc: 0.7, 'val Loss': 0.6, 'val Acc': 0.6 }],
      [1, { 'train Loss': 0.4, Acc: 0.8 }],
    ]);
    assert.deepEqual(log.rows[0].place, { line: 1, endLine: 4 });
    assert.equal(log.firstEpoch, 0);
  });

  it('steps where there are no epochs', () => {
    assert.deepEqual(rowsOf('iter 0: loss 4.2, time 30ms', 'step 250: train loss 2.1, val loss 2.2'), [
      [0, { loss: 4.2 }],
      [250, { 'train loss': 2.1, 'val loss': 2.2 }],
    ]);
  });

  it('noise makes no rows: configurations, saved files, early stopping, the best epoch, other numbers', () => {
    assert.deepEqual(
      rowsOf(
        'Namespace(epochs=10, max_epoch=10, lr=0.1, batch_size=32, seed=1)',
        'Epoch 1: val_loss improved from inf to 0.73, saving model to model.01-0.73.h5',
        'Epoch 5: early stopping',
        'Restoring model weights from the end of the best epoch: 3.',
        'listening on port: 8080',
        'error 404',
      ),
      [],
    );
  });

  it('Keras: redrawn bars are no rows of their own; an evaluation behind the epochs changes nothing', () => {
    const bars = Array.from(
      { length: 12 },
      (_, i) => `${i + 1}/12 [====>....] - ETA: 0s - loss: 0.${50 - i} - accuracy: 0.5`,
    );
    const final = '12/12 [=========] - 1s 9ms/step - loss: 0.3000 - accuracy: 0.6 - val_loss: 0.4';
    const text = `Epoch 1/2\n${bars.map((bar) => `${'\b'.repeat(90)}${bar}`).join('')}${'\b'.repeat(90)}${final}\n`;
    const evaluation =
      '1/4 [=>......] - ETA: 0s - loss: 9\r4/4 [======] - 0s 2ms/step - loss: 8 - accuracy: 0\n';
    const once = '4/4 - 0s - 2ms/step - loss: 7.0 - accuracy: 0.1\n';
    assert.deepEqual(brief(readLog('text', text + evaluation + once).rows), [
      [1, { loss: 0.3, accuracy: 0.6, val_loss: 0.4 }],
    ]);
  });

  it('a line that is too long is named, and the next is read', () => {
    const log = readLog('text', `epoch=1 loss=1\n${'x=1 '.repeat(10_000)}\nepoch=2 loss=2\n`);
    assert.deepEqual(
      log.problems.map(({ place, text }) => [place.line, text]),
      [[2, 'is longer than 16384 characters and was not read']],
    );
    assert.deepEqual(brief(log.rows), [
      [1, { loss: 1 }],
      [2, { loss: 2 }],
    ]);
  });

  it("UTF-16 with a byte order mark, as PowerShell's redirection writes it", () => {
    const bytes = Buffer.from('\ufeffepoch=1 loss=0.5\r\nepoch=2 loss=0.25\r\n', 'utf16le');
    assert.equal(recogniseLog(bytes, 'log.txt').format, 'text');
    const single = [...bytes].map((byte) => Uint8Array.of(byte));
    for (const chunks of [[bytes], single]) {
      assert.deepEqual(brief(readLog('text', chunks).rows), [
        [1, { loss: 0.5 }],
        [2, { loss: 0.25 }],
      ]);
    }
  });

  it('a half-written last line waits', () => {
    const reader = createLogReader('text');
    assert.equal(reader.push('epoch=1 loss=0.5\nepoch=2 loss=0.2'), 0);
    assert.equal(reader.rows.length, 1);
    assert.equal(reader.push('5\n'), 1);
    assert.deepEqual(brief(reader.rows)[1], [2, { loss: 0.25 }]);
    assert.equal(reader.push('nothing of interest\n'), 2);
  });

  it('names of metrics', () => {
    const known: [string, string, string][] = [
      ['loss', 'loss', 'train'],
      ['train_loss', 'loss', 'train'],
      ['train_loss_epoch', 'loss', 'train'],
      ['Loss/train', 'loss', 'train'],
      ['epoch_loss', 'loss', 'train'],
      ['val_loss', 'loss', 'validation'],
      ['Test loss', 'loss', 'validation'],
      ['eval_accuracy', 'accuracy', 'validation'],
      ['val_acc', 'accuracy', 'validation'],
      ['Accuracy', 'accuracy', 'train'],
      ['metrics/accuracy_top1', '', ''],
      ['Acc@1', 'accuracy', 'train'],
      ['* Acc@5', 'top-5 accuracy', 'validation'],
      ['validation/accuracy', 'accuracy', 'validation'],
      ['validation/epoch_loss', 'loss', 'validation'],
      ['train/epoch_accuracy', 'accuracy', 'train'],
      ['test/epoch_sparse_categorical_accuracy', 'accuracy', 'validation'],
      ['validation/evaluation_loss_vs_iterations', '', ''],
      ['lr-Adam', 'learning rate', 'train'],
      ['constructor', '', ''],
      ['value', '', ''],
    ];
    for (const [written, name, split] of known) {
      const expected = name === '' ? undefined : { name, split };
      assert.deepEqual(canonicalMetric(written), expected, written);
    }
  });

  it('names that tell no split are of that of the folder; those that do keep theirs', () => {
    const split = (written: string) => canonicalMetric(written, 'validation')?.split;
    assert.deepEqual(
      ['epoch_loss', 'accuracy', 'train/epoch_loss', 'Loss/train', 'val_loss', 'value'].map(split),
      ['validation', 'validation', 'train', 'train', 'validation', undefined],
    );
    // What was asked for one split is no answer for the other.
    assert.equal(canonicalMetric('epoch_loss')?.split, 'train');
  });
});

describe('logs: a pattern of the user', () => {
  const source = 'apd.log.pattern';

  it('groups say when, the others are metrics', () => {
    const pattern = String.raw`^E(?<epoch>\d+)\s+S(?<step>\d+)?\s*(?<loss>\S+)(?:\s+(?<acc>\S+))?$`;
    const log = readLog('pattern', 'E1 S10 0.5 0.7\nhello\nE2 S20 oops 0.8\nE3 S30 NaN\n', {
      pattern: { pattern, source },
    });
    assert.deepEqual(
      log.rows.map(({ epoch, step, metrics, place }) => [epoch, step, metrics, place.line]),
      [
        [1, 10, { loss: 0.5, acc: 0.7 }, 1],
        [2, 20, { acc: 0.8 }, 3],
        [3, 30, { loss: NaN }, 4],
      ],
    );
    assert.deepEqual(log.problems, [
      { place: { line: 3 }, text: 'group loss matched oops, expected a number' },
    ]);
  });

  it('a pattern that cannot be used is an InputError', () => {
    for (const [pattern, problem] of [
      ['(', /is no regular expression/],
      [String.raw`(\d+)`, /has no named groups, expected \(\?<epoch>/],
      [String.raw`(?<loss>\d+)`, /has the groups loss, expected/],
      ['(?<epoch>a)'.padEnd(2001, 'a'), /2001 characters/],
    ] as const) {
      assert.throws(
        () => createLogReader('pattern', { pattern: { pattern, source } }),
        (error) => error instanceof InputError && error.source === source && problem.test(error.message),
      );
    }
    assert.throws(() => createLogReader('pattern'), InputError);
    const flags = { pattern: '(?<epoch>1)', flags: 'g', source };
    assert.throws(() => createLogReader('pattern', { pattern: flags }), /has flags g/);
  });

  it('a catastrophic pattern is stopped: its lines are named, after some it is given up', () => {
    const pattern = { pattern: String.raw`(?<epoch>\d+) (?:a+)+$`, source };
    const bad = `7 ${'a'.repeat(60)}b`;
    const start = performance.now();
    const some = readLog('pattern', ['1 aaa\n', `${bad}\n`, '3 aaa\n'], { pattern });
    assert.deepEqual(
      some.rows.map(({ epoch }) => epoch),
      [1, 3],
    );
    assert.deepEqual(
      some.problems.map(({ place, text }) => [place.line, text]),
      [[2, 'the pattern takes longer than 200 ms on this line']],
    );
    const many = readLog('pattern', `${`${bad}\n`.repeat(1000)}9 aaa\n`, { pattern });
    assert.equal(many.problemCount, 6);
    assert.match(many.problems[5].text, /not applied to the lines that follow/);
    assert.ok(performance.now() - start < 10_000);
  });
});
