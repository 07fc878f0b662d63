import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import {
  appendFile,
  link,
  mkdir,
  open,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { watchFile, watchFolder, type Watch } from '../../../src/runs/watching/watchFiles';
import { FolderEvents } from '../../../src/runs/watching/folderEvents';
import { FollowedLog } from '../../../src/logs/following/followedLog';
import { epochsOf, jsonRows } from '../../helpers/followedLogs';
import { paced, stayedSo, steady, temporaryFolder, until } from '../../helpers/setup';

/** Milliseconds between two looks: so many that only the system's events can tell, or so few that a test need not wait. */
const EVENTS_ALONE = 3_600_000;
const OFTEN = 100;

describe('a log that is watched (complaint 9)', function () {
  this.timeout(30_000);
  const at = temporaryFolder('test');
  let file: string;
  let followed: FollowedLog;
  let changes = 0;

  const start = async (pause: number) => {
    file = at('logs', 'train.log');
    followed = new FollowedLog(file, { pause });
    changes = 0;
    followed.watch(() => changes++);
    followed.watch(() => changes++);
    await until('first look', () => followed.state !== 'unread');
  };
  const has = (what: string, epochs: number[]) =>
    until(what, () => JSON.stringify(epochsOf(followed)) === JSON.stringify(epochs));

  beforeEach(() => mkdir(at('logs')));
  afterEach(() => followed.close());

  it('is told when it is made, written to, truncated, rotated, deleted, and made anew', async () => {
    await start(EVENTS_ALONE);
    assert.equal(followed.state, 'missing');
    await writeFile(file, 'epoch=1 loss=0.5\n');
    await has('made', [1]);
    await appendFile(file, 'epoch=2 loss=0.4\n');
    await has('written to', [1, 2]);
    await truncate(file, 0);
    await has('truncated', []);
    await appendFile(file, 'epoch=3 loss=0.3\n');
    await has('written to again', [3]);
    await rename(file, `${file}.1`);
    await until('renamed away', () => followed.state === 'missing');
    assert.deepEqual(epochsOf(followed), [3]);
    await writeFile(file, 'epoch=4 loss=0.2\n');
    await has('rotated', [4]);
    await rm(file);
    await until('deleted', () => followed.state === 'missing');
    await writeFile(file, 'epoch=5 loss=0.1\nepoch=6 loss=0.1\n');
    await has('made anew', [5, 6]);
    assert.ok(changes >= 8 && changes < 30, `${changes} changes`);
  });

  it('shows a last line without line end when nothing more comes', async () => {
    await start(EVENTS_ALONE);
    const handle = await open(file, 'a');
    await handle.write('epoch=1 loss=0.5\nepoch=2 lo');
    await has('the whole line', [1]);
    await handle.write('ss=0.25');
    await has('the line without end', [1, 2]);
    assert.equal(followed.log!.rows[1].metrics['loss'], 0.25);
    await handle.write(' acc=0.75\n');
    await until('the rest', () => followed.log!.rows[1].metrics['acc'] === 0.75);
    await handle.close();
  });

  it('is read to its end after bursts, with few readings', async () => {
    await start(EVENTS_ALONE);
    let text = '';
    for (let epoch = 1; epoch <= 600; epoch++) {
      const line = jsonRows(epoch, epoch);
      text += line;
      await appendFile(file, line.slice(0, 9));
      await appendFile(file, line.slice(9));
      if (epoch % 200 === 0) await paced(120);
    }
    await until('all rows', () => followed.log?.rows.length === 600);
    assert.equal(followed.log!.problemCount, 0);
    assert.ok(changes < 300, `${changes} changes`);
    assert.equal(await readFile(file, 'utf8'), text);
  });

  it('comes and goes with its folder', async () => {
    await rm(at('logs'), { recursive: true });
    await start(OFTEN);
    await mkdir(at('logs'));
    await writeFile(file, jsonRows(1, 2));
    await has('made with its folder', [1, 2]);
    await rm(at('logs'), { recursive: true });
    await until('deleted with its folder', () => followed.state === 'missing');
    await mkdir(at('logs'));
    await writeFile(file, jsonRows(1, 3));
    await has('made anew with its folder', [1, 2, 3]);
    await appendFile(file, jsonRows(4, 4));
    await has('written to in the new folder', [1, 2, 3, 4]);
  });

  it('is told of what a link leads to, in another folder', async () => {
    await mkdir(at('elsewhere'));
    await writeFile(at('elsewhere', 'real.log'), jsonRows(1, 1));
    await symlink(at('elsewhere', 'real.log'), at('logs', 'train.log'));
    await start(EVENTS_ALONE);
    await has('read through the link', [1]);
    await appendFile(at('elsewhere', 'real.log'), jsonRows(2, 2));
    await has('written to behind the link', [1, 2]);
  });

  it('is looked at where the system tells nothing', async () => {
    // What is written through another name of the same file makes no event under this one.
    await writeFile(at('other-name'), jsonRows(1, 1));
    await link(at('other-name'), at('logs', 'train.log'));
    await start(OFTEN);
    await has('at first', [1]);
    await appendFile(at('other-name'), jsonRows(2, 2));
    await has('looked at', [1, 2]);
  });

  it('is not read any more when it is not watched, and is read again when it is', async () => {
    await start(OFTEN);
    await writeFile(file, jsonRows(1, 1));
    await has('watched', [1]);
    followed.unwatch();
    const { version } = followed;
    await appendFile(file, jsonRows(2, 2));
    // Some looks long.
    await stayedSo(4 * OFTEN, () => assert.equal(followed.version, version));
    followed.watch(() => changes++);
    await has('watched again', [1, 2]);
    followed.close();
    followed.watch(() => changes++);
    await appendFile(file, jsonRows(3, 3));
    await stayedSo(4 * OFTEN, () => assert.deepEqual(epochsOf(followed), [1, 2]));
  });
});

describe('a folder of checkpoints that is watched', function () {
  this.timeout(30_000);
  const at = temporaryFolder('test');
  let nudges = 0;
  let watch: Watch;

  const start = async (pause: number) => {
    watch = watchFolder(at('run'), () => nudges++, pause);
    await until('first nudge', () => nudges > 0);
    await settle();
  };
  /** Until nothing is told for some looks. */
  const settle = async () => {
    await steady('the number of nudges', () => nudges, 3 * OFTEN);
    nudges = 0;
  };
  const nudged = (what: string) => until(what, () => nudges > 0).then(settle);

  beforeEach(() => mkdir(at('run')));
  afterEach(() => watch.close());

  it('is told of files, of subfolders, and of files in these', async () => {
    await mkdir(at('run', 'epoch-1'));
    await start(EVENTS_ALONE);
    await writeFile(at('run', 'epoch-1.onnx'), 'a');
    await nudged('a file');
    await writeFile(at('run', 'epoch-1', 'model.json'), 'a');
    await nudged('a file in a subfolder');
    await mkdir(at('run', 'epoch-2'));
    await nudged('a subfolder');
    await writeFile(at('run', 'epoch-2', 'model.json'), 'a');
    await nudged('a file in a new subfolder');
    await rename(at('run', 'epoch-2'), at('run', 'epoch-3'));
    await nudged('a subfolder with another name');
    await appendFile(at('run', 'epoch-3', 'model.json'), 'b');
    await nudged('a file in it');
    await rm(at('run', 'epoch-3'), { recursive: true });
    await nudged('a deleted subfolder');
  });

  it('tells a hundred checkpoints in few nudges, and is quiet when nothing happens', async () => {
    await start(OFTEN);
    for (let epoch = 0; epoch < 100; epoch++) {
      await mkdir(at('run', `epoch-${epoch}`));
      await writeFile(at('run', `epoch-${epoch}`, 'model.onnx'), 'a');
    }
    await until('nudged', () => nudges > 0);
    assert.ok(nudges < 60, `${nudges} nudges`);
    await settle();
  });

  it('comes and goes, and is looked at where the system tells nothing', async () => {
    await rm(at('run'), { recursive: true });
    await start(OFTEN);
    await mkdir(at('run'));
    await nudged('made');
    await mkdir(at('run', 'epoch-1'));
    await writeFile(at('other-name'), 'a');
    await link(at('other-name'), at('run', 'epoch-1', 'model.onnx'));
    await nudged('a link');
    await appendFile(at('other-name'), 'b');
    await nudged('written to under another name');
    await rm(at('run'), { recursive: true });
    await nudged('deleted');
  });

  it('says nothing when it is closed', async () => {
    await start(OFTEN);
    watch.close();
    await writeFile(at('run', 'a.onnx'), 'a');
    await stayedSo(4 * OFTEN, () => assert.equal(nudges, 0));
  });
});

/** As much of the system's watcher as is used. */
class Watcher extends EventEmitter {
  close(): void {
    this.removeAllListeners();
  }
}

describe('events of a folder', () => {
  const at = temporaryFolder('test');

  it('are given up where the system has none left, and looking goes on', async () => {
    for (const code of ['ENOSPC', 'EMFILE']) {
      let asked = 0;
      const events = new FolderEvents(
        at(),
        () => undefined,
        () => {
          asked++;
          throw Object.assign(new Error('no more'), { code });
        },
      );
      await events.attach();
      await events.attach();
      assert.equal(asked, 1);
      events.close();
    }
  });

  it('are asked for again after an error that passes', async () => {
    const made: EventEmitter[] = [];
    const events = new FolderEvents(
      at(),
      () => undefined,
      () => {
        const watcher = new Watcher();
        made.push(watcher);
        return watcher;
      },
    );
    await events.attach();
    await events.attach();
    assert.equal(made.length, 1);
    made[0].emit('error', Object.assign(new Error('gone'), { code: 'EPERM' }));
    await events.attach();
    assert.equal(made.length, 2);
    events.close();
  });

  it('of a file come for that file alone', async () => {
    let nudges = 0;
    const watch = watchFile(at('a.log'), () => nudges++, EVENTS_ALONE);
    await until('first nudge', () => nudges > 0);
    await writeFile(at('b.log'), 'b');
    await stayedSo(300, () => assert.equal(nudges, 1));
    await writeFile(at('a.log'), 'a');
    await until('its own', () => nudges > 1);
    watch.close();
  });
});
