import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';

const RECORDER = path.resolve('recorder');
/** The Python of APD_PYTHON, or Debian's own. */
const PYTHON = process.env.APD_PYTHON ?? '/usr/bin/python3';

/** Runs a module of the recorder's own tests. Returns the exit code and what it said. */
function unittest(module: string): Promise<{ code: number | null; said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(PYTHON, ['-m', 'unittest', '-v', `tests.${module}`], { cwd: RECORDER });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, said }));
  });
}

/** Why the tests cannot run here; undefined where they can. */
function obstacle(): string | undefined {
  const { status } = spawnSync(PYTHON, ['-c', 'import torch, numpy, sklearn']);
  if (status === 0) return undefined;
  return `${PYTHON} has no PyTorch with NumPy and scikit-learn (Debian: python3-torch python3-sklearn; APD_PYTHON names another)`;
}

describe('Recorder of Python trainings', function () {
  this.timeout(1_800_000);

  before(function () {
    const reason = obstacle();
    if (reason === undefined) return;
    console.log(`      skipped: ${reason}`);
    this.skip();
  });

  for (const module of [
    'test_units',
    'test_variations',
    'test_ends',
    'test_scripts',
    'test_callbacks',
    'test_keras',
  ]) {
    it(`passes ${module}`, async () => {
      const { code, said } = await unittest(module);
      for (const [line] of said.matchAll(/^.*\.\.\. skipped .*$/gm)) console.log(`      ${line}`);
      assert.equal(code, 0, said);
    });
  }
});
