import assert from 'node:assert/strict';
import { describeModel } from '../../../src/models/openModel';
import { modelPath } from './expectedModels';

/** Activations without a pattern, as `activation: reason`. */
async function skippedOf(name: string): Promise<string[]> {
  const { skipped } = await describeModel(modelPath(name));
  return skipped.map(({ activation, reason }) => `${activation}: ${reason}`);
}

describe('activations of ONNX models', () => {
  it('sees through activations that are spelled out in several operations', async () => {
    const spelledOut = {
      gelu: 'Gelu',
      'gelu-tanh': 'Gelu',
      'quick-gelu': 'Swish',
      silu: 'SiLU',
      mish: 'Mish',
      hardswish: 'HardSwish',
      'hardswish-opset13': 'HardSwish',
      'hardswish-clip': 'HardSwish',
    };
    for (const [name, activation] of Object.entries(spelledOut)) {
      assert.deepEqual(await skippedOf(name), [`${activation}: not piecewise linear`], name);
    }
  });

  it('lists hidden activations that are not piecewise linear, but no output function', async () => {
    const reason = 'not piecewise linear';
    assert.deepEqual(await skippedOf('elu'), [`Elu: ${reason}`, `Selu: ${reason}`, `Softplus: ${reason}`]);
    assert.deepEqual(await skippedOf('tanh'), [`Tanh: ${reason}`, `Sigmoid: ${reason}`]);
    assert.deepEqual(await skippedOf('attention'), [`Softmax: ${reason}`]);
    for (const name of ['softmax', 'sigmoid', 'sklearn', 'sklearn-binary']) {
      assert.deepEqual(await skippedOf(name), [], name);
    }
  });

  it('says why a piecewise linear activation is left out', async () => {
    assert.deepEqual(await skippedOf('clip-run-time'), ['Clip: its min or max is computed at run time']);
    assert.deepEqual(await skippedOf('guard'), ['Clip: it only keeps values off 0 (min 1e-12)']);
    assert.deepEqual(await skippedOf('maxout'), [
      'Max: the larger of several computed tensors (Maxout) has no breakpoints of its own',
    ]);
    assert.deepEqual(await skippedOf('if'), [
      "LeakyRelu: it is inside the body of If 'choice', where no tap reaches",
      'Tanh: not piecewise linear',
    ]);
    assert.deepEqual(await skippedOf('functions-older'), [
      'old: it is a function that cannot be unfolded: it is written for operators of version 13, the model for 17',
    ]);
  });

  it('takes smooth activations as levels where their sign is asked for, and says so', async () => {
    const { layers, skipped } = await describeModel(modelPath('only-smooth'), { smooth: 'sign' });
    assert.deepEqual(
      layers.map(({ name, activation, breakpoints }) => [name, activation, breakpoints]),
      [
        ['gelu_1', 'Gelu (sign of a smooth activation)', [0]],
        ['tanh_3', 'Tanh (sign of a smooth activation)', [0]],
        ['gelu_5', 'Gelu (sign of a smooth activation)', [0]],
      ],
    );
    assert.deepEqual(skipped, []);
    // What makes class scores of the last numbers is no hidden layer.
    const [only, ...others] = (await describeModel(modelPath('sigmoid'), { smooth: 'sign' })).layers;
    assert.deepEqual([only.activation, others.length], ['Relu', 0]);
  });

  it('does not take weights and shapes for layers', async () => {
    const { layers, skipped } = await describeModel(modelPath('shape-path'));
    assert.deepEqual([layers.length, skipped.length], [1, 0]);
  });

  it('gives short names, all different', async () => {
    const names = async (name: string): Promise<string[]> =>
      (await describeModel(modelPath(name))).layers.map((layer) => layer.name);
    assert.deepEqual(await names('dense'), ['relu_1', 'relu_3']);
    assert.deepEqual(await names('residual'), ['relu', 'relu_1']);
    assert.deepEqual(await names('opposite'), ['relu1', 'relu2']);
    assert.deepEqual(await names('functions'), ['first/act/leaky', 'second/act/leaky', 'third/leaky']);
    assert.equal(new Set(await names('torch-functions')).size, 4);
  });

  it('says what was assumed', async () => {
    const notices = async (name: string): Promise<string> =>
      (await describeModel(modelPath(name))).notices.join(' ');
    assert.match(await notices('same-tap'), /Layers 'relu1' and 'leakyrelu1' have the same pre-activation/);
    assert.match(await notices('quantised'), /quantised: a ReLU folded into requantisation/);
    assert.match(await notices('fixed-batch'), /insists on 3 instances a batch/);
    assert.match(await notices('input-relu'), /acts on the model's input itself/);
    assert.match(await notices('several-outputs'), /read from output 'y'; the model also has 'label', 'sum'/);
    assert.equal(await notices('dense'), '');
  });

  it('describes input, output and shapes without an engine', async () => {
    const dense = await describeModel(modelPath('dense'));
    assert.deepEqual(dense.input, { name: 'input', shape: [4], type: 'float32' });
    assert.deepEqual(dense.output, { name: 'output', kind: 'logits', classes: 3 });
    assert.match(dense.sha256, /^[0-9a-f]{64}$/);
    assert.deepEqual(
      dense.layers.map(({ shape, units }) => [shape, units]),
      [
        [[-1], 0],
        [[-1], 0],
      ],
    );
    const told = await describeModel(modelPath('tap-is-output'));
    assert.deepEqual([told.layers[0].shape, told.layers[0].units], [[6], 6]);
    assert.deepEqual((await describeModel(modelPath('open-axes'))).input.shape, [2, -1, -1]);
    assert.equal((await describeModel(modelPath('fixed-batch'))).input.batch, 3);
    assert.equal((await describeModel(modelPath('float16'))).input.type, 'float16');
  });

  it('chooses an output by its shape, or the one asked for', async () => {
    assert.equal((await describeModel(modelPath('sklearn'))).output.name, 'probabilities');
    assert.deepEqual((await describeModel(modelPath('sklearn-zipmap'))).output, {
      name: 'output_label',
      kind: 'class',
    });
    const label = await describeModel(modelPath('sklearn'), { output: 'label' });
    assert.equal(label.output.kind, 'class');
    assert.equal((await describeModel(modelPath('logit'))).output.kind, 'logit');
    assert.equal((await describeModel(modelPath('sigmoid'))).output.kind, 'probability');
    // An output that more is computed from is a tap somebody left in.
    assert.equal((await describeModel(modelPath('tap-is-output'))).output.name, 'y');
  });
});
