import assert from 'node:assert/strict';
import { mkdir, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../../../src/core/errors';
import { findLogsBeside } from '../../../src/logs/matching/findLogs';
import { listCheckpoints } from '../../../src/runs/checkpoints/checkpointFolder';
import { EntryBudget, listFolder } from '../../../src/runs/watching/folderEntries';
import { jsonRows } from '../../helpers/followedLogs';
import { fixture } from '../../helpers/logFixtures';
import { temporaryFolder } from '../../helpers/setup';

/** Writes files, with their folders. */
async function write(at: (...parts: string[]) => string, files: Record<string, string | Uint8Array>) {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(at(name)), { recursive: true });
    await writeFile(at(name), content);
  }
}

describe('checkpoints in a folder', () => {
  const at = temporaryFolder('test');
  const names = async () =>
    (await listCheckpoints(at())).map(({ file }) => path.relative(at(), file).split(path.sep).join('/'));

  it('are models in it and one level deep, in natural order, without what is temporary', async () => {
    await write(at, {
      'epoch-10.onnx': 'a',
      'epoch-9.onnx': 'a',
      'LAST.ONNX': 'a',
      '.epoch-11.onnx': 'a',
      'epoch-12.onnx.tmp': 'a',
      'epoch-13.onnx.part': 'a',
      'epoch-14.onnx~': 'a',
      '.epoch-15.onnx.tmp-77': 'a',
      'config.json': '{}',
      'checkpoint-500/model.onnx': 'a',
      'epoch-20.keras': 'a',
      'epoch-21.H5': 'a',
      'epoch-22.hdf5': 'a',
      'epoch-23.weights.h5': 'a',
      'epoch-3/model.json': '{}',
      'epoch-3/other.json': '{}',
      'epoch-4.tmp/model.json': '{}',
      'deep/deeper/model.onnx': 'a',
      '.hidden/model.onnx': 'a',
    });
    assert.deepEqual(await names(), [
      'LAST.ONNX',
      'checkpoint-500/model.onnx',
      'epoch-3/model.json',
      'epoch-9.onnx',
      'epoch-10.onnx',
      'epoch-20.keras',
      'epoch-21.H5',
      'epoch-22.hdf5',
    ]);
  });

  it('have the size and time of all files with their weights', async () => {
    await write(at, {
      'a/model.json': '1234',
      'a/group1-shard1of2.bin': '12345678',
      'a/group1-shard2of2': '12',
      'a/log.csv': 'epoch,loss\n',
      'b.onnx': '123',
      'b.onnx.data': '1234',
      'c.onnx': '12',
      'c.data': '12345',
      'd.onnx': '1',
      'd.onnx_data': '12',
    });
    // Years from now, so that no other time of the files is later.
    const future = 4e9;
    await utimes(at('a/model.json'), 1000, future + 1);
    await utimes(at('a/group1-shard1of2.bin'), 1000, future + 3);
    await utimes(at('a/group1-shard2of2'), 1000, future + 2);
    await utimes(at('b.onnx'), 1000, future + 5);
    await utimes(at('b.onnx.data'), 1000, future + 4);
    const found = await listCheckpoints(at());
    assert.deepEqual(
      found.map(({ file, size }) => [path.basename(file), size]),
      [
        ['model.json', 14],
        ['b.onnx', 7],
        ['c.onnx', 7],
        ['d.onnx', 3],
      ],
    );
    assert.deepEqual(
      found.slice(0, 2).map(({ modified }) => modified),
      [(future + 3) * 1000, (future + 5) * 1000],
    );
  });

  it('came when they were put there, whatever time they were given', async () => {
    await write(at, { 'a.onnx': 'abc' });
    const before = Date.now() - 1000;
    await utimes(at('a.onnx'), 1000, 1000);
    const [{ modified }] = await listCheckpoints(at());
    assert.ok(modified > before, `${modified}`);
  });

  it('may be links, are listed once, and links to nothing are left out', async () => {
    await write(at, { 'a/model.onnx': 'abc', 'epoch-3/model.onnx': 'ab' });
    await symlink(at('a/model.onnx'), at('c.onnx'));
    await symlink(at('nowhere'), at('d.onnx'));
    await symlink(at('epoch-3'), at('best'));
    await symlink(at('epoch-3'), at('zz-latest'));
    await symlink(at(), at('self'));
    await write(at, { 'elsewhere/deep/e.onnx': 'abcd' });
    await symlink(at('elsewhere/deep/e.onnx'), at('epoch-4.onnx'));
    // Each once, by the name that tells an epoch, or the first.
    assert.deepEqual(await names(), ['a/model.onnx', 'epoch-3/model.onnx', 'epoch-4.onnx']);
  });

  it('are none where there is no folder; a file and too many files are told', async () => {
    assert.deepEqual(await listCheckpoints(at('none')), []);
    await write(at, { 'file.onnx': 'a', 'x/1': '', 'x/2': '', 'x/3': '' });
    await assert.rejects(
      listCheckpoints(at('file.onnx')),
      new InputError(at('file.onnx'), 'is a file, expected a folder'),
    );
    await assert.rejects(
      listFolder(at('x'), new EntryBudget(at(), 2)),
      new InputError(
        at(),
        'has more than 2 files and folders in it and its subfolders; choose the folder of the checkpoints alone',
      ),
    );
  });
});

describe('logs beside checkpoints', () => {
  const at = temporaryFolder('test');
  const found = async (folder: string, models?: string[]) =>
    (
      await findLogsBeside(
        at(folder),
        models?.map((model) => at(model)),
      )
    ).map(({ file, format }) => [path.relative(at(), file).split(path.sep).join('/'), format]);

  it('are found by name and content, the nearest and most telling first', async () => {
    await write(at, {
      'work/run/epoch-1.onnx': 'a',
      'work/run/log.jsonl': jsonRows(1, 2),
      'work/run/training_log.csv': 'epoch,loss\n1,0.5\n',
      'work/run/console.log': 'epoch=1 loss=0.5\n',
      'work/run/events.out.tfevents.1.a': fixture('tensorboard/events.out.tfevents.torch'),
      'work/run/empty.log': '',
      'work/run/prose.log': 'nothing of interest\n',
      'work/run/data.csv': 'epoch,loss\n1,0.5\n',
      'work/results.csv': 'epoch,loss\n1,0.5\n',
    });
    assert.deepEqual(await found('work/run'), [
      ['work/run/training_log.csv', 'csv'],
      ['work/run/log.jsonl', 'jsonLines'],
      ['work/run/console.log', 'text'],
      ['work/run/events.out.tfevents.1.a', 'events'],
      ['work/results.csv', 'csv'],
    ]);
    const [first] = await findLogsBeside(at('work/run'));
    assert.equal(first.reason, 'lies beside the checkpoints and is a table with a column epoch');
  });

  it('are found where Lightning, Hugging Face and MMEngine put them', async () => {
    const metrics = fixture('lightning/metrics.csv');
    await write(at, {
      'a/models/epoch=1.onnx': 'a',
      'a/lightning_logs/version_2/metrics.csv': metrics,
      'a/lightning_logs/version_10/metrics.csv': metrics,
      'b/version_0/metrics.csv': metrics,
      'b/version_0/checkpoints/epoch=0.onnx': 'a',
      'c/checkpoint-500/trainer_state.json': fixture('transformers/trainer_state-24.json'),
      'c/checkpoint-1000/trainer_state.json': fixture('transformers/trainer_state.json'),
      'c/checkpoint-500/model.onnx': 'a',
      'd/20240501_120000/vis_data/scalars.json': fixture('mmengine/scalars.json'),
      'd/epoch_1.onnx': 'a',
    });
    assert.deepEqual(await found('a/models'), [
      ['a/lightning_logs/version_10/metrics.csv', 'csv'],
      ['a/lightning_logs/version_2/metrics.csv', 'csv'],
    ]);
    assert.deepEqual(await found('b/version_0/checkpoints'), [['b/version_0/metrics.csv', 'csv']]);
    const state = ['c/checkpoint-1000/trainer_state.json', 'trainerState'];
    assert.deepEqual(await found('c'), [state]);
    assert.deepEqual((await found('c/checkpoint-500', ['c/checkpoint-500/model.onnx'])).at(-1), state);
    assert.deepEqual(await found('d'), [['d/20240501_120000/vis_data/scalars.json', 'jsonLines']]);
  });

  it('are found in the folders of Keras, those of the training first, the newest of each before the others', async () => {
    const events = fixture('tensorboard/events.out.tfevents.keras-train');
    const name = (time: number) => `events.out.tfevents.${time}.host.7.0.v2`;
    await write(at, {
      'k/checkpoints/model.01.onnx': 'a',
      [`k/logs/train/${name(1795350543)}`]: events,
      [`k/logs/train/${name(1795360000)}`]: events,
      [`k/logs/validation/${name(1795350544)}`]: events,
      [`k/logs/other/${name(1795350544)}`]: events,
      [`l/val/${name(1795350544)}`]: events,
      [`l/train/${name(1795350543)}`]: events,
      'l/test/picture.png': 'a',
      'l/model.01.onnx': 'a',
    });
    const paths = async (folder: string) => (await found(folder)).map(([file]) => file);
    assert.deepEqual(await paths('k/checkpoints'), [
      `k/logs/train/${name(1795360000)}`,
      `k/logs/train/${name(1795350543)}`,
      `k/logs/validation/${name(1795350544)}`,
    ]);
    assert.deepEqual(await paths('l'), [`l/train/${name(1795350543)}`, `l/val/${name(1795350544)}`]);
    const [first] = await findLogsBeside(at('k', 'checkpoints'));
    assert.match(first.reason, /^lies above the checkpoints in logs.train and begins with/);
  });

  it('are twenty at most, and none where there is nothing', async () => {
    assert.deepEqual(await found('none'), []);
    for (let index = 0; index < 30; index++) await write(at, { [`x/${index}.log`]: 'epoch=1 loss=0.5\n' });
    assert.equal((await found('x')).length, 20);
  });
});
