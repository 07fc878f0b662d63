import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { encodeNpy } from '../../../src/data/arrays/npy';
import type { RunReport } from '../../../src/engine/reports/report';
import { openRun, readSnapshot } from '../../../src/runs/readRun';
import { fixture } from '../../fixtures';
import { apd, apdOk } from '../../helpers/apd';
import { temporaryFolder } from '../../helpers/setup';

const ROWS = 40;

describe('apd record of outputs that are no classes', function () {
  this.timeout(60_000);
  const at = temporaryFolder();
  const model = (name: string) => fixture('models', `${name}.onnx`);
  const array = (name: string, values: Float32Array | Uint8Array, shape: number[]) => {
    writeFileSync(at(name), encodeNpy(values, shape));
    return at(name);
  };
  const x = () =>
    array(
      'x.npy',
      Float32Array.from({ length: ROWS * 4 }, (_, i) => Math.sin(i * 1.7) * 2),
      [ROWS, 4],
    );
  const targets = () =>
    array(
      't.npy',
      Float32Array.from({ length: ROWS }, (_, i) => i * 0.25 - 3),
      [ROWS],
    );
  const apdf = async (run: string) => (await apdOk('export', run, '--format', 'csv')).stdout.split('\n');
  const report = async (run: string) =>
    JSON.parse((await apdOk('report', run, '--json')).stdout) as RunReport;

  it('keeps the numbers of a regression, coloured by bins of the targets', async () => {
    const models = [model('logit'), model('logit')];
    const record = ['record', ...models, '--epochs', '1,2', '--data', x(), '--labels', targets()];
    await apdOk(...record, '--out', at('value'));
    const run = await openRun(at('value'));
    assert.deepEqual([run.manifest.output?.kind, run.manifest.output?.columns], ['value', 1]);
    assert.equal(run.manifest.labelBins?.length, 7);
    assert.equal(run.manifest.classes.length, 8);
    const second = await readSnapshot(run, 1);
    assert.deepEqual(second.outcome?.edges, run.manifest.labelBins);
    assert.equal(second.targets![5], -1.75);
    const lines = await apdf(at('value'));
    assert.match(lines[6], /^5,-1\.75,-?\d+\.\d+,[01]{6}$/);
    assert.equal(Number(lines[6].split(',')[2]), second.outcome!.values![5]);
    const { snapshots } = await report(at('value'));
    assert.equal(snapshots[0].accuracy, undefined);
    await apdOk('draw', at('value'), '--out', at('value.svg'));
    assert.match(readFileSync(at('value.svg'), 'utf8'), /≤ -2</);
    const refused = await apd('draw', at('value'), '--color', 'correct', '--out', at('no.svg'));
    assert.match(refused.stderr, /no classes that are right or wrong to colour by/);
    const suspects = await apd('suspects', at('value'));
    assert.equal(suspects.code, 1);
    assert.match(suspects.stderr, /outputs that are no classes, so no label can be suspected/);
  });

  it('takes one number without labels for a value, and for a class where that is said', async () => {
    const record = ['record', model('logit'), '--data', x()];
    const { stderr } = await apdOk(...record, '--out', at('number'));
    assert.match(stderr, /there are no labels: it is recorded as a value/);
    const read = (await openRun(at('number'))).manifest;
    assert.equal(read.classes.length, (read.output?.edges?.length ?? 0) + 1);
    await apdOk(...record, '--output-as', 'class', '--out', at('sign'));
    const { manifest } = await openRun(at('sign'));
    assert.deepEqual([manifest.output, manifest.classes], [undefined, ['0', '1']]);
  });

  it('keeps several labels an instance, right where all of them are', async () => {
    const labels = array(
      'several.npy',
      Uint8Array.from({ length: ROWS * 3 }, (_, i) => ((i * 5) % 3) % 2),
      [ROWS, 3],
    );
    const record = ['record', model('dense'), '--data', x(), '--labels', labels];
    await apdOk(...record, '--output-as', 'labels', '--out', at('labels'));
    const run = await openRun(at('labels'));
    const { outcome, predicted, labels: own } = await readSnapshot(run, 0);
    const { classes } = run.manifest;
    assert.equal(outcome?.columns, 3);
    predicted.forEach((set, row) => {
      const names = [0, 1, 2].filter((k) => outcome!.values![row * 3 + k] === 1).join('+');
      assert.equal(classes[set], names || 'none');
    });
    assert.deepEqual(classes[own![0]], '2');
    const right = predicted.filter((set, row) => set === own![row]).length / ROWS;
    assert.equal((await report(at('labels'))).snapshots[0].accuracy, right);
  });

  it('records what has no row an instance without outputs', async () => {
    const { stderr } = await apdOk('record', model('output-rank-3'), '--data', x(), '--out', at('none'));
    assert.match(stderr, /Output 'y' has shape .* it is no class of an instance, so no outputs are recorded/);
    assert.match((await apdf(at('none')))[1], /^0,,,[01]+$/);
    await apdOk('draw', at('none'), '--out', at('none.svg'));
    assert.match(readFileSync(at('none.svg'), 'utf8'), /no class/);
  });

  it('refuses targets for a model of classes', async () => {
    const { code, stderr } = await apd(
      ...['record', model('dense'), '--data', x(), '--labels', targets(), '--out', at('wrong')],
    );
    assert.equal(code, 1);
    assert.match(stderr, /gives classes, but the labels are numbers that are none: expected whole numbers/);
  });
});
