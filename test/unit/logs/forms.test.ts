import assert from 'node:assert/strict';
import { createLogReader } from '../../../src/logs/formats/reader';
import { recogniseLog } from '../../../src/logs/formats/recognise';
import { brief, readLog } from '../../helpers/logFixtures';

/** Rows of a text, read in the format that it is recognised as, as pairs of epoch (or step) and metrics. */
function rowsOf(text: string): [number | undefined, Record<string, number>][] {
  const { format, reason } = recogniseLog(Buffer.from(text), 'log');
  assert.ok(format, reason);
  return readLog(format, text).rows.map(({ epoch, step, metrics }) => [epoch ?? step, metrics]);
}

function stepsOf(text: string): (number | undefined)[] {
  const { format } = recogniseLog(Buffer.from(text), 'log');
  return readLog(format!, text).rows.map(({ step }) => step);
}

describe('logs: what a line tells of the best so far', () => {
  it('is no value, takes nothing else away, and tells no epoch', () => {
    for (const line of [
      'Epoch 2 | Loss: 3.5 | Best Loss: 2 | Best Epoch: 0',
      'Epoch 2: Loss: 3.5 (best 2 at epoch 0)',
      'Epoch 2, loss: 3.5, best_loss: 2, best_epoch: 0',
      'epoch=2 loss=3.5 best_acc=0.9',
      'Epoch 2 Loss: 3.5 Best epoch: 0',
    ]) {
      const [[epoch, metrics]] = rowsOf(`${line}\n`);
      assert.equal(epoch, 2, line);
      assert.deepEqual(Object.values(metrics), [3.5], line);
    }
    const text =
      'Epoch 1 loss: 0.5\nBest loss: 0.4 at epoch 0\nNew best model, loss 0.1\nMax accuracy: 12.0%\n';
    assert.deepEqual(rowsOf(text), [[1, { loss: 0.5 }]]);
  });
});

describe('logs: whose values a line tells', () => {
  it('a word of a split anywhere before the metrics', () => {
    const text = "| epoch 1 | valid on 'valid' subset 10 / 20 loss=1.5\n| epoch 1 | train loss 1.2\n";
    assert.deepEqual(rowsOf(text), [[1, { 'valid loss': 1.5, 'train loss': 1.2 }]]);
    assert.deepEqual(rowsOf('Epoch 1 Train - loss: 0.5 acc: 0.8 Val - loss: 0.6 acc: 0.7\n'), [
      [1, { loss: 0.5, acc: 0.8, 'Val loss': 0.6, 'Val acc': 0.7 }],
    ]);
    assert.deepEqual(rowsOf('Train Epoch     #1: 5%|# | loss=2\nValidate Epoch  #1: | loss=3\n'), [
      [1, { loss: 2, 'Validate loss': 3 }],
    ]);
  });

  it('a heading of its own, until the next', () => {
    for (const heading of ['Test Error:', '--- Validation ---', 'Evaluating...', 'Testing model']) {
      const [[, first], [, second]] = rowsOf(`Epoch 1\nloss: 2\n${heading}\n  loss: 3\nEpoch 2\nloss: 1\n`);
      assert.equal(first['loss'], 2, heading);
      assert.deepEqual(Object.values(first), [2, 3], heading);
      assert.deepEqual(second, { loss: 1 }, heading);
    }
    assert.deepEqual(rowsOf('Epoch 1/2 Train\nloss: 1\nEpoch 1/2 Val\nloss: 2\n'), [
      [1, { loss: 1, 'Val loss': 2 }],
    ]);
  });

  it('lines without a number belong to the last step told', () => {
    const text =
      'Iteration 0, Testing net (#0)\n  Test net output #0: accuracy = 0.1\nIteration 10, loss = 4\n  lr = 0.1\n';
    assert.deepEqual(rowsOf(text), [
      [0, { 'Test accuracy': 0.1 }],
      [10, { loss: 4, lr: 0.1 }],
    ]);
  });
});

describe('logs: names and numbers', () => {
  it('names of several words', () => {
    assert.deepEqual(rowsOf('[Epoch 0/3] [Batch 1/2] [D loss: 0.5] [G loss: 0.7]\n'), [
      [0, { 'D loss': 0.5, 'G loss': 0.7 }],
    ]);
    assert.deepEqual(rowsOf('Epoch 1: real loss 0.5 fake loss 0.7, cycle loss: 2\n'), [
      [1, { 'real loss': 0.5, 'fake loss': 0.7, 'cycle loss': 2 }],
    ]);
    assert.deepEqual(rowsOf('Epoch 1 finished with loss: 0.5\n'), [[1, { loss: 0.5 }]]);
  });

  it('numbers in wrappers', () => {
    for (const value of [
      'np.float64(0.5)',
      "tensor(0.5, device='cuda:0', grad_fn=<NllLossBackward0>)",
      'tensor([0.5000])',
      'array(0.5, dtype=float32)',
      'torch.tensor(0.5)',
      '<tf.Tensor: shape=(), dtype=float32, numpy=0.5>',
      'tf.Tensor(0.5, shape=(), dtype=float32)',
      'Array(0.5, dtype=float32)',
      '[0.5]',
    ]) {
      assert.deepEqual(
        rowsOf(`Epoch 1, loss: ${value}, acc: 0.25\n`),
        [[1, { loss: 0.5, acc: 0.25 }]],
        value,
      );
    }
  });

  it('a module with the line of its source is no metric', () => {
    for (const before of [
      '2024-05-10 08:54:51 | INFO     | yolox.core.trainer:253 - ',
      '2024-05-10 08:54:51.123 | INFO | __main__:train:42 - ',
      '[2024-05-10 08:54:51] INFO trainer:253 | ',
      'INFO:root:train.py:12: ',
    ]) {
      assert.deepEqual(rowsOf(`${before}epoch: 1/3, loss: 0.5\n`), [[1, { loss: 0.5 }]], before);
    }
    assert.deepEqual(rowsOf('epoch:1 - loss:2 - d_loss:3\n'), [[1, { loss: 2, d_loss: 3 }]]);
  });
});

describe('logs: when a line was', () => {
  it('an epoch without its word', () => {
    for (const line of [
      'Train: 3 [ 0/100 (0%)] Loss: 0.5',
      'Train: [3/10][20/100] loss 0.5 (0.5)',
      '[3, 2000] loss: 0.5',
      '[3/10][20/100] loss: 0.5',
    ]) {
      const [[epoch, metrics]] = rowsOf(`${line}\n`);
      assert.deepEqual([epoch, Object.values(metrics)], [3, [0.5]], line);
    }
    const text = 'Train: [0/2] [1/9] loss 2 (2)\nEPOCH 0 training takes 0:12\nTest: [0/2] Loss 3 (3)\n';
    assert.deepEqual(rowsOf(text), [[0, { loss: 2, 'Test Loss': 3 }]]);
  });

  it('a step of a total is one of the training, unless it begins anew', () => {
    const on =
      '[step=10/99,epoch=0]\n  loss=3\n[step=20/99,epoch=0]\n  loss=2\n[step=30/99,epoch=1]\n  loss=1\n';
    assert.deepEqual(stepsOf(on), [10, 20, 30]);
    const anew = 'Epoch 1 step 5/10 loss: 3\nEpoch 1 step 10/10 loss: 2\nEpoch 2 step 5/10 loss: 1\n';
    assert.deepEqual(stepsOf(anew), [undefined, undefined]);
    assert.deepEqual(rowsOf(anew), [
      [1, { loss: 2 }],
      [2, { loss: 1 }],
    ]);
  });

  it('steps under other names', () => {
    for (const name of [
      'current_steps',
      'num_updates',
      'n_iter',
      'train_step',
      'globalStep',
      'optimizer_steps',
    ]) {
      assert.deepEqual(
        stepsOf(`{"${name}": 10, "loss": 1, "epoch": 0.5}\n{"${name}": 20, "loss": 1, "epoch": 1.0}\n`),
        [10, 20],
        name,
      );
      assert.deepEqual(stepsOf(`${name},loss\n10,1\n20,2\n`), [10, 20], name);
    }
    const [[, metrics]] = rowsOf('{"epoch": 1, "total_steps": 30, "steps_per_second": 3, "loss": 1}\n');
    assert.deepEqual(metrics, { total_steps: 30, steps_per_second: 3, loss: 1 });
  });
});

describe('logs: tables of other tools', () => {
  it('parted by blanks, with dashes, bars or empty cells', () => {
    const skorch =
      '  epoch    train_loss    valid_acc    cp     dur\n-------  ------------  -----------  ----  ------\n' +
      '      1        0.6868       0.5050     +  0.0247\n      2        0.5868       0.6050        0.0247\n';
    const rows = [
      [1, { train_loss: 0.6868, valid_acc: 0.505 }],
      [2, { train_loss: 0.5868, valid_acc: 0.605 }],
    ];
    assert.deepEqual(rowsOf(skorch), rows);
    const drawn =
      '| epoch | train_loss | valid_acc |\n|---|---|---|\n| 1 | 0.6868 | 0.5050 |\n| 2/9 | 0.5868 | 0.6050 |\n';
    assert.deepEqual(rowsOf(drawn), rows);
  });

  it('a table without epochs belongs to the present one; of many classes their mean', () => {
    const text =
      '  Epoch  GPU_mem  box_loss   Size\n    1/3    2.41G     1.223    640: 100%|###| 8/8\n' +
      '  Class  Images  P  mAP50: 100%|###| 2/2\n    all      16  0.7   0.68\n  cat      16  0.1   0.18\n';
    assert.deepEqual(rowsOf(text), [[1, { box_loss: 1.223, P: 0.7, mAP50: 0.68 }]]);
  });

  it('without a column of epochs: by a column that counts, or by the rows', () => {
    assert.deepEqual(rowsOf(',loss,acc\n0,1,0.5\n1,0.5,0.75\n'), [
      [0, { loss: 1, acc: 0.5 }],
      [1, { loss: 0.5, acc: 0.75 }],
    ]);
    assert.deepEqual(
      rowsOf('loss,val_loss\n1,2\n0.5,1\n').map(([epoch]) => epoch),
      [0, 1],
    );
    assert.equal(recogniseLog(Buffer.from(',loss\n5,1\n3,2\n'), 'x').format, undefined);
    assert.equal(recogniseLog(Buffer.from(',a,b\n0,1\n1,2\n'), 'x').format, undefined);
  });

  it('comments, sep=, decimal commas; a cell that is no number is told', () => {
    assert.deepEqual(rowsOf('# run 3\nsep=;\nepoch;loss\n1;0,5\n2;0,25\n'), [
      [1, { loss: 0.5 }],
      [2, { loss: 0.25 }],
    ]);
    const log = readLog('csv', 'epoch;loss\n1;0,5\n2;1.234,5\n3;x\n');
    assert.deepEqual(
      log.problems.map(({ text }) => text),
      ['column loss has 1.234,5, expected a number'],
    );
    assert.deepEqual(brief(log.rows).length, 3);
  });
});

describe('logs: JSON documents', () => {
  const rows = [
    [1, { loss: 1 }],
    [2, { loss: 0.5 }],
  ];

  it('lists of rows, on one line, indented, or in an object, with the lines of each row', () => {
    const list = [
      { epoch: 1, loss: 1 },
      { epoch: 2, loss: 0.5 },
    ];
    for (const text of [
      JSON.stringify(list),
      JSON.stringify(list, null, 4),
      JSON.stringify({ name: 'x', history: list }),
    ]) {
      assert.deepEqual(rowsOf(text), rows, text);
    }
    const read = readLog('json', JSON.stringify(list, null, 2));
    assert.deepEqual(
      read.rows.map(({ place }) => place),
      [
        { line: 2, endLine: 5 },
        { line: 6, endLine: 9 },
      ],
    );
    assert.deepEqual(
      rowsOf('[{"loss": 1}, {"loss": NaN}]').map(([epoch]) => epoch),
      [0, 1],
    );
  });

  it('columns: lists, objects with numbers as keys, one level deeper, rows by their numbers', () => {
    for (const text of [
      '{"loss": [1, 0.5]}',
      '{"loss": {"0": 1, "1": 0.5}}',
      '{"0": {"loss": 1}, "1": {"loss": 0.5}}',
      '{"loss": [1, 0.5], "params": {"epochs": 2}, "name": "x"}',
    ]) {
      assert.deepEqual(
        rowsOf(text),
        rows.map(([epoch, metrics]) => [(epoch as number) - 1, metrics]),
        text,
      );
    }
    assert.deepEqual(rowsOf('{"epoch": [1, 2], "loss": [1, 0.5]}'), rows);
    assert.deepEqual(rowsOf('{"train": {"loss": [1]}, "val": {"loss": [null]}}'), [[0, { 'train.loss': 1 }]]);
    const uneven = readLog('json', '{"a": [1, 2], "b": [1, 2], "lr": [1]}');
    assert.match(uneven.problems[0].text, /the column lr has another length/);
  });

  it('what is none is told', () => {
    for (const text of ['[1, 2]', '{"a": 1}', '[]', '[{"a": "x"}]', '{"a": "b"}']) {
      assert.equal(recogniseLog(Buffer.from(text), 'x').format, undefined, text);
    }
    assert.match(readLog('json', '[{"epoch": 1, "loss": 1},').problems[0].text, /ends before its JSON does/);
    assert.match(readLog('json', '[{"epoch": 1, "loss": }]').problems[0].text, /is not JSON/);
    assert.match(readLog('json', '[{"epoch": 1, "loss": 1}] x').problems[0].text, /stands behind/);
  });
});

describe('logs: two encodings in one file', () => {
  it('lines in UTF-16 behind lines in UTF-8 are read, however the file is cut', () => {
    const bytes = Buffer.concat([
      Buffer.from('Epoch 1 - loss: 3\nEpoch 2 - loss: 2é\n'),
      Buffer.from('Epoch 3 - loss: 1\r\nEpoch 4 - loss: 0.5\r\n', 'utf16le'),
    ]);
    assert.equal(recogniseLog(bytes, 'x').format, 'text');
    for (let size = 1; size < 50; size++) {
      const reader = createLogReader('text');
      for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
      reader.finish();
      assert.deepEqual(
        brief(reader.rows).map(([epoch, { loss }]) => [epoch, loss]),
        [
          [1, 3],
          [2, 2],
          [3, 1],
          [4, 0.5],
        ],
        `${size}`,
      );
    }
  });
});
