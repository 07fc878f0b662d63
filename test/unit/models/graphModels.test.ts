import assert from 'node:assert/strict';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { InputError } from '../../../src/core/errors';
import { listMembers } from '../../../src/data/arrays/npz';
import { readArray } from '../../../src/data/arrays/readArray';
import { describeModel, openModel } from '../../../src/models/openModel';
import { temporaryFolder } from '../../helpers/setup';

interface ModelJson {
  format: string;
  signature?: object;
  modelTopology: { node: { name: string; op: string; input?: string[]; attr: object }[] };
  weightsManifest: { paths: string[]; weights: { name: string; shape: number[]; dtype: string }[] }[];
}

describe('graph models of TensorFlow.js', function () {
  this.timeout(60_000);
  const folder = 'test/fixtures/graphModels';
  const at = temporaryFolder('test');
  const numbers = async (name: string) => Float32Array.from((await readArray(name)).data, Number);

  // `residual` has its activations fused into the operations before them, `plain` is the same network without.
  for (const name of ['dense', 'residual', 'plain']) {
    it(`have the patterns and classes of Keras: ${name}`, async () => {
      const file = `${folder}/${name}.npz`;
      const x = await numbers(`${file}:x`);
      const wanted = await numbers(`${file}:output`);
      const runner = await openModel(`${folder}/${name}/model.json`, { backend: 'wasm' });
      const { taps, predicted } = await runner.run(x, wanted.length);
      assert.deepEqual([...predicted], [...wanted]);
      const levels = (await listMembers(file)).filter((member) => /^l\d+$/.test(member.name));
      assert.equal(taps.length, levels.length);
      for (const [l, { breakpoints, units }] of runner.layers.entries()) {
        assert.equal(taps[l].length, units * wanted.length);
        const pieces = Array.from(taps[l], (z) => breakpoints.filter((point) => point < z).length);
        assert.deepEqual(pieces, [...(await numbers(`${file}:l${l}`))], `level ${l}`);
      }
      await runner.close();
    });
  }

  /** A copy of a model, changed. */
  async function changed(change: (model: ModelJson) => void): Promise<string> {
    const model = JSON.parse(await readFile(`${folder}/dense/model.json`, 'utf8')) as ModelJson;
    change(model);
    await copyFile(`${folder}/dense/group1-shard1of1.bin`, at('group1-shard1of1.bin'));
    await writeFile(at('model.json'), JSON.stringify(model));
    return at('model.json');
  }

  const refused: [string, (model: ModelJson) => void, RegExp][] = [
    [
      'control flow',
      ({ modelTopology: { node } }) => node.push({ name: 'w', op: 'While', input: ['x'], attr: {} }),
      /node 'w': is While, whose steps depend on values: only graphs without control flow are run/,
    ],
    [
      'several inputs',
      ({ modelTopology: { node } }) => node.push({ name: 'y', op: 'Placeholder', attr: {} }),
      /the model has 2 inputs \('x', 'y'\), expected one/,
    ],
    [
      'an input that is missing',
      ({ modelTopology: { node } }) => node.push({ name: 'z', op: 'Relu', input: ['nothing'], attr: {} }),
      /node 'z': reads 'nothing', expected a node of the graph/,
    ],
    ['two nodes of one name', ({ modelTopology: { node } }) => node.push({ ...node[0] }), /is there twice/],
    [
      'an operation that is unknown',
      ({ modelTopology: { node } }) => {
        const softmax = node.find(({ op }) => op === 'Softmax')!;
        softmax.op = 'MyOwnOperation';
      },
      /the model does not run: .*MyOwnOperation/,
    ],
    [
      'a constant that is missing',
      ({ weightsManifest: [{ weights }] }) => void (weights[0].name = 'another'),
      /graph\.|does not run|cannot be run/,
    ],
    [
      'texts among its constants',
      ({ weightsManifest: [{ weights }] }) => void (weights[0].dtype = 'string'),
      /is of type "string", expected float32/,
    ],
  ];
  for (const [what, change, problem] of refused) {
    it(`are refused in one line: ${what}`, async () => {
      const file = await changed(change);
      await assert.rejects(openModel(file, { backend: 'wasm' }), (error) => {
        assert.ok(error instanceof InputError, String(error));
        assert.match(error.message, problem);
        assert.doesNotMatch(error.message, /\n/);
        return true;
      });
    });
  }

  it('are described without a run, by any output of theirs', async () => {
    const { layers, outputs, input } = await describeModel(`${folder}/residual/model.json`);
    assert.deepEqual(outputs, ['output']);
    assert.deepEqual(input.shape, [6, 6, 2]);
    assert.deepEqual(
      layers.map(({ breakpoints }) => breakpoints),
      [[0], [0, 6], [0]],
    );
    await assert.rejects(
      describeModel(`${folder}/residual/model.json`, { output: 'other' }),
      /has no output 'other', expected one of 'output'/,
    );
  });
});
