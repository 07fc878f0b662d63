import assert from 'node:assert/strict';
import { copyFileSync, linkSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { encode } from 'fast-png';
import fc from 'fast-check';
import { InputError } from '../../../src/core/errors';
import { decodeImage, readImageHeader } from '../../../src/data/images/image';
import { defaultLimits } from '../../../src/data/files/limits';
import { compareText, naturalOrder } from '../../../src/data/naturalOrder';
import { allNumbers, expected, fixture, open, problemOf, temporaryFiles } from './helpers';

/** A gray or RGB image of one colour. */
function plain(width: number, height: number, colour: number[]): Uint8Array {
  const data = Uint8Array.from(
    { length: width * height * colour.length },
    (_, index) => colour[index % colour.length],
  );
  return encode({ width, height, data, channels: colour.length, depth: 8 });
}

/** A chunk of a PNG file without a right checksum. */
function chunk(type: string, data: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, Buffer.from(type, 'latin1'), data, Buffer.alloc(4)]);
}

/** A gray PNG whose header says what it likes. */
function liar(width: number, height: number, content: Uint8Array): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const chunks = [chunk('IHDR', header), chunk('IDAT', deflateSync(content)), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([signature, ...chunks]);
}

describe('images', () => {
  for (const file of Object.keys(expected).filter((name) => name.startsWith('images/'))) {
    it(`decodes ${file} as Pillow does`, async () => {
      const bytes = readFileSync(fixture(file));
      const { shape, values } = expected[file];
      const header = readImageHeader(bytes, file, defaultLimits);
      assert.deepEqual([header.height, header.width], shape.slice(0, 2));
      assert.equal(header.channels, shape[2] ?? 1);
      const samples = await decodeImage(bytes, file, header.channels);
      assert.equal(samples.length, values.length);
      const tolerance = file.endsWith('.jpg') ? 1 : 0;
      const error = Math.max(...values.map((value, index) => Math.abs(value - samples[index])));
      assert.ok(error <= tolerance, `${error}`);
    });
  }

  it('decodes JPEG of every kind as libjpeg-turbo does: colours at half the size, RGB, progressive, turned by EXIF', async () => {
    const jpegs = JSON.parse(readFileSync(fixture('jpegs.json'), 'utf8')) as Record<
      string,
      { shape: number[]; samples: string }
    >;
    for (const [file, { shape, samples }] of Object.entries(jpegs)) {
      const bytes = readFileSync(fixture(file));
      const header = readImageHeader(bytes, file, defaultLimits);
      assert.deepEqual([header.height, header.width, header.channels], [...shape, 1].slice(0, 3), file);
      assert.deepEqual(
        Buffer.from(await decodeImage(bytes, file, header.channels)),
        Buffer.from(samples, 'base64'),
        file,
      );
    }
  });

  it('a JPEG that is damaged does not harm the next', async () => {
    const bytes = readFileSync(fixture('images/colours-420.jpg'));
    const whole = await decodeImage(bytes, 'x', 3);
    for (let at = 20; at < bytes.length; at += 7) {
      const damaged = Uint8Array.from(bytes, (byte, index) => (index === at ? byte ^ 0xff : byte));
      await decodeImage(damaged, 'x', 3).catch((error: unknown) => assert.ok(error instanceof InputError));
    }
    assert.deepEqual(await decodeImage(bytes, 'x', 3), whole);
  });

  it('makes RGB of gray by three equal samples', async () => {
    const gray = await decodeImage(readFileSync(fixture('images/gray.png')), 'x', 1);
    const rgb = await decodeImage(readFileSync(fixture('images/gray.png')), 'x', 3);
    assert.deepEqual([...rgb.subarray(0, 6)], [gray[0], gray[0], gray[0], gray[1], gray[1], gray[1]]);
  });

  it('decodes interlaced PNG', async () => {
    const data = Uint8Array.from({ length: 9 * 7 * 3 }, (_, index) => (index * 37) % 256);
    const bytes = encode({ width: 9, height: 7, data, channels: 3, depth: 8 }, { interlace: 'Adam7' });
    assert.deepEqual(await decodeImage(bytes, 'x', 3), data);
  });

  it('refuses images over the limit by their header alone', async () => {
    const huge = liar(100_000, 100_000, Buffer.alloc(10));
    assert.match(
      await problemOf(() => readImageHeader(huge, 'huge.png', defaultLimits)),
      /huge\.png: is an image of 100000×100000 pixels, the limit is 67,108,864 pixels/,
    );
    const jpeg = readFileSync(fixture('images/rgb.jpg'));
    assert.match(
      await problemOf(() => readImageHeader(jpeg, 'a.jpg', { ...defaultLimits, pixels: 767 })),
      /32×24/,
    );
    assert.equal(readImageHeader(jpeg, 'a.jpg', { ...defaultLimits, pixels: 768 }).width, 32);
  });

  it('refuses PNG that inflates to more or less than its size', async () => {
    assert.match(
      await problemOf(() => decodeImage(liar(2, 2, Buffer.alloc(64 * 1024 * 1024)), 'bomb.png', 1)),
      /bomb\.png: is a PNG with more data than its size needs/,
    );
    assert.match(
      await problemOf(() => decodeImage(liar(2, 2, Buffer.alloc(5)), 'x', 1)),
      /5 bytes of picture/,
    );
    // As large as it should be, so that only the checksums are left to be wrong.
    assert.match(
      await problemOf(() => decodeImage(liar(2, 2, Buffer.alloc(6)), 'x', 1)),
      /damaged PNG \(CRC/,
    );
  });

  it('refuses images that are cut off', async () => {
    for (const file of ['images/rgb.png', 'images/palette.png', 'images/rgb.jpg', 'images/progressive.jpg']) {
      const bytes = readFileSync(fixture(file));
      for (const cut of [5, 20, 60, Math.floor(bytes.length / 2)]) {
        await problemOf(async () => {
          readImageHeader(bytes.subarray(0, cut), file, defaultLimits);
          await decodeImage(bytes.subarray(0, cut), file, 3);
        });
      }
    }
  });

  it('refuses what is no image, and images without pixels', async () => {
    const header = (bytes: Uint8Array) => problemOf(() => readImageHeader(bytes, 'x.png', defaultLimits));
    assert.match(await header(Buffer.from('GIF89a')), /is cut off or damaged: the GIF has no image/);
    assert.match(
      await header(Buffer.from('AVIF')),
      /is no image that is read, whatever its name says: expected PNG, JPEG/,
    );
    assert.match(await header(Buffer.alloc(0)), /is empty/);
    assert.match(await header(liar(0, 3, Buffer.alloc(0))), /0×3 pixels/);
    const missing = Buffer.from(readFileSync(fixture('images/palette.png')));
    missing.write('pLTE', missing.indexOf('PLTE'), 'latin1');
    assert.match(await header(missing), /has no palette/);
  });
});

describe('folders of images', () => {
  const temporary = temporaryFiles();
  const folder = () => temporary('set');
  const put = (name: string, content: Uint8Array | string) => {
    mkdirSync(path.dirname(path.join(folder(), name)), { recursive: true });
    writeFileSync(path.join(folder(), name), content);
  };
  afterEach(() => rmSync(folder(), { recursive: true, force: true }));

  it('takes a folder a class, in the order of their names', async () => {
    put('b/img10.png', plain(3, 2, [10]));
    put('b/img2.png', plain(3, 2, [2]));
    put('a/x.png', plain(3, 2, [1]));
    const { features, labels, sources, instances } = await open(folder());
    assert.deepEqual([features.count, features.shape, features.axes], [3, [2, 3], 'HW']);
    assert.deepEqual(labels?.classes, ['a', 'b']);
    assert.deepEqual([...(labels?.values ?? [])], [0, 1, 1]);
    assert.deepEqual(
      (await allNumbers(features)).filter((_, index) => index % 6 === 0),
      [1, 2, 10],
    );
    assert.deepEqual(features.place(2), { file: path.join(folder(), 'b', 'img10.png') });
    assert.deepEqual([...instances], [0, 1, 2]);
    assert.match(sources[0].sha256, /^[0-9a-f]{64}$/);
  });

  it('reads instances in any order, more at once than are decoded at once', async () => {
    for (let index = 0; index < 20; index++) put(`${index}.png`, plain(1, 1, [index * 3]));
    const { features } = await open(folder());
    const order = Array.from({ length: 40 }, (_, index) => (index * 7) % 20);
    const out = new Float32Array(40);
    await features.read(order, out);
    assert.deepEqual(
      [...out],
      order.map((index) => index * 3),
    );
  });

  it('takes a flat folder as instances without labels', async () => {
    put('1.png', plain(3, 2, [1, 2, 3]));
    const { features, labels } = await open(folder());
    assert.deepEqual([labels, features.shape, features.axes], [undefined, [2, 3, 3], 'HWC']);
    assert.deepEqual((await allNumbers(features)).slice(0, 4), [1, 2, 3, 1]);
  });

  it('takes folders called 0, 1, 2 … as the classes themselves', async () => {
    for (const name of ['0', '1', '2']) put(`${name}/x.png`, plain(1, 1, [0]));
    assert.equal((await open(folder())).labels?.numeric, true);
    put('7/x.png', plain(1, 1, [0]));
    const { labels } = await open(folder());
    assert.deepEqual([labels?.numeric, labels?.classes], [false, ['0', '1', '2', '7']]);
  });

  it('makes RGB of all where some are gray, and says so', async () => {
    put('1.png', plain(1, 1, [9]));
    put('2.png', plain(1, 1, [1, 2, 3]));
    put('3.png', plain(1, 1, [5, 6, 7, 8]));
    const { features, notices } = await open(folder());
    assert.deepEqual(await allNumbers(features), [9, 9, 9, 1, 2, 3, 5, 6, 7]);
    assert.match(notices.join(), /1 of 3 images are gray; they become RGB/);
  });

  it('reads PNG and JPEG of one size together, and states what becomes of 16 bits', async () => {
    put('1.png', encode({ width: 1, height: 1, data: Uint16Array.of(65535), channels: 1, depth: 16 }));
    put('2.png', encode({ width: 1, height: 1, data: Uint16Array.of(200), channels: 1, depth: 16 }));
    const { features, notices } = await open(folder());
    assert.deepEqual(await allNumbers(features), [255, 200]);
    assert.match(notices.join(), /2 gray images of 16 bits cut off at 255, as Pillow/);
    rmSync(folder(), { recursive: true });
    put('1.png', plain(32, 24, [1, 2, 3]));
    copyFileSync(fixture('images/rgb.jpg'), path.join(folder(), '2.JPEG'));
    assert.equal((await open(folder())).features.count, 2);
  });

  it('names the one image of another size, even if it is the first', async () => {
    for (const name of ['2', '3', '4']) put(`${name}.png`, plain(3, 2, [1]));
    put('1.png', plain(4, 2, [1]));
    assert.match(
      await problemOf(open(folder())),
      /1\.png: is 2×4, expected 2×3 \(height×width\) like most images, 2\.png for one/,
    );
  });

  it('leaves out other files with a notice, hidden ones without', async () => {
    put('a/1.png', plain(1, 1, [1]));
    put('a/notes.txt', 'x');
    put('a/deeper/2.png', plain(1, 1, [2]));
    put('loose.png', plain(1, 1, [3]));
    put('.hidden', 'x');
    put('b/readme.md', 'x');
    const { features, labels, notices } = await open(folder());
    assert.deepEqual([features.count, labels?.classes], [1, ['a', 'b']]);
    assert.match(notices.join(), /4 other files left out, the first is loose\.png/);
    assert.match(notices.join(), /the class `b` has no images/);
  });

  it('follows links to folders', async () => {
    put('a/1.png', plain(1, 1, [1]));
    symlinkSync(path.join(folder(), 'a'), path.join(folder(), 'b'));
    assert.deepEqual([...((await open(folder())).labels?.values ?? [])], [0, 1]);
  });

  it('refuses folders without images, and tells splits from classes', async () => {
    mkdirSync(folder());
    assert.match(await problemOf(open(folder())), /set: is a folder without images/);
    put('train/cat/1.png', plain(1, 1, [1]));
    assert.match(await problemOf(open(folder())), /if `train` is a split, give it as train=/);
  });

  it('notices images that change or vanish after opening', async () => {
    put('1.png', plain(1, 1, [1]));
    const { features } = await open(folder());
    put('1.png', plain(2, 1, [1]));
    assert.match(await problemOf(allNumbers(features)), /1\.png: is 1×2, expected 1×1/);
    put('1.png', plain(1, 1, [1, 2, 3]));
    assert.match(await problemOf(allNumbers(features)), /is RGB, expected gray/);
    rmSync(path.join(folder(), '1.png'));
    assert.match(await problemOf(allNumbers(features)), /1\.png: no such file/);
  });

  it('gives the same checksum to the same images wherever they are', async () => {
    put('a/1.png', plain(1, 1, [1]));
    const before = (await open(folder())).sources[0].sha256;
    assert.equal((await open(folder())).sources[0].sha256, before);
    put('a/1.png', plain(1, 1, [2]));
    assert.notEqual((await open(folder())).sources[0].sha256, before);
  });

  it('takes classes with more files than a call has arguments', async function () {
    this.timeout(60_000);
    const folder = temporary('crowded');
    const inside = path.join(folder, 'a');
    mkdirSync(inside, { recursive: true });
    writeFileSync(path.join(inside, 'one.png'), plain(2, 2, [7]));
    writeFileSync(path.join(inside, 'other.txt'), '');
    for (let k = 0; k < 130_000; k++) {
      // A name of its own in every directory entry, one file behind all.
      linkSync(path.join(inside, 'other.txt'), path.join(inside, `${k}.txt`));
      if (k % 30_000 === 29_999) {
        // File systems limit the names of one file.
        rmSync(path.join(inside, 'other.txt'));
        writeFileSync(path.join(inside, 'other.txt'), '');
      }
    }
    const { features, notices } = await open(folder);
    assert.equal(features.count, 1);
    assert.match(notices.join(), /130,001 other files left out/);
  });
});

describe('natural order', () => {
  it('counts numbers within names', () => {
    const names = ['img10', 'img2', 'img1', 'img', 'img02', 'b', 'img2b', '9', '10'];
    assert.deepEqual([...names].sort(naturalOrder), [
      '9',
      '10',
      'b',
      'img',
      'img1',
      'img02',
      'img2',
      'img2b',
      'img10',
    ]);
  });

  it('is an order: the same whatever the names came in', () => {
    const name = fc.stringMatching(/^[a0-3]{0,5}$/);
    fc.assert(
      fc.property(fc.uniqueArray(name), (names) => {
        const sorted = [...names].sort(naturalOrder);
        assert.deepEqual([...names].sort(compareText).sort(naturalOrder), sorted);
        assert.deepEqual([...names].reverse().sort(naturalOrder), sorted);
      }),
      { seed: 5 },
    );
  });
});
