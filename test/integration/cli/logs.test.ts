import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pearson, spearman } from '../../../src/core/measures/correlation';
import type { RunReport } from '../../../src/engine/reports/report';
import { epochName, fixture } from '../../fixtures';
import { apd, apdOk } from '../../helpers/apd';
import { temporaryFolder } from '../../helpers/setup';

describe('apd and logs', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  const at = (...names: string[]) => path.join(folder(), ...names);
  const log = fixture('digits', 'log.jsonl');
  const data = ['--data', fixture('digits', 'x.npy'), '--labels', fixture('digits', 'y.npy')];
  const report = async (...args: string[]) =>
    JSON.parse((await apdOk('report', ...args, '--json')).stdout) as RunReport;
  const logged = readFileSync(log, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { epoch: number; loss: number; accuracy: number });

  before(() => {
    mkdirSync(at('models'));
    for (let epoch = 0; epoch <= 8; epoch++) {
      const name = `epoch-${epochName(epoch)}.onnx`;
      copyFileSync(fixture('digits', name), at('models', name));
    }
  });
  const models = (...epochs: number[]) =>
    epochs.map((epoch) => at('models', `epoch-${epochName(epoch)}.onnx`));
  const all = () => models(0, 1, 2, 3, 4, 5, 6, 7, 8);

  it('record links the log and tells what matched', async () => {
    const { stderr } = await apdOk('record', ...all(), ...data, '--log', log, '--out', at('run'));
    assert.match(
      stderr,
      /log\.jsonl: 8 of 9 snapshots matched \(.+\); epoch 0: before the log's first row, so the network before training\n$/,
    );
    const links = JSON.parse(readFileSync(at('run', 'apd-links.json'), 'utf8')) as { log: { path: string } };
    assert.equal(path.resolve(at('run'), links.log.path), log);
  });

  it('report sets metrics beside measures, and correlates them', async () => {
    const { snapshots, log: found } = await report(at('run'));
    assert.deepEqual(
      snapshots.map((snapshot) => snapshot.log),
      [
        undefined,
        ...logged.map(({ epoch, loss, accuracy }) => ({ epoch, line: epoch, metrics: { loss, accuracy } })),
      ],
    );
    assert.ok(found);
    assert.deepEqual(
      [found.file, found.format, found.matched, found.unmatchedRows],
      [log, 'jsonLines', 8, 0],
    );
    assert.deepEqual(
      found.unmatchedSnapshots.map(({ epoch }) => epoch),
      [0],
    );
    const loss = logged.map((line) => line.loss);
    const entry = (measure: string, level?: string) =>
      found.correlations.find((c) => c.metric === 'loss' && c.measure === measure && c.level === level)!;
    const matched = snapshots.slice(1);
    const cases: [string, string | undefined, (number | undefined)[]][] = [
      ['accuracy', undefined, matched.map(({ accuracy }) => accuracy)],
      ['clusters', undefined, matched.map(({ clusters }) => clusters.count)],
      ['paths', undefined, matched.map(({ paths }) => paths)],
      ['patterns', 'relu_2', matched.map(({ levels }) => levels[0].patterns)],
      ['bitChange', 'relu_6', matched.map(({ levels }) => levels[2].bitChange)],
      ['leaveOneOut', 'relu_4', matched.map(({ levels }) => levels[1].leaveOneOut)],
    ];
    for (const [measure, level, series] of cases) {
      const { n, pearson: linear, spearman: ranked } = entry(measure, level);
      assert.deepEqual([n, linear, ranked], [8, pearson(loss, series), spearman(loss, series)], measure);
    }
    assert.equal(found.correlations.length, 2 * (3 + 3 * 7));
    // Dead units of the first level do not change: there is nothing to correlate.
    const dead = matched.map(({ levels }) => levels[0].dead);
    assert.equal(new Set(dead).size, 1);
    assert.deepEqual(entry('dead', 'relu_2'), { metric: 'loss', measure: 'dead', level: 'relu_2', n: 8 });
  });

  it('the text has a line a snapshot, and the strongest correlations with a warning', async () => {
    const { stdout } = await apdOk('report', at('run'));
    const lines = stdout.split('\n');
    assert.match(lines[1], /log\.jsonl: 8 of 9 snapshots matched/);
    assert.equal(lines.filter((line) => line.startsWith('log (epoch ')).length, 8);
    assert.ok(lines.includes('log (epoch 8, line 8): loss 0.4864 · accuracy 0.84956'));
    const table = lines.slice(lines.findIndex((line) => /^metric +measure +level +Spearman/.test(line)));
    assert.match(lines[lines.length - table.length - 1], /^Beware: few epochs/);
    const rows = table.slice(1).filter((line) => line !== '');
    assert.equal(rows.length, 12);
    const strengths = rows.map((row) => Math.abs(Number(/[–]?(\d\.\d\d)/.exec(row)![1])));
    assert.deepEqual(
      strengths,
      [...strengths].sort((a, b) => b - a),
    );
  });

  it('without a log nothing is different', async () => {
    const { stderr } = await apdOk('record', ...all(), ...data, '--out', at('plain'));
    assert.ok(!stderr.includes('matched'));
    assert.equal(existsSync(at('plain', 'apd-links.json')), false);
    const plain = await apdOk('report', at('plain'));
    assert.ok(!/\blog\b/i.test(plain.stdout), plain.stdout);
    const none = await apdOk('report', at('run'), '--no-log');
    assert.equal(none.stdout, plain.stdout.replace(/^plain/, 'run'));
    const withLog = await report(at('run'));
    const without = await report(at('run'), '--no-log');
    assert.ok(!('log' in without));
    withLog.snapshots.forEach((snapshot) => delete snapshot.log);
    delete withLog.log;
    assert.deepEqual(withLog, without);
  });

  it('report takes another log, and finds one beside the checkpoints', async () => {
    writeFileSync(at('other.csv'), 'epoch,val_loss\n1,0.5\n2,0.25\n3,0.125\n');
    const other = await report(at('plain'), '--log', at('other.csv'));
    assert.deepEqual([other.log!.file, other.log!.matched], [at('other.csv'), 3]);
    assert.deepEqual(other.snapshots[2].log!.metrics, { val_loss: 0.25 });
    // Three snapshots are too few.
    assert.ok(other.log!.correlations.every(({ spearman: ranked }) => ranked === undefined));
    const { stdout } = await apdOk('report', at('plain'), '--log', at('other.csv'));
    assert.ok(!stdout.includes('Spearman'));
    copyFileSync(log, at('models', 'log.jsonl'));
    assert.equal((await report(at('plain'))).log!.matched, 8);
    assert.equal(existsSync(at('plain', 'apd-links.json')), false);
  });

  it('what is no log is told before anything is done', async () => {
    const gone = await apd('record', ...models(1), ...data, '--log', at('gone.csv'), '--out', at('never'));
    assert.equal(gone.code, 1);
    assert.match(gone.stderr, /^apd: .*gone\.csv: is not there\n$/);
    const wrong = await apd('record', ...models(1), ...data, '--log', data[1], '--out', at('never'));
    assert.match(wrong.stderr, /x\.npy: is neither text nor an event file/);
    assert.equal(existsSync(at('never')), false);
    const { code, stderr } = await apd('report', at('plain'), '--log', at('gone.csv'));
    assert.deepEqual([code, stderr], [1, `apd: ${at('gone.csv')}: is not there\n`]);
  });

  it('a linked log that went away is told, and the report goes on', async () => {
    writeFileSync(at('away.csv'), 'epoch,loss\n1,0.5\n');
    await apdOk('record', ...models(1), ...data, '--log', at('away.csv'), '--out', at('away'));
    const links = at('away', 'apd-links.json');
    writeFileSync(links, readFileSync(links, 'utf8').replace('away.csv', 'nowhere.csv'));
    const { stdout } = await apdOk('report', at('away'));
    assert.match(stdout, /nowhere\.csv: is not there\n/);
    assert.match(stdout, /\nepoch 1 · /);
  });
});
