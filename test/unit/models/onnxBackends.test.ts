import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { openModel } from '../../../src/models/openModel';
import { batchOf, engines, expectations, modelPath, patternsOf } from './expectedModels';

/** Models that cannot be opened without more, or at all: tested by themselves. */
const others = new Set(['only-smooth', 'open-axes']);

/** The numbers of a float32 .npy file of version 1. */
function floatsOfNpy(path: string): { values: Float32Array; columns: number } {
  const bytes = readFileSync(path);
  const start = 10 + bytes.readUInt16LE(8);
  const columns = /shape': \(\d+, (\d+)\)/.exec(bytes.toString('latin1', 10, start))!;
  return {
    values: new Float32Array(new Uint8Array(bytes.subarray(start)).buffer),
    columns: Number(columns[1]),
  };
}

for (const engine of engines) {
  describe(`ONNX models on engine ${engine}`, () => {
    const expected = expectations();
    for (const name of Object.keys(expected).filter((each) => !others.has(each))) {
      it(`${name}: patterns and predictions of the reference`, async () => {
        const { input, layers, predicted } = expected[name];
        const runner = await openModel(modelPath(name), { backend: engine });
        const result = await runner.run(batchOf(input), input.length);
        assert.deepEqual(
          runner.layers.map(({ activation, breakpoints, units }) => ({ activation, breakpoints, units })),
          layers.map(({ activation, breakpoints, units }) => ({ activation, breakpoints, units })),
        );
        runner.layers.forEach((layer, i) => {
          assert.deepEqual(patternsOf(result.taps[i], layer.units, layer.breakpoints), layers[i].patterns);
          assert.equal(
            layer.shape.reduce((product, size) => product * size, 1),
            layer.units,
          );
        });
        assert.deepEqual(Array.from(result.predicted), predicted);
        await runner.close();
      });
    }

    for (const [dataset, epochs] of [
      ['moons', ['000', '007', '020']],
      ['iris', ['000', '015']],
      ['digits', ['000', '003', '008']],
    ] as const) {
      for (const epoch of epochs) {
        it(`${dataset}, epoch ${epoch}: every row of the authors' APDF`, async () => {
          const { values, columns } = floatsOfNpy(`test/fixtures/${dataset}/x.npy`);
          const lines = readFileSync(`test/fixtures/${dataset}/apdf-${epoch}.csv`, 'utf8')
            .trim()
            .split(/\r?\n/);
          const rows = lines.slice(1).map((line) => line.split(','));
          const runner = await openModel(`test/fixtures/${dataset}/epoch-${epoch}.onnx`, { backend: engine });
          const { taps, predicted } = await runner.run(values, values.length / columns);
          assert.equal(rows.length, predicted.length);
          const patterns = taps.map((tap, i) =>
            patternsOf(tap, runner.layers[i].units, runner.layers[i].breakpoints),
          );
          for (const [instance, , output, ...levels] of rows) {
            assert.equal(predicted[Number(instance)], Number(output));
            assert.deepEqual(
              patterns.map((level) => level[Number(instance)]),
              levels,
            );
          }
          await runner.close();
        });
      }
    }
  });
}
