import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { InputError } from '../../../src/core/errors';
import { analyseModel } from '../../../src/models/onnx/describe';
import { describeModel, openModel } from '../../../src/models/openModel';
import type { ModelOptions } from '../../../src/models/options';
import { engines, modelPath } from './expectedModels';
import { temporaryFolder } from '../../helpers/setup';

/** Checks that a file is refused in one line that begins with a file's name. */
async function refused(attempt: Promise<unknown>, message: RegExp): Promise<void> {
  await assert.rejects(attempt, (error) => {
    assert.ok(error instanceof InputError, String(error));
    assert.match(error.message, message);
    assert.ok(!error.message.includes('\n'));
    return true;
  });
}

describe('bad ONNX files', () => {
  const at = temporaryFolder();
  const write = (name: string, bytes: Uint8Array | string): string => {
    const file = at(name);
    writeFileSync(file, bytes);
    return file;
  };

  it('refuses what is no file, and files of other kinds', async () => {
    await refused(describeModel(at('none.onnx')), /none\.onnx: cannot be read \(no such file\)/);
    await refused(openModel(at()), /is a folder, expected a model file/);
    await refused(describeModel(write('empty.onnx', '')), /empty\.onnx: is empty/);
    await refused(
      describeModel(write('text.onnx', 'epoch,loss\n1,0.5\n')),
      /not an ONNX model: it is a text file/,
    );
    await refused(
      describeModel(write('a.pt', 'PK\x03\x04 and so on')),
      /not an ONNX model: it is a zip archive/,
    );
    await refused(
      describeModel(write('a.h5', Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'))),
      /is a damaged HDF5 file, expected a whole model of Keras/,
    );
    await refused(
      describeModel(write('noise.onnx', Buffer.from([8, 1, 255, 3, 200, 90]))),
      /not an ONNX model: /,
    );
    await refused(describeModel(write('head.onnx', Buffer.from([8, 7, 18, 1, 65]))), /it holds no graph/);
  });

  it('refuses every beginning of a model', () => {
    const bytes = readFileSync(modelPath('min-max'));
    for (let length = 0; length < bytes.length; length++) {
      assert.throws(
        () => analyseModel('cut.onnx', { bytes: bytes.subarray(0, length), sha256: '' }, {}),
        (error) => error instanceof InputError && error.message.startsWith('cut.onnx: not an ONNX model: '),
        `${length} bytes`,
      );
    }
  });

  it('refuses models without a layer, one input or a usable output', async () => {
    await refused(
      describeModel(modelPath('only-smooth')),
      /only-smooth\.onnx: no piecewise linear activation found, so there are no activation patterns \(found: Gelu ×2, Tanh ×1; expected Relu, LeakyRelu, PRelu, /,
    );
    await refused(
      openModel(modelPath('several-inputs'), { instanceShape: [4] }),
      /has 2 inputs \('x', 'x2'\), but the data is one array/,
    );
    await refused(
      describeModel(modelPath('several-outputs'), { output: 'z' }),
      /has no output 'z', expected one of 'label', 'sum', 'y'/,
    );
    await refused(
      describeModel(modelPath('sklearn-zipmap'), { output: 'output_probability' }),
      /output 'output_probability' is of type sequence, expected a tensor of numbers/,
    );
    await refused(
      openModel(modelPath('output-rank-3'), { outputAs: 'value' }),
      /output 'y' has shape \[3, 3, 4\], expected one row an instance/,
    );
  });

  it('asks for no memory that a file only claims to need', async () => {
    await refused(
      openModel(modelPath('huge-batch')),
      /input 'x' takes 4398046511104 values at once, expected at most/,
    );
  });

  it('refuses functions without end', async () => {
    await refused(describeModel(modelPath('functions-recursive')), /its function 'loop' calls itself/);
    await refused(
      describeModel(modelPath('functions-doubling')),
      /its functions unfold to over 200000 nodes/,
    );
  });

  for (const engine of engines) {
    it(`refuses weights that are missing, cut off or elsewhere (${engine})`, async () => {
      const open = (file: string, options: ModelOptions = { backend: engine }): Promise<unknown> =>
        openModel(file, options);
      await refused(
        open(modelPath('external-missing')),
        /nowhere\.bin: cannot be read \(no such file\), expected the weights of/,
      );
      await refused(open(modelPath('external-short')), /external\.bin: has 168 bytes, expected 1000096 as /);
      const elsewhere = /has its weights in '.*', expected a file in the model's own folder/;
      await refused(open(modelPath('external-escaping')), elsewhere);
      await refused(open(modelPath('external-absolute')), elsewhere);
    });
  }

  it('follows links beside a model, also where they were copied as text', async () => {
    const beside = at('links');
    mkdirSync(beside);
    const target = path.resolve('test/fixtures/models');
    symlinkSync(path.join(target, 'external.onnx'), path.join(beside, 'external.onnx'));
    symlinkSync(path.join(target, 'external.bin'), path.join(beside, 'external.bin'));
    const linked = await openModel(path.join(beside, 'external.onnx'));
    await linked.close();
    const text = write('link.onnx', path.relative(at(), path.join(target, 'dense.onnx')));
    assert.equal((await describeModel(text)).layers.length, 2);
    await refused(
      describeModel(write('nowhere.onnx', '../none.onnx')),
      /nowhere\.onnx: not an ONNX model: it is a text file/,
    );
  });

  it('answers mutated bytes with a description or an InputError, quickly', () => {
    const names = [
      'functions',
      'torch-functions',
      'if',
      'residual',
      'gelu',
      'hardswish-clip',
      'shape-path',
      'external',
    ];
    const seeds = names.map((name) => readFileSync(modelPath(name)));
    const mutation = fc.record({
      model: fc.nat({ max: seeds.length - 1 }),
      changes: fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 12 }),
      cut: fc.option(fc.tuple(fc.nat(), fc.nat({ max: 40 })), { nil: undefined }),
    });
    let described = 0;
    fc.assert(
      fc.property(mutation, ({ model, changes, cut }) => {
        let bytes = Uint8Array.from(seeds[model]);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        if (cut) {
          const at = cut[0] % bytes.length;
          bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + cut[1])]);
        }
        const started = performance.now();
        try {
          analyseModel('mutated.onnx', { bytes, sha256: '' }, {});
          described++;
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
        }
        assert.ok(performance.now() - started < 2000);
      }),
      { seed: 20, numRuns: 3000 },
    );
    assert.ok(described > 100, 'some mutations leave a model whole');
  });

  it('answers random bytes with an InputError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        assert.throws(() => analyseModel('random.onnx', { bytes, sha256: '' }, {}), InputError);
      }),
      { seed: 21, numRuns: 1000 },
    );
  });
});
