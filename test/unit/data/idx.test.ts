import assert from 'node:assert/strict';
import { copyFileSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { encodeNpy } from '../../../src/data/arrays/npy';
import { readArray } from '../../../src/data/arrays/readArray';
import { allNumbers, expected, fixture, open, problemOf, temporaryFiles } from './helpers';

/** Bytes of an IDX file of bytes whose header may lie. */
function idxBytes(shape: number[], content: number, type = 8): Buffer {
  const bytes = Buffer.alloc(4 + 4 * shape.length + content);
  bytes.set([0, 0, type, shape.length]);
  shape.forEach((axis, index) => bytes.writeUInt32BE(axis, 4 + 4 * index));
  return bytes;
}

describe('IDX files', () => {
  const temporary = temporaryFiles();

  for (const type of ['08', '09', '0b', '0c', '0d', '0e']) {
    it(`reads type ${type}`, async () => {
      const { features } = await open(fixture(`type-${type}.idx`));
      assert.deepEqual([features.count, features.shape], [2, [3]]);
      assert.deepEqual(await allNumbers(features), expected[`type-${type}`].values);
    });
  }

  for (const [name, ending] of [
    ['train', ''],
    ['t10k', '.gz'],
  ]) {
    it(`finds the labels beside ${name}-images-idx3-ubyte${ending}`, async () => {
      const { features, labels, notices, sources } = await open(
        fixture(`${name}-images-idx3-ubyte${ending}`),
      );
      assert.deepEqual([features.shape, features.axes], [[5, 6], 'HW']);
      assert.deepEqual(await allNumbers(features), expected.digits.values);
      assert.deepEqual([...(labels?.values ?? [])], [7, 2, 1, 0]);
      assert.deepEqual([labels?.numeric, labels?.classes.length], [true, 8]);
      const beside = fixture(`${name}-labels-idx1-ubyte${ending}`);
      assert.ok(notices.some((notice) => notice.endsWith(`are taken from ${beside}.`)));
      assert.deepEqual(
        sources.map(({ path }) => path),
        [fixture(`${name}-images-idx3-ubyte${ending}`), beside],
      );
    });
  }

  it('does without labels where none lie beside, or none are wanted', async () => {
    const alone = temporary('train-images-idx3-ubyte');
    copyFileSync(fixture('train-images-idx3-ubyte'), alone);
    assert.equal((await open(alone)).labels, undefined);
    const unwanted = await open(fixture('train-images-idx3-ubyte'), { labelColumn: false });
    assert.equal(unwanted.labels, undefined);
  });

  it('reads gzipped .npy files too', async () => {
    const file = temporary('x.npy.gz', gzipSync(encodeNpy(Float64Array.of(1, 2, 3, 4), [2, 2])));
    assert.deepEqual(await allNumbers((await open(file)).features), [1, 2, 3, 4]);
  });

  it('refuses files that hold less or more than their header promises', async () => {
    const whole = readFileSync(fixture('train-images-idx3-ubyte'));
    for (const cut of [4, 10, 16, whole.length - 1]) {
      const part = whole.subarray(0, cut);
      assert.match(await problemOf(open(temporary('cut.idx', part))), /cut\.idx: is cut off/);
      const packed = temporary('cut.idx.gz', gzipSync(part));
      assert.match(await problemOf(open(packed)), /cut\.idx\.gz: (is cut off|ends after|promises)/);
    }
    const longer = Buffer.concat([whole, Buffer.alloc(1)]);
    assert.match(await problemOf(open(temporary('longer.idx', longer))), /more bytes than its header/);
    assert.match(
      await problemOf(open(temporary('longer.idx.gz', gzipSync(longer)))),
      /inflates to more than the 136 bytes/,
    );
  });

  it('refuses sizes no machine has', async () => {
    const shape = [4294967295, 4294967295, 4294967295];
    assert.match(await problemOf(open(temporary('huge.idx', idxBytes(shape, 8)))), /is cut off/);
    assert.match(
      await problemOf(open(temporary('huge.idx.gz', gzipSync(idxBytes(shape, 8))))),
      /when inflated, the limit is 1\.0 GiB/,
    );
    assert.match(
      await problemOf(open(temporary('half.idx.gz', gzipSync(idxBytes([2 ** 29], 8))))),
      /promises 512\.0 MiB, more than \d+ bytes of compressed data can hold/,
    );
  });

  it('refuses gzipped files over the limit, and stops inflating at the promised size', async () => {
    const bomb = gzipSync(idxBytes([3], 20 * 1024 * 1024));
    assert.match(await problemOf(open(temporary('bomb.gz', bomb))), /inflates to more than the 11 bytes/);
    const large = gzipSync(idxBytes([1024 * 1024], 1024 * 1024));
    assert.match(
      await problemOf(open(temporary('large.gz', large), { limits: { bytes: 1000 } })),
      /is 1\.0 MiB when inflated, the limit is 1,000 bytes/,
    );
  });

  it('refuses gzipped files that are damaged, cut off, empty or of another kind', async () => {
    const whole = readFileSync(fixture('t10k-images-idx3-ubyte.gz'));
    const flipped = Buffer.from(whole);
    flipped[60] ^= 0x55;
    for (const bytes of [whole.subarray(0, 60), whole.subarray(0, whole.length - 4), flipped]) {
      const problem = await problemOf(open(temporary('damaged.gz', bytes)));
      assert.match(problem, /damaged\.gz: /);
    }
    assert.match(await problemOf(open(temporary('nothing.gz', gzipSync('')))), /is empty when inflated/);
    assert.match(await problemOf(readArray(temporary('text.gz', gzipSync('1,2\n')))), /is no array|no array/);
    const nested = temporary('nested.gz', gzipSync(gzipSync('1,2\n')));
    assert.match(await problemOf(open(nested)), /no array inside/);
  });

  it('refuses no instances and unknown types', async () => {
    assert.match(await problemOf(open(temporary('none.idx', idxBytes([0, 4], 0)))), /no instances/);
    assert.match(await problemOf(open(temporary('type.idx', idxBytes([1], 1, 0x0a)))), /is no \.idx file/);
  });
});
