import assert from 'node:assert/strict';
import { inflateSync } from 'node:zlib';
import { inTrainingOrder } from '../../../src/extension/checkpoints';
import { patternRows } from '../../../src/extension/views/patternRows';
import { thumbnail } from '../../../src/extension/views/thumbnail';

describe('checkpoints in training order', () => {
  it('goes by epoch before step, as numbers, then by name', () => {
    const names = ['epoch=10-step=5.onnx', 'epoch=9-step=7.onnx', 'epoch=2-step=1000.onnx'];
    assert.deepEqual(inTrainingOrder(names), [names[2], names[1], names[0]]);
    assert.deepEqual(inTrainingOrder(['checkpoint-1000.onnx', 'checkpoint-500.onnx']), [
      'checkpoint-500.onnx',
      'checkpoint-1000.onnx',
    ]);
    assert.deepEqual(inTrainingOrder(['b10.onnx', 'b9.onnx', 'a.onnx']), ['a.onnx', 'b9.onnx', 'b10.onnx']);
  });
});

describe('a pattern as text', () => {
  it('has a shape per unit, 32 to a row, and says which are on', () => {
    const pieces = new Uint8Array(40);
    pieces[1] = 1;
    pieces[33] = 1;
    const { rows, legend } = patternRows({ pieces, shape: [40], count: 2 });
    assert.equal(rows.length, 2);
    assert.equal(rows[0].text, `□■${'□'.repeat(30)}`);
    assert.deepEqual([rows[1].name, rows[1].spoken], ['units 32–39', 'on: 33']);
    assert.equal(legend, '2 of 40 units on');
  });

  it('follows the rows of a convolution, and numbers third pieces', () => {
    const { rows } = patternRows({ pieces: Uint8Array.of(0, 1, 2, 0, 0, 1), shape: [1, 2, 3], count: 3 });
    assert.deepEqual(
      rows.map(({ text }) => text),
      ['□■2', '□□■'],
    );
  });

  it('ends where nobody reads on, and says so', () => {
    const { rows, legend } = patternRows({ pieces: new Uint8Array(10_000), shape: [10_000], count: 2 });
    assert.equal(rows.length, 64);
    assert.match(legend, /first 2048 shown/);
  });
});

describe('thumbnails', () => {
  it('are PNGs with every pixel enlarged', () => {
    const address = thumbnail({ width: 2, height: 1, channels: 3, pixels: Uint8Array.of(1, 2, 3, 4, 5, 6) });
    const png = Buffer.from(address.replace('data:image/png;base64,', ''), 'base64');
    assert.equal(png.toString('latin1', 1, 4), 'PNG');
    const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
    assert.deepEqual([width, height], [112, 56]);
    const at = png.indexOf('IDAT');
    const rows = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)));
    assert.equal(rows.length, height * (1 + width * 3));
    const last = rows.subarray(rows.length - 3);
    assert.deepEqual([...last], [4, 5, 6]);
    assert.deepEqual([...rows.subarray(1, 4)], [1, 2, 3]);
  });
});
