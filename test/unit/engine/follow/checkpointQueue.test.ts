import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CheckpointQueue, type FoundCheckpoint } from '../../../../src/engine/follow/checkpointQueue';
import { nextMoment } from '../../../../src/engine/follow/nextMoment';

const found = (file: string, modified: number, size = 10): FoundCheckpoint => ({ file, size, modified });

describe('the queue of checkpoints', () => {
  it('leaves a file alone until nothing was added for a while', () => {
    const queue = new CheckpointQueue({ newestFirst: false, settleMs: 100 });
    queue.see([found('epoch-1.onnx', 1000)], 1010);
    assert.equal(queue.next(1050), undefined);
    assert.equal(queue.wait(1050), 60);
    queue.see([found('epoch-1.onnx', 1090, 20)], 1100);
    assert.equal(queue.next(1150), undefined, 'it grew, so it waits anew');
    assert.equal(queue.next(1200)?.file, 'epoch-1.onnx');
  });

  it('takes what lay there before at once, in the order of the training, or the newest first', () => {
    const all = ['epoch-10.onnx', 'epoch-2.onnx', 'epoch-1.onnx'].map((file) => found(file, 0));
    const orderOf = (newestFirst: boolean) => {
      const queue = new CheckpointQueue({ newestFirst });
      queue.see(all, 60_000);
      const order: string[] = [];
      for (let entry = queue.next(60_000); entry; entry = queue.next(60_000)) {
        order.push(entry.file);
        queue.done(entry);
      }
      return order;
    };
    assert.deepEqual(orderOf(false), ['epoch-1.onnx', 'epoch-2.onnx', 'epoch-10.onnx']);
    assert.deepEqual(orderOf(true), ['epoch-10.onnx', 'epoch-2.onnx', 'epoch-1.onnx']);
  });

  it('tries a damaged file again, ever more seldom, and gives it up until it changes', () => {
    const queue = new CheckpointQueue({ newestFirst: true, giveUpMs: 5000 });
    queue.see([found('epoch-1.onnx', 9900)], 10_000);
    const waits: number[] = [];
    let now = 10_150;
    for (; queue.in('refused').length === 0; now += waits.at(-1)!) {
      const entry = queue.next(now);
      assert.ok(entry, `due at ${now}`);
      queue.failed(entry, 'is cut off', now);
      waits.push(queue.wait(now) ?? 1);
    }
    assert.deepEqual(waits.slice(0, 5), [150, 300, 600, 1200, 2000]);
    assert.ok(now - 10_000 >= 5000 && now - 10_000 < 8000, `given up after ${now - 10_000} ms`);
    assert.equal(queue.next(now + 60_000), undefined);
    queue.see([found('epoch-1.onnx', now, 11)], now);
    assert.equal(queue.in('refused').length, 0);
    assert.equal(queue.next(now + 1000)?.problem, undefined);
  });

  it('refuses a damaged file that lay there for long at the first try', () => {
    const queue = new CheckpointQueue({ newestFirst: false });
    queue.see([found('epoch-1.onnx', 0)], 60_000);
    queue.failed(queue.next(60_000)!, 'is no model', 60_010);
    assert.equal(queue.in('refused')[0].problem, 'is no model');
  });

  it('asks for what is in the run only when a file is seen first; one that changes is recorded again', () => {
    const queue = new CheckpointQueue({ newestFirst: false }, () => true);
    queue.see([found('epoch-1.onnx', 0)], 60_000);
    assert.equal(queue.next(60_000), undefined);
    queue.see([found('epoch-1.onnx', 60_500)], 61_000);
    assert.equal(queue.next(61_000)?.file, 'epoch-1.onnx');
  });

  it('leaves out last.onnx beside numbered ones, and takes it where it is alone', () => {
    const queue = new CheckpointQueue({ newestFirst: false });
    queue.see([found('last.onnx', 0)], 60_000);
    assert.equal(queue.next(60_000)?.file, 'last.onnx');
    queue.see([found('last.onnx', 0), found('epoch-3.onnx', 1)], 60_000);
    assert.deepEqual(
      queue.open.map(({ file }) => file),
      ['epoch-3.onnx'],
    );
  });

  it('forgets what was deleted', () => {
    const queue = new CheckpointQueue({ newestFirst: false });
    queue.see([found('epoch-1.onnx', 0)], 60_000);
    assert.equal(queue.see([], 60_001), true);
    assert.equal(queue.wait(60_001), undefined);
    assert.equal(queue.see([], 60_002), false);
  });
});

describe('the moment of the next checkpoint', () => {
  it('is that of its name', () => {
    assert.deepEqual(nextMoment('/c/epoch-007.onnx', []), { epoch: 7 });
    assert.deepEqual(nextMoment('/c/epoch=3-step=400.onnx', []), { epoch: 3, step: 400 });
    assert.deepEqual(nextMoment('/c/model.onnx', [{ epoch: 4 }]), { epoch: 5 });
  });

  it('is among those of other steps, whatever order they come in', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 0, max: 11 }),
        (steps, known) => {
          const file = (step: number) => `checkpoint-${step}/model.onnx`;
          const snapshots: { epoch: number; step?: number }[] = [];
          steps.forEach((step, i) => {
            // Of the later ones some are in the folder already.
            const waiting = steps.slice(i + 1, i + 1 + known).map(file);
            snapshots.push(nextMoment(file(step), snapshots, waiting));
            snapshots.sort((a, b) => a.epoch - b.epoch);
          });
          assert.deepEqual(
            snapshots.map(({ step }) => step),
            [...steps].sort((a, b) => a - b),
          );
          assert.equal(new Set(snapshots.map(({ epoch }) => epoch)).size, steps.length);
        },
      ),
      { seed: 11, numRuns: 300 },
    );
  });
});
