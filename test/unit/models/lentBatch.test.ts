import assert from 'node:assert/strict';
import { openModel } from '../../../src/models/openModel';
import { batchOf, engines, expectations, modelPath, patternsOf } from './expectedModels';

const expected = expectations();

describe('a batch that is lent to an ONNX model', () => {
  for (const engine of engines) {
    for (const name of ['dense', 'conv', 'fixed-batch', 'float64', 'float16']) {
      it(`gives what a copied one gives, and stays as it is: ${name} (${engine})`, async () => {
        const { input, layers, predicted } = expected[name];
        const runner = await openModel(modelPath(name), { backend: engine });
        const width = input[0].length;
        // Not at the start of its memory, and neighbours that would show.
        const memory = new Float32Array((input.length + 2) * width).fill(NaN);
        const batch = memory.subarray(width, (input.length + 1) * width);
        batch.set(batchOf(input));
        const before = batch.slice();
        const result = await runner.run(batch, input.length, true);
        assert.deepEqual(Array.from(result.predicted), predicted);
        layers.forEach(({ units, breakpoints, patterns }, l) => {
          assert.deepEqual(patternsOf(result.taps[l], units, breakpoints), patterns);
        });
        assert.deepEqual(batch, before);
        await runner.close();
      });
    }
  }
});
