import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';

/** A run of the standing kill test. */
function kill(...args: string[]): Promise<{ code: number | null; said: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [path.resolve('test/kill/run.mjs'), '--built', ...args]);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text: Buffer) => (said += text.toString()));
    }
    child.on('close', (code) => resolve({ code, said }));
  });
}

describe('what is killed', function () {
  this.timeout(180_000);

  it('leaves finished snapshots readable, nothing behind, and is gone on with to the same run', async () => {
    const { code, said } = await kill('--count', '6', '--seed', '7');
    assert.equal(code, 0, said);
    assert.match(said, /record: 1 aimed kills.*\n.*train: 1 aimed kills.*\n.*follow: 1 aimed kills/);
  });
});
