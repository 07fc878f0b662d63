import assert from 'node:assert/strict';
import { appendFile, copyFile, mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { RunFollower, type FollowRequest } from '../../../src/engine/follow/followRun';
import { openSource } from '../../../src/engine/recording/recordModels';
import { readLinks } from '../../../src/runs/links';
import { openRun, readSnapshot } from '../../../src/runs/readRun';
import { RunLock } from '../../../src/runs/runLock';
import { RunWriter } from '../../../src/runs/writeRun';
import { stayedSo, temporaryFolder, until } from '../../helpers/setup';

const DIGITS = path.join(process.cwd(), 'test/fixtures/digits');
const expected = JSON.parse(readFileSync(path.join(DIGITS, 'expected.json'), 'utf8')) as {
  patterns_per_layer: number[][];
};
const patternsOf = (epoch: number) => expected.patterns_per_layer[epoch];
const nameOf = (epoch: number) => `epoch-${String(epoch).padStart(3, '0')}.onnx`;

describe('following checkpoints', function () {
  this.timeout(30_000);
  const at = temporaryFolder('test');
  let checkpoints: string;
  let run: string;
  let follower: RunFollower | undefined;
  let told: string[];
  let taken: number[];

  beforeEach(() => {
    checkpoints = at('checkpoints');
    run = at('run');
    told = [];
    taken = [];
  });

  afterEach(async () => {
    await follower?.stop();
    follower = undefined;
  });

  const begin = () =>
    openSource({
      data: [path.join(DIGITS, 'x.npy')],
      labels: [path.join(DIGITS, 'y.npy')],
      backend: 'wasm',
      out: run,
      name: 'live',
    });

  async function follow(options: Partial<FollowRequest> = {}): Promise<RunFollower> {
    const request = {
      folder: run,
      checkpoints,
      modelOptions: { backend: 'wasm' as const },
      newestFirst: false,
    };
    const hooks = {
      onNotice: (text: string) => told.push(text),
      onSnapshot: ({ epoch }: { epoch: number }) => taken.push(epoch),
      onChange: () => undefined,
    };
    follower = await RunFollower.start({ ...request, begin, ...options }, hooks);
    return follower;
  }

  const write = async (epoch: number, name = nameOf(epoch)) => {
    await mkdir(path.dirname(path.join(checkpoints, name)), { recursive: true });
    await copyFile(path.join(DIGITS, nameOf(epoch)), path.join(checkpoints, name));
  };

  /** The run is as if it had been recorded from whole files: nothing twice, in order, with the reference's patterns. */
  async function assertRun(epochs: number[]): Promise<void> {
    const { manifest } = await openRun(run);
    assert.deepEqual(
      manifest.snapshots.map(({ epoch }) => epoch),
      epochs,
    );
    for (const [s, epoch] of epochs.entries()) {
      assert.deepEqual(
        manifest.snapshots[s].patternCounts?.slice(0, -1) ?? [],
        patternsOf(epoch).slice(0, -1),
      );
    }
    const files = (await readdir(path.join(run, 'patterns'))).filter((name) => name.endsWith('.npz'));
    assert.equal(files.length, epochs.length, `files of patterns: ${files.join(', ')}`);
    const last = await readSnapshot(await openRun(run), epochs.length - 1);
    assert.equal(last.instances.length, manifest.dataset.rows);
  }

  it('says which files it does not record, and what to do, instead of waiting for them', async () => {
    await mkdir(checkpoints, { recursive: true });
    for (const name of ['weights.pt', 'old.pth', 'script.pt']) {
      await copyFile(path.join('test/fixtures/others', name), path.join(checkpoints, name));
    }
    await follow();
    assert.deepEqual(
      told.filter((text) => text.includes('(3 files of the folder are not recorded)')).length,
      2,
    );
    assert.match(told.join('\n'), /is a checkpoint of PyTorch, weights without their network/);
    assert.match(told.join('\n'), /script\.pt is a TorchScript model/);
  });

  it('begins a run with the first checkpoint of a folder that comes later, and takes each that follows', async () => {
    await follow();
    await assert.rejects(openRun(run), /is no run/);
    for (const epoch of [0, 1, 2]) {
      await write(epoch);
      await until(`epoch ${epoch} is recorded`, () => taken.includes(epoch));
    }
    await assertRun([0, 1, 2]);
    assert.deepEqual((await readLinks(run)).checkpoints, { path: '../checkpoints', follow: true });
  });

  it('takes a burst of what is there with the newest first, and sorts it into its order', async () => {
    for (const epoch of [0, 1, 2, 3, 4, 5]) await write(epoch);
    await (await follow({ newestFirst: true })).idle();
    assert.deepEqual(taken, [5, 4, 3, 2, 1, 0]);
    await assertRun([0, 1, 2, 3, 4, 5]);
  });

  it('waits for a checkpoint that is written slowly, and records it once', async () => {
    const running = await follow();
    const whole = await readFile(path.join(DIGITS, nameOf(3)));
    await mkdir(checkpoints, { recursive: true });
    const file = path.join(checkpoints, nameOf(3));
    await writeFile(file, '');
    const part = Math.ceil(whole.length / 5);
    for (let at = 0; at < whole.length; at += part) {
      await appendFile(file, whole.subarray(at, at + part));
      if (at + part < whole.length) await stayedSo(260, () => assert.deepEqual(taken, []));
    }
    await until('it is recorded once it is whole', () => taken.length > 0);
    await running.idle();
    assert.deepEqual(taken, [3]);
    assert.deepEqual(running.state.incomplete, []);
    await assertRun([3]);
  });

  it('gives up what stays damaged, says so once, and takes it when it is mended', async () => {
    await write(1);
    await writeFile(path.join(checkpoints, nameOf(2)), 'half a model');
    const running = await follow({ giveUpMs: 300 });
    await until('it is given up', () => running.state.refused.length === 1);
    assert.match(running.state.refused[0].problem, /epoch-002\.onnx/);
    assert.equal(told.filter((text) => /given up until it changes/.test(text)).length, 1);
    await write(2);
    await until('it is recorded', () => taken.includes(2));
    assert.deepEqual(running.state.refused, []);
    await assertRun([1, 2]);
  });

  it('goes on with a run, without recording what it has; what was written over takes its place', async () => {
    await write(0);
    await write(1);
    await (await follow()).idle();
    await follower!.stop();
    taken = [];
    await write(2);
    const running = await follow({ begin: undefined });
    await running.idle();
    assert.deepEqual(taken, [2]);
    // A training that starts over writes its first epochs again.
    await write(5, nameOf(1));
    await until('the changed checkpoint is recorded', () => taken.length === 2);
    const { manifest } = await openRun(run);
    assert.deepEqual(
      manifest.snapshots.map(({ epoch }) => epoch),
      [0, 1, 2],
    );
    assert.deepEqual(manifest.snapshots[1].patternCounts, patternsOf(5));
    assert.equal((await readdir(path.join(run, 'patterns'))).length, 3);
  });

  it('does not record a file again whose time alone has changed', async () => {
    await write(0);
    const running = await follow();
    await running.idle();
    const soon = new Date(Date.now() - 1000);
    await utimes(path.join(checkpoints, nameOf(0)), soon, soon);
    await stayedSo(300, () => assert.deepEqual(taken, [0]));
    await running.idle();
    assert.deepEqual(taken, [0]);
  });

  it('keeps the snapshots of checkpoints that are deleted', async () => {
    await write(0);
    await write(1);
    const running = await follow();
    await running.idle();
    await rm(path.join(checkpoints, nameOf(0)));
    await write(2);
    await until('the next one is recorded', () => taken.includes(2));
    await assertRun([0, 1, 2]);
  });

  it('makes a snapshot each time one file is written over, when that is all there is', async () => {
    await write(0, 'model.onnx');
    const running = await follow();
    await running.idle();
    for (const epoch of [1, 2]) {
      await write(epoch, 'model.onnx');
      await until(`version ${epoch} is recorded`, () => taken.length === epoch + 1);
    }
    await assertRun([0, 1, 2]);
  });

  it('finds checkpoints in folders of their own, by their steps', async () => {
    await write(1, 'checkpoint-100/model.onnx');
    await write(2, 'checkpoint-200/model.onnx');
    const running = await follow();
    await running.idle();
    await write(3, 'checkpoint-1000/model.onnx');
    await until('the third is recorded', () => taken.length === 3);
    const { manifest } = await openRun(run);
    assert.deepEqual(
      manifest.snapshots.map(({ epoch, step }) => [epoch, step]),
      [
        [0, 100],
        [1, 200],
        [2, 1000],
      ],
    );
  });

  it('is refused to a second one while the first goes on, and to runs that are trained here', async () => {
    await write(0);
    await (await follow()).idle();
    const first = follower;
    await assert.rejects(follow(), /written to already \(apd follow, process \d+\)/);
    follower = first;
    await first!.stop();
    const manifest = path.join(run, 'apd-run.json');
    const content = JSON.parse(await readFile(manifest, 'utf8')) as object;
    await writeFile(
      manifest,
      JSON.stringify({ ...content, training: { config: 'training/config.apd.json' } }),
    );
    await assert.rejects(follow(), /is trained here/);
  });

  it('is not replaced by another recording while it goes on', async () => {
    await write(0);
    const running = await follow();
    await running.idle();
    const { manifest } = await openRun(run);
    const again = () => RunLock.take(run, 'record');
    await assert.rejects(
      again(),
      /is written to already \(apd follow, process \d+\).*delete .*apd-run\.lock/,
    );
    await running.stop();
    const lock = await again();
    await (await RunWriter.create(lock, manifest, true)).abandon();
    await lock.release();
    await assertRun([0]);
  });

  it('ends with a message when the run is taken away', async () => {
    await write(0);
    const running = await follow();
    await running.idle();
    await rm(run, { recursive: true });
    await writeFile(run, 'in the way');
    await write(1);
    await until('it ends', () => running.state.status === 'failed');
    assert.match(running.state.message ?? '', /run/);
  });

  it('ends with a message when the run is deleted, and makes no half of it anew', async () => {
    await write(0);
    const running = await follow();
    await running.idle();
    await rm(run, { recursive: true });
    await write(1);
    await until('it ends', () => running.state.status === 'failed');
    assert.match(running.state.message ?? '', /run: is not there any more/);
    await assert.rejects(readdir(run), /ENOENT/);
  });

  it('tells of checkpoints with odd names in one line, with what is wrong', async () => {
    await mkdir(checkpoints, { recursive: true });
    await writeFile(path.join(checkpoints, 'epoch-1\n\u001b[31mX.onnx'), 'no model');
    const running = await follow({ giveUpMs: 0 });
    await until('it is refused', () => running.state.refused.length === 1);
    const { problem } = running.state.refused[0];
    assert.match(problem, /epoch-1\\n\\x1b\[31mX\.onnx: .*ONNX/);
    assert.doesNotMatch(problem, /\p{Cc}/u);
  });

  it('refuses a network of another size, and goes on with the others', async () => {
    await write(0);
    const running = await follow({ giveUpMs: 0 });
    await running.idle();
    await copyFile(
      path.join(process.cwd(), 'test/fixtures/moons/epoch-000.onnx'),
      path.join(checkpoints, nameOf(7)),
    );
    await until('it is refused', () => running.state.refused.length === 1);
    assert.match(running.state.refused[0].problem, /epoch-007/);
    await write(8);
    await until('the next one is recorded', () => taken.includes(8));
    await assertRun([0, 8]);
  });
});
