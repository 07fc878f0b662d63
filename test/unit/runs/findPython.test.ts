import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findPython, withRecorder } from '../../../src/runs/python/findPython';
import { temporaryFolder } from '../../helpers/setup';

describe('the Python of a training', () => {
  const at = temporaryFolder('test');
  const program = (...parts: string[]) => {
    const file = at(...parts);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, '');
    chmodSync(file, 0o755);
    return file;
  };
  const find = (env: NodeJS.ProcessEnv, named?: string) =>
    findPython({ named, folder: at('project'), env, platform: 'linux' });

  it('is the named one, then the active environment, that of the folder, and that of the search path', () => {
    assert.equal(find({ PATH: '' }), undefined);
    const onPath = program('bin', 'python3');
    const PATH = `relative${path.delimiter}${at('bin')}`;
    assert.equal(find({ PATH })?.command, onPath);
    const own = program('project', '.venv', 'bin', 'python');
    assert.equal(find({ PATH })?.command, onPath, 'a folder without pyvenv.cfg is no environment');
    writeFileSync(at('project', '.venv', 'pyvenv.cfg'), '');
    assert.equal(find({ PATH })?.command, own);
    const active = program('active', 'bin', 'python');
    const found = find({ PATH, VIRTUAL_ENV: at('active') });
    assert.deepEqual(found, { command: active, reason: 'the active virtual environment' });
    assert.equal(find({ PATH, VIRTUAL_ENV: at('gone') })?.command, own);
    assert.equal(find({ PATH }, 'pypy')?.command, 'pypy');
  });

  it('finds the recorder before anything else that PYTHONPATH names', () => {
    assert.equal(withRecorder({}, '/r').PYTHONPATH, '/r');
    assert.equal(withRecorder({ PYTHONPATH: '/a' }, '/r').PYTHONPATH, `/r${path.delimiter}/a`);
  });
});
