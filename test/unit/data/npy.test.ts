import assert from 'node:assert/strict';
import { readFileSync, truncateSync } from 'node:fs';
import { ArrayFeatures } from '../../../src/data/arrays/arrayFeatures';
import { fileSource } from '../../../src/data/files/byteSource';
import { HOST_IS_LITTLE_ENDIAN } from '../../../src/data/arrays/elementTypes';
import { defaultLimits } from '../../../src/data/files/limits';
import { encodeNpy, openNpy } from '../../../src/data/arrays/npy';
import { parseNpyHeader } from '../../../src/data/arrays/npyHeader';
import { parsePythonLiteral } from '../../../src/data/arrays/pythonLiteral';
import { readArray, readNpy } from '../../../src/data/arrays/readArray';
import { allNumbers, expected, fixture, open, problemOf, temporaryFiles } from './helpers';

/** Bytes of an .npy file with a header of our own. */
function npyBytes(header: string, numbers: number, version = 1): Uint8Array {
  const start = version === 1 ? 10 : 12;
  const bytes = Buffer.alloc(start + header.length + numbers);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  bytes.writeUInt16LE(header.length, 8);
  bytes.write(header, start, 'latin1');
  return bytes;
}

describe('npy arrays', () => {
  const temporary = temporaryFiles();

  for (const [name, { shape, values }] of Object.entries(expected).filter(([key]) =>
    /^\w\d-(little|big)/.test(key),
  )) {
    it(`reads ${name} as NumPy wrote it, whole and by instance`, async () => {
      const whole = await readArray(fixture(`types.npz:${name}`));
      assert.deepEqual(whole.shape, shape);
      assert.deepEqual([...whole.data], values);
      const { features } = await open(fixture(`types.npz:${name}`), { labelColumn: false });
      assert.equal(features.count, 3);
      const some = new Float64Array(4);
      await features.read([2, 0], some);
      assert.deepEqual([...some], [values[4], values[5], values[0], values[1]]);
    });
  }

  it('gives whole arrays in the type of the file where there is such a typed array', async () => {
    const types: Record<string, unknown> = {
      b1: Uint8Array,
      i1: Int8Array,
      u1: Uint8Array,
      i2: Int16Array,
      u2: Uint16Array,
      i4: Int32Array,
      u4: Uint32Array,
      i8: Float64Array,
      f2: Float32Array,
      f4: Float32Array,
      f8: Float64Array,
    };
    for (const [code, type] of Object.entries(types)) {
      assert.equal((await readArray(fixture(`types.npz:${code}-big-F`))).data.constructor, type, code);
    }
  });

  it('reads four axes in C and in Fortran order alike', async () => {
    for (const order of ['c', 'f']) {
      const { features } = await open(fixture(`four-axes-${order}.npy`));
      assert.deepEqual(features.shape, [2, 4, 5]);
      assert.deepEqual(await allNumbers(features), expected['four-axes'].values, order);
      const whole = await readArray(fixture(`four-axes-${order}.npy`));
      assert.deepEqual([...whole.data], expected['four-axes'].values, order);
    }
  });

  it('reads instances out of order, in either precision', async () => {
    const { features } = await open(fixture('four-axes-f.npy'));
    const { values } = expected['four-axes'];
    const out = new Float32Array(80);
    await features.read([2, 0], out);
    assert.deepEqual([...out], [...values.slice(80, 120), ...values.slice(0, 40)]);
  });

  it('reads from the disk, without holding the file, what it reads from memory', async () => {
    for (const name of ['four-axes-c.npy', 'version-1.npy', 'four-axes-f.npy']) {
      const array = await openNpy(fixture(name));
      const size = readFileSync(fixture(name)).length;
      const source = await fileSource(fixture(name), 0, size, 0);
      assert.equal(source.held, undefined);
      const lazy = await ArrayFeatures.open({ ...array, source }, undefined, defaultLimits);
      const held = await ArrayFeatures.open(array, undefined, defaultLimits);
      assert.deepEqual(await allNumbers(lazy), await allNumbers(held));
      const units = lazy.shape.reduce((product, axis) => product * axis, 1);
      const [a, b] = [new Float32Array(3 * units), new Float32Array(3 * units)];
      await lazy.read([1, 0, 1], a);
      await held.read([1, 0, 1], b);
      assert.deepEqual(a, b);
    }
  });

  it('names NaN in what it reads from the disk', async () => {
    const array = await openNpy(fixture('nan.npy'));
    const source = await fileSource(fixture('nan.npy'), 0, array.source.size, 0);
    const lazy = await ArrayFeatures.open({ ...array, source }, undefined, defaultLimits);
    assert.match(
      await problemOf(lazy.read([2, 0, 1], new Float32Array(6))),
      /nan\.npy, index 1: column 1 is NaN, expected a finite number \(float32\)/,
    );
  });

  it('holds an array in Fortran order only within the limit', async () => {
    const array = await openNpy(fixture('four-axes-f.npy'));
    const source = await fileSource(fixture('four-axes-f.npy'), 0, array.source.size, 0);
    assert.match(
      await problemOf(ArrayFeatures.open({ ...array, source }, undefined, { ...defaultLimits, bytes: 100 })),
      /is in Fortran order and would have to be held in memory: 368 bytes, the limit is 100 bytes/,
    );
  });

  it('notices that a file read from the disk was changed in between', async () => {
    const file = temporary('changed.npy', encodeNpy(new Float32Array(8), [4, 2]));
    const source = await fileSource(file, 0, readFileSync(file).length, 0);
    const array = await openNpy(file);
    const features = await ArrayFeatures.open({ ...array, source }, undefined, defaultLimits);
    truncateSync(file, 100);
    assert.match(await problemOf(allNumbers(features)), /changed\.npy: was changed while/);
  });

  it('reads versions 1.0, 2.0 and 3.0', async () => {
    for (const version of [1, 2, 3]) {
      const { features } = await open(fixture(`version-${version}.npy`));
      assert.deepEqual(await allNumbers(features), [0, 1, 2, 3, 4, 5]);
    }
  });

  it('reads the reference datasets', async () => {
    for (const [name, count, columns] of [
      ['moons', 400, 2],
      ['iris', 150, 4],
      ['digits', 1797, 64],
    ] as const) {
      const folder = `test/fixtures/${name}`;
      const whole = await readArray(`${folder}/x.npy`);
      const { features, labels } = await open(`${folder}/x.npy`, { labels: [{ path: `${folder}/y.npy` }] });
      assert.deepEqual(whole.shape, [count, columns]);
      assert.deepEqual([features.count, ...features.shape], whole.shape);
      assert.deepEqual([...(labels?.values ?? [])], [...(await readArray(`${folder}/y.npy`)).data]);
      assert.deepEqual(await allNumbers(features), [...whole.data]);
    }
  });

  it('takes a list of numbers as instances of one number, and a matrix with one row in Fortran order', async () => {
    const list = temporary('list.npy', encodeNpy(Float64Array.of(4, 5, 6)));
    const { features } = await open(list);
    assert.deepEqual([features.count, features.shape, features.axes], [3, [1], 'flat']);
    const row = temporary('row.npy', npyBytes("{'descr': '|u1', 'fortran_order': True, 'shape': (1, 3)}", 3));
    assert.deepEqual((await open(row)).features.shape, [3]);
  });

  it('tells where an instance comes from', async () => {
    const { features } = await open(fixture('stored.npz:x_test'));
    assert.deepEqual(features.place(1), { file: fixture('stored.npz'), index: 1, member: 'x_test' });
  });

  it('names file, place and column of NaN', async () => {
    const { features } = await open(fixture('nan.npy'));
    assert.match(
      await problemOf(features.read([2, 1], new Float32Array(4))),
      /nan\.npy, index 1: column 1 is NaN, expected a finite number/,
    );
    await features.read([0, 2], new Float32Array(4));
    const image = temporary('inf.npy', encodeNpy(Float64Array.of(1, 2, 3, 4, 5, 6, 7, -Infinity), [2, 2, 2]));
    assert.match(
      await problemOf(allNumbers((await open(image)).features)),
      /index 1: element \[1, 1\] is -Infinity/,
    );
  });

  it('names a number that is beyond float32, and reads it as float64', async () => {
    const file = temporary('large.npy', encodeNpy(Float64Array.of(1, 2, 1e300, 3), [2, 2]));
    const { features } = await open(file);
    assert.match(
      await problemOf(allNumbers(features, false)),
      /index 1: column 0 is 1e\+300, which is beyond/,
    );
    assert.deepEqual(await allNumbers(features), [1, 2, 1e300, 3]);
  });

  it('refuses 64-bit integers that no number equals', async () => {
    const { features } = await open(fixture('not-exact.npy'));
    assert.match(await problemOf(allNumbers(features)), /index 1: the value is 9007199254740993, which no/);
    assert.match(await problemOf(readArray(fixture('not-exact.npy'))), /9007199254740993/);
  });

  it('refuses instances that are not there, and results that do not fit', async () => {
    const { features } = await open(fixture('version-1.npy'));
    for (const index of [2, -1, 0.5, NaN]) {
      await assert.rejects(features.read([index], new Float32Array(3)), RangeError, String(index));
    }
    await assert.rejects(features.read([0, 1], new Float32Array(5)), RangeError);
  });

  it('refuses what is no array of numbers', async () => {
    const refusals: [string, RegExp][] = [
      ['no-axis.npy', /is a single number/],
      ['no-rows.npy', /shape \[0, 4\]: there are no instances/],
      ['objects.npy', /pickled Python objects/],
      ['records.npy', /records/],
      ['complex.npy', /type '<c16'/],
      ['names-unicode.npy', /holds text, expected numbers/],
    ];
    for (const [name, problem] of refusals) assert.match(await problemOf(open(fixture(name))), problem);
    assert.match(await problemOf(open(fixture('missing.npy'))), /missing\.npy: no such file/);
    assert.match(await problemOf(readArray(fixture('images'))), /is no array/);
    assert.match(await problemOf(open(temporary('empty.npy', ''))), /is empty/);
    assert.match(await problemOf(open(temporary('other.npy', 'hello, world'))), /is no \.npy file/);
  });

  it('reads a single number as a whole array', async () => {
    assert.deepEqual(await readArray(fixture('no-axis.npy')), {
      shape: [],
      type: 'float64',
      data: Float64Array.of(3.5),
    });
  });

  it('refuses a file that holds less or more than its header promises, before taking memory', async () => {
    const whole = readFileSync(fixture('version-1.npy'));
    for (const cut of [3, 9, 60, 127, 128, 151]) {
      const file = temporary('cut.npy', whole.subarray(0, cut));
      assert.match(await problemOf(open(file)), /cut\.npy: (is|has|is cut off)/, String(cut));
    }
    const longer = temporary('longer.npy', Buffer.concat([whole, Buffer.alloc(1)]));
    assert.match(await problemOf(open(longer)), /has more bytes than its header promises: 153/);
    const huge = "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000, 1000000), }";
    assert.match(await problemOf(open(temporary('huge.npy', npyBytes(huge, 0)))), /is cut off/);
    assert.match(
      await problemOf(() => readNpy(npyBytes(huge.replace(', 1000000)', ',)'), 64))),
      /array: is cut off: \d+ bytes, expected 8000000000\d+/,
    );
  });

  it('refuses headers that are not what NumPy writes', async () => {
    const refused = [
      '',
      '{}',
      "{'descr': '<f4', 'fortran_order': False}",
      "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': 3}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': ('a',)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'shape': (1,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} + exit()",
      "{'descr': '<f3', 'fortran_order': False, 'shape': (1,)}",
      "{'descr': '<f16', 'fortran_order': False, 'shape': (1,)}",
      "{'descr': 'f4', 'fortran_order': False, 'shape': (1,)}",
      "{'descr': __import__('os'), 'fortran_order': False, 'shape': (1,)}",
      `{'descr': ${'('.repeat(1000)}, 'fortran_order': False, 'shape': (1,)}`,
    ];
    for (const header of refused) await problemOf(() => readNpy(npyBytes(header, 4)));
    const long = Buffer.from(npyBytes('', 0, 2));
    long.writeUInt32LE(2 ** 31, 8);
    assert.match(await problemOf(() => readNpy(long)), /header of 2147483648 bytes/);
    assert.match(await problemOf(() => readNpy(npyBytes('', 4, 4))), /version 4\.0/);
  });

  it('asks for more bytes while the header is not whole', () => {
    const whole = readFileSync(fixture('version-1.npy'));
    for (const length of [0, 11, 12, 127]) {
      assert.equal(parseNpyHeader(whole.subarray(0, length), false, 'x'), undefined);
    }
    assert.equal(parseNpyHeader(whole.subarray(0, 128), false, 'x')?.size, 152);
  });

  it('reads long integers as Python 2 wrote them, and nothing else', () => {
    const literal = parsePythonLiteral(`{'a': (10L, -2, ), "b": [True, None, ('x',)], }`);
    assert.deepEqual(
      literal,
      new Map<string, unknown>([
        ['a', [10, -2]],
        ['b', [true, null, ['x']]],
      ]),
    );
    for (const text of ['', '1 2', '(1 2)', "'a", "'\\x41'", '1.5', '{1: 2}', 'Truely', '((', '1)']) {
      assert.throws(() => parsePythonLiteral(text), /at character \d+/, text);
    }
  });
});

describe('encodeNpy', () => {
  const arrays = [
    [Uint8Array.of(1, 2, 255), [3]],
    [Int32Array.of(-1, 2, 70000, 4), [2, 2]],
    [Float32Array.of(0.5, -1e10, 3, 4, 5, 6), [3, 2]],
    [Float64Array.of(0.1, Infinity), [1, 2]],
    [new Float64Array(0), [0, 5]],
  ] as const;

  it('writes what readNpy reads', () => {
    for (const [array, shape] of arrays) {
      const read = readNpy(encodeNpy(array, shape));
      assert.deepEqual(read.shape, [...shape]);
      assert.deepEqual(read.data, array);
    }
    assert.throws(() => encodeNpy(new Uint8Array(3), [2, 2]), RangeError);
  });

  it('leaves the bytes it reads from as they were', () => {
    const bytes = readFileSync(fixture('version-2.npy'));
    const before = Buffer.from(bytes);
    readNpy(bytes);
    assert.deepEqual(bytes, before);
  });

  it('begins its numbers at a multiple of 64 bytes', () => {
    for (const shape of [[1], [100, 1], [10, 10]]) {
      const count = shape.reduce((a, b) => a * b);
      const bytes = encodeNpy(new Uint8Array(count), shape);
      assert.equal((bytes.length - count) % 64, 0);
      assert.equal(bytes[bytes.length - count - 1], 0x0a);
    }
  });

  it('writes the very bytes that NumPy writes', () => {
    assert.ok(HOST_IS_LITTLE_ENDIAN, 'the fixtures are of a little-endian machine');
    const written = encodeNpy(Float32Array.of(0, 1, 2, 3, 4, 5), [2, 3]);
    assert.deepEqual(Buffer.from(written), readFileSync(fixture('version-1.npy')));
  });
});
