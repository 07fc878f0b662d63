import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { analyseModel } from '../../../src/models/onnx/describe';
import { loadOnnxBackend } from '../../../src/models/onnx/onnxBackend';
import { parseModel } from '../../../src/models/onnx/proto/parse';
import { OnnxElementType } from '../../../src/models/onnx/proto/proto';
import { exposeTaps } from '../../../src/models/onnx/taps';
import { openModel } from '../../../src/models/openModel';
import { batchOf, engines, expectations, modelPath, patternsOf } from './expectedModels';

/** A model as the file has it, understood. */
function analysed(name: string): ReturnType<typeof analyseModel> {
  return analyseModel(name, { bytes: readFileSync(modelPath(name)), sha256: '' }, {});
}

describe('taps of ONNX models', () => {
  it('are appended to the bytes as outputs, each tensor once', () => {
    const model = analysed('same-tap');
    const tapped = exposeTaps(model);
    assert.deepEqual(tapped.outputs, ['z', 'z']);
    assert.deepEqual(tapped.bytes.subarray(0, model.bytes.length), new Uint8Array(model.bytes));
    const outputs = parseModel(tapped.bytes, 'tapped').graph.outputs.map(({ name }) => name);
    assert.deepEqual(outputs, ['y', 'z']);
  });

  it('are not repeated where they are outputs already', () => {
    const model = analysed('tap-is-output');
    assert.equal(exposeTaps(model).bytes.length, model.bytes.length);
  });

  it('are cast where they are bfloat16, which JavaScript does not have', async () => {
    const model = analysed('bfloat16');
    assert.deepEqual(model.taps, [{ tensor: 'z', elementType: OnnxElementType.bfloat16 }]);
    const { graph } = parseModel(exposeTaps(model).bytes, 'tapped');
    const cast = graph.nodes[graph.nodes.length - 1];
    assert.deepEqual(
      [cast.op, cast.inputs, cast.attributes.get('to')?.i],
      ['Cast', ['z'], OnnxElementType.float32],
    );
    // No engine here multiplies bfloat16, so the cast runs on a float32 model in its place.
    for (const choice of engines) {
      await assert.rejects(
        openModel(modelPath('bfloat16'), { backend: choice }),
        /does not take the model: /,
      );
      const float = analysed('thresholded');
      float.taps[0].elementType = OnnxElementType.bfloat16;
      const { bytes, outputs } = exposeTaps(float);
      const { input, layers } = expectations().thresholded;
      const engine = await loadOnnxBackend(choice);
      const session = await engine.open(bytes, []);
      const result = await session.run({ x: engine.tensor('float32', batchOf(input), [8, 4]) }, outputs);
      const tap = result[outputs[0]].data as Float32Array;
      assert.deepEqual(patternsOf(tap, 6, [0.5]), layers[0].patterns);
      await session.release();
    }
  });
});
