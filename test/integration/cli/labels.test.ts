import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readArray } from '../../../src/data/arrays/readArray';
import type { LabelDecisions } from '../../../src/runs/labelDecisions';
import { fixture } from '../../fixtures';
import { apd, apdOk } from '../../helpers/apd';
import { temporaryFolder } from '../../helpers/setup';

describe('apd labels', function () {
  this.timeout(60_000);
  const at = temporaryFolder();
  const text = (name: string, content: string) => {
    writeFileSync(at(name), content);
    return at(name);
  };
  const kept = () =>
    JSON.parse(readFileSync(path.join(at('run'), 'apd-labels.json'), 'utf8')) as LabelDecisions;
  before(async () => {
    copyFileSync(fixture('digits', 'x.npy'), at('x.npy'));
    copyFileSync(fixture('digits', 'y.npy'), at('y.npy'));
    const data = ['--data', at('x.npy'), '--labels', at('y.npy')];
    await apdOk('record', fixture('digits', 'epoch-008.onnx'), ...data, '--out', at('run'));
  });

  it('takes decisions in, and gives the array back in its own form with them', async () => {
    const judged = text('judged.csv', 'instance,is,why\n5,5,looked at\n7,3,a three\n9,,blurred\n');
    const { stderr } = await apdOk('labels', at('run'), '--apply', judged, '--export', at('corrected.npy'));
    assert.match(stderr, /3 instances decided on: 1 changed, 1 kept, 1 left out/);
    assert.match(stderr, /1 instance left out: -1 stands for the label/);
    const before = await readArray(at('y.npy'));
    const after = await readArray(at('corrected.npy'));
    assert.deepEqual([after.type, after.shape], [before.type, before.shape]);
    const changed = [...after.data.keys()].filter((i) => after.data[i] !== before.data[i]);
    assert.deepEqual(
      changed.map((i) => [i, after.data[i]]),
      [
        [7, 3],
        [9, -1],
      ],
    );
  });

  it('takes a decision back by another one, and keeps both', async () => {
    const { length } = kept().decisions;
    const undo = text('undo.json', '[{"instance": 7, "undo": true}, {"instance": 11, "is": "4"}]');
    await apdOk('labels', at('run'), '--apply', undo, '--export', at('changes.csv'), '--as', 'changes');
    assert.equal(kept().decisions.length, length + 2);
    assert.equal(kept().revision, length + 2);
    const lines = readFileSync(at('changes.csv'), 'utf8').trimEnd().split('\n');
    assert.equal(lines[0], 'instance,was,is,why,score,when');
    assert.match(lines[1], /^9,9,,blurred,,\d{4}-/);
    assert.match(lines[2], /^11,1,4,,,\d{4}-/);
    assert.equal(lines.length, 3);
  });

  it('writes every label as CSV, and tasks for Label Studio', async () => {
    await apdOk('labels', at('run'), '--export', at('labels.csv'));
    const lines = readFileSync(at('labels.csv'), 'utf8').trimEnd().split('\n');
    assert.equal(lines.length, 1797);
    assert.ok(lines.includes('11,4') && !lines.some((line) => line.startsWith('9,')));
    await apdOk('labels', at('run'), '--export', at('tasks.json'));
    const tasks = JSON.parse(readFileSync(at('tasks.json'), 'utf8')) as {
      data: { instance: number };
      annotations: { result: { value: { choices: string[] } }[]; was_cancelled: boolean }[];
    }[];
    const found = tasks.map(({ data, annotations: [{ result, was_cancelled: cancelled }] }) => [
      data.instance,
      result[0]?.value.choices[0],
      cancelled,
    ]);
    assert.deepEqual(found, [
      [5, '5', false],
      [9, undefined, true],
      [11, '4', false],
    ]);
  });

  it('never writes to what the run was recorded of', async () => {
    const before = readFileSync(at('y.npy'));
    const refused = await apd('labels', at('run'), '--export', at('y.npy'));
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /is what the run was recorded of, and is never written to/);
    assert.deepEqual(readFileSync(at('y.npy')), before);
  });

  it('refuses classes and instances that are not there, and then keeps nothing', async () => {
    const { revision } = kept();
    for (const [content, expected] of [
      ['instance,is\n1,2\n5,wolf\n', /row 2: has the class wolf, expected one of 0, 1, 2/],
      ['instance,is\n5000,2\n', /row 1: names the instance 5000, which the run has not/],
      ['number,is\n5,2\n', /line 1: has the columns number, is, expected instance/],
      ['{"list": []}', /holds no list, expected objects with instance/],
    ] as const) {
      const { code, stderr } = await apd('labels', at('run'), '--apply', text('wrong', content));
      assert.equal(code, 1);
      assert.match(stderr, expected);
      assert.equal(stderr.trimEnd().split('\n').length, 1);
    }
    assert.equal(kept().revision, revision);
  });

  it('loses nothing where several add at once', async () => {
    const { length } = kept().decisions;
    const files = Array.from({ length: 4 }, (_, k) => text(`add-${k}.csv`, `instance,is\n${100 + k},1\n`));
    await Promise.all(files.map((file) => apdOk('labels', at('run'), '--apply', file)));
    const added = kept().decisions.slice(length);
    assert.deepEqual(added.map(({ instance }) => instance).sort(), [100, 101, 102, 103]);
  });
});
