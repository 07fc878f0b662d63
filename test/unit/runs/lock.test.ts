import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { InputError } from '../../../src/core/errors';
import { lockHolder, takeLock } from '../../../src/runs/lock';
import { NO_PROCESS, temporaryFolder } from '../../helpers/setup';

describe('lock of a run', function () {
  this.timeout(10_000);
  const at = temporaryFolder('test');
  let file: string;
  const taken = ({ pid }: { pid: number }) => new InputError(file, `is taken (process ${pid})`);
  const take = () => takeLock({ file, task: 'test', taken });
  const leave = (pid: number, more: object = {}) =>
    writeFileSync(file, JSON.stringify({ pid, host: hostname(), ...more }));

  beforeEach(() => {
    file = at('run', 'lock');
  });

  it('is held by one, and can be taken again once it was given back', async () => {
    const giveBack = await take();
    const { pid, host, task } = (await lockHolder(file))!;
    assert.deepEqual([pid, host, task], [process.pid, hostname(), 'test']);
    await assert.rejects(take(), /is taken \(process \d+\)/);
    await giveBack.release();
    assert.equal(existsSync(file), false);
    await (await take()).release();
  });

  it('of several that take over one that was left behind, exactly one gets it', async () => {
    await (await take()).release();
    for (let round = 0; round < 8; round++) {
      leave(NO_PROCESS);
      const outcomes = await Promise.allSettled(Array.from({ length: 6 }, take));
      const got = outcomes.filter(({ status }) => status === 'fulfilled');
      assert.equal(got.length, 1);
      assert.deepEqual(readdirSync(path.dirname(file)), ['lock']);
      for (const one of outcomes) if (one.status === 'fulfilled') await one.value.release();
    }
  });

  it('of a process that had our number before the machine started again is left behind, too', async () => {
    await (await take()).release();
    leave(process.pid);
    assert.equal(await lockHolder(file), undefined);
    await (await take()).release();
  });

  it('that was made a moment ago is not taken for one that was left half written', async () => {
    await (await take()).release();
    writeFileSync(file, '');
    const second = take();
    // A process that is there: that of this one's parent.
    setTimeout(() => leave(process.ppid), 50);
    await assert.rejects(second, /is taken/);
    writeFileSync(file, '');
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(file, longAgo, longAgo);
    await (await take()).release();
  });

  it('of a number that no process can have is held by nobody', async () => {
    await (await take()).release();
    for (const pid of [0, -1, 1.5, 2 ** 40]) {
      leave(pid);
      assert.equal(await lockHolder(file), undefined, String(pid));
      await (await take()).release();
    }
  });

  it('of another host is held while its signs of life come, and for ever where it gives none', async () => {
    await (await take()).release();
    const long = new Date(Date.now() - 3_600_000);
    leave(4711, { host: 'elsewhere', beat: 10 });
    await assert.rejects(take(), /is taken \(process 4711\)/);
    utimesSync(file, long, long);
    await (await take()).release();
    leave(4711, { host: 'elsewhere' });
    utimesSync(file, long, long);
    await assert.rejects(take(), /is taken/);
  });

  it('tells its holder when it was removed, or taken over', async () => {
    const first = await take();
    await first.check();
    leave(4711, { host: 'elsewhere', token: 'another' });
    await assert.rejects(
      first.check(),
      /was taken over while it was written: lock names process 4711 on elsewhere/,
    );
    await first.release();
    assert.ok(existsSync(file), 'a lock of another is not given back');
    rmSync(file);
    const second = await take();
    rmSync(path.dirname(file), { recursive: true });
    await assert.rejects(second.check(), /was removed while it was written: its lock is gone/);
    await second.release();
  });
});
