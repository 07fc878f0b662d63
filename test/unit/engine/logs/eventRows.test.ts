import assert from 'node:assert/strict';
import { joinEvents, type ReadEvents } from '../../../../src/engine/logs/eventRows';
import type { TrainingLog } from '../../../../src/logs/formats/log';

function events(file: string, folder: string | undefined, steps: number[], tag = 'loss'): ReadEvents {
  const log: TrainingLog = {
    format: 'events',
    rows: steps.map((step) => ({
      step,
      metrics: { [tag]: step },
      place: { byteFrom: step, byteTo: step + 1 },
    })),
    metricNames: [tag],
    problems: [],
    problemCount: 0,
    firstEpoch: undefined,
    firstEpochReason: '',
    thinnedRows: 0,
  };
  return { file, folder, log };
}

describe('event files of one run', () => {
  const steps = (files: ReadEvents[], file: string) => joinEvents(files, file).rows.map(({ step }) => step);

  it('a training that was resumed goes on in the next file, whichever is asked for', () => {
    const files = [events('a', undefined, [0, 1, 2]), events('b', undefined, [2, 3])];
    for (const file of ['a', 'b']) assert.deepEqual(steps(files, file), [0, 1, 2, 3]);
    assert.deepEqual(
      joinEvents(files, 'b').rows.map(({ place }) => place.byteFrom),
      [undefined, undefined, 2, 3],
    );
  });

  it('a file that begins where the one before began is of another training', () => {
    const files = [
      events('a', undefined, [0, 1, 2]),
      events('b', undefined, [0, 1]),
      events('c', undefined, [2]),
    ];
    assert.deepEqual(steps(files, 'a'), [0, 1, 2]);
    assert.deepEqual(steps(files, 'b'), [0, 1, 2]);
    assert.deepEqual(joinEvents(files, 'b').rows[2].metrics, { loss: 2 });
  });

  it('curves of one tag are told apart by their folders', () => {
    const files = [
      events('a', undefined, [0, 1], 'lr'),
      events('b', 'loss_train', [0, 1]),
      events('c', 'loss_val', [1, 2]),
      events('d', 'other', [1]),
    ];
    const { metricNames, rows } = joinEvents(files, 'a');
    assert.deepEqual(metricNames, ['lr', 'loss_train', 'loss_val', 'other/loss']);
    assert.deepEqual(rows[1].metrics, { lr: 1, loss_train: 1, loss_val: 1, 'other/loss': 1 });
    assert.equal(rows.length, 3);
  });
});
