import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';

const ENDING = '.bench.ts';

/** Runs a bench on tiny input. @returns its exit code and what it said */
function runSmall(name: string): Promise<{ code: number | null; said: string }> {
  return new Promise((resolve, reject) => {
    const args = [path.join('test', 'bench', 'run.mjs'), '--small', name];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, said }));
  });
}

describe('the bench', function () {
  this.timeout(120_000);

  const names = readdirSync(path.join('test', 'bench'))
    .filter((name) => name.endsWith(ENDING))
    .map((name) => name.slice(0, -ENDING.length));

  // That of the window needs one: it is run by the tests that open windows.
  for (const name of names.filter((one) => one !== 'window')) {
    it(`${name} runs on tiny input`, async () => {
      const { code, said } = await runSmall(`${name}${ENDING}`);
      assert.equal(code, 0, said);
      assert.match(said, /\nFigures\n/);
    });
  }
});
