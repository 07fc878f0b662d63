import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { openDataset } from '../../../src/data/openDataset';
import { openRun } from '../../../src/runs/readRun';
import { fixture } from '../../fixtures';
import { apd, apdOk, CLI } from '../../helpers/apd';
import { NO_PROCESS, temporaryFolder, until } from '../../helpers/setup';

const MODEL = fixture('moons', 'epoch-000.onnx');
const LATER = fixture('moons', 'epoch-005.onnx');
const data = ['--data', fixture('moons', 'x.npy'), '--labels', fixture('moons', 'y.npy')];

/** A manifest that names such patterns. */
function manifestNaming(patterns: readonly string[]): string {
  const layer = { name: 'relu', activation: 'Relu', units: 4, shape: [4], bits: 1 };
  const snapshots = patterns.map((name, epoch) => ({ epoch, patterns: name }));
  const dataset = { path: 'x.npy', rows: 1 };
  return JSON.stringify({ formatVersion: 1, name: 'run', dataset, classes: [], layers: [layer], snapshots });
}

describe('files of strangers', function () {
  this.timeout(60_000);
  const at = temporaryFolder('test');

  it('a manifest has nothing removed that a run does not write: links, folders and other files stay', async () => {
    const run = at('run');
    mkdirSync(at('outside'));
    mkdirSync(path.join(run, 'src'), { recursive: true });
    mkdirSync(path.join(run, 'patterns'));
    const precious = [
      at('outside', 'victim.txt'),
      at('outside', 'epoch-0001.npz'),
      path.join(run, 'src', 'mine.ts'),
      path.join(run, 'patterns', 'notes.npz'),
    ];
    for (const file of precious) writeFileSync(file, 'precious');
    symlinkSync(at('outside'), path.join(run, 'link'));
    symlinkSync(at('outside', 'epoch-0001.npz'), path.join(run, 'patterns', 'epoch-0001.npz'));
    const named = [
      'link/victim.txt',
      'src',
      'patterns/notes.npz',
      'patterns/epoch-0001.npz',
      '../outside/victim.txt',
    ];
    writeFileSync(path.join(run, 'apd-run.json'), manifestNaming(named));
    await apdOk('record', MODEL, ...data, '--out', run, '--force');
    for (const file of precious) assert.ok(existsSync(file), file);
    assert.equal((await openRun(run)).manifest.snapshots.length, 1);
  });

  it('what is no plain file is refused at once wherever a file is read', async function () {
    if (process.platform === 'win32') this.skip();
    const pipe = (name: string) => {
      mkdirSync(path.dirname(at(name)), { recursive: true });
      assert.equal(spawnSync('mkfifo', [at(name)]).status, 0);
      return at(name);
    };
    const refused = async (file: string, ...args: string[]) => {
      const { code, stderr } = await apd(...args);
      assert.equal(code, 1, stderr);
      assert.match(stderr, /is a device or a pipe|is not a regular file|is no file/, file);
    };
    await refused('manifest', 'report', path.dirname(pipe('manifest/apd-run.json')));
    await refused('data', 'record', MODEL, '--data', pipe('x.npy'), '--out', at('out'));
    await refused('model', 'model', pipe('model.onnx'));
    await refused('configuration', 'train', pipe('net.apd.json'));
    await refused(
      'state',
      'train',
      path.dirname(path.dirname(pipe('trained/training/state.json'))),
      '--resume',
    );
    await refused('device', 'record', MODEL, '--data', '/dev/zero', '--out', at('out'));
    await apdOk('record', MODEL, ...data, '--out', at('run'));
    pipe('run/apd-links.json');
    await refused('links', 'follow', at('checkpoints'), '--out', at('run'), '--until-quiet', '1');
    pipe('locked/apd-run.lock');
    await apdOk('record', MODEL, ...data, '--out', at('locked'));
  });

  it('of two recordings into one folder one is refused, and the run holds one of them whole', async () => {
    const record = () => apd('record', MODEL, LATER, ...data, '--out', at('run'));
    const outcomes = await Promise.all([record(), record(), record()]);
    assert.equal(outcomes.filter(({ code }) => code === 0).length, 1);
    for (const { code, stderr } of outcomes) {
      if (code !== 0) assert.match(stderr, /written to already|is a run already/);
    }
    assert.equal((await openRun(at('run'))).manifest.snapshots.length, 2);
    assert.deepEqual(readdirSync(at('run')).sort(), ['apd-run.json', 'patterns']);
  });

  it('--force waits for nobody: a run that is written to is not replaced', async () => {
    await apdOk('record', MODEL, ...data, '--out', at('run'));
    const lock = JSON.stringify({ pid: process.pid, host: 'elsewhere', task: 'train', beat: 10 });
    writeFileSync(at('run', 'apd-run.lock'), lock);
    const { code, stderr } = await apd('record', MODEL, ...data, '--out', at('run'), '--force');
    assert.equal(code, 1);
    assert.match(stderr, /apd train, process \d+ on elsewhere.*delete .*apd-run\.lock/);
  });

  it('temporary files of processes that are gone are removed at the next start; those of others stay', async () => {
    await apdOk('record', MODEL, ...data, '--out', at('run'));
    const left = at('run', 'patterns', `.epoch-0001.npz.tmp-${NO_PROCESS}`);
    const inUse = at('run', `.apd-links.json.tmp-${process.pid}`);
    for (const file of [left, inUse]) writeFileSync(file, 'half');
    await apdOk('record', MODEL, ...data, '--out', at('run'), '--force');
    assert.ok(!existsSync(left));
    assert.ok(existsSync(inUse));
  });

  it('a run folder that is deleted while it is recorded ends the recording with exit 1', async () => {
    const models = Array.from({ length: 40 }, (_, k) => {
      copyFileSync(MODEL, at(`epoch-${k}.onnx`));
      return at(`epoch-${k}.onnx`);
    });
    const child = spawn(process.execPath, [CLI, 'record', ...models, ...data, '--out', at('run')]);
    let stderr = '';
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    await until('a first snapshot', () => existsSync(at('run', 'apd-run.json')));
    rmSync(at('run'), { recursive: true, maxRetries: 5 });
    const [code] = (await once(child, 'exit')) as [number];
    assert.equal(code, 1, stderr);
    assert.match(stderr, /was removed while it was written/);
  });

  it('a changed checkpoint is recorded anew though the clock was ahead when it was recorded', async () => {
    mkdirSync(at('checkpoints'));
    copyFileSync(MODEL, at('checkpoints', 'epoch-1.onnx'));
    const follow = () =>
      apdOk('follow', at('checkpoints'), ...data, '--out', at('run'), '--until-quiet', '1');
    await follow();
    const before = (await openRun(at('run'))).manifest.snapshots[0];
    const ahead = new Date(Date.now() + 3_600_000);
    utimesSync(at('run', before.patterns), ahead, ahead);
    copyFileSync(LATER, at('checkpoints', 'epoch-1.onnx'));
    await follow();
    const { snapshots } = (await openRun(at('run'))).manifest;
    assert.equal(snapshots.length, 1);
    assert.notEqual(snapshots[0].model?.sha256, before.model?.sha256);
  });

  it('a compressed table that grows beyond all measure is refused on the way', async () => {
    writeFileSync(at('bomb.csv.gz'), gzipSync('0,0,0,0,0,0,0,0\n'.repeat(4_000_000)));
    const { code, stderr } = await apd(
      'record',
      MODEL,
      '--data',
      at('bomb.csv.gz'),
      '--no-labels',
      '--out',
      at('out'),
    );
    assert.equal(code, 1);
    assert.match(
      stderr,
      /inflates to more than 100 times its size; the limit is 100 \(APD_LIMITS=growth=\d+/,
    );
  });

  it('reading a table ends when it is told to', async () => {
    writeFileSync(at('large.csv'), '1,2,3,4\n'.repeat(1_000_000));
    const controller = new AbortController();
    const reading = openDataset({ data: [{ path: at('large.csv') }], signal: controller.signal });
    setTimeout(() => controller.abort(new DOMException('stopped', 'AbortError')), 1);
    await assert.rejects(reading, { name: 'AbortError' });
  });

  it('a table that is being read ends with SIGTERM, with the exit code of a stop', async function () {
    if (!existsSync('/proc/self/fd')) this.skip();
    writeFileSync(at('large.csv'), '1,2,3,4\n'.repeat(8_000_000));
    const child = spawn(process.execPath, [
      CLI,
      'record',
      MODEL,
      '--data',
      at('large.csv'),
      '--no-labels',
      '--out',
      at('stopped'),
    ]);
    // The file is open once it is being read.
    const descriptors = `/proc/${child.pid}/fd`;
    const isReading = () =>
      readdirSync(descriptors).some((name) => {
        try {
          return readlinkSync(path.join(descriptors, name)) === at('large.csv');
        } catch {
          // Closed meanwhile.
          return false;
        }
      });
    await until('it reads the table', () => child.exitCode !== null || isReading());
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number];
    assert.equal(code, 130);
    assert.equal(existsSync(at('stopped')), false);
  });
});
