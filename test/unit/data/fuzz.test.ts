import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { InputError } from '../../../src/core/errors';
import { Random } from '../../../src/core/random';
import { allNumbers, fixture, open, temporaryFiles } from './helpers';

/** A damaged copy: bytes changed, cut off, left out, doubled or put in. */
function damaged(bytes: Buffer, random: () => number): Buffer {
  const copy = Buffer.from(bytes);
  const at = Math.floor(random() * copy.length);
  const length = 1 + Math.floor(random() * 16);
  switch (Math.floor(random() * 8)) {
    case 0:
      return copy.subarray(0, at);
    case 1:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(at + length)]);
    case 2:
      return Buffer.concat([copy.subarray(0, at + length), copy.subarray(at)]);
    case 3:
      return Buffer.concat([copy.subarray(0, at), Buffer.alloc(length, random() * 256), copy.subarray(at)]);
    case 4:
      copy.fill(random() < 0.5 ? 0 : 255, at, Math.min(copy.length, at + length));
      return copy;
    default:
      for (let changes = 1 + Math.floor(random() * 4); changes > 0; changes--) {
        // The first bytes, where headers are, are changed more often.
        const place = Math.floor(random() * (random() < 0.5 ? Math.min(160, copy.length) : copy.length));
        copy[place] =
          random() < 0.5 ? copy[place] ^ (1 << Math.floor(random() * 8)) : Math.floor(random() * 256);
      }
      return copy;
  }
}

describe('damaged dataset files', () => {
  const temporary = temporaryFiles();
  const csv = Buffer.from(
    '\ufeffa,b,"c ""c""",label\r\n1,2.5,-3e1,cat\r\n"4",NA,6,"dog, ""x""\r\ny"\r\n\r\n7,8,?,cat\r\n'.repeat(
      3,
    ),
  );
  const cases: [name: string, bytes: Buffer, rounds: number][] = [
    ['version-1.npy', readFileSync(fixture('version-1.npy')), 120],
    ['four-axes-f.npy', readFileSync(fixture('four-axes-f.npy')), 60],
    ['stored.npz', readFileSync(fixture('stored.npz')), 90],
    ['compressed.npz', readFileSync(fixture('compressed.npz')), 90],
    ['type-0d.idx', readFileSync(fixture('type-0d.idx')), 60],
    ['t10k-images-idx3-ubyte.gz', readFileSync(fixture('t10k-images-idx3-ubyte.gz')), 60],
    ['table.csv', csv, 120],
    ['images/rgb.png', readFileSync(fixture('images/rgb.png')), 90],
    ['images/palette-4-bits.png', readFileSync(fixture('images/palette-4-bits.png')), 60],
    ['images/rgb.jpg', readFileSync(fixture('images/rgb.jpg')), 90],
    ['images/progressive.jpg', readFileSync(fixture('images/progressive.jpg')), 60],
  ];

  for (const [name, bytes, rounds] of cases) {
    it(`${name}: are read, or refused in one line, soon`, async () => {
      const generator = new Random(11);
      const random = () => generator.float();
      const image = name.startsWith('images/');
      let refused = 0;
      for (let round = 0; round < rounds; round++) {
        const folder = temporary(`${path.extname(name)}-files`);
        mkdirSync(folder, { recursive: true });
        const file = path.join(folder, image ? `x${path.extname(name)}` : name);
        const mutant = damaged(bytes, random);
        writeFileSync(file, mutant);
        const start = performance.now();
        try {
          const { features } = await open(image ? folder : file, {
            limits: { bytes: 2 ** 26, pixels: 2 ** 20 },
            missing: round % 2 === 0 ? 'mean' : 'drop',
          });
          const numbers = await allNumbers(features);
          assert.ok(numbers.every(Number.isFinite), `round ${round}`);
        } catch (error) {
          const told = error instanceof InputError && !error.message.includes('\n');
          assert.ok(told, `round ${round}: ${(error as Error).stack}\n${mutant.toString('hex')}`);
          refused++;
        }
        assert.ok(performance.now() - start < 2000, `round ${round}: took too long`);
      }
      assert.ok(refused > rounds / 10, `only ${refused} of ${rounds} were refused: is anything damaged?`);
    });
  }
});
