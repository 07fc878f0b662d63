import assert from 'node:assert/strict';
import { appendFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findCompanion } from '../../../../src/engine/logs/companion';
import { withCompanion } from '../../../../src/engine/logs/companionRows';
import { readRunLog } from '../../../../src/engine/logs/openRunLog';
import { withLog } from '../../../../src/engine/logs/logReport';
import type { LogRow, TrainingLog } from '../../../../src/logs/formats/log';
import { counted, logRequests, makeRun, options, realLog } from '../../../helpers/logRuns';
import { temporaryFolder } from '../../../helpers/setup';

type Values = Record<string, [time: number, step: number, value: number][]>;
const written = (part: 'train' | 'validation') => realLog(`tensorboard/events.out.tfevents.keras-${part}`);
const values = (part: 'train' | 'validation') =>
  JSON.parse(readFileSync(`${written(part)}.json`, 'utf8')) as Values;
const ofEpochs = (tags: Values, tag: string) => tags[tag].map(([, , value]) => value);

/** A log that was read of `count` epochs. */
function logOf(count: number, metrics: (epoch: number) => LogRow['metrics']): TrainingLog {
  const rows = Array.from({ length: count }, (_, epoch) => ({ epoch, metrics: metrics(epoch), place: {} }));
  return {
    format: 'events',
    rows,
    metricNames: Object.keys(rows[0].metrics),
    problems: [],
    problemCount: 0,
    firstEpoch: 0,
    firstEpochReason: '',
    thinnedRows: 0,
  };
}

describe('event files that belong together', function () {
  this.timeout(20_000);
  const folder = temporaryFolder();
  const at = (...names: string[]) => path.join(folder(), ...names);
  const { ask, info, notes } = logRequests();
  const models = Array.from({ length: 5 }, (_, epoch) => `../checkpoints/model.0${epoch + 1}.onnx`);
  /** A training with its run; logs in folders of these names. */
  const training = (name: string, train = 'train', validation?: string) => {
    const log = at(name, 'logs', train, 'events.out.tfevents.1');
    cpSync(written('train'), log);
    const companion = at(name, 'logs', validation ?? 'validation', 'events.out.tfevents.2');
    if (validation) cpSync(written('validation'), companion);
    mkdirSync(at(name, 'checkpoints'), { recursive: true });
    return { run: makeRun(at(name, 'run'), counted(models)), log, companion };
  };

  it('are found beside the checkpoints and read as one: values as TensorBoard itself reads them', async () => {
    const { run, log, companion } = training('both', 'train', 'validation');
    const found = await info(run);
    assert.deepEqual([found.file, found.origin, found.companion], [log, 'beside', companion]);
    assert.deepEqual(found.metricNames.slice(0, -2).sort(), Object.keys(values('train')).sort());
    assert.deepEqual(found.metricNames.slice(-2).sort(), [
      'validation/epoch_accuracy',
      'validation/epoch_loss',
    ]);
    assert.equal(found.marks.length, 5);
    for (const tag of ['epoch_loss', 'epoch_accuracy']) {
      const ofMarks = (name: string) => found.marks.map(({ metrics }) => metrics[name]);
      assert.deepEqual(ofMarks(tag), ofEpochs(values('train'), tag));
      assert.deepEqual(ofMarks(`validation/${tag}`), ofEpochs(values('validation'), tag));
    }
    const { metrics, curves } = await ask('log/curves', { folder: run });
    assert.deepEqual(
      curves.map(({ name, meaning }) => [name, meaning?.split]),
      [
        ['epoch_loss', 'train'],
        ['validation/epoch_loss', 'validation'],
      ],
    );
    assert.deepEqual([...curves[1].y], ofEpochs(values('validation'), 'epoch_loss'));
    assert.equal(metrics.length, found.metricNames.length);
    // Rows are those of the log alone, as its table has them.
    const table = await ask('log/table', { file: log, from: 0, count: 100 });
    assert.deepEqual([table.total, table.metricNames.includes('validation/epoch_loss')], [found.rows, false]);
    assert.ok(table.rows.every((row) => !('validation/epoch_loss' in row.metrics)));
    assert.deepEqual(await info(run), found);
  });

  it('the best snapshot is that of the highest accuracy of the validation', async () => {
    const { run } = training('best', 'train', 'val');
    // Of the first four epochs the third and fourth are equal on the validation, the fourth is better on the training.
    makeRun(run, counted(models.slice(0, 4)));
    const { best } = await info(run);
    assert.equal(best?.snapshot, 2);
    assert.match(best.reason, /^highest val\/epoch_accuracy of the log among the snapshots, 0\.6$/);
  });

  it('where the log is that of the validation, its own names mean that, and those of the training tell so', async () => {
    const { run, companion } = training('turned', 'train', 'validation');
    const linked = await ask('log/link', { folder: run, file: companion });
    assert.equal(linked.companion, at('turned', 'logs', 'train', 'events.out.tfevents.1'));
    assert.match(linked.best!.reason, /^highest epoch_accuracy of the log/);
    const { metrics, curves } = await ask('log/curves', { folder: run });
    assert.deepEqual(
      curves.map(({ name, meaning }) => [name, meaning?.split]),
      [
        ['train/epoch_loss', 'train'],
        ['epoch_loss', 'validation'],
      ],
    );
    const accuracy = metrics.find(({ name }) => name === 'epoch_accuracy');
    assert.deepEqual(accuracy?.meaning, { name: 'accuracy', split: 'validation' });
    // Rows of iterations, which only the validation has, stay as they are.
    assert.ok(linked.metricNames.includes('evaluation_loss_vs_iterations'));
  });

  it('a companion that comes and grows while the log stays changes the version and adds its metrics', async () => {
    const { run, log, companion } = training('growing');
    const alone = await info(run);
    assert.deepEqual([alone.companion, alone.rows], [undefined, 5]);
    assert.ok(!('companion' in alone));
    const bytes = readFileSync(written('validation'));
    mkdirSync(path.dirname(companion));
    writeFileSync(companion, bytes.subarray(0, 24));
    const begun = await info(run);
    assert.deepEqual([begun.companion, begun.metricNames], [companion, alone.metricNames]);
    assert.notEqual(begun.version, alone.version);
    await ask('log/watch', { files: [log, companion] });
    appendFileSync(companion, bytes.subarray(24));
    const grown = await info(run);
    assert.notEqual(grown.version, begun.version);
    assert.ok(grown.metricNames.includes('validation/epoch_loss'));
    assert.equal(grown.rows, alone.rows);
    assert.ok(notes.includes(companion));
    await ask('log/watch', { files: [] });
    rmSync(companion);
    assert.deepEqual(await info(run), alone);
  });

  it('what is wrong with a companion is told, and the log is read all the same', async () => {
    const { run, companion } = training('damaged', 'train', 'validation');
    const bytes = readFileSync(companion);
    const { length } = bytes;
    bytes[length - 20] ^= 0xff;
    writeFileSync(companion, bytes);
    const damaged = await info(run);
    assert.equal(damaged.state, 'read');
    assert.equal(damaged.problemCount, 1);
    assert.match(damaged.problems[0].text, /^validation\/events\.out\.tfevents\.2: the record at byte \d+/);
    assert.ok(!('byteFrom' in damaged.problems[0]), 'a place would be one in the log');
    assert.deepEqual(
      damaged.marks.map(({ metrics }) => metrics.epoch_loss),
      ofEpochs(values('train'), 'epoch_loss'),
    );
    assert.ok(damaged.metricNames.includes('validation/epoch_loss'));

    writeFileSync(companion, 'epoch,loss\n1,2\n');
    const other = await info(run);
    assert.deepEqual(other.problems, [{ text: 'validation/events.out.tfevents.2 is no event file' }]);
    writeFileSync(companion, Buffer.from([0, 1, 2, 0, 255, 3, ...bytes]));
    const garbage = await info(run);
    assert.equal(garbage.problemCount, 1);
    assert.match(garbage.problems[0].text, /tfevents\.2 is neither text nor an event file/);
    assert.equal(garbage.marks.length, 5);
  });

  it('reports and other programs that read a log once have it, too', async () => {
    const { run, log, companion } = training('report', 'training', 'eval');
    const read = await readRunLog(run, options, {}, log);
    assert.equal(read.companion, companion);
    const snapshots = models.map((_, epoch) => ({
      epoch,
      accuracy: epoch,
      clusters: { count: 1 },
      paths: 1,
      levels: [],
    }));
    const report = withLog({ snapshots } as unknown as Parameters<typeof withLog>[0], read);
    const correlation = report.log?.correlations.find(
      ({ metric, measure }) => metric === 'eval/epoch_loss' && measure === 'accuracy',
    );
    assert.deepEqual([correlation?.n, correlation?.spearman], [5, -1]);
  });

  it('are of one training: the newest of the neighbouring folder that is neither of one before nor of one after', async () => {
    const file = (part: string, time: number, end = '') =>
      at('many', part, `events.out.tfevents.${time}.host.7.0.v2${end}`);
    const files = [
      file('train', 1795350000),
      file('validation', 1795353600),
      file('train', 1795360000),
      file('train', 1795370000),
      // Made a second before that of the training.
      file('validation', 1795369999),
      file('validation', 1795370500),
    ];
    for (const name of [...files, file('validation', 1795380000, '.profile-empty')]) {
      mkdirSync(path.dirname(name), { recursive: true });
      writeFileSync(name, '');
    }
    const [train1, validation1, train2, train3, validation2, validation3] = files;
    assert.equal(await findCompanion(train1), validation1);
    assert.equal(await findCompanion(train2), undefined, 'which has not come to its first validation');
    assert.equal(await findCompanion(train3), validation3);
    assert.equal(await findCompanion(validation1), train1);
    assert.equal(await findCompanion(validation2), train3);
    rmSync(validation3);
    assert.equal(await findCompanion(train3), validation2);
    assert.equal(await findCompanion(at('many', 'other', 'events.out.tfevents.1')), undefined);
    assert.equal(await findCompanion(at('nowhere', 'train', 'events.out.tfevents.1')), undefined);
  });

  it('logs of other formats, and folders of other things, have none', async () => {
    const run = makeRun(at('csv', 'run'), counted(models));
    const log = at('csv', 'train', 'log.csv');
    mkdirSync(path.dirname(log));
    cpSync(realLog('keras/csvlogger.csv'), log);
    cpSync(written('validation'), at('csv', 'validation', 'events.out.tfevents.2'));
    assert.equal((await ask('log/link', { folder: run, file: log })).companion, undefined);
    mkdirSync(at('pictures', 'test'), { recursive: true });
    for (let p = 0; p < 2100; p++) writeFileSync(at('pictures', 'test', `${p}.png`), '');
    writeFileSync(at('pictures', 'test', 'events.out.tfevents.2'), '');
    assert.equal(await findCompanion(at('pictures', 'train', 'events.out.tfevents.1')), undefined);
  });

  it('long logs are merged once, and without a change of what was read', () => {
    const length = 250_000;
    const log = logOf(length, (epoch) => ({ epoch_loss: epoch, 'validation/own': 1 }));
    const companion = logOf(length, (epoch) => ({ epoch_loss: -epoch, own: 2 }));
    const followed = { file: '/logs/validation/events', state: 'read', problem: undefined } as const;
    const merged = withCompanion(log, { ...followed, log: companion });
    assert.deepEqual(merged.metricNames, ['epoch_loss', 'validation/own', 'validation/epoch_loss']);
    assert.deepEqual(merged.rows[7], {
      epoch: 7,
      metrics: { epoch_loss: 7, 'validation/own': 1, 'validation/epoch_loss': -7 },
      place: {},
    });
    assert.deepEqual(log.rows[7].metrics, { epoch_loss: 7, 'validation/own': 1 });
    assert.equal(merged.rows.length, length);
    assert.equal(withCompanion(log, { ...followed, log: companion }), merged);
    const grown = { ...companion };
    assert.notEqual(withCompanion(log, { ...followed, log: grown }), merged);
    // Rows without a counterpart are the very same objects.
    const few = withCompanion(log, { ...followed, log: logOf(3, () => ({ acc: 1 })) });
    assert.deepEqual([few.rows[3] === log.rows[3], few.rows[2] === log.rows[2]], [true, false]);
  });
});
