import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { InputError } from '../../../src/core/errors';
import { describeModel } from '../../../src/models/openModel';
import { otherModelOf } from '../../../src/models/others/otherModel';
import { isModelName, isOtherModelName } from '../../../src/runs/checkpoints/modelFile';
import { temporaryFolder } from '../../helpers/setup';

describe('models and weights that only Python opens', () => {
  const folder = 'test/fixtures/others';
  const at = temporaryFolder('test');

  for (const [name, problem, line, replayed] of [
    ['weights.pt', /is a checkpoint of PyTorch, weights without/, /weights_only=True\)\)$/, true],
    ['old.pth', /is a checkpoint of PyTorch, weights without/, /weights_only=True\)\)$/, true],
    ['epoch=3.ckpt', /is a checkpoint of PyTorch, weights without/, /\)\["model_state_dict"\]\)$/, true],
    ['module.pt', /is a module of PyTorch, whose network is code/, /weights_only=False\)$/, false],
    ['script.pt', /is a TorchScript model/, /torch\.jit\.load\(/, false],
    ['program.pt2', /is a program of torch\.export/, /torch\.export\.load\(/, false],
    ['model.safetensors', /is a safetensors file, weights without/, /load_file\("/, true],
  ] as const) {
    it(`are told by their content and refused with the way on: ${name}`, async () => {
      // Another name changes nothing.
      const copy = at(`${name}.onnx`);
      await writeFile(copy, await readFile(`${folder}/${name}`));
      for (const file of [`${folder}/${name}`, copy]) {
        const other = await otherModelOf(file);
        assert.ok(other);
        assert.match(other.problem, problem);
        assert.match(other.lines[1], line);
        assert.ok(other.lines[1].includes(JSON.stringify(file)));
        assert.match(other.lines[2], /^torch\.onnx\.export\(.*"[^"]+\.onnx"/);
        assert.equal(other.replay !== undefined, replayed);
        // What is shown in VS Code knows no options of the command line.
        assert.doesNotMatch(other.problem, /--/);
        await assert.rejects(describeModel(file), (error) => error instanceof InputError);
      }
    });
  }

  it('are told where TensorFlow and pickles have them', async () => {
    await mkdir(at('saved'));
    await writeFile(at('saved/saved_model.pb'), Buffer.from([8, 1, 18, 40, 1, 2, 3]));
    await writeFile(at('graph.pb'), Buffer.from([10, 30, 10, 1, 97]));
    await writeFile(at('a.tflite'), Buffer.from('\x1c\0\0\0TFL3', 'latin1'));
    for (const [file, kind] of [
      [at('saved'), 'saved model'],
      [at('saved/saved_model.pb'), 'saved model'],
      [at('graph.pb'), 'frozen graph'],
      [at('a.tflite'), 'tflite'],
      [`${folder}/array.pkl`, 'pickle'],
    ]) {
      assert.equal((await otherModelOf(file))?.kind, kind);
    }
    const [command] = (await otherModelOf(at('saved/saved_model.pb')))!.lines;
    assert.ok(command.includes(JSON.stringify(at('saved'))));
  });

  it('are not models that are opened here, nor files that are missing', async () => {
    const files = ['digits/epoch-008.onnx', 'keras/nested.keras', 'keras/old.h5', 'none.pt', 'digits'];
    for (const file of files) assert.equal(await otherModelOf(`test/fixtures/${file}`), undefined, file);
  });

  it('have names of their own', () => {
    const others = [
      'a.pt',
      'A.PTH',
      'x.ckpt',
      'm.safetensors',
      'w.weights.h5',
      'pytorch_model-1.bin',
      'm.pb',
    ];
    assert.deepEqual(others.filter(isOtherModelName), others);
    assert.deepEqual(others.filter(isModelName), []);
    assert.ok(!['a.onnx', 'a.keras', 'a.h5', 'model.json', 'a.bin'].some(isOtherModelName));
  });
});
