import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { CommandFailed, runCommand } from '../../../src/extension/trainings/npmCommand';
import { isAlive, temporaryFolder, until } from '../../helpers/setup';

describe('a command that installs', function () {
  this.timeout(20_000);
  const at = temporaryFolder('test');
  const script = (text: string) => ({
    program: process.execPath,
    args: ['-e', text],
    folder: at(),
    shell: false,
  });
  const never = new AbortController().signal;

  it('runs in its folder, and is heard line by line', async () => {
    const lines: string[] = [];
    const text = `console.log('one\\n\\n  two'); console.error(process.cwd())`;
    await runCommand(script(text), (line) => lines.push(line), never);
    assert.deepEqual(lines.sort(), [at(), 'one', 'two'].sort());
  });

  it('fails with its code and what it said last', async () => {
    const text = `console.log('fetching'); console.error('no network'); process.exitCode = 3`;
    await assert.rejects(
      runCommand(script(text), () => undefined, never),
      (error: unknown) => {
        assert.ok(error instanceof CommandFailed);
        assert.match(error.message, /ended with code 3: no network/);
        return true;
      },
    );
  });

  it('says that it is not there', async () => {
    const missing = { program: 'no-such-program', args: [], folder: at(), shell: false };
    await assert.rejects(
      runCommand(missing, () => undefined, never),
      {
        message: 'no-such-program was not found',
      },
    );
  });

  it('ends with what it started when it is cancelled', async function () {
    if (process.platform === 'win32') this.skip();
    const source = new AbortController();
    const child = `require('fs').writeFileSync('pid', String(process.pid)); setInterval(() => {}, 1000)`;
    const text = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: 'inherit' });
      setInterval(() => { if (require('fs').existsSync('pid')) console.log('started'); }, 100)`;
    const running = runCommand(script(text), () => source.abort(), source.signal);
    await assert.rejects(running, { name: 'AbortError' });
    const pid = Number(readFileSync(at('pid'), 'utf8'));
    await until('what it started ends', () => !isAlive(pid));
  });
});
