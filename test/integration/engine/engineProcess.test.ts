import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import { EngineDied } from '../../../src/extension/engine/engineClient';
import { INPUT_ERROR_CODE, REQUEST_CANCELLED_CODE, type ProgressNote } from '../../../src/protocol/engine';
import { asFlow, engines, epochsTo, recordParams, stateOf } from '../../helpers/engine';
import { fixture } from '../../fixtures';
import { apd } from '../../helpers/apd';
import { isAlive, temporaryFolder, until } from '../../helpers/setup';

/** The same few models many times over: work that takes a while. */
function longRecording(out: string) {
  const params = recordParams('digits', epochsTo(8), out);
  return { ...params, models: Array.from({ length: 20 }, () => params.models).flat() };
}

describe('engine process', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const engine = engines();
  const run = () => path.join(folder(), 'digits');
  before(async () => {
    await engine().request('model/record', recordParams('digits', [0, 4, 8], run()));
  });

  it('is another process, started by the first request', async () => {
    const client = engine();
    assert.equal(client.pid, undefined);
    const { pid, version, node } = await client.request('engine/info', {});
    assert.notEqual(pid, process.pid);
    assert.equal(client.pid, pid);
    assert.match(version, /^\d+\.\d+\.\d+/);
    assert.equal(node, process.version);
  });

  it('sends typed arrays as typed arrays', async () => {
    const scene = asFlow(
      await engine().request('scene/draw', { folder: run(), state: stateOf(), height: 600 }),
    );
    assert.ok(scene.columns[0].instances instanceof Int32Array);
    assert.ok(scene.columns[0].change instanceof Uint8Array);
    assert.ok(scene.flows[0].source instanceof Int32Array);
  });

  it('tells what is wrong with the input in one line, with its code', async () => {
    const missing = path.join(folder(), 'nowhere');
    await assert.rejects(
      engine().request('run/open', { folder: missing }),
      (error: Error & { code: number }) => {
        assert.equal(error.code, INPUT_ERROR_CODE);
        assert.ok(error.message.startsWith(`${missing}: is no run`), error.message);
        assert.ok(!error.message.includes('\n'));
        return true;
      },
    );
  });

  it('says what to do in words of the window, where commands name their options', async () => {
    const params = recordParams('digits', [8], run());
    await assert.rejects(engine().request('model/record', params), (error: Error) => {
      assert.match(error.message, /choose another folder, or replace it/);
      assert.ok(!error.message.includes('--'), error.message);
      return true;
    });
    const data = ['--data', params.data[0], '--labels', fixture('digits', 'y.npy')];
    const { code, stderr } = await apd('record', ...params.models, ...data, '--out', run());
    assert.equal(code, 1);
    assert.match(stderr, /replace it with --force/);
  });

  it('refuses states that do not fit the run', async () => {
    const client = engine();
    for (const [change, expected] of [
      [{ snapshot: 3 }, /3 snapshots, none of number 3/],
      [{ level: 7, view: 'patterns' }, /3 levels, none of number 7/],
      [{ resolution: 1 }, /resolution 1: expected/],
      [{ budget: 0 }, /budget is 0/],
    ] as const) {
      const request = client.request('scene/draw', { folder: run(), state: stateOf(change), height: 600 });
      await assert.rejects(request, (error: Error & { code: number }) => {
        assert.equal(error.code, INPUT_ERROR_CODE);
        assert.match(error.message, expected);
        return true;
      });
    }
  });

  it('takes another limit of memory as soon as it has nothing to do, and says nothing of it', async () => {
    const client = engine({ memoryMiB: 512 });
    const reasons: string[] = [];
    client.onExit(({ reason }) => reasons.push(reason));
    const { pid } = await client.request('engine/info', {});
    client.limit({ memoryMiB: 512, hangAfterMs: 60_000 });
    assert.equal(client.pid, pid, 'the same memory needs no other process');
    const recording = client.request(
      'model/record',
      recordParams('moons', [0], path.join(folder(), 'limit')),
    );
    client.limit({ memoryMiB: 600 });
    assert.equal(client.pid, pid, 'work under way is not disturbed');
    await recording;
    assert.equal(client.pid, undefined);
    const next = await client.request('engine/info', {});
    assert.notEqual(next.pid, pid);
    client.limit({ memoryMiB: 700 });
    assert.equal(client.pid, undefined, 'an idle one goes at once');
    assert.notEqual((await client.request('engine/info', {})).pid, next.pid);
    assert.deepEqual(reasons, []);
  });

  it('that is killed in the middle of work rejects, and the next request starts another', async () => {
    const client = engine();
    const reasons: string[] = [];
    client.onExit(({ reason }) => reasons.push(reason));
    const out = path.join(folder(), 'killed');
    const first = new Promise<void>((resolve) => client.on('run/snapshot', () => resolve()));
    const recording = client.request('model/record', longRecording(out));
    recording.catch(() => undefined);
    await first;
    const { pid } = client;
    process.kill(pid!, 'SIGKILL');
    await assert.rejects(recording, (error: Error) => {
      assert.ok(error instanceof EngineDied);
      assert.equal(
        error.message,
        'The engine stopped (signal SIGKILL) while recording; it will start again with the next request.',
      );
      return true;
    });
    assert.deepEqual(reasons, ['signal SIGKILL']);
    const { snapshots } = await client.request('run/open', { folder: out });
    assert.ok(snapshots.length >= 1 && snapshots.length < 180, 'finished snapshots are there');
    assert.notEqual(client.pid, pid);
    const scene = await client.request('scene/draw', { folder: out, state: stateOf(), height: 600 });
    assert.equal(scene.instances, 1797);
  });

  it('that ends twice within a minute is told apart from one that ends once', async () => {
    const client = engine();
    const exits: boolean[] = [];
    for (const end of [1, 2]) {
      await client.request('engine/info', {});
      const told = new Promise<void>((resolve) => {
        const listening = client.onExit(({ again }) => {
          listening.dispose();
          exits.push(again);
          resolve();
        });
      });
      process.kill(client.pid!, 'SIGKILL');
      await told;
      assert.equal(exits.length, end);
    }
    assert.deepEqual(exits, [false, true]);
  });

  it('that hangs is killed after a while', async () => {
    const client = engine({ pingEveryMs: 50 });
    await client.request('engine/info', {});
    process.kill(client.pid!, 'SIGSTOP');
    client.limit({ hangAfterMs: 500 });
    await assert.rejects(
      client.request('run/open', { folder: run() }),
      /no sign of life for .* while opening a run/,
    );
    // A new process may take long to start on a busy machine.
    client.limit({ hangAfterMs: 60_000 });
    assert.equal((await client.request('run/open', { folder: run() })).name, 'digits');
  });

  it('gives signs of life while it works, so that it is not taken for one that hangs', async () => {
    const client = engine();
    const out = path.join(folder(), 'working');
    const source = new CancellationTokenSource();
    let finished = 0;
    client.on('run/snapshot', () => finished++);
    const recording = client.request('model/record', longRecording(out), source.token);
    await until('a snapshot', () => finished > 0);
    for (let signs = 0; signs < 5; signs++) await client.request('engine/info', {});
    assert.ok(finished < 180, 'the recording goes on');
    source.cancel();
    await assert.rejects(recording, { code: REQUEST_CANCELLED_CODE });
  });

  it('that runs out of memory says so, and starts again', async () => {
    const client = engine({ memoryMiB: 32 });
    const state = stateOf({
      selection: { kind: 'instances', instances: Array.from({ length: 4e6 }, (_, i) => i) },
    });
    const request = client.request('scene/draw', { folder: run(), state, height: 600 });
    await assert.rejects(request, /The engine stopped \(out of memory\) while drawing/);
    assert.equal((await client.request('run/open', { folder: run() })).snapshots.length, 3);
  });

  it('stops recording when it is cancelled; what is finished stays', async () => {
    const client = engine();
    const out = path.join(folder(), 'cancelled');
    const source = new CancellationTokenSource();
    const notes: ProgressNote[] = [];
    let finished = 0;
    client.on('run/snapshot', ({ folder: of, snapshot }) => {
      assert.equal(of, out);
      assert.equal(snapshot, finished++);
      if (finished === 2) source.cancel();
    });
    const recording = client.request('model/record', longRecording(out), source.token, (note) =>
      notes.push(note),
    );
    await assert.rejects(recording, { code: REQUEST_CANCELLED_CODE });
    const { snapshots } = await client.request('run/open', { folder: out });
    assert.equal(snapshots.length, finished);
    assert.ok(finished >= 2 && finished < 180, `${finished}`);
    const state = stateOf({ snapshot: finished - 1 });
    assert.equal((await client.request('scene/draw', { folder: out, state, height: 600 })).instances, 1797);
    const shares = notes.flatMap(({ share }) => (share === undefined ? [] : [share]));
    assert.ok(shares.length > 0 && shares.every((share, i) => share >= (shares[i - 1] ?? 0) && share <= 1));
  });

  it('that is cancelled before it recorded anything leaves nothing', async () => {
    const client = engine();
    const out = path.join(folder(), 'nothing');
    const source = new CancellationTokenSource();
    const recording = client.request('model/record', longRecording(out), source.token);
    source.cancel();
    await assert.rejects(recording, { code: REQUEST_CANCELLED_CODE });
    assert.equal(existsSync(out), false);
  });

  it('ends when it is disposed of; what was asked is rejected', async () => {
    const client = engine();
    const { pid } = await client.request('engine/info', {});
    const pending = client.request('model/record', longRecording(path.join(folder(), 'closed')));
    client.dispose();
    await assert.rejects(pending, /it was closed/);
    await assert.rejects(client.request('engine/info', {}), /it was closed/);
    await until('the process to end', () => !isAlive(pid));
  });
});
