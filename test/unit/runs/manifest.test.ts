import assert from 'node:assert/strict';
import { parseManifest } from '../../../src/runs/manifest';

const whole = {
  formatVersion: 1,
  name: 'run',
  dataset: { path: 'x.npy', rows: 3 },
  classes: ['a'],
  layers: [{ name: 'relu', activation: 'Relu', units: 4, shape: [4], bits: 1 }],
  snapshots: [{ epoch: 0, patterns: 'patterns/epoch-0000.npz' }],
};
const parse = (change: object) => () =>
  parseManifest(JSON.stringify({ ...whole, ...change }), 'apd-run.json');

describe('the manifest of a run', () => {
  it('is read with fields that this version does not know', () => {
    assert.deepEqual(parseManifest(JSON.stringify({ ...whole, note: 1 }), 'f'), { ...whole, note: 1 });
  });

  it('is refused by the field that is wrong, whatever stands there', () => {
    const dataset = (files: unknown) => ({ dataset: { ...whole.dataset, files } });
    const problems: [object, RegExp][] = [
      [dataset([null]), /apd-run\.json, \/dataset\/files\/0: must be object/],
      [dataset([{}]), /\/dataset\/files\/0: must have required property 'path'/],
      [dataset({}), /\/dataset\/files: must be array/],
      [{ snapshots: [null] }, /\/snapshots\/0: must be object/],
      [
        { snapshots: [{ epoch: 0, patterns: 'p', model: { path: 3 } }] },
        /\/snapshots\/0\/model\/path: must be string/,
      ],
      [{ layers: [{ ...whole.layers[0], units: 1e15 }] }, /\/layers\/0\/units: must be <= 2147483647/],
      [
        { layers: [{ ...whole.layers[0], kept: 'all' }] },
        /\/layers\/0\/kept: must be "patterns" or "prototypes"/,
      ],
      [{ backend: 'onnx' }, /\/backend: must be object/],
    ];
    for (const [change, problem] of problems) {
      assert.throws(parse(change), { name: 'InputError', message: problem });
    }
  });

  it('of a later version is told as such, whatever else is in it', () => {
    assert.throws(
      parse({ formatVersion: 2, layers: 'other' }),
      /has format version 2; this program reads up to 1/,
    );
  });

  it('of deeply nested JSON is refused', () => {
    const deep = `{"name": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    assert.throws(() => parseManifest(deep, 'f'), /f: has more than 200 objects and lists within each other/);
  });
});
