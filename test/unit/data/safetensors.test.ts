import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { allNumbers, FIXTURES, open, problemOf, temporaryFiles } from './helpers';

const fixture = (name: string) => path.join(FIXTURES, 'safetensors', `${name}.safetensors`);
const expected = JSON.parse(
  readFileSync(path.join(FIXTURES, 'safetensors', 'safetensors.json'), 'utf8'),
) as Record<string, number[]>;

/** A file with a header as given, and bytes behind it. */
function fileOf(header: unknown, bytes = 0): Buffer {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(bytes)]);
}

describe('safetensors', () => {
  const temporary = temporaryFiles();

  it('numbers of every type, as PyTorch reads them', async () => {
    for (const [name, values] of Object.entries(expected)) {
      for (const mark of [':', '#']) {
        const { features } = await open(`${fixture('types')}${mark}${name}`, { labelColumn: false });
        assert.deepEqual(features.shape, [4], name);
        assert.deepEqual(await allNumbers(features), values, name);
      }
    }
  });

  it('instances and labels by their usual names, which are told', async () => {
    const { features, labels, notices, sources } = await open(fixture('labelled'));
    assert.deepEqual(features.shape, [4]);
    assert.deepEqual([...(labels?.values ?? [])], [0, 1, 2, 0, 1, 2]);
    assert.equal(sources.length, 1);
    assert.match(notices[0], /the data are its array `x` \(there are y, x\)/);
    assert.deepEqual(features.place(2), { file: fixture('labelled'), member: 'x', index: 2 });
  });

  it('what is not read, and damaged files, are refused in one line', async () => {
    assert.match(
      await problemOf(open(fixture('types'))),
      /types\.safetensors: has the arrays .*: say which, as .*types\.safetensors:\w+$/,
    );
    assert.match(
      await problemOf(open(fixture('eight'))),
      /member f8: holds numbers of the type F8_E4M3, expected one of BOOL, U8/,
    );
    const whole = readFileSync(fixture('labelled'));
    const cut = temporary('cut.safetensors', whole.subarray(0, whole.length - 5));
    assert.match(
      await problemOf(open(cut)),
      /cut\.safetensors, member \w: is cut off or damaged: it reaches beyond the end/,
    );
    const tensor = { dtype: 'F32', shape: [2, 2], data_offsets: [0, 16] };
    const cases: [Buffer, RegExp][] = [
      [
        fileOf({ x: { ...tensor, shape: [2, 3] } }, 16),
        /member x: is damaged: 2×3 of F32 take 24 bytes, it has 16/,
      ],
      [
        fileOf({ x: { ...tensor, shape: [2, -2] } }, 16),
        /member x: is damaged: expected dtype, shape and data_offsets/,
      ],
      [fileOf({ x: { ...tensor, data_offsets: [8, 2 ** 50] } }, 16), /member x: is cut off or damaged/],
      [fileOf({ x: null }, 16), /member x: is damaged: expected dtype/],
      [fileOf('{"x": 1', 16), /is not JSON/],
      [fileOf({ __metadata__: {} }, 16), /has no arrays in it/],
      [fileOf({ x: { ...tensor, dtype: 'constructor' } }, 16), /holds numbers of the type constructor/],
    ];
    for (const [index, [bytes, problem]] of cases.entries()) {
      assert.match(await problemOf(open(temporary(`${index}.safetensors`, bytes))), problem);
    }
    const long = fileOf('{}');
    long.writeBigUInt64LE(5000n);
    assert.match(
      await problemOf(open(temporary('long.safetensors', long))),
      /is cut off: its header would have 4\.9 KiB/,
    );
  });
});
