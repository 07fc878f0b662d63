import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { RunReport } from '../../../src/engine/reports/report';
import { encodeNpy } from '../../../src/data/arrays/npy';
import { readNpy } from '../../../src/data/arrays/readArray';
import { openRun } from '../../../src/runs/readRun';
import { readColumns } from '../../../src/runs/readColumns';
import { fixture } from '../../fixtures';
import { apd, apdOk, CLI, recordArguments } from '../../helpers/apd';
import { temporaryFolder } from '../../helpers/setup';

const MODEL = fixture('digits', 'epoch-008.onnx');
const DATA = fixture('digits', 'x.npy');
const LABELS = fixture('digits', 'y.npy');

describe('apd record', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const at = (name: string) => path.join(folder(), name);
  const apdf = async (run: string) => (await apdOk('export', run, '--format', 'csv')).stdout;
  const report = async (run: string, ...args: string[]) =>
    JSON.parse((await apdOk('report', run, '--json', ...args)).stdout) as RunReport;

  it('gives the same patterns and ids whatever the batch size and engine', async () => {
    const base = ['record', MODEL, '--data', DATA, '--labels', LABELS];
    const variants = [
      [],
      ['--batch-size', '1'],
      ['--batch-size', '7'],
      ['--engine', 'wasm'],
      ['--batch-size', '100000'],
    ];
    const diagrams: string[] = [];
    for (const [v, extra] of variants.entries()) {
      const { stderr } = await apdOk(...base, ...extra, '--out', at(`v${v}`), '--name', 'same');
      assert.match(stderr, extra.includes('wasm') ? /Runs on onnxruntime-web/ : /Runs on onnxruntime-/);
      diagrams.push((await apdOk('export', at(`v${v}`), '--what', 'diagram', '--format', 'json')).stdout);
    }
    for (const diagram of diagrams) assert.equal(diagram, diagrams[0]);
  });

  it('keeps margin and confidence of every instance', async () => {
    await apdOk('record', MODEL, '--data', DATA, '--labels', LABELS, '--out', at('sure'));
    const { predicted, labels, margin, confidence } = await readColumns(await openRun(at('sure')), 0);
    assert.equal(confidence!.length, predicted.length);
    assert.ok(confidence!.every((share) => share >= 0.1 && share <= 1));
    predicted.forEach((output, row) => assert.equal(margin![row] > 0, output === labels![row]));
  });

  it('without labels leaves out what needs them', async () => {
    await apdOk('record', MODEL, '--data', DATA, '--out', at('plain'));
    const { margin, confidence } = await readColumns(await openRun(at('plain')), 0);
    assert.deepEqual([margin, confidence?.length], [undefined, 1797]);
    assert.match(await apdf(at('plain')), /^instance,label,output,l0,l1,l2\n0,,\d,[01]{32},/);
    const { snapshots } = await report(at('plain'));
    assert.equal(snapshots[0].accuracy, undefined);
    for (const level of snapshots[0].levels) {
      for (const key of ['labelEntropy', 'mutualInformation', 'purity', 'leaveOneOut', 'classCores']) {
        assert.ok(!(key in level), key);
      }
      assert.ok(level.patterns > 0 && level.entropy > 0);
    }
    const svg = at('plain.svg');
    await apdOk('draw', at('plain'), '--out', svg);
    assert.match(readFileSync(svg, 'utf8'), /Colour: predicted output/);
  });

  it('takes the order of classes from a file with one on a line', async () => {
    const names = ['nought', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
    const digits = Array.from(readNpy(readFileSync(LABELS)).data);
    writeFileSync(at('words.csv'), `label\n${digits.map((digit) => names[digit]).join('\n')}\n`);
    writeFileSync(at('names.txt'), `\ufeff${names.join('\r\n')}\r\n`);
    const words = [
      'record',
      MODEL,
      '--data',
      DATA,
      '--labels',
      at('words.csv'),
      '--out',
      at('words'),
      '--force',
    ];
    const { stderr } = await apdOk(...words);
    assert.match(stderr, /predicted right; with the classes in the order nought, one, two/);
    await apdOk(...words, '--classes', at('names.txt'));
    assert.ok((await report(at('words'))).snapshots[0].accuracy! > 0.8);
    writeFileSync(at('gap.txt'), 'nought\n\ntwo\n');
    const { code, stderr: refusal } = await apd(...words, '--classes', at('gap.txt'));
    assert.equal(code, 1);
    assert.match(refusal, /gap\.txt, line 2: is empty, expected the name of a class/);
  });

  it('--take and --sample keep the numbers of the instances', async () => {
    const all = (
      await (async () => {
        await apdOk('record', MODEL, '--data', DATA, '--labels', LABELS, '--out', at('all'));
        return apdf(at('all'));
      })()
    ).split('\n');
    const args = [
      'record',
      MODEL,
      '--data',
      DATA,
      '--labels',
      LABELS,
      '--seed',
      '3',
      '--take',
      '500',
      '--sample',
      '50',
    ];
    await apdOk(...args, '--out', at('some'));
    const some = (await apdf(at('some'))).trim().split('\n');
    assert.equal(some.length, 51);
    for (const line of some.slice(1)) assert.equal(line, all[Number(line.split(',')[0]) + 1]);
    await apdOk(...args, '--out', at('again'));
    assert.equal(await apdf(at('again')), some.join('\n') + '\n');
  });

  it('named splits are told apart, and the unseen rate is measured', async () => {
    const args = ['--data', DATA, '--labels', LABELS, '--split', 'train=0.7,test=0.3', '--seed', '1'];
    await apdOk('record', MODEL, ...args, '--out', at('splits'));
    const { snapshots } = await report(at('splits'), '--resolution', 'exact');
    for (const { novelty } of snapshots[0].levels) {
      const { instances, unseen, expected, distance } = novelty!.test;
      assert.ok(distance! > 0 && distance! < 4, `nearest pattern of training ${distance} units away`);
      assert.equal(instances, 539);
      assert.ok(Math.abs(unseen - expected) < 0.06, `unseen ${unseen}, Good–Turing ${expected}`);
    }
    const two = [`a=${DATA}`, `b=${DATA}`];
    await apdOk(
      'record',
      MODEL,
      '--data',
      ...two,
      '--labels',
      `a=${LABELS}`,
      `b=${LABELS}`,
      '--out',
      at('two'),
    );
    const same = await report(at('two'), '--resolution', 'exact');
    assert.equal(same.snapshots[0].instances, 2 * 1797);
    for (const level of same.snapshots[0].levels) {
      assert.equal(level.novelty!.b.unseen, 0);
      assert.equal(level.novelty!.b.distance, 0);
    }
  });

  it('a level over the limit keeps prototypes only, and says so', async () => {
    const args = await recordArguments('digits', at('coarse'));
    const { stderr } = await apdOk(...args, '--pattern-limit', '0');
    assert.match(stderr, /Layer 0 \(relu_2\): .*limit of 0 MiB.*only prototypes are kept/);
    const { snapshots } = await report(at('coarse'));
    assert.equal(snapshots.length, 9);
    // 28 patterns at initialisation: fewer than prototypes.
    assert.equal(snapshots[0].levels[2].resolution, 28);
    assert.equal(snapshots[8].levels[0].resolution, 64);
    assert.ok(snapshots[8].levels[2].leaveOneOut! > 0.6);
    assert.ok(!('bitChange' in snapshots[8].levels[0]));
    const { stdout, stderr: told } = await apd('export', at('coarse'), '--format', 'csv');
    assert.match(stdout, /\n0,0,\d,,,\n/);
    assert.match(told, /relu_2: its exact patterns passed the limit/);
    const picture = at('coarse.svg');
    await apdOk('draw', at('coarse'), '--out', picture);
    assert.match(readFileSync(picture, 'utf8'), /64 prototypes · patterns not kept/);
  });

  it('epochs and order come from the names of the models, or as they are given', async () => {
    const models = ['epoch-006.onnx', 'epoch-002.onnx'].map((name) => fixture('digits', name));
    await apdOk('record', ...models, '--data', DATA, '--out', at('named'));
    assert.deepEqual(
      (await report(at('named'))).snapshots.map(({ epoch }) => epoch),
      [2, 6],
    );
    await apdOk('record', ...models, '--data', DATA, '--out', at('given'), '--epochs', '0,0.5');
    assert.deepEqual(
      (await report(at('given'))).snapshots.map(({ epoch }) => epoch),
      [0, 0.5],
    );
    assert.ok(existsSync(at('given/patterns/epoch-0000.5.npz')));
  });

  it('one row is enough', async () => {
    writeFileSync(at('one.npy'), encodeNpy(new Float32Array(64).fill(0.5), [1, 64]));
    await apdOk('record', MODEL, '--data', at('one.npy'), '--out', at('one'));
    for (const args of [
      ['report', at('one')],
      ['draw', at('one'), '--out', at('one.png')],
    ]) {
      await apdOk(...args);
    }
    await apdOk('draw', at('one'), '--view', 'partition', '--out', at('one.svg'));
  });

  it('Ctrl-C leaves the finished snapshots readable', async () => {
    const models = Array.from({ length: 60 }, (_, i) => fixture('digits', `epoch-00${i % 9}.onnx`));
    const args = ['record', ...models, '--data', DATA, '--batch-size', '16', '--out', at('stopped')];
    const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      if (/epoch 2: /.test(text)) child.kill('SIGINT');
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    assert.equal(code, 130, stderr);
    const finished = Number(/holds the (\d+) finished snapshot/.exec(stderr)?.[1]);
    assert.ok(finished >= 3 && finished < 60, stderr);
    assert.equal((await report(at('stopped'))).snapshots.length, finished);
  });
});
