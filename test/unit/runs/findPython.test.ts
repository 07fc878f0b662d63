import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findPython, withRecorder } from '../../../src/runs/python/findPython';

describe('the Python of a training', () => {
  let place: string;
  const program = (...parts: string[]) => {
    const file = path.join(place, ...parts);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, '');
    chmodSync(file, 0o755);
    return file;
  };
  const find = (env: NodeJS.ProcessEnv, named?: string) =>
    findPython({ named, folder: path.join(place, 'project'), env, platform: 'linux' });

  beforeEach(() => {
    place = mkdtempSync(path.join(tmpdir(), 'apd-python-'));
  });
  afterEach(() => rmSync(place, { recursive: true }));

  it('is the named one, then the active environment, that of the folder, and that of the search path', () => {
    assert.equal(find({ PATH: '' }), undefined);
    const onPath = program('bin', 'python3');
    const PATH = `relative${path.delimiter}${path.join(place, 'bin')}`;
    assert.equal(find({ PATH })?.command, onPath);
    const own = program('project', '.venv', 'bin', 'python');
    assert.equal(find({ PATH })?.command, onPath, 'a folder without pyvenv.cfg is no environment');
    writeFileSync(path.join(place, 'project', '.venv', 'pyvenv.cfg'), '');
    assert.equal(find({ PATH })?.command, own);
    const active = program('active', 'bin', 'python');
    const found = find({ PATH, VIRTUAL_ENV: path.join(place, 'active') });
    assert.deepEqual(found, { command: active, reason: 'the active virtual environment' });
    assert.equal(find({ PATH, VIRTUAL_ENV: path.join(place, 'gone') })?.command, own);
    assert.equal(find({ PATH }, 'pypy')?.command, 'pypy');
  });

  it('finds the recorder before anything else that PYTHONPATH names', () => {
    assert.equal(withRecorder({}, '/r').PYTHONPATH, '/r');
    assert.equal(withRecorder({ PYTHONPATH: '/a' }, '/r').PYTHONPATH, `/r${path.delimiter}/a`);
  });
});
