import assert from 'node:assert/strict';
import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { InputError } from '../../../src/core/errors';
import { lockHolder, takeLock } from '../../../src/runs/lock';
import { NO_PROCESS, temporaryFolder } from '../../helpers/setup';

describe('lock of a run', function () {
  this.timeout(10_000);
  const at = temporaryFolder('test');
  let file: string;
  const take = () => takeLock(file, (holder) => new InputError(file, `is taken (${holder})`));
  const leave = (pid: number) => writeFileSync(file, JSON.stringify({ pid, host: hostname() }));

  beforeEach(() => {
    file = at('run', 'lock');
  });

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
      leave(NO_PROCESS);
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
    // A process that is there: that of this one's parent.
    setTimeout(() => leave(process.ppid), 50);
    await assert.rejects(second, /is taken/);
    writeFileSync(file, '');
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(file, longAgo, longAgo);
    await (
      await take()
    )();
  });
});
