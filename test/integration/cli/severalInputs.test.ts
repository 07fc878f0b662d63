import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { encodeNpy } from '../../../src/data/arrays/npy';
import { openDataset } from '../../../src/data/openDataset';
import { writeNpz } from '../../../src/data/arrays/writeNpz';
import { datasetOptionsOf } from '../../../src/engine/recording/reopenDataset';
import { openRun } from '../../../src/runs/readRun';
import { fixture } from '../../fixtures';
import { apd, apdOk } from '../../helpers/apd';
import { temporaryFolder } from '../../helpers/setup';

const ROWS = 30;

describe('apd record of a model of several inputs', function () {
  this.timeout(60_000);
  const at = temporaryFolder();
  const model = fixture('models', 'several-inputs.onnx');
  const values = (seed: number) => Float32Array.from({ length: ROWS * 4 }, (_, i) => Math.sin(i * seed) * 2);
  const array = (name: string, seed: number, rows = ROWS) => {
    writeFileSync(at(name), encodeNpy(values(seed).subarray(0, rows * 4), [rows, 4]));
    return at(name);
  };
  const apdf = async (run: string) => (await apdOk('export', at(run), '--format', 'csv')).stdout;
  /** Numbers of one instance as the run's own dataset gives them again. */
  const reopened = async (run: string, row: number) => {
    const { features, labels } = await openDataset(datasetOptionsOf(await openRun(at(run))));
    const out = new Float32Array(8);
    await features.read([row], out);
    return {
      inputs: features.inputs?.map(({ name }) => name),
      numbers: [...out],
      labels: labels?.values.length,
    };
  };

  it('takes a file for each by its name, in any order, or the arrays of an archive', async () => {
    const [a, b] = [array('a.npy', 1.7), array('b.npy', 2.3)];
    await apdOk('record', model, '--data', `x2=${b}`, `x=${a}`, '--out', at('files'));
    const labels = Int32Array.from({ length: ROWS }, (_, i) => i % 3);
    await writeNpz(at('d.npz'), [
      { name: 'x2', data: values(2.3), shape: [ROWS, 4] },
      { name: 'x', data: values(1.7), shape: [ROWS, 4] },
      { name: 'labels', data: labels },
    ]);
    await apdOk('record', model, '--data', at('d.npz'), '--out', at('archive'));
    const unlabelled = (text: string) => text.replace(/^(\d+),\d*,/gm, '$1,,');
    assert.equal(unlabelled(await apdf('archive')), await apdf('files'));
    const numbers = [...values(1.7).subarray(20, 24), ...values(2.3).subarray(20, 24)];
    assert.deepEqual(await reopened('files', 5), { inputs: ['x', 'x2'], numbers, labels: undefined });
    assert.deepEqual(await reopened('archive', 5), { inputs: ['x', 'x2'], numbers, labels: ROWS });
  });

  it('says what is missing, or does not fit', async () => {
    const [a, b] = [array('a.npy', 1.7), array('b.npy', 2.3)];
    const refused = async (...args: string[]) => {
      const { code, stderr } = await apd('record', model, ...args, '--out', at('refused'));
      assert.equal(code, 1);
      return stderr;
    };
    assert.match(
      await refused('--data', a),
      /has 2 inputs \('x', 'x2'\), but the data is one array: expected --data x=FILE/,
    );
    assert.match(await refused('--data', `x=${a}`), /takes an input 'x2', of which the data has nothing/);
    assert.match(
      await refused('--data', `x=${a}`, `train=${b}`),
      /expected each of x, x2 at most once, and nothing else/,
    );
    const short = array('short.npy', 1.7, 7);
    assert.match(
      await refused('--data', `x=${a}`, `x2=${short}`),
      /input `x2` has 7 instances, but input `x` has 30/,
    );
    const both = ['--data', `x=${a}`, `x2=${b}`];
    assert.match(await refused(...both, '--scale', '0.5'), /taken as they are: expected no --scale/);
  });

  it('takes ones for a mask that is left out, and says so', async () => {
    const ids = `${fixture('modelCases', 'two-inputs/data.npz')}:input_ids`;
    const { stderr } = await apdOk(
      'record',
      fixture('modelCases', 'two-inputs/m.onnx'),
      '--data',
      ids,
      '--out',
      at('mask'),
    );
    assert.match(stderr, /Input 'attention_mask' is not in the data: ones \(nothing is masked\) are taken/);
  });
});
