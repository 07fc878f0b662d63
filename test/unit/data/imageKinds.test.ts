import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { decodeImage, readImageHeader } from '../../../src/data/images/image';
import { defaultLimits } from '../../../src/data/files/limits';
import { FIXTURES, open, problemOf, temporaryFiles } from './helpers';

const fixture = (name: string) => path.join(FIXTURES, 'kinds', name);
const expected = JSON.parse(readFileSync(fixture('images.json'), 'utf8')) as Record<
  string,
  { shape: number[]; samples: string }
>;

/** Samples that are others than Pillow's, and by how much at the most. */
async function differences(name: string): Promise<{ others: number; most: number }> {
  const bytes = readFileSync(fixture(name));
  const { width, height } = readImageHeader(bytes, name, defaultLimits);
  const { shape, samples } = expected[name];
  assert.deepEqual([height, width, 3], shape, name);
  const found = await decodeImage(bytes, name, 3);
  const wanted = Buffer.from(samples, 'base64');
  assert.equal(found.length, wanted.length, name);
  const off = Array.from(wanted, (value, at) => Math.abs(value - found[at]));
  return { others: off.filter((by) => by > 0).length, most: Math.max(0, ...off) };
}

describe('images of every kind', () => {
  const temporary = temporaryFiles();

  for (const name of Object.keys(expected)) {
    it(`${name}: every sample as Pillow's`, async () => {
      assert.deepEqual(await differences(name), { others: 0, most: 0 });
    });
  }

  it('stand in a folder together, and become one dataset', async () => {
    mkdirSync(temporary('set'));
    for (const [k, name] of [
      'lossy.webp',
      'palette.gif',
      'rgb.bmp',
      'lzw.tiff',
      'few.png',
      'turned.jpg',
    ].entries()) {
      temporary(`set/${k}-${name}`, readFileSync(fixture(name)));
    }
    const { features, notices } = await open(temporary('set'));
    assert.deepEqual([features.count, features.shape], [6, [13, 19, 3]]);
    assert.deepEqual(notices, []);
  });

  it('what is cut off, damaged or of another kind is refused in one line', async () => {
    for (const name of Object.keys(expected)) {
      const bytes = readFileSync(fixture(name));
      // A JPEG or a WebP may end early and still give an image, as others give one.
      const cuts = [7, 14, 40, ...(/jpg|webp/.test(name) ? [] : [bytes.length >> 1])];
      for (const cut of cuts) {
        const whole = bytes.subarray(0, cut);
        const problem = await problemOf(async () => {
          readImageHeader(whole, name, defaultLimits);
          await decodeImage(whole, name, 3);
        });
        assert.match(problem, new RegExp(`^${name}: is `));
      }
    }
    const kinds: [string, (bytes: Buffer) => void, RegExp][] = [
      [
        'rgb.bmp',
        (bytes) => bytes.writeUInt32LE(1, 30),
        /is a BMP that is compressed \(kind 1\); save it without/,
      ],
      ['rgb.bmp', (bytes) => bytes.writeInt32LE(-5, 18), /is an image of -5×13 pixels/],
      [
        'rgb.bmp',
        (bytes) => bytes.writeInt32LE(2 ** 30, 18),
        /is an image of 1073741824×13 pixels, the limit is/,
      ],
      ['lossless.webp', (bytes) => bytes.fill(0xff, 30), /is a damaged WebP/],
      [
        'moving.gif',
        (bytes) => bytes.fill(0xff, bytes.indexOf(0x2c, 13 + 96) + 10),
        /is a damaged GIF: its image is cut off/,
      ],
      ['rgb.tif', (bytes) => bytes.writeUInt16LE(43, 2), /is a BigTIFF; save it as a usual TIFF/],
    ];
    for (const [name, harm, problem] of kinds) {
      const bytes = Buffer.from(readFileSync(fixture(name)));
      harm(bytes);
      const work = problemOf(async () => {
        readImageHeader(bytes, name, defaultLimits);
        await decodeImage(bytes, name, 3);
      });
      assert.match(await work, problem);
    }
  });
});
