import assert from 'node:assert/strict';
import { inflateSync } from 'node:zlib';
import { filesInTrainingOrder, runNameOfModels } from '../../../src/extension/recording/modelNames';
import { thumbnail } from '../../../src/extension/views/thumbnail';

describe('checkpoints in training order', () => {
  it('runs are called after their models', () => {
    assert.equal(runNameOfModels(['w/moons/epoch-1.onnx', 'w/moons/epoch-2.onnx']), 'moons');
    assert.equal(runNameOfModels(['w/moons/epoch-1.onnx']), 'moons-epoch-1');
    assert.equal(
      runNameOfModels(['w/models/epoch-0001/model.json', 'w/models/epoch-0002/model.json']),
      'models',
    );
    assert.equal(runNameOfModels(['w/models/epoch-0001/model.json']), 'models-epoch-0001');
  });

  it('goes by epoch before step, as numbers, then by name', () => {
    const names = ['epoch=10-step=5.onnx', 'epoch=9-step=7.onnx', 'epoch=2-step=1000.onnx'];
    assert.deepEqual(filesInTrainingOrder(names), [names[2], names[1], names[0]]);
    assert.deepEqual(filesInTrainingOrder(['checkpoint-1000.onnx', 'checkpoint-500.onnx']), [
      'checkpoint-500.onnx',
      'checkpoint-1000.onnx',
    ]);
    const folders = ['m/epoch-0010/model.json', 'm/epoch-0000.25/model.json', 'm/epoch-0002/model.json'];
    assert.deepEqual(filesInTrainingOrder(folders), [folders[1], folders[2], folders[0]]);
    assert.deepEqual(filesInTrainingOrder(['b10.onnx', 'a.onnx', 'b9.onnx']), [
      'b9.onnx',
      'b10.onnx',
      'a.onnx',
    ]);
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
