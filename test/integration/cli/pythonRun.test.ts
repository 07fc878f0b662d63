import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '../../helpers/setup';

const CLI = path.resolve('dist/cli.js');
/** A Python with NumPy: that of APD_PYTHON, the usual one, or Debian's own beside it. */
const PYTHON = [process.env.APD_PYTHON, 'python3', '/usr/bin/python3'].find(
  (command) => command !== undefined && spawnSync(command, ['-c', 'import numpy']).status === 0,
);

describe('apd run', function () {
  this.timeout(60_000);
  const at = temporaryFolder('test');

  before(function () {
    if (PYTHON !== undefined) return;
    console.log('      skipped: no Python with NumPy is there (APD_PYTHON names one)');
    this.skip();
  });

  const run = (args: string[], input = '') =>
    spawnSync(process.execPath, [CLI, 'run', '--python', PYTHON!, ...args], {
      cwd: at(),
      input,
      encoding: 'utf8',
    });

  it('passes input, output, arguments and exit code of the script through', () => {
    const text =
      'import sys\nprint(sys.argv[1:], input())\nprint("to stderr", file=sys.stderr)\nsys.exit(7)\n';
    writeFileSync(at('script.py'), text);
    const { status, stdout, stderr } = run(['script.py', '--out', 'x', '-v', '--', 'y'], 'typed\n');
    assert.equal(status, 7);
    assert.equal(stdout, "['--out', 'x', '-v', '--', 'y'] typed\n");
    assert.match(stderr, /^apd: Python: .* \(named by you\)$/m);
    assert.match(stderr, /^to stderr$/m);
  });

  it('stops at breakpoints as the bare script does', () => {
    writeFileSync(at('script.py'), 'x = 6\nbreakpoint()\nprint("after", x)\n');
    const { status, stdout } = run(['script.py'], 'p 7 * x\nx = 5\nc\n');
    assert.equal(status, 0);
    assert.match(stdout, /\b42\b[^]*after 5\n$/);
  });

  it('runs modules', () => {
    writeFileSync(at('module.py'), 'import sys\nprint(__name__, sys.argv[1:])\n');
    const { status, stdout } = run(['-m', 'module', '--epochs', '2']);
    assert.deepEqual([status, stdout], [0, "__main__ ['--epochs', '2']\n"]);
  });

  it('tells what is missing in one line', () => {
    assert.match(run(['gone.py']).stderr, /^apd: gone\.py: is not there, expected a Python script\n$/);
    assert.equal(run(['gone.py']).status, 1);
    assert.equal(run([]).status, 2);
    assert.match(run(['--evry', '3', 'gone.py']).stderr, /unknown option --evry/);
    const nowhere = spawnSync(process.execPath, [CLI, 'run', '--python', 'no-such-python', CLI], {
      encoding: 'utf8',
    });
    assert.equal(nowhere.status, 1);
    assert.match(nowhere.stderr, /no-such-python: is not there, expected a Python/);
  });
});
