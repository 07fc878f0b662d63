import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { defaultLimits } from '../../../src/data/files/limits';
import { decodeImage, readImageHeader } from '../../../src/data/images/image';
import { fittedSize, fittedSides, parseImageFit, parseImageSize } from '../../../src/data/images/imageSize';
import { openDataset } from '../../../src/data/openDataset';
import { fixture, temporaryFiles } from './helpers';

interface Expected {
  file: string;
  resize?: string;
  crop?: string;
  shape: number[];
  sha256: string;
}

describe('images of other sizes', () => {
  const at = temporaryFiles();

  it('are resized and cropped to the very samples that torchvision and Pillow give', async () => {
    const all = JSON.parse(readFileSync(fixture('resized.json'), 'utf8')) as Expected[];
    for (const { file, resize, crop, shape, sha256 } of all) {
      const what = `${file} ${resize ?? ''} ${crop ?? ''}`;
      const bytes = readFileSync(fixture(file));
      const header = readImageHeader(bytes, file, defaultLimits);
      const { width, height, channels } = header;
      const samples = await decodeImage(bytes, file, channels);
      const fit = parseImageFit({ resize, crop })!;
      const result = fittedSize({ width, height, channels, samples }, fit);
      assert.deepEqual([result.height, result.width], shape.slice(0, 2), what);
      const sides = fittedSides(header, fit, file, defaultLimits);
      assert.deepEqual(sides, { width: result.width, height: result.height }, what);
      assert.equal(createHash('sha256').update(result.samples).digest('hex'), sha256, what);
    }
    assert.equal(all.length, 60);
  });

  it('are read as one dataset where they become one size, and refused with what to do where not', async () => {
    mkdirSync(at('folder'));
    for (const name of ['colours-420.jpg', 'colours-turned.jpg', 'rgb.png']) {
      copyFileSync(fixture(`images/${name}`), at(`folder/${name}`));
    }
    const open = (fit: { resize?: string; crop?: string }) =>
      openDataset({ data: [{ path: at('folder') }], fit: parseImageFit(fit) });
    await assert.rejects(
      open({}),
      /expected \d+×\d+ .*; images of several sizes become one with --resize and --crop/,
    );
    await assert.rejects(open({ resize: '12' }), /expected \d+×\d+/);
    const { features } = await open({ resize: '12', crop: '10x11' });
    assert.deepEqual(features.shape, [10, 11, 3]);
    const numbers = new Float32Array(10 * 11 * 3);
    await features.read([2], numbers);
    assert.ok(new Set(numbers).size > 10);
  });

  it('that would be too large are refused before they are made', async () => {
    mkdirSync(at('large'));
    copyFileSync(fixture('images/colours-turned.jpg'), at('large/a.jpg'));
    const opening = openDataset({ data: [{ path: at('large') }], fit: parseImageFit({ resize: '16000' }) });
    await assert.rejects(opening, /a\.jpg: becomes an image of 40000×16000 pixels, the limit is/);
  });

  it('are told by sizes that can be read', () => {
    assert.deepEqual(parseImageSize('crop', '224'), { height: 224, width: undefined });
    assert.deepEqual(parseImageSize('crop', ' 224×192 '), { height: 224, width: 192 });
    for (const text of ['', '0', '-3', '2.5', '224x', '99999', 'large', '1x2x3']) {
      assert.throws(
        () => parseImageSize('crop', text),
        /^InputError: crop: is `.*`, expected pixels such as 224/,
        text,
      );
    }
  });
});
