import assert from 'node:assert/strict';
import { mergeByEpoch } from '../../../src/logs/formats/mergeByEpoch';
import { allFixtures, brief, fixture, jsonFixture, readFixture, readLog } from '../../helpers/logFixtures';

/** The table in a CSV fixture without gaps, as JavaScript's own functions read it. */
function table(name: string, delimiter: string): [number, Record<string, number>][] {
  const [header, ...lines] = fixture(name).toString('utf8').trim().split(/\r?\n/);
  const names = header.split(delimiter);
  return lines.map((line) => {
    const cells = line.split(delimiter);
    const entries = names.map((column, index) => [column, Number(cells[index])] as const);
    const values = Object.fromEntries(entries.filter(([column]) => column !== 'epoch'));
    return [Number(cells[0]), values];
  });
}

const kerasMetrics = ['accuracy', 'loss', 'val_accuracy', 'val_loss'];

describe('logs that the tools wrote', () => {
  it('are all recognised and read without a problem', () => {
    const all = allFixtures();
    assert.equal(all.length, 21);
    for (const { name, format, bytes } of all) {
      assert.ok(format, name);
      const { problems, rows } = readLog(format, bytes);
      assert.deepEqual(problems, [], name);
      assert.ok(rows.length > 1, name);
    }
  });

  it("Keras' CSVLogger, with comma and semicolon, epochs from 0", () => {
    for (const [name, delimiter] of [
      ['keras/csvlogger.csv', ','],
      ['keras/csvlogger-semicolon.csv', ';'],
    ]) {
      const log = readFixture(name);
      assert.deepEqual(brief(log.rows), table(name, delimiter));
      assert.deepEqual(
        log.rows.map(({ place }) => place),
        [2, 3, 4, 5, 6].map((line) => ({ line, endLine: line })),
      );
      assert.deepEqual([log.tool, log.firstEpoch, log.metricNames], ['keras', 0, kerasMetrics]);
    }
  });

  it("Keras' CSVLogger that appends: a second attempt; NA says nothing", () => {
    const { rows } = readFixture('keras/csvlogger-append.csv');
    assert.deepEqual(
      rows.map(({ epoch, attempt }) => [epoch, attempt]),
      [
        [0, undefined],
        [1, undefined],
        [2, undefined],
        [0, 1],
        [1, 1],
      ],
    );
    assert.deepEqual(Object.keys(rows[3].metrics), ['accuracy', 'loss']);
    assert.deepEqual(readFixture('keras/csvlogger-novalidation.csv').metricNames, ['accuracy', 'loss']);
  });

  it('a loss that became nan is a value', () => {
    const { rows } = readFixture('keras/csvlogger-diverged.csv');
    assert.deepEqual(brief(rows), [
      [0, { loss: NaN }],
      [1, { loss: NaN }],
      [2, { loss: NaN }],
    ]);
  });

  it("Keras' console: into a file, in a terminal, one line an epoch, and Keras 2", () => {
    const expected = table('keras/csvlogger.csv', ',')
      .slice(0, 3)
      .map(([epoch, values]) => [
        epoch + 1,
        Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value.toFixed(4))])),
      ]);
    for (const name of ['console.txt', 'console-terminal.txt', 'console-verbose2.txt']) {
      const log = readFixture(`keras/${name}`);
      assert.deepEqual(brief(log.rows), expected, name);
      assert.deepEqual([log.tool, log.firstEpoch], ['kerasConsole', 1]);
    }
    const { rows } = readFixture('keras/console-keras2.txt');
    assert.deepEqual(brief(rows)[0], [
      1,
      { loss: 0.7716, accuracy: 0.5278, val_loss: 0.7345, val_accuracy: 0.5833 },
    ]);
    assert.equal(rows.length, 3);
  });

  it("Keras' console: an epoch's place is from its heading on, in the lines of an editor", () => {
    for (const name of ['keras/console.txt', 'keras/console-terminal.txt', 'keras/console-keras2.txt']) {
      const lines = fixture(name)
        .toString('utf8')
        .split(/\r\n|\n|\r/);
      for (const { epoch, metrics, place } of readFixture(name).rows) {
        assert.equal(lines[place.line! - 1], `Epoch ${epoch}/3`);
        assert.ok(lines[place.endLine! - 1].includes(`val_loss: ${metrics['val_loss'].toFixed(4)}`));
      }
    }
  });

  it("Lightning's metrics.csv: rows of one step joined, then of one epoch", () => {
    const log = readFixture('lightning/metrics.csv');
    assert.deepEqual([log.tool, log.firstEpoch, log.rows.length], ['lightning', 0, 13]);
    assert.deepEqual(log.rows[0], {
      epoch: 0,
      step: 4,
      metrics: { 'lr-Adam': 0.01, train_loss_step: 0.6819254755973816 },
      place: { line: 2, endLine: 3 },
    });
    const epochs = mergeByEpoch(log.rows);
    assert.deepEqual(epochs[0], {
      epoch: 0,
      step: 11,
      metrics: {
        'lr-Adam': 0.01,
        train_loss_step: 0.678159773349762,
        val_loss: 0.6599351167678833,
        val_acc: 0.699999988079071,
        train_loss_epoch: 0.6807569861412048,
      },
      place: { line: 2, endLine: 7 },
    });
    assert.deepEqual(
      epochs.map(({ epoch, metrics }) => [epoch, metrics['val_acc']]),
      [
        [0, 0.699999988079071],
        [1, 0.8333333134651184],
        [2, 0.8500000238418579],
        [3, 0.8500000238418579],
      ],
    );
  });

  it("Hugging Face's trainer_state.json: each entry with its lines, those of one step joined", () => {
    interface State {
      log_history: Record<string, number>[];
    }
    for (const name of ['transformers/trainer_state.json', 'transformers/trainer_state-24.json']) {
      const { log_history: history } = jsonFixture<State>(name);
      const log = readFixture(name);
      assert.deepEqual([log.tool, log.firstEpoch], ['huggingface', 1]);
      const steps = [...new Set(history.map(({ step }) => step))];
      assert.deepEqual(
        log.rows.map(({ step }) => step),
        steps,
      );
      const lines = fixture(name).toString('utf8').split('\n');
      for (const { epoch, step, metrics, place } of log.rows) {
        const entries = history.filter((entry) => entry['step'] === step);
        assert.deepEqual({ ...metrics, epoch, step }, Object.assign({}, ...entries));
        const text = lines
          .slice(place.line! - 1, place.endLine)
          .join('\n')
          .replace(/,$/, '');
        assert.deepEqual(JSON.parse(`[${text}]`), entries);
      }
    }
  });

  it("MMEngine's scalars.json: a validation belongs to the epoch that it gives as step", () => {
    const log = readFixture('mmengine/scalars.json');
    assert.deepEqual([log.tool, log.firstEpoch], ['mmengine', 1]);
    const epochs = mergeByEpoch(log.rows);
    assert.deepEqual(
      epochs.map(({ epoch, step, metrics, place }) => [
        epoch,
        step,
        metrics['accuracy'],
        metrics['time'],
        place,
      ]),
      [
        [1, 12, 0.5416666666666666, 0.0012486934661865234, { line: 1, endLine: 4 }],
        [2, 24, 0.575, 0.0011071443557739257, { line: 5, endLine: 8 }],
        [3, 36, 0.6583333333333333, 0.0013610363006591798, { line: 9, endLine: 12 }],
      ],
    );
  });

  it('"Epoch: [3][10/100] Loss 0.31 (0.42)": the mean of the epoch, the test with its word', () => {
    const { rows, firstEpoch } = readFixture('plain/imagenet.txt');
    assert.equal(firstEpoch, 0);
    assert.deepEqual(rows[0], {
      epoch: 0,
      metrics: { Loss: 0.68548, 'Acc@1': 54.81, 'Test Loss': 0.65994, 'Test Acc@1': 70 },
      place: { line: 1, endLine: 5 },
    });
    assert.deepEqual(
      rows.map(({ epoch, metrics }) => [epoch, metrics['Test Acc@1']]),
      [
        [0, 70],
        [1, 83.333],
        [2, 88.333],
        [3, 90.833],
      ],
    );
  });

  it('"Train Epoch: 1 [0/360 (0%)]" with a test set behind each, and "epoch=3 loss=0.1 acc=0.9"', () => {
    const mnist = readFixture('plain/mnist.txt');
    assert.equal(mnist.firstEpoch, 1);
    assert.deepEqual(brief(mnist.rows)[3], [
      4,
      { Loss: 0.537704, 'Test loss': 0.4574, 'Test Accuracy': 109 / 120 },
    ]);
    const line = readFixture('plain/line.txt');
    assert.equal(line.firstEpoch, 0);
    assert.deepEqual(brief(line.rows), [
      [0, { loss: 0.6808, acc: 0.561, val_loss: 0.6599 }],
      [1, { loss: 0.6325, acc: 0.728, val_loss: 0.6123 }],
      [2, { loss: 0.5729, acc: 0.783, val_loss: 0.5413 }],
      [3, { loss: 0.4908, acc: 0.861, val_loss: 0.4574 }],
    ]);
  });
});
