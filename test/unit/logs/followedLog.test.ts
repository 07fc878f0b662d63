import assert from 'node:assert/strict';
import { appendFile, chmod, mkdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { FollowedLog, recogniseFile } from '../../../src/logs/following/followedLog';
import { InputError } from '../../../src/core/errors';
import { epochsOf, jsonRows } from '../../helpers/followedLogs';
import { temporaryFolder } from '../../helpers/setup';

describe('a followed log', () => {
  const at = temporaryFolder('test');
  let file: string;
  let followed: FollowedLog;

  beforeEach(() => {
    file = at('log.jsonl');
    followed = new FollowedLog(file);
  });
  afterEach(() => followed.close());

  it('is missing, empty, and then has rows as they come, with another version each time', async () => {
    assert.equal(followed.state, 'unread');
    assert.equal(await followed.update(), true);
    assert.equal(followed.state, 'missing');
    await writeFile(file, '');
    assert.equal(await followed.update(), true);
    assert.equal(followed.state, 'read');
    assert.equal(followed.log, undefined);
    assert.equal(followed.problem, undefined);
    for (const epoch of [1, 2, 3]) {
      const { version } = followed;
      await appendFile(file, jsonRows(epoch, epoch));
      assert.equal(await followed.update(), true);
      assert.ok(followed.version > version);
      assert.equal(followed.log!.rows.length, epoch);
      assert.equal(followed.log, followed.log);
    }
    const { version } = followed;
    assert.equal(await followed.update(), false);
    assert.equal(followed.version, version);
    assert.equal(followed.log!.format, 'jsonLines');
  });

  it('is read in halves of lines and of characters', async () => {
    const bytes = Buffer.from('{"note":"größe — 大","epoch":1,"loss":0.5}\n{"epoch":2,"Verlust ä":0.25}\n');
    for (const byte of bytes) {
      await appendFile(file, Buffer.from([byte]));
      await followed.update();
    }
    assert.deepEqual(epochsOf(followed), [1, 2]);
    assert.deepEqual(followed.log!.rows[1].metrics, { 'Verlust ä': 0.25 });
    assert.equal(followed.log!.problemCount, 0);
  });

  it('shows a last line without line end, and takes it back when it was half of one', async () => {
    await writeFile(file, 'epoch=1 loss=0.5\nepoch=2 loss=0.2');
    await followed.update();
    assert.deepEqual(
      followed.log!.rows.map(({ metrics }) => metrics),
      [{ loss: 0.5 }, { loss: 0.2 }],
    );
    await appendFile(file, '5 acc=0.9');
    await followed.update();
    assert.deepEqual(followed.log!.rows[1].metrics, { loss: 0.25, acc: 0.9 });
    await appendFile(file, '\nepoch=3 loss=0.1\n');
    await followed.update();
    assert.deepEqual(
      followed.log!.rows.map(({ epoch, place }) => [epoch, place.line]),
      [
        [1, 1],
        [2, 2],
        [3, 3],
      ],
    );
    assert.deepEqual(followed.log!.rows[1].metrics, { loss: 0.25, acc: 0.9 });
  });

  it('does not tell of problems in a line that is not whole', async () => {
    await writeFile(file, `${jsonRows(1, 2)}{"epoch":3,"lo`);
    await followed.update();
    assert.deepEqual(epochsOf(followed), [1, 2]);
    assert.equal(followed.log!.problemCount, 0);
    await appendFile(file, 'ss":\n');
    await followed.update();
    assert.equal(followed.log!.problemCount, 1);
    assert.deepEqual(followed.log!.problems[0].place, { line: 3 });
  });

  it('tells another format from the first half of a line', async () => {
    // Half of the first line looks like text, and half of a header like another one.
    await writeFile(file, '{"epoch": 1, "loss": 0.5');
    await followed.update();
    await appendFile(file, '}\n');
    await followed.update();
    assert.equal(followed.log!.format, 'jsonLines');
    assert.deepEqual(epochsOf(followed), [1]);
  });

  it('is read anew when it was truncated', async () => {
    await writeFile(file, jsonRows(1, 9));
    await followed.update();
    await truncate(file, 0);
    await appendFile(file, jsonRows(1, 2));
    assert.equal(await followed.update(), true);
    assert.deepEqual(epochsOf(followed), [1, 2]);
    assert.equal(followed.log!.rows[1].attempt, undefined);
  });

  it('is read anew when it was written anew, also as large as before or larger', async () => {
    // Lightning writes all of metrics.csv again when a metric comes for the first time.
    await writeFile(file, 'epoch,step,loss\n0,9,0.5\n1,19,0.4\n');
    await followed.update();
    await writeFile(file, 'epoch,step,loss,val_loss\n0,9,0.5,\n1,19,0.4,\n1,19,,0.6\n');
    await followed.update();
    assert.deepEqual(followed.log!.metricNames, ['loss', 'val_loss']);
    assert.deepEqual(followed.log!.rows[1].metrics, { loss: 0.4, val_loss: 0.6 });
    await writeFile(file, 'epoch,step,loss,val_loss\n0,9,0.5,\n1,19,0.4,\n1,19,,0.7\n');
    await followed.update();
    assert.equal(followed.log!.rows[1].metrics['val_loss'], 0.7);
    assert.equal(followed.log!.problemCount, 0);
  });

  it('is read anew when only what stands before the end was written anew', async () => {
    const many = jsonRows(1, 1000);
    await writeFile(file, many);
    await followed.update();
    await writeFile(file, many.replace('"epoch":1000,', '"epoch":1001,') + jsonRows(1002, 1002));
    await followed.update();
    assert.deepEqual(epochsOf(followed).slice(-3), [999, 1001, 1002]);
  });

  it('keeps its rows while it is rotated, until there is a new file', async () => {
    await writeFile(file, jsonRows(1, 5));
    await followed.update();
    await rename(file, `${file}.1`);
    assert.equal(await followed.update(), true);
    assert.equal(followed.state, 'missing');
    assert.deepEqual(epochsOf(followed), [1, 2, 3, 4, 5]);
    await writeFile(file, jsonRows(6, 8));
    await followed.update();
    assert.equal(followed.state, 'read');
    assert.deepEqual(epochsOf(followed), [6, 7, 8]);
  });

  it('is another file when another one was renamed into its place, whatever it holds', async () => {
    const many = jsonRows(1, 2000);
    await writeFile(file, many);
    await followed.update();
    // The same size, and the same bytes at its beginning and end.
    await writeFile(at('new'), many.replace('"epoch":1000,', '"epoch":3000,'));
    await rename(at('new'), file);
    await followed.update();
    assert.equal(followed.log!.rows[999].epoch, 3000);
  });

  it('is another file after it was deleted, whatever it holds', async () => {
    await writeFile(file, jsonRows(1, 3));
    await followed.update();
    await rm(file);
    await followed.update();
    await writeFile(file, jsonRows(1, 3) + jsonRows(1, 2));
    await followed.update();
    assert.deepEqual(
      followed.log!.rows.map(({ epoch, attempt }) => [epoch, attempt]),
      [
        [1, undefined],
        [2, undefined],
        [3, undefined],
        [1, 1],
        [2, 1],
      ],
    );
  });

  it('is what a symbolic link leads to', async () => {
    await writeFile(at('first.jsonl'), jsonRows(1, 2));
    await writeFile(at('second.jsonl'), jsonRows(1, 4));
    await symlink(at('first.jsonl'), file);
    await followed.update();
    assert.deepEqual(epochsOf(followed), [1, 2]);
    await appendFile(at('first.jsonl'), jsonRows(3, 3));
    await followed.update();
    assert.deepEqual(epochsOf(followed), [1, 2, 3]);
    await rm(file);
    await symlink(at('second.jsonl'), file);
    await followed.update();
    assert.deepEqual(epochsOf(followed), [1, 2, 3, 4]);
  });

  it('has failed, with the reason, where it is no log or no file', async () => {
    await mkdir(at('folder'));
    await symlink('circle', at('circle'));
    await writeFile(at('binary'), Buffer.from([1, 2, 0, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]));
    await writeFile(at('prose'), 'A text about something else.\n');
    for (const [name, problem] of [
      ['folder', 'is a folder, expected a log'],
      ['circle', 'cannot be read: its symbolic links lead in a circle'],
      ['binary', 'is neither text nor an event file of TensorBoard'],
      ['prose', 'has no line that tells an epoch or step with metrics, in no format known here'],
    ]) {
      const odd = new FollowedLog(at(name));
      assert.equal(await odd.update(), true, name);
      assert.equal(odd.state, 'failed', name);
      assert.equal(odd.problem, problem);
      assert.equal(odd.log, undefined);
    }
  });

  it('has failed while nobody may read it', async function () {
    if (process.getuid?.() === 0) {
      console.log('      skipped: root may read everything');
      this.skip();
    }
    await writeFile(file, jsonRows(1, 1));
    await chmod(file, 0);
    await followed.update();
    assert.equal(followed.problem, 'cannot be read: no permission');
    await chmod(file, 0o600);
    await followed.update();
    assert.deepEqual(epochsOf(followed), [1]);
  });

  it('is read after all when the training begins behind much else', async () => {
    await writeFile(file, 'Collecting numpy\n'.repeat(10_000));
    await followed.update();
    assert.equal(followed.state, 'failed');
    await appendFile(file, 'epoch=1 loss=0.5\n');
    await followed.update();
    assert.equal(followed.state, 'read');
    assert.equal(followed.problem, undefined);
    assert.deepEqual(followed.log!.rows[0].place, { line: 10_001, endLine: 10_001 });
  });

  it('is read as JSON lines also when the first of them is very long', async () => {
    await writeFile(file, `{"config":"${'x'.repeat(200_000)}"}\n`);
    await followed.update();
    assert.equal(followed.state, 'failed');
    await appendFile(file, jsonRows(1, 2));
    await followed.update();
    assert.equal(followed.state, 'read');
    assert.deepEqual(epochsOf(followed), [1, 2]);
    assert.equal(followed.log!.problemCount, 0);
  });

  it('is not read further than its beginning where that is none of a log', async () => {
    await writeFile(file, '');
    await truncate(file, 64 * 1024 ** 3);
    const start = performance.now();
    await followed.update();
    assert.equal(followed.problem, 'is neither text nor an event file of TensorBoard');
    assert.ok(performance.now() - start < 2000);
    await truncate(file, 0);
    await appendFile(file, jsonRows(1, 2));
    await followed.update();
    assert.deepEqual(epochsOf(followed), [1, 2]);
  });

  it('is read with the pattern of the user where it is text, and says what is wrong with that', async () => {
    const pattern = { pattern: String.raw`^E(?<epoch>\d+) (?<loss>\S+)`, source: 'apd.log.pattern' };
    const own = new FollowedLog(at('own.txt'), { pattern });
    await writeFile(at('own.txt'), 'E1 0.5\nE2 0.');
    await own.update();
    await appendFile(at('own.txt'), '25\n');
    await own.update();
    assert.equal(own.log!.format, 'pattern');
    assert.deepEqual(
      own.log!.rows.map(({ metrics }) => metrics['loss']),
      [0.5, 0.25],
    );
    await writeFile(file, jsonRows(1, 1));
    const json = new FollowedLog(file, { pattern });
    await json.update();
    assert.equal(json.log!.format, 'jsonLines');
    const wrong = new FollowedLog(at('own.txt'), { pattern: { ...pattern, pattern: '(' } });
    await wrong.update();
    assert.equal(wrong.state, 'failed');
    assert.match(wrong.problem!, /^apd\.log\.pattern: is no regular expression/);
    assert.equal(await wrong.update(), false);
  });

  it('is read once for all calls that come during a reading, and once more after it', async () => {
    await writeFile(file, jsonRows(1, 2));
    const first = followed.update();
    await appendFile(file, jsonRows(3, 3));
    const others = [followed.update(), followed.update(), followed.update()];
    assert.equal(others[0], others[1]);
    assert.equal(others[1], others[2]);
    await Promise.all([first, ...others]);
    assert.deepEqual(epochsOf(followed), [1, 2, 3]);
  });

  it('stops being read when nobody waits any more, and goes on from there', async () => {
    const large = jsonRows(1, 20_000);
    await writeFile(file, large);
    const slow = new FollowedLog(file, { chunkBytes: 4096 });
    const controller = new AbortController();
    const given = slow.update(controller.signal);
    setTimeout(() => controller.abort(new Error('enough')), 5);
    await assert.rejects(given, /enough/);
    await assert.rejects(slow.update(AbortSignal.abort(new Error('at once'))), /at once/);
    assert.equal(await slow.update(), true);
    assert.equal(slow.log!.rows.length, 20_000);
    assert.equal(slow.log!.rows.at(-1)!.place.line, 20_000);
  });
});

describe('recogniseFile', () => {
  const at = temporaryFolder('test');

  it('tells the format from the beginning of a file, and what is wrong with others', async () => {
    await writeFile(at('a'), jsonRows(1, 5000));
    assert.deepEqual(await recogniseFile(at('a')), {
      format: 'jsonLines',
      reason: 'has JSON lines with epoch',
    });
    await writeFile(at('b'), '');
    assert.deepEqual(await recogniseFile(at('b')), { reason: 'is empty' });
    await assert.rejects(recogniseFile(at('none')), new InputError(at('none'), 'is not there'));
    await assert.rejects(recogniseFile(at()), new InputError(at(), 'is a folder, expected a log'));
  });
});
