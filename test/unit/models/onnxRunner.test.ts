import assert from 'node:assert/strict';
import { InputError } from '../../../src/core/errors';
import { loadOnnxBackend } from '../../../src/models/onnx/onnxBackend';
import { openModel } from '../../../src/models/openModel';
import { batchOf, engines, expectations, modelPath, patternsOf } from './expectedModels';

const expected = expectations();

describe('running ONNX models', () => {
  for (const engine of engines) {
    it(`cuts and pads batches for a fixed batch size (${engine})`, async () => {
      const { input, layers, predicted } = expected['fixed-batch'];
      const runner = await openModel(modelPath('fixed-batch'), { backend: engine });
      for (const rows of [0, 1, 2, 3, 4, 7, 8]) {
        const { taps, predicted: classes } = await runner.run(batchOf(input.slice(0, rows)), rows);
        assert.deepEqual(patternsOf(taps[0], 6, [0]), layers[0].patterns.slice(0, rows));
        assert.deepEqual(Array.from(classes), predicted.slice(0, rows));
      }
      await runner.close();
    });

    it(`keeps the order of calls, and the caller may fill its batch again (${engine})`, async () => {
      const { input, predicted, layers } = expected.dense;
      const runner = await openModel(modelPath('dense'), { backend: engine });
      const order: number[] = [];
      const batch = new Float32Array(4);
      const runs = input.map((row, i) => {
        batch.set(row);
        const run = runner.run(batch, 1);
        batch.fill(NaN);
        return run.then((result) => {
          order.push(i);
          return result;
        });
      });
      const results = await Promise.all(runs);
      assert.deepEqual(
        order,
        input.map((_, i) => i),
      );
      assert.deepEqual(
        results.map((result) => result.predicted[0]),
        predicted,
      );
      assert.deepEqual(
        results.map((result) => patternsOf(result.taps[1], 6, [0])[0]),
        layers[1].patterns,
      );
      await runner.close();
    });

    it(`runs a model for one instance with more where its graph allows, else one by one (${engine})`, async () => {
      const { input, layers, predicted } = expected['weights-as-inputs'];
      for (const [name, said] of [
        ['fixed-reshape', /is run with more, checked against runs of single instances/],
        ['fixed-column', /instances are run one by one/],
      ] as const) {
        const runner = await openModel(modelPath(name), { backend: engine });
        assert.match(runner.notices.join(), said);
        assert.equal(runner.input.batch, name === 'fixed-column' ? 1 : undefined);
        const result = await runner.run(batchOf(input), input.length);
        assert.deepEqual(patternsOf(result.taps[0], 6, [0]), layers[0].patterns);
        assert.deepEqual([...result.predicted], predicted);
        await runner.close();
      }
    });

    it(`gives arrays of the model's precision, one a layer (${engine})`, async () => {
      for (const [name, type] of [
        ['float64', Float64Array],
        ['float16', Float32Array],
        ['dense', Float32Array],
      ] as const) {
        const runner = await openModel(modelPath(name), { backend: engine });
        const { taps } = await runner.run(Float64Array.from(expected[name].input.flat()), 8);
        for (const tap of taps) assert.ok(tap instanceof type, name);
        await runner.close();
      }
      const shared = await openModel(modelPath('same-tap'), { backend: engine });
      const { taps } = await shared.run(batchOf(expected['same-tap'].input), 8);
      assert.deepEqual(taps[0], taps[1]);
      assert.notEqual(taps[0].buffer, taps[1].buffer);
      await shared.close();
    });

    it(`leaves out layers whose instances do not stand apart (${engine})`, async () => {
      const reasons = async (name: string): Promise<string[]> => {
        const runner = await openModel(modelPath(name), { backend: engine });
        await runner.close();
        return runner.skipped.map(({ reason }) => reason);
      };
      const [reason] = await reasons('batch-mean');
      assert.match(
        reason,
        /^its pre-activation mixes the instances of the batch: export the model in evaluation/,
      );
      for (const name of ['heads-first', 'time-first']) assert.deepEqual(await reasons(name), [], name);
    });

    it(`gives no class to a row whose output is NaN (${engine})`, async () => {
      const runner = await openModel(modelPath('nan'), { backend: engine });
      const { predicted } = await runner.run(batchOf(expected.dense.input), 8);
      assert.equal(predicted[0], -1);
      await runner.close();
    });

    it(`takes open axes from the data (${engine})`, async () => {
      const { input, layers, predicted } = expected['open-axes'];
      const runner = await openModel(modelPath('open-axes'), { backend: engine, instanceShape: [2, 5, 4] });
      assert.deepEqual(runner.input.shape, [2, 5, 4]);
      assert.deepEqual(runner.layers[0].shape, [3, 5, 4]);
      const result = await runner.run(batchOf(input), input.length);
      assert.deepEqual(patternsOf(result.taps[0], 60, [0]), layers[0].patterns);
      assert.deepEqual(Array.from(result.predicted), predicted);
      await runner.close();
      const open = (instanceShape?: number[]): Promise<unknown> =>
        openModel(modelPath('open-axes'), { backend: engine, instanceShape });
      await assert.rejects(open(), /input 'x' has shape \[2, \?, \?\] an instance: the open axes need/);
      await assert.rejects(open([40]), /instances of shape \[40\] do not fit/);
      await assert.rejects(open([3, 5, 4]), /instances of shape \[3, 5, 4\] do not fit/);
    });

    it(`reads class labels from the output asked for (${engine})`, async () => {
      for (const name of ['sklearn', 'sklearn-binary']) {
        const { input, labels } = expected[name];
        const runner = await openModel(modelPath(name), { backend: engine, output: 'label' });
        const { predicted } = await runner.run(batchOf(input), input.length);
        assert.deepEqual(Array.from(predicted), labels);
        await runner.close();
      }
    });

    it(`refuses values that an integer input cannot hold (${engine})`, async () => {
      const runner = await openModel(modelPath('uint8-input'), { backend: engine });
      for (const value of [0.5, -1, 256, NaN]) {
        const batch = Float32Array.from([0, 1, 2, value]);
        await assert.rejects(
          runner.run(batch, 1),
          /input 'x' takes uint8 \(whole numbers from 0 to 255\), found/,
        );
      }
      await runner.close();
    });

    it(`refuses batches of another width (${engine})`, async () => {
      const runner = await openModel(modelPath('dense'), { backend: engine });
      await assert.rejects(
        runner.run(new Float32Array(10), 2),
        /input 'input' takes 4 values an instance, found 10 for 2 instances/,
      );
      // A refused batch does not block those after it.
      assert.equal((await runner.run(new Float32Array(8), 2)).predicted.length, 2);
      await runner.close();
      await assert.rejects(runner.run(new Float32Array(8), 2), /is closed/);
      await runner.close();
    });

    it(`tells the engine's refusal in one line (${engine})`, async () => {
      await assert.rejects(openModel(modelPath('unknown-operator'), { backend: engine }), (error) => {
        assert.ok(error instanceof InputError);
        assert.match(
          error.message,
          /^test\S+unknown-operator\.onnx: onnxruntime-\w+ does not take the model: /,
        );
        assert.ok(!error.message.includes('\n'));
        return true;
      });
    });

    it(`says which engine runs the model (${engine})`, async () => {
      const runner = await openModel(modelPath('dense'), { backend: engine, threads: 1 });
      const { name, version, reason } = runner.backend;
      assert.equal(name, engine === 'node' ? 'onnxruntime-node' : 'onnxruntime-web');
      assert.match(version, /^\d+\.\d+\.\d+$/);
      assert.equal(reason, `engine '${engine}' was asked for`);
      await runner.close();
    });
  }

  it('takes the first of several largest scores, like numpy.argmax', async () => {
    // Scores 0, 1, ½, 1 on every row.
    const ties = await openModel(modelPath('output-tie'));
    assert.deepEqual(
      Array.from((await ties.run(batchOf(expected.dense.input), 8)).predicted),
      Array(8).fill(1),
    );
    await ties.close();
  });

  it('falls back to WebAssembly where the native engine does not load, and says so', async () => {
    const missing = (): Promise<unknown> => Promise.reject(new Error('no such binary\nmore of it'));
    const wasm = (): Promise<unknown> => import('onnxruntime-web');
    const engine = await loadOnnxBackend('auto', { node: missing, wasm });
    assert.equal(engine.backend.name, 'onnxruntime-web');
    assert.equal(engine.backend.reason, 'onnxruntime-node does not load here (no such binary)');
    await assert.rejects(loadOnnxBackend('node', { node: missing, wasm }), (error) => {
      assert.ok(error instanceof InputError);
      assert.equal(error.message, "engine 'node': onnxruntime-node does not load here (no such binary)");
      return true;
    });
    await assert.rejects(
      loadOnnxBackend('auto', { node: missing, wasm: missing }),
      /neither onnxruntime-node/,
    );
  });

  it('takes the native engine where it loads', async () => {
    const engine = await loadOnnxBackend('auto');
    assert.equal(engine.backend.name, 'onnxruntime-node');
    assert.match(engine.backend.reason, /loads here/);
  });
});
