import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { decode } from 'fast-png';
import { apd, apdOk, recordArguments } from '../../helpers/apd';
import { temporaryFolder } from '../../helpers/setup';

describe('apd draw', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const run = () => path.join(folder(), 'digits');
  before(async () => {
    await apdOk(...(await recordArguments('digits', run())));
  });

  /** Draws and returns the SVG. */
  async function svg(...args: string[]): Promise<string> {
    const out = path.join(folder(), 'picture.svg');
    await apdOk('draw', run(), '--out', out, ...args);
    return readFileSync(out, 'utf8');
  }

  it('writes an SVG that says what it shows', async () => {
    const picture = await svg();
    assert.match(picture, /^<\?xml/);
    assert.match(picture, /<title id="title">digits · epoch 8<\/title>/);
    for (const text of [
      'relu_2',
      'Relu · 32 units',
      '451 patterns',
      '203 patterns',
      '250 patterns',
      'accuracy 84 %',
    ]) {
      assert.ok(picture.includes(text), text);
    }
    assert.match(picture, />\d+ patterns · \d+ instances</, 'merged blocks are captioned');
    assert.doesNotMatch(picture, /NaN|undefined|Infinity/);
  });

  it('covers every instance at every level', async () => {
    const titles = [...(await svg()).matchAll(/<title>([^<]+)<\/title>/g)].map((match) => match[1]);
    const sums = new Map<string, number>();
    for (const title of titles) {
      const [level] = title.split(':');
      const instances = Number(/([\d,]+) instances? \(/.exec(title)![1].replace(/,/g, ''));
      sums.set(level, (sums.get(level) ?? 0) + instances);
    }
    assert.deepEqual([...sums.values()], [1797, 1797, 1797, 1797]);
  });

  it('is the same picture each time', async () => {
    assert.equal(await svg('--epoch', '3'), await svg('--epoch', '3'));
  });

  it('says how coarse a level is', async () => {
    const picture = await svg('--epoch', '0');
    assert.match(picture, /64 prototypes of 1,412 patterns/);
    assert.match(picture, />leave-one-out \d+ %</);
    assert.match(await svg('--epoch', '0', '--resolution', 'exact'), /1,412 patterns/);
  });

  it('draws the partition, coloured by correctness, on a dark page', async () => {
    const picture = await svg('--view', 'partition', '--color', 'correct', '--theme', 'dark');
    assert.match(picture, /762 clusters/);
    assert.match(picture, />wrong</);
    assert.match(picture, /fill="#1e1e1e"/);
  });

  it('writes a PNG of the size asked for that is not empty', async () => {
    const out = path.join(folder(), 'picture.png');
    await apdOk('draw', run(), '--out', out, '--width', '700', '--height', '500', '--pixel-ratio', '1');
    const { width, height, data, channels } = decode(readFileSync(out));
    assert.deepEqual([width, height], [700, 500]);
    const colours = new Set<number>();
    for (let i = 0; i < data.length; i += channels) {
      colours.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
    }
    assert.ok(colours.size > 500, `${colours.size} colours`);
  });

  it('keeps names from the data from becoming markup', async () => {
    const manifest = path.join(run(), 'apd-run.json');
    const text = readFileSync(manifest, 'utf8');
    writeFileSync(
      manifest,
      text.replace('"name": "digits"', '"name": "<script>alert(1)</script>&\\"\\u0000"'),
    );
    const picture = await svg();
    writeFileSync(manifest, text);
    assert.ok(!picture.includes('<script'));
    assert.ok(picture.includes('&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;'));
  });

  it('refuses other kinds of files', async () => {
    const { code, stderr } = await apd('draw', run(), '--out', 'x.jpg');
    assert.equal(code, 1);
    assert.match(stderr, /x\.jpg.*\.svg or \.png/);
  });
});
