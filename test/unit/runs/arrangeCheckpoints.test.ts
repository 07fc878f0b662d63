import assert from 'node:assert/strict';
import { matchCheckpoints } from '../../../src/logs/matching/matchCheckpoints';
import { arrangeCheckpoints } from '../../../src/runs/checkpoints/checkpointMoments';

/** Epoch of the row that each checkpoint is matched with, in the order given, in a log of epochs 1, 2, …. */
function rows(count: number, ...names: string[]): (number | undefined)[] {
  const log = Array.from({ length: count }, (_, i) => ({
    epoch: i + 1,
    metrics: {},
    place: { line: i + 1 },
  }));
  const { matches } = matchCheckpoints(
    { rows: log, firstEpoch: 1 },
    names.map((name) => ({ name })),
  );
  const found = new Map(matches.map(({ checkpoint, row }) => [checkpoint, log[row].epoch]));
  return names.map((_, index) => found.get(index));
}

describe('checkpoints: arranged for recording', () => {
  const arranged = (...files: string[]) => {
    const { files: order, moments, leftOut } = arrangeCheckpoints(files);
    return [
      order.map(
        (file, at) =>
          `${file} ${moments[at].epoch}${moments[at].step === undefined ? '' : `/${moments[at].step}`}`,
      ),
      leftOut.map(({ file }) => file),
    ];
  };

  it('names give the order, whatever the shell gives', () => {
    assert.deepEqual(arranged('e_1', 'e_10', 'e_2'), [['e_1 1', 'e_2 2', 'e_10 10'], []]);
    assert.deepEqual(arranged('step-100', 'step-20', 'step-3'), [
      ['step-3 0/3', 'step-20 1/20', 'step-100 2/100'],
      [],
    ]);
    assert.deepEqual(arranged('b-20260102', 'a-20260101'), [['a-20260101 0', 'b-20260102 1'], []]);
    assert.deepEqual(arranged('b', 'c', 'a'), [['b 0', 'c 1', 'a 2'], []]);
    assert.deepEqual(arranged('epoch=1-step=20', 'epoch=1-step=10'), [
      ['epoch=1-step=10 1/10', 'epoch=1-step=20 1/20'],
      [],
    ]);
  });

  it('copies take nobody his number and are left out', () => {
    const epochs = ['epoch_1', 'epoch_10', 'epoch_2'];
    const sorted = ['epoch_1 1', 'epoch_2 2', 'epoch_10 10'];
    for (const copy of [
      'best_map_epoch_2',
      'best',
      'last.onnx',
      'epoch_2_backup',
      'epoch_10 (1)',
      'resnet50_best',
      'model_final',
    ]) {
      assert.deepEqual(arranged(copy, ...epochs), [sorted, [copy]], copy);
      assert.deepEqual(arranged(...epochs, copy), [sorted, [copy]], copy);
    }
    assert.deepEqual(arranged('checkpoint1', 'checkpoint2', 'checkpoint_best', 'checkpoint_last')[1], [
      'checkpoint_best',
      'checkpoint_last',
    ]);
  });

  it('two series are no copies of each other', () => {
    assert.deepEqual(arranged('a/net_1', 'a/net_2', 'b/net_1', 'b/net_2'), [
      ['a/net_1 0', 'a/net_2 1', 'b/net_1 2', 'b/net_2 3'],
      [],
    ]);
    assert.deepEqual(arranged('g_epoch_1', 'd_epoch_1'), [['g_epoch_1 0', 'd_epoch_1 1'], []]);
    assert.deepEqual(arranged('best', 'last'), [['best 0', 'last 1'], []]);
  });

  it('checkpoint-N is of an epoch where the log tells no steps', () => {
    const files = ['checkpoint-10', 'checkpoint-5'];
    assert.deepEqual(arrangeCheckpoints(files, { stepsAreEpochs: true }).moments, [
      { epoch: 5 },
      { epoch: 10 },
    ]);
    assert.deepEqual(rows(10, ...files), [10, 5]);
    assert.deepEqual(rows(2, 'checkpoint-500', 'checkpoint-1000'), [1, 2]);
    assert.deepEqual(rows(2, 'x_20260102', 'x_20260101'), [2, 1]);
  });
});
