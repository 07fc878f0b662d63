import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InputError } from '../../../src/core/errors';
import { lockHolder, takeLock } from '../../../src/runs/lock';

describe('lock of a run', function () {
  this.timeout(10_000);
  let folder: string;
  let file: string;
  const take = () => takeLock(file, (holder) => new InputError(file, `is taken (${holder})`));
  const leave = (pid: number) => writeFileSync(file, JSON.stringify({ pid, host: hostname() }));
  /** The number of a process that has ended. */
  const ended = () => spawnSync(process.execPath, ['-e', '']).pid;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'apd-lock-'));
    file = path.join(folder, 'run', 'lock');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is held by one, and can be taken again once it was given back', async () => {
    const giveBack = await take();
    assert.deepEqual(await lockHolder(file), { pid: process.pid, host: hostname() });
    await assert.rejects(take(), /is taken \(process \d+\)/);
    await giveBack();
    assert.equal(existsSync(file), false);
    await (
      await take()
    )();
  });

  it('of several that take over one that was left behind, exactly one gets it', async () => {
    await (
      await take()
    )();
    for (let round = 0; round < 8; round++) {
      leave(ended());
      const outcomes = await Promise.allSettled(Array.from({ length: 6 }, take));
      const got = outcomes.filter(({ status }) => status === 'fulfilled');
      assert.equal(got.length, 1);
      assert.deepEqual(readdirSync(path.dirname(file)), ['lock']);
      for (const one of outcomes) if (one.status === 'fulfilled') await one.value();
    }
  });

  it('of a process that had our number before the machine started again is left behind, too', async () => {
    await (
      await take()
    )();
    leave(process.pid);
    assert.equal(await lockHolder(file), undefined);
    await (
      await take()
    )();
  });

  it('that was made a moment ago is not taken for one that was left half written', async () => {
    await (
      await take()
    )();
    writeFileSync(file, '');
    const second = take();
    await sleep(50);
    // A process that is there: that of this one's parent.
    leave(process.ppid);
    await assert.rejects(second, /is taken/);
    writeFileSync(file, '');
    await (
      await take()
    )();
  });
});
