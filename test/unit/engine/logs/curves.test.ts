import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Random } from '../../../../src/core/random';
import type { LogCurve } from '../../../../src/protocol/logs';
import { epochsOf, logRequests, makeRun, type MadeSnapshot } from '../../../helpers/logRuns';
import { temporaryFolder } from '../../../helpers/setup';

type Line = Record<string, number | undefined>;

describe('curves and marks of logs', () => {
  const folder = temporaryFolder();
  const { ask, info } = logRequests();
  let count = 0;
  const begin = (snapshots: readonly MadeSnapshot[], lines: readonly Line[]) => {
    const run = makeRun(path.join(folder(), `run-${count++}`), snapshots);
    writeFileSync(path.join(run, 'log.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    return run;
  };
  const curve = async (run: string, name = 'loss'): Promise<LogCurve> =>
    (await ask('log/curves', { folder: run, metrics: [name] })).curves[0];
  const at = (...epochs: number[]): MadeSnapshot[] => epochs.map((epoch) => ({ epoch }));
  const near = (actual: ArrayLike<number>, expected: readonly number[]) => {
    assert.equal(actual.length, expected.length);
    expected.forEach((value, i) =>
      assert.ok(Math.abs(actual[i] - value) < 1e-9, `${i}: ${actual[i]}, not ${value}`),
    );
  };

  it('rows within an epoch are spread over it, and matched rows lie at their snapshots', async () => {
    const lines = [1, 2, 3].flatMap((epoch) =>
      [1, 2, 3, 4].map((part) => ({ epoch, step: 4 * (epoch - 1) + part, loss: 10 * epoch + part })),
    );
    const { x, y, values } = await curve(begin(at(0, 1, 2, 3), lines));
    near(
      x,
      lines.map(({ step }) => step / 4),
    );
    near(
      y,
      lines.map(({ loss }) => loss),
    );
    assert.equal(values, 12);
    // An epoch that has just begun: its rows stay where they are while others come.
    const begun = await curve(begin(at(1, 2), lines.slice(0, 9)));
    near(
      begun.x,
      lines.slice(0, 9).map(({ step }) => step / 4),
    );
  });

  it('logs of steps alone lie between the snapshots of their steps', async () => {
    const steps = [100, 200, 300, 400, 500, 600];
    const models = [200, 600].map((step, s) => ({ epoch: [1, 5][s], model: `step-${step}.onnx` }));
    const run = begin(
      models,
      steps.map((step) => ({ step, loss: 1000 / step, ...(step === 100 ? { val_loss: 3 } : {}) })),
    );
    assert.deepEqual(epochsOf(await info(run)), [200, 600]);
    near((await curve(run)).x, [0, 1, 2, 3, 4, 5]);
    // A line belongs to the next snapshot, with what was said since the last one.
    const { marks } = await info(run);
    assert.deepEqual(
      marks.map(({ fromLine, line, metrics }) => ({ fromLine, line, metrics })),
      [
        { fromLine: 1, line: 2, metrics: { loss: 5, val_loss: 3 } },
        { fromLine: 3, line: 6, metrics: { loss: 1000 / 600 } },
      ],
    );
    // Without matches the steps cover the run.
    const none = begin(
      at(2, 4),
      steps.map((step) => ({ step, loss: step })),
    );
    near(
      (await curve(none)).x,
      steps.map((step) => (step / 600) * 4),
    );
  });

  it('several snapshots of one epoch split its lines; metrics add up over the epoch', async () => {
    const lines: Line[] = [
      { epoch: 0, step: 10, loss: 5 },
      { epoch: 0, step: 20, loss: 4, lr: 0.1 },
      { epoch: 0, step: 30, loss: 3 },
      { epoch: 0, step: 40, loss: 2, val_loss: 6 },
      { epoch: 1, step: 50, loss: 1 },
    ];
    const models = ['epoch=0-step=20.onnx', 'epoch=0-step=40.onnx'].map((model) => ({ epoch: 0, model }));
    const { marks } = await info(begin(models, lines));
    assert.deepEqual(
      marks.map(({ fromLine, line, metrics }) => ({ fromLine, line, metrics })),
      [
        { fromLine: 1, line: 2, metrics: { loss: 4, lr: 0.1 } },
        { fromLine: 3, line: 4, metrics: { loss: 2, lr: 0.1, val_loss: 6 } },
      ],
    );
  });

  it('of an epoch that the log goes through twice the last time counts', async () => {
    const lines = [
      { epoch: 1, loss: 9 },
      { epoch: 2, loss: 8, val_loss: 7 },
      { epoch: 2, loss: 7 },
      { epoch: 3, loss: 6 },
      { epoch: 2, loss: 5 },
      { epoch: 3, loss: 4 },
    ];
    const run = begin(at(1, 2, 3), lines);
    const { marks } = await info(run);
    assert.deepEqual(
      marks.map(({ fromLine, line, metrics }) => [fromLine, line, metrics.loss, metrics.val_loss]),
      [
        [1, 1, 9, undefined],
        [5, 5, 5, undefined],
        [6, 6, 4, undefined],
      ],
    );
    const { x, y } = await curve(run);
    assert.deepEqual(
      [[...x], [...y]],
      [
        [1, 2, 3],
        [9, 5, 4],
      ],
    );
    const steps = [10, 20, 30, 20, 30, 40].map((step, i) => ({ step, loss: i }));
    const again = await curve(begin(at(4), steps));
    assert.deepEqual([...again.y], [0, 3, 4, 5]);
  });

  it('snapshots within an epoch have no row in a log of epochs', async () => {
    const snapshots = [0, 0.5, 1].map((epoch) => ({ epoch, model: `models/epoch-000${epoch}/model.json` }));
    const found = await info(begin(snapshots, [{ epoch: 1, loss: 1 }]));
    assert.deepEqual(epochsOf(found), ['–', '–', 1]);
    assert.match(found.unmatchedSnapshots[1].reason, /^epoch 0\.5: within an epoch/);
  });

  it('checkpoints without numbers go by order, those that share one by the manifest', async () => {
    const lines = [1, 2, 3].map((epoch) => ({ epoch, loss: epoch }));
    const models = (...names: string[]) => names.map((model, epoch) => ({ epoch, model: `${model}.onnx` }));
    assert.deepEqual(epochsOf(await info(begin(models('early', 'middle', 'late'), lines))), [1, 2, 3]);
    assert.deepEqual(epochsOf(await info(begin(models('early', 'late'), lines))), ['–', '–']);
    assert.deepEqual(epochsOf(await info(begin(models('net64-a', 'net64-b'), lines))), ['–', 1]);
    assert.deepEqual(epochsOf(await info(begin(models('net-2', 'net-3'), lines))), [2, 3]);
  });

  it('long logs keep the lowest and highest of every stretch, and both ends', async () => {
    const random = new Random(3);
    const lines = Array.from({ length: 30_000 }, (_, i) => ({ step: i + 1, loss: random.float() }));
    lines[17_123].loss = 55;
    lines[23_456].loss = -55;
    const { x, y, values, best } = await curve(begin(at(3), lines));
    assert.equal(values, 30_000);
    assert.ok(x.length <= 2000 && x.length > 1900, `${x.length} points`);
    assert.deepEqual([y[0], y.at(-1)], [lines[0].loss, lines[29_999].loss]);
    assert.equal(y[best!], -55);
    assert.ok(y.includes(55));
    const byPlace = new Map(lines.map(({ step, loss }) => [Math.round((step / 30_000) * 3 * 1e6), loss]));
    x.forEach((place, i) => assert.equal(byPlace.get(Math.round(place * 1e6)), y[i]));
    assert.ok(x.every((place, i) => i === 0 || place > x[i - 1]));
  });

  it('tells what is good where the name says what it is; leaves out what is no number', async () => {
    const run = begin(at(1, 2, 3), [
      { epoch: 1, loss: 3, val_acc: 0.5, lr: 0.1, fruit: 4 },
      { epoch: 2, loss: 1, val_acc: 0.8, lr: 0.2, fruit: 5 },
      { epoch: 3, loss: 2, val_acc: 0.7, lr: 0.1, fruit: 6 },
    ]);
    const text = '{"epoch": 4, "loss": NaN, "val_acc": Infinity}\n';
    writeFileSync(path.join(run, 'log.jsonl'), text, { flag: 'a' });
    const { metrics, curves } = await ask('log/curves', {
      folder: run,
      metrics: ['fruit', 'loss', 'val_acc', 'lr', 'toString'],
    });
    assert.deepEqual(
      curves.map(({ name, good, best, values }) => [name, good, best, values]),
      [
        ['fruit', undefined, undefined, 3],
        ['loss', 'low', 1, 3],
        ['val_acc', 'high', 1, 3],
        ['lr', undefined, undefined, 3],
      ],
    );
    assert.deepEqual(metrics[1], { name: 'val_acc', meaning: { name: 'accuracy', split: 'validation' } });
    assert.deepEqual(
      (await ask('log/curves', { folder: run })).curves.map(({ name }) => name),
      ['loss'],
    );
    assert.deepEqual((await ask('log/curves', { folder: run, metrics: [] })).curves, []);
  });

  it('rows set by hand against the order do not fold the curves', async () => {
    const run = begin(
      at(1, 2, 3, 4, 5),
      [1, 2, 3, 4, 5].map((epoch) => ({ epoch, loss: epoch })),
    );
    await ask('log/correct', { folder: run, row: { snapshot: 0, to: { epoch: 5 } } });
    assert.deepEqual([...(await curve(run)).x], [1, 2, 3, 4, 5]);
    await ask('log/correct', { folder: run, row: { snapshot: 4, to: { epoch: 1 } } });
    assert.deepEqual([...(await curve(run)).x], [1, 2, 3, 4, 5]);
  });
});
