import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { InputError } from '../../../src/core/errors';
import { readArray } from '../../../src/data/arrays/readArray';
import { listMembers } from '../../../src/data/arrays/npz';
import { isKeras, snakeCase } from '../../../src/models/keras/readKeras';
import { describeModel, openModel } from '../../../src/models/openModel';

describe('Keras models', function () {
  this.timeout(60_000);
  const folder = 'test/fixtures/keras';
  const numbers = async (name: string) => Float32Array.from((await readArray(name)).data, Number);

  for (const [name, endings] of [
    ['sequential', ['keras', 'h5']],
    ['residual', ['keras', 'h5']],
    ['nested', ['keras', 'h5']],
    ['others', ['keras', 'h5']],
    ['old', ['h5']],
  ] as const) {
    for (const ending of endings) {
      it(`have the patterns and classes of Keras itself: ${name}.${ending}`, async () => {
        const file = `${folder}/${name}.npz`;
        const x = await numbers(`${file}:x`);
        const wanted = await numbers(`${file}:output`);
        const runner = await openModel(`${folder}/${name}.${ending}`, { backend: 'wasm' });
        const { taps, predicted } = await runner.run(x, wanted.length);
        const levels = (await listMembers(file)).filter((member) => /^l\d+$/.test(member.name));
        assert.equal(taps.length, levels.length);
        assert.deepEqual([...predicted], [...wanted]);
        for (const [l, { breakpoints }] of runner.layers.entries()) {
          const pieces = Array.from(taps[l], (z) => breakpoints.filter((point) => point < z).length);
          assert.deepEqual(pieces, [...(await numbers(`${file}:l${l}`))], `level ${l}`);
        }
        await runner.close();
      });
    }
  }

  it('are refused where their code is not in the file, or the network', async () => {
    for (const [name, problem] of [
      ['lambda.keras', /layer 'lambda': is a Lambda, whose code is not in the file/],
      ['custom.keras', /layer 'own': has the unknown class 'Mine'/],
      [
        'only.weights.h5',
        /holds weights of Keras and no network: load them into the model and save it whole/,
      ],
    ] as const) {
      await assert.rejects(describeModel(`${folder}/${name}`), (error) => {
        assert.ok(error instanceof InputError);
        assert.match(error.message, problem);
        return true;
      });
    }
  });

  it('are told by their content, and damaged ones refused', async () => {
    const bytes = readFileSync(`${folder}/old.h5`);
    assert.ok(isKeras({ bytes, sha256: '' }));
    assert.ok(!isKeras({ bytes: bytes.subarray(8), sha256: '' }));
    const { readKerasModel } = await import('../../../src/models/keras/readKeras');
    for (const file of ['old.h5', 'nested.keras']) {
      const whole = readFileSync(`${folder}/${file}`);
      const cut = whole.subarray(0, whole.length >> 1);
      await assert.rejects(readKerasModel(file, { bytes: cut, sha256: '' }), InputError);
    }
    // A text without a size, with which the library never comes to an end.
    await assert.rejects(describeModel('test/fixtures/fuzz/h5/1383-nested.h5'), /is a damaged HDF5 file/);
  });

  it('have groups named after the classes of their layers', () => {
    const classes = ['Dense', 'PReLU', 'Conv2D', 'BatchNormalization', 'ReLU', 'DepthwiseConv2D', 'LSTM'];
    const names = ['dense', 'p_re_lu', 'conv2d', 'batch_normalization', 're_lu', 'depthwise_conv2d', 'lstm'];
    assert.deepEqual(classes.map(snakeCase), names);
  });
});
