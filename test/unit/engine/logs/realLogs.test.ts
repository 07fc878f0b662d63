import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { counted, epochsOf, linesOf, logRequests, makeRun, realLog } from '../../../helpers/logRuns';
import { temporaryFolder } from '../../../helpers/setup';

/** Names that a tool gave its checkpoints, as ONNX files. */
function names(tool: string): string[] {
  const all = JSON.parse(readFileSync(realLog(`${tool}/checkpoints.json`), 'utf8')) as string[];
  return all
    .filter((name) => name !== 'last.ckpt')
    .map((name) =>
      /^checkpoint-/.test(name) ? `${name}/model.onnx` : name.replace(/\.(?:keras|ckpt)$/, '.onnx'),
    );
}

describe('logs of other tools', () => {
  const folder = temporaryFolder();
  const { ask } = logRequests();
  let runs = 0;
  const linked = (models: readonly string[], log: string) => {
    const run = makeRun(path.join(folder(), `run-${runs++}`), counted(models));
    return ask('log/link', { folder: run, file: realLog(log) });
  };

  it('Keras: checkpoints count from 1, the CSV from 0', async () => {
    const info = await linked(names('keras'), 'keras/csvlogger.csv');
    assert.equal(info.join?.shift, -1);
    assert.deepEqual(epochsOf(info), [0, 1, 2, 3, 4]);
    const lines = linesOf(realLog('keras/csvlogger.csv'));
    const columns = lines[1].split(',');
    for (const { line, metrics } of info.marks) {
      const cells = lines[line!].split(',').map(Number);
      assert.deepEqual(metrics, Object.fromEntries(columns.slice(1).map((name, c) => [name, cells[c + 1]])));
    }
    assert.match(info.best!.reason, /^highest val_accuracy/);
    const curves = await ask('log/curves', { folder: info.folder });
    // On the axis of the run, whose snapshots are counted from 0 as their names were not read.
    assert.deepEqual([...curves.curves[0].x], [0, 1, 2, 3, 4]);
    assert.deepEqual(
      curves.curves.map(({ name }) => name),
      ['loss', 'val_loss'],
    );
  });

  it('Keras: names with explicit epochs match the console, which counts from 1 as they do', async () => {
    const models = ['epoch-01.onnx', 'epoch-02.onnx', 'epoch-03.onnx'];
    const snapshots = models.map((model, m) => ({ epoch: m + 1, model }));
    const run = makeRun(path.join(folder(), 'console'), snapshots);
    const info = await ask('log/link', { folder: run, file: realLog('keras/console-verbose2.txt') });
    assert.deepEqual(epochsOf(info), [1, 2, 3]);
    const lines = linesOf(realLog('keras/console-verbose2.txt'));
    for (const { line, endLine, metrics } of info.marks) {
      assert.match(lines.slice(line, endLine! + 1).join('\n'), new RegExp(`val_loss: ${metrics.val_loss}`));
    }
  });

  it('Lightning: train and validation of an epoch stand on lines of their own', async () => {
    const info = await linked(names('lightning'), 'lightning/metrics.csv');
    assert.deepEqual(epochsOf(info), [0, 1, 2, 3]);
    const lines = linesOf(realLog('lightning/metrics.csv'));
    const columns = lines[1].split(',');
    const epochColumn = columns.indexOf('epoch');
    for (const { epoch, fromLine, endLine, metrics } of info.marks) {
      const expected: Record<string, number> = {};
      for (const text of lines.slice(fromLine, endLine! + 1)) {
        const cells = text.split(',');
        assert.ok(cells[epochColumn] === '' || Number(cells[epochColumn]) === epoch, text);
        columns.forEach((name, c) => {
          if (name !== 'step' && name !== 'epoch' && cells[c] !== '') expected[name] = Number(cells[c]);
        });
      }
      assert.deepEqual(metrics, expected);
      assert.ok('val_loss' in metrics && 'train_loss_epoch' in metrics);
    }
    const { curves } = await ask('log/curves', {
      folder: info.folder,
      metrics: ['train_loss_step', 'val_loss', 'no'],
    });
    assert.equal(curves.length, 2);
    const [steps, validation] = curves;
    assert.deepEqual([...validation.x], [0, 1, 2, 3]);
    assert.ok(steps.x.length > 4 && steps.x[0] > -1 && steps.x.at(-1)! <= 3);
    assert.ok(steps.x.every((x, i) => i === 0 || x > steps.x[i - 1]));
  });

  it('Hugging Face: checkpoints by step, epochs in fractions', async () => {
    const info = await linked(names('transformers'), 'transformers/trainer_state.json');
    assert.deepEqual(
      info.marks.map(({ step, epoch }) => [step, epoch]),
      [
        [12, 1],
        [24, 2],
        [36, 3],
      ],
    );
    const state = JSON.parse(readFileSync(realLog('transformers/trainer_state.json'), 'utf8')) as {
      log_history: Record<string, number>[];
    };
    const evaluations = state.log_history.filter((entry) => 'eval_loss' in entry);
    assert.deepEqual(
      info.marks.map(({ metrics }) => metrics.eval_loss),
      evaluations.map((entry) => entry.eval_loss),
    );
    const { curves } = await ask('log/curves', { folder: info.folder, metrics: ['loss', 'eval_loss'] });
    // Snapshots are counted from 0; an epoch before the first lies at −1.
    const training = state.log_history.filter((entry) => 'loss' in entry);
    assert.deepEqual(
      [...curves[0].x].map((x) => x.toFixed(9)),
      training.map((entry) => (entry.epoch - 1).toFixed(9)),
    );
    assert.deepEqual(
      [...curves[0].y],
      training.map((entry) => entry.loss),
    );
    assert.deepEqual([...curves[1].x], [0, 1, 2]);
  });

  it('a log that was gone on with: only the last attempt of an epoch counts', async () => {
    const info = await linked(['model.01-0.70.onnx', 'model.02-0.60.onnx'], 'keras/csvlogger-append.csv');
    const lines = linesOf(realLog('keras/csvlogger-append.csv'));
    const last = lines.findLastIndex((line) => line.startsWith('0,'));
    assert.ok(last > 2);
    assert.equal(info.marks[0].line, last);
    assert.equal(info.marks[0].metrics.loss, Number(lines[last].split(',')[2]));
    assert.match(info.marks[0].reason, /2 times/);
    const { curves } = await ask('log/curves', { folder: info.folder, metrics: ['loss'] });
    const epochs = new Map<string, number>();
    for (const line of lines.slice(2)) {
      const [epoch, , loss] = line.split(',');
      if (epoch !== '') epochs.set(epoch, Number(loss));
    }
    assert.deepEqual(
      [...curves[0].y],
      [...epochs].sort(([a], [b]) => Number(a) - Number(b)).map(([, loss]) => loss),
    );
  });

  it('event files have no lines', async () => {
    const info = await linked(
      ['epoch-1.onnx', 'epoch-2.onnx'],
      'tensorboard/events.out.tfevents.keras-validation',
    );
    assert.equal(info.format, 'events');
    assert.ok(info.marks.length > 0);
    for (const mark of info.marks) assert.ok(!('line' in mark) && !('fromLine' in mark));
  });
});
