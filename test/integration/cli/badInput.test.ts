import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { encodeNpy } from '../../../src/data/arrays/npy';
import { fixture } from '../../fixtures';
import { apd, apdOk } from '../../helpers/apd';
import { temporaryFolder } from '../../helpers/setup';

const MODEL = fixture('digits', 'epoch-008.onnx');
const DATA = fixture('digits', 'x.npy');
const LABELS = fixture('digits', 'y.npy');

describe('apd refuses bad input in one line', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();

  /** Writes a file into the temporary folder. Returns its path. */
  function file(name: string, content: string | Uint8Array): string {
    const at = path.join(folder(), name);
    writeFileSync(at, content);
    return at;
  }

  /** Expects one line on stderr that names all of `words`, exit 1, and no output folder. */
  async function refused(words: (string | RegExp)[], ...args: string[]): Promise<void> {
    const out = path.join(folder(), 'refused');
    const { code, stderr, stdout } = await apd('record', ...args, '--out', out);
    assert.equal(code, 1, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /^apd: [^\n]+\n$/, 'one line');
    for (const word of words) {
      assert.ok(
        typeof word === 'string' ? stderr.includes(word) : word.test(stderr),
        `'${String(word)}' in: ${stderr}`,
      );
    }
    assert.doesNotMatch(stderr, /fault of the program|at \w+ \(/);
    assert.ok(!existsSync(out), 'nothing is left');
  }

  it('models: missing, empty, text, truncated', async () => {
    await refused(['nope.onnx', 'no such file'], 'nope.onnx', '--data', DATA);
    await refused(['empty.onnx', 'empty'], file('empty.onnx', ''), '--data', DATA);
    await refused(['text.onnx', 'not an ONNX model'], file('text.onnx', 'hello there'), '--data', DATA);
    const bytes = readFileSync(MODEL);
    await refused(
      ['cut.onnx', 'not an ONNX model'],
      file('cut.onnx', bytes.subarray(0, 5000)),
      '--data',
      DATA,
    );
  });

  it('data: missing, empty, truncated, of another shape, without instances', async () => {
    await refused(['nope.npy'], MODEL, '--data', 'nope.npy');
    await refused(['empty.npy', 'empty'], MODEL, '--data', file('empty.npy', ''));
    await refused(
      ['cut.npy', '1000 bytes', '460160'],
      MODEL,
      '--data',
      file('cut.npy', readFileSync(DATA).subarray(0, 1000)),
    );
    await refused(['x.npy', '64', 'input'], MODEL, '--data', fixture('moons', 'x.npy'));
    const none = file('none.npy', encodeNpy(new Float32Array(0), [0, 64]));
    await refused(['none.npy', /no instances|zero instances|0 instances/], MODEL, '--data', none);
  });

  it('NaN in the data, with its place', async () => {
    const values = new Float32Array(3 * 64);
    values[64 + 5] = NaN;
    await refused(
      ['nan.npy', 'NaN', /\b1\b/, /\b5\b/],
      MODEL,
      '--data',
      file('nan.npy', encodeNpy(values, [3, 64])),
    );
  });

  it('overflow in the network: the layer and the instance', async () => {
    const values = new Float32Array(3 * 64);
    values.fill(3e38, 2 * 64);
    await refused(
      ['epoch-008.onnx', 'layer 0', 'instance 2'],
      MODEL,
      '--data',
      file('huge.npy', encodeNpy(values, [3, 64])),
    );
  });

  it('labels of another length', async () => {
    await refused(['y.npy', '400', '1,797'], MODEL, '--data', DATA, '--labels', fixture('moons', 'y.npy'));
  });

  it('labels beyond the outputs of the model', async () => {
    const many = file('many.npy', encodeNpy(new Int32Array(1797).fill(11), [1797]));
    await refused(['epoch-008.onnx', '10 classes', '11'], MODEL, '--data', DATA, '--labels', many);
  });

  it('an unknown label column', async () => {
    const csv = file('data.csv', 'a,b,y\n1,2,0\n3,4,1\n');
    await refused(
      ['data.csv', 'species'],
      fixture('moons', 'epoch-020.onnx'),
      '--data',
      csv,
      '--label-column',
      'species',
    );
  });

  it('an array header that promises more than the file holds', async () => {
    const bytes = Buffer.from(encodeNpy(new Float32Array(64), [1, 64]));
    const text = bytes
      .toString('latin1')
      .replace('(1, 64), }     ', '(99999999, 64), }')
      .slice(0, bytes.length);
    await refused(['bomb.npy'], MODEL, '--data', file('bomb.npy', Buffer.from(text, 'latin1')));
  });

  it('a folder that cannot be written to', async () => {
    const blocked = file('blocked', 'a file');
    const { code, stderr } = await apd('record', MODEL, '--data', DATA, '--out', path.join(blocked, 'run'));
    assert.equal(code, 1);
    assert.match(stderr, /^apd: [^\n]*blocked[^\n]*expected a folder\n$/);
  });

  it('a run that is there is not overwritten without --force', async () => {
    const out = path.join(folder(), 'kept');
    mkdirSync(out);
    writeFileSync(path.join(out, 'notes.txt'), 'mine');
    const args = ['record', MODEL, '--data', DATA, '--labels', LABELS, '--out', out];
    assert.equal((await apd(...args)).code, 0);
    const manifest = readFileSync(path.join(out, 'apd-run.json'), 'utf8');
    const again = await apd(...args);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /^apd: [^\n]*kept: is a run already; [^\n]*--force\n$/);
    assert.equal(readFileSync(path.join(out, 'apd-run.json'), 'utf8'), manifest);
    const forced = await apd(...args, '--take', '100', '--force');
    assert.equal(forced.code, 0, forced.stderr);
    assert.notEqual(readFileSync(path.join(out, 'apd-run.json'), 'utf8'), manifest);
    assert.deepEqual(readdirSync(out).sort(), ['apd-run.json', 'notes.txt', 'patterns']);
    // The old snapshot keeps its name until the new run is whole: what is left is what the manifest names, and no more.
    const { snapshots } = JSON.parse(readFileSync(path.join(out, 'apd-run.json'), 'utf8')) as {
      snapshots: { patterns: string }[];
    };
    assert.equal(snapshots.length, 1);
    assert.deepEqual(
      readdirSync(path.join(out, 'patterns')).map((name) => `patterns/${name}`),
      snapshots.map(({ patterns }) => patterns),
    );
    assert.match((await apdOk('export', out, '--format', 'csv')).stdout, /^(?:[^\n]*\n){101}$/);
  });

  it('networks that differ cannot share a run; what was finished stays readable', async () => {
    const out = path.join(folder(), 'two');
    const other = fixture('iris', 'epoch-015.onnx');
    const { code, stderr } = await apd('record', MODEL, other, '--data', DATA, '--out', out);
    assert.equal(code, 1);
    assert.match(stderr, /iris.epoch-015\.onnx/);
    assert.equal((await apd('report', out)).code, 0);
  });

  it('runs: not one, a damaged manifest, a truncated snapshot, a file outside the run', async () => {
    const out = path.join(folder(), 'damaged');
    assert.equal((await apd('record', MODEL, '--data', DATA, '--out', out)).code, 0);
    const manifest = path.join(out, 'apd-run.json');
    const text = readFileSync(manifest, 'utf8');
    const expectError = async (pattern: RegExp) => {
      const { code, stderr } = await apd('report', out);
      assert.equal(code, 1);
      assert.match(stderr, pattern);
      assert.equal(stderr.trim().split('\n').length, 1, stderr);
    };
    writeFileSync(manifest, text.slice(0, 200));
    await expectError(/apd-run\.json: is not JSON/);
    writeFileSync(manifest, text.replace('"units": 32', '"units": -3'));
    await expectError(/apd-run\.json, \/layers\/0\/units: /);
    writeFileSync(manifest, text.replace('"units": 32', '"units": 320'));
    await expectError(/epoch-0008\.npz, member l0: .*expected uint8 \[1797, 40\]/);
    writeFileSync(manifest, text.replace('patterns/epoch-0008.npz', '../../etc/passwd'));
    await expectError(/outside the run/);
    writeFileSync(manifest, text);
    const npz = path.join(out, 'patterns', 'epoch-0008.npz');
    writeFileSync(npz, readFileSync(npz).subarray(0, 3000));
    await expectError(/epoch-0008\.npz: /);
    assert.match((await apd('draw', folder(), '--out', path.join(folder(), 'x.png'))).stderr, /is no run/);
  });

  it('usage errors exit with 2', async () => {
    for (const args of [
      ['frobnicate'],
      ['record', MODEL, '--out', 'x'],
      ['record', MODEL, '--data', DATA, '--out', 'x', '--take', 'many'],
      ['export', 'x', '--format', 'dot'],
      ['draw', 'x', '--view', 'pie', '--out', 'x.png'],
    ]) {
      const { code, stderr } = await apd(...args);
      assert.equal(code, 2, `${args.join(' ')}: ${stderr}`);
      assert.notEqual(stderr, '');
    }
  });
});
