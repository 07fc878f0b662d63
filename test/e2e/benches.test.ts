import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';

describe('the bench of the window', function () {
  this.timeout(180_000);

  it('runs on tiny input', () => {
    const args = [path.join('test', 'bench', 'run.mjs'), '--small', 'window.bench.ts'];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    assert.equal(status, 0, `${stdout}\n${stderr}`);
    assert.match(stdout, /click to first picture in VS Code/);
    assert.match(stdout, /longest block of the extension host/);
  });
});
