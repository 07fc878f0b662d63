import assert from 'node:assert/strict';
import { inTrainingOrder, readCheckpointName } from '../../../src/runs/checkpoints/checkpointName';
import type { LogRow } from '../../../src/logs/formats/log';
import { matchCheckpoints, type CheckpointMatches } from '../../../src/logs/matching/matchCheckpoints';
import type { MatchableLog } from '../../../src/logs/matching/rowIndex';
import { jsonFixture, readFixture } from '../../helpers/logFixtures';

/** A log of epochs. */
function epochs(first: number, last: number, firstEpoch?: 0 | 1): MatchableLog {
  const rows = Array.from({ length: last - first + 1 }, (_, i) => rowOf({ epoch: first + i }, i + 1));
  return { rows, firstEpoch: firstEpoch ?? (first === 0 || first === 1 ? first : undefined) };
}

/** A log of steps. */
function steps(...list: number[]): MatchableLog {
  return { rows: list.map((step, i) => rowOf({ step }, i + 1)), firstEpoch: undefined };
}

function rowOf(point: Partial<LogRow>, line: number): LogRow {
  return { ...point, metrics: {}, place: { line, endLine: line } };
}

function named(...names: string[]) {
  return names.map((name) => ({ name }));
}

/** Name of each checkpoint with epoch (or step) of its row, and those without. */
function pairs(
  log: MatchableLog,
  names: string[],
  result: CheckpointMatches,
): [string, number | undefined][] {
  const found = new Map(result.matches.map(({ checkpoint, row }) => [checkpoint, log.rows[row]]));
  return result.order.map((index) => {
    const row = found.get(index);
    return [names[index], row && (row.epoch ?? row.step)];
  });
}

function match(log: MatchableLog, ...names: string[]) {
  const result = matchCheckpoints(log, named(...names));
  return { result, pairs: pairs(log, names, result) };
}

describe('checkpoints: what names tell', () => {
  it('the usual namings', () => {
    for (const [name, expected] of [
      ['epoch-003.onnx', { naming: 'epoch', epoch: 3 }],
      ['model.03-0.21.h5', { naming: 'keras', epoch: 3, firstEpoch: 1 }],
      ['12-0.05.weights.h5', { naming: 'keras', epoch: 12, firstEpoch: 1 }],
      ['model.03-0.21.onnx', { naming: 'keras', epoch: 3, firstEpoch: 1 }],
      ['epoch_07.keras', { naming: 'epoch', epoch: 7, firstEpoch: 1 }],
      ['epoch=3-step=1200.onnx', { naming: 'lightning', epoch: 3, step: 1200, firstEpoch: 0 }],
      ['epoch=3-step=1200-v1.ckpt', { naming: 'lightning', epoch: 3, step: 1200, firstEpoch: 0 }],
      ['runs/checkpoint-500/model.onnx', { naming: 'huggingface', step: 500 }],
      ['checkpoint-500', { naming: 'huggingface', step: 500 }],
      ['epoch-0003/model.json', { naming: 'epoch', epoch: 3 }],
      ['C:\\runs\\epoch_12\\model.json', { naming: 'epoch', epoch: 12 }],
      ['epoch_12.pth', { naming: 'epoch', epoch: 12 }],
      ['iter_4000.pth', { naming: 'step', step: 4000 }],
      ['net_step-250.onnx', { naming: 'step', step: 250 }],
      ['net-12-acc0.93.onnx', { naming: 'number', epoch: 12 }],
      ['mnist_7.onnx', { naming: 'number', epoch: 7 }],
      ['17/model.onnx', { naming: 'number', epoch: 17 }],
      ['digits2/last.onnx', { naming: 'none' }],
      ['best.onnx', { naming: 'none' }],
      ['leaf_20260524011900.onnx', { naming: 'time', time: 20260524011900 }],
      ['leaf-2026-05-24T01-19-00.onnx', { naming: 'time', time: 20260524011900 }],
      ['leaf_20260524_0119.onnx', { naming: 'time', time: 20260524011900 }],
      ['net-1716513540.onnx', { naming: 'time', time: 1716513540 }],
      ['run_2026-05-24_3.onnx', { naming: 'number', epoch: 3, time: 20260524000000 }],
      ['20260524/epoch_4.onnx', { naming: 'epoch', epoch: 4 }],
      ['net_20261324.onnx', { naming: 'number', epoch: 20261324 }],
      ['step_10k.onnx', { naming: 'step', step: 10000 }],
      ['', { naming: 'none' }],
    ] as const) {
      assert.deepEqual(readCheckpointName(name), expected, name);
    }
  });

  it('order: numbers as numbers, then time, then natural order; without numbers last', () => {
    const list = [
      { name: 'best.onnx' },
      { name: 'epoch-10.onnx' },
      { name: 'epoch-9.onnx' },
      { name: 'epoch=2-step=200.onnx' },
      { name: 'epoch=2-step=30.onnx' },
      { name: 'a/epoch-9.onnx', modified: 5 },
    ];
    assert.deepEqual(
      inTrainingOrder(list).map((index) => list[index].name),
      [
        'epoch=2-step=30.onnx',
        'epoch=2-step=200.onnx',
        'epoch-9.onnx',
        'a/epoch-9.onnx',
        'epoch-10.onnx',
        'best.onnx',
      ],
    );
    const plain = named('model10.x', 'model.onnx', 'first.onnx');
    assert.deepEqual(inTrainingOrder(plain), [0, 2, 1]);
  });
});

describe('checkpoints: joined to logs of the tools', () => {
  it('Keras: files from 1, CSVLogger from 0, console from 1', () => {
    const names = jsonFixture<string[]>('keras/checkpoints.json');
    const log = readFixture('keras/csvlogger.csv');
    const found = match(log, ...names);
    assert.deepEqual(
      found.pairs.map(([name, epoch]) => [Number(name.slice(6, 8)), epoch]),
      [1, 2, 3, 4, 5].map((epoch) => [epoch, epoch - 1]),
    );
    // The name has the validation loss of its epoch: a witness that the join is right.
    for (const { checkpoint, row } of found.result.matches) {
      assert.equal(
        Number(names[checkpoint].slice(9, 13)),
        Number(log.rows[row].metrics['val_loss'].toFixed(2)),
      );
    }
    assert.equal(found.result.join.reason, 'Keras numbers its checkpoints from 1, the log from 0');
    assert.equal(found.result.matches[0].reason, 'epoch 1, which the log counts as 0');
    const console = match(readFixture('keras/console.txt'), ...names);
    assert.deepEqual(
      console.pairs.map(([, epoch]) => epoch),
      [1, 2, 3, undefined, undefined],
    );
    assert.equal(console.result.unmatchedCheckpoints[0].reason, 'epoch 4: the log ends at epoch 3');
    const events = readFixture('tensorboard/events.out.tfevents.keras-validation');
    assert.deepEqual(
      match(events, ...names).pairs.map(([, epoch]) => epoch),
      [0, 1, 2, 3, 4],
    );
  });

  it('Lightning: both from 0, the last row of the epoch; last.ckpt belongs to none', () => {
    const names = jsonFixture<string[]>('lightning/checkpoints.json');
    const log = readFixture('lightning/metrics.csv');
    const { result } = match(log, ...names);
    assert.deepEqual(
      result.matches.map(({ row }) => [
        log.rows[row].epoch,
        log.rows[row].step,
        'val_acc' in log.rows[row].metrics,
      ]),
      [
        [0, 11, true],
        [1, 23, true],
        [2, 35, true],
        [3, 47, true],
      ],
    );
    assert.deepEqual(result.unmatchedCheckpoints, [
      { checkpoint: 4, reason: 'its name tells neither epoch nor step' },
    ]);
    const within = match(log, 'epoch=1-step=15.ckpt', 'epoch=1-step=20.ckpt');
    assert.deepEqual(
      within.result.matches.map(({ row }) => log.rows[row].step),
      [14, 19],
    );
    const onlySteps = match(log, 'step=12.onnx');
    assert.equal(onlySteps.result.matches[0].reason, 'step 12, which Lightning logs as 11');
  });

  it('Hugging Face: by step, the row of the evaluation', () => {
    const names = jsonFixture<string[]>('transformers/checkpoints.json').map((name) => `${name}/model.onnx`);
    const log = readFixture('transformers/trainer_state.json');
    const { result } = match(log, ...names);
    assert.deepEqual(
      result.matches.map(({ checkpoint, row }) => [
        names[checkpoint],
        log.rows[row].step,
        log.rows[row].epoch,
      ]),
      [
        ['checkpoint-12/model.onnx', 12, 1],
        ['checkpoint-24/model.onnx', 24, 2],
        ['checkpoint-36/model.onnx', 36, 3],
      ],
    );
    assert.deepEqual(result.unmatchedRows, []);
    const earlier = readFixture('transformers/trainer_state-24.json');
    assert.deepEqual(match(earlier, ...names).result.unmatchedCheckpoints, [
      { checkpoint: 2, reason: 'the log ends at step 24' },
    ]);
  });

  it('MMEngine: both from 1', () => {
    const log = readFixture('mmengine/scalars.json');
    const { result } = match(log, 'epoch_1.pth', 'epoch_2.pth', 'epoch_3.pth');
    assert.deepEqual(
      result.matches.map(({ row }) => [log.rows[row].epoch, 'accuracy' in log.rows[row].metrics]),
      [
        [1, true],
        [2, true],
        [3, true],
      ],
    );
  });
});

describe('checkpoints: joined by numbers', () => {
  it('a log from 1 and files from 0: 0 is the network before training', () => {
    const names = Array.from({ length: 9 }, (_, epoch) => `epoch-00${epoch}.onnx`);
    const { pairs: found, result } = match(epochs(1, 8), ...names);
    assert.deepEqual(
      found.map(([, epoch]) => epoch),
      [undefined, 1, 2, 3, 4, 5, 6, 7, 8],
    );
    assert.match(result.unmatchedCheckpoints[0].reason, /network before training/);
    assert.deepEqual(result.unmatchedRows, []);
  });

  it('where each begins decides, and stays the same while the training goes on', () => {
    const file = (n: number) => `net_epoch${n}.onnx`;
    for (const [first, numbers, shift] of [
      [0, [0, 1, 2], 0],
      [0, [1, 2, 3], -1],
      [0, [5, 10, 15], -1],
      [0, [4, 9, 14], 0],
      [1, [1, 2, 3], 0],
      [1, [5, 10, 15], 0],
      [1, [4, 9, 14], 1],
      [5, [5, 6], 0],
    ] as const) {
      for (const last of [15, 20, 40]) {
        const { join } = match(epochs(first, last), ...numbers.map(file)).result;
        assert.equal(join.shift, shift, `log from ${first}, files ${numbers.join()}`);
        assert.ok(join.reason.length > 10);
      }
    }
  });

  it('rows without checkpoint and checkpoints without row are told with the reason', () => {
    const log = epochs(0, 4);
    const gap = { ...log, rows: log.rows.filter(({ epoch }) => epoch !== 2) };
    const { result } = match(gap, 'epoch0.onnx', 'epoch2.onnx', 'epoch9.onnx', 'best.onnx');
    assert.deepEqual(result.unmatchedCheckpoints, [
      { checkpoint: 1, reason: 'epoch 2: the log has no row of it' },
      { checkpoint: 2, reason: 'epoch 9: the log ends at epoch 4' },
      { checkpoint: 3, reason: 'its name tells neither epoch nor step' },
    ]);
    assert.deepEqual(result.unmatchedRows, [
      { row: 1, reason: 'no checkpoint of epoch 1' },
      { row: 2, reason: 'no checkpoint of epoch 3' },
      { row: 3, reason: 'no checkpoint of epoch 4' },
    ]);
  });

  it('by step: exactly, or the last row before, once the log has passed it', () => {
    const { result, pairs: found } = match(
      steps(10, 20, 30),
      'iter_5.onnx',
      'iter_20.onnx',
      'iter_25.onnx',
      'iter_40.onnx',
    );
    assert.deepEqual(found, [
      ['iter_5.onnx', undefined],
      ['iter_20.onnx', 20],
      ['iter_25.onnx', 20],
      ['iter_40.onnx', undefined],
    ]);
    assert.deepEqual(
      result.unmatchedCheckpoints.map(({ reason }) => reason),
      ['the log begins at step 10', 'the log ends at step 30'],
    );
    assert.equal(result.matches[1].reason, 'the last row before step 25, which is of step 20');
    assert.deepEqual(result.unmatchedRows, [
      { row: 0, reason: 'no checkpoint of step 10' },
      { row: 2, reason: 'no checkpoint of step 30' },
    ]);
  });

  it('steps that count epochs; bare numbers that are steps', () => {
    const scalars = match(steps(0, 1, 2), 'epoch-1.onnx', 'epoch-2.onnx', 'epoch-3.onnx');
    assert.deepEqual(
      scalars.pairs.map(([, step]) => step),
      [0, 1, 2],
    );
    assert.match(scalars.result.matches[0].reason, /steps of the log count epochs/);
    const bare = match(steps(100, 200, 300), 'net100.onnx', 'net300.onnx');
    assert.deepEqual(bare.pairs, [
      ['net100.onnx', 100],
      ['net300.onnx', 300],
    ]);
  });

  it('names without numbers: by order when there are as many as epochs', () => {
    const three = match(epochs(1, 3), 'b.onnx', 'a.onnx', 'c.onnx');
    assert.deepEqual(three.pairs, [
      ['a.onnx', 1],
      ['b.onnx', 2],
      ['c.onnx', 3],
    ]);
    assert.match(three.result.matches[0].reason, /by order/);
    assert.equal(match(epochs(1, 4), 'b.onnx', 'a.onnx', 'c.onnx').result.matches.length, 0);
  });

  it('of several trainings in one log the last counts, and that is told', () => {
    const log = readFixture('keras/csvlogger-append.csv');
    const { result } = match(log, '01-0.5.keras', '03-0.4.keras');
    assert.deepEqual(
      result.matches.map(({ row }) => log.rows[row].place.line),
      [5, 4],
    );
    assert.match(result.matches[0].reason, /goes through it 2 times, this is the last/);
  });

  it('by hand: rows by line, epoch or step, no row, another shift', () => {
    const log = epochs(0, 3);
    const list = named('epoch0.onnx', 'epoch1.onnx', 'epoch2.onnx', 'best.onnx');
    const result = matchCheckpoints(log, list, {
      rows: new Map([
        ['epoch1.onnx', null],
        ['epoch2.onnx', { epoch: 9 }],
        ['best.onnx', { line: 3 }],
      ]),
    });
    assert.deepEqual(
      result.matches.map(({ checkpoint, row, byHand }) => [checkpoint, row, byHand]),
      [
        [0, 0, false],
        [3, 2, true],
      ],
    );
    assert.deepEqual(
      result.unmatchedCheckpoints.map(({ reason }) => reason),
      ['set by hand to belong to no row', 'set by hand to epoch 9, which the log does not have'],
    );
    const shifted = matchCheckpoints(log, list, { epochShift: 1 });
    assert.deepEqual(
      shifted.matches.map(({ checkpoint, row }) => [checkpoint, row]),
      [
        [0, 1],
        [1, 2],
        [2, 3],
      ],
    );
    const byStep = matchCheckpoints(steps(10, 20), list, { rows: new Map([['best.onnx', { step: 20 }]]) });
    assert.deepEqual(
      byStep.matches.map(({ checkpoint, row }) => [checkpoint, row]),
      [[3, 1]],
    );
  });

  it('an empty log and no checkpoints', () => {
    const nothing = match(epochs(1, 0), 'epoch-1.onnx', 'checkpoint-5');
    assert.deepEqual(
      nothing.result.unmatchedCheckpoints.map(({ reason }) => reason),
      ['the log tells no steps', 'the log tells no epochs'],
    );
    assert.equal(match(epochs(1, 3)).result.unmatchedRows.length, 3);
  });
});
