import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { InputError } from '../../../../src/core/errors';
import { epochName, fixture } from '../../../fixtures';
import { counted, epochsOf, linesOf, logRequests, makeRun, options, realLog } from '../../../helpers/logRuns';
import { temporaryFolder } from '../../../helpers/setup';

const DIGITS_LOG = fixture('digits', 'log.jsonl');
const digitsModel = (epoch: number) => fixture('digits', `epoch-${epochName(epoch)}.onnx`);

describe('logs of runs', () => {
  const folder = temporaryFolder();
  const at = (...names: string[]) => path.join(folder(), ...names);
  const { ask, info, warnings } = logRequests();
  const inputError = (file: string, problem: RegExp) => (error: unknown) => {
    assert.ok(error instanceof InputError, String(error));
    assert.equal(error.source, file);
    assert.match(error.problem, problem);
    return true;
  };
  /** A run of the nine checkpoints of digits, with paths as `apd record` keeps them. */
  const digits = (name: string) => {
    const models = Array.from({ length: 9 }, (_, epoch) => path.relative(at(name), digitsModel(epoch)));
    return makeRun(at(name), counted(models));
  };

  it('finds the log beside the checkpoints and the row of every one', async () => {
    const run = digits('beside');
    const found = await info(run);
    assert.equal(found.file, DIGITS_LOG);
    assert.equal(found.origin, 'beside');
    assert.equal(found.state, 'read');
    const lines = linesOf(DIGITS_LOG);
    assert.deepEqual(
      found.marks.map(({ snapshot, row, fromRow, epoch, line, endLine, fromLine, metrics, byHand }) => {
        assert.equal(fromRow, row);
        return { snapshot, row, epoch, line, endLine, fromLine, metrics, byHand };
      }),
      [1, 2, 3, 4, 5, 6, 7, 8].map((epoch) => {
        const { loss, accuracy } = JSON.parse(lines[epoch]) as Record<string, number>;
        const place = { line: epoch, endLine: epoch, fromLine: epoch };
        return {
          snapshot: epoch,
          row: epoch - 1,
          epoch,
          ...place,
          metrics: { loss, accuracy },
          byHand: false,
        };
      }),
    );
    assert.deepEqual(found.unmatchedSnapshots, [
      { snapshot: 0, reason: "epoch 0: before the log's first row, so the network before training" },
    ]);
    assert.equal(found.unmatchedRowCount, 0);
    assert.deepEqual(found.best?.snapshot, 8);
    assert.match(found.best!.reason, /^highest accuracy of the log .*0\.84956/);
    assert.deepEqual(await ask('log/links', { folders: [run, at('gone')] }), [
      { folder: run, file: DIGITS_LOG, origin: 'beside' },
    ]);
    assert.match(warnings.at(-1)!, /gone: is no run/);
    const shy = { ...options, findBeside: false };
    assert.equal((await ask('log/info', { folder: run, options: shy })).state, 'none');
    assert.deepEqual(await ask('log/links', { folders: [run], options: shy }), []);
  });

  it('what is linked comes before the own log, and that before one beside the checkpoints', async () => {
    const run = digits('choice');
    cpSync(DIGITS_LOG, path.join(run, 'log.jsonl'));
    assert.equal((await info(run)).origin, 'own');
    const other = realLog('keras/csvlogger.csv');
    const linked = await ask('log/link', { folder: run, file: other });
    assert.deepEqual([linked.origin, linked.file, linked.format], ['linked', other, 'csv']);
    assert.deepEqual(await info(run), linked);
    const none = await ask('log/link', { folder: run, file: null });
    assert.deepEqual([none.state, none.file, none.rows, none.marks], ['none', undefined, 0, []]);
    assert.notEqual(none.version, linked.version);
    assert.deepEqual(await ask('log/links', { folders: [run] }), []);
  });

  it('a log beside the checkpoints that tells of none of them is not taken', async () => {
    const run = makeRun(at('stranger', 'run'), [{ epoch: 300, model: '../models/epoch-300.onnx' }]);
    mkdirSync(at('stranger', 'models'));
    cpSync(DIGITS_LOG, at('stranger', 'models', 'log.jsonl'));
    assert.equal((await info(run)).state, 'none');
    assert.deepEqual(await ask('log/links', { folders: [run] }), []);
    cpSync(realLog('transformers/trainer_state.json'), at('stranger', 'models', 'trainer_state.json'));
    makeRun(run, [{ epoch: 3, model: '../models/epoch-3.onnx' }]);
    assert.equal((await info(run)).state, 'read');
  });

  it('a file that cannot be linked is named, and nothing is stored', async () => {
    const run = digits('bad');
    const links = path.join(run, 'apd-links.json');
    const gone = at('gone.csv');
    await assert.rejects(ask('log/link', { folder: run, file: gone }), inputError(gone, /is not there/));
    const data = fixture('digits', 'x.npy');
    await assert.rejects(ask('log/link', { folder: run, file: data }), inputError(data, /neither text nor/));
    await assert.rejects(ask('log/link', { folder: run, file: run }), inputError(run, /folder/));
    const empty = at('empty.log');
    writeFileSync(empty, '');
    await assert.rejects(ask('log/link', { folder: run, file: empty }), inputError(empty, /is empty/));
    assert.equal((await ask('log/table', { file: empty, from: 0, count: 5 })).total, 0);
    assert.equal(existsSync(links), false);
    await assert.rejects(ask('log/link', { folder: at('no-run'), file: DIGITS_LOG }), /is no run/);
    await assert.rejects(ask('log/table', { file: gone, from: 0, count: 5 }), inputError(gone, /not there/));
  });

  it('a log that goes away is missing, and read again when it comes back', async () => {
    const run = digits('missing');
    const file = at('coming.jsonl');
    cpSync(DIGITS_LOG, file);
    const read = await ask('log/link', { folder: run, file });
    assert.equal(read.marks.length, 8);
    rmSync(file);
    const missing = await info(run);
    assert.deepEqual([missing.state, missing.file, missing.origin], ['missing', file, 'linked']);
    assert.notEqual(missing.version, read.version);
    writeFileSync(file, '{"epoch": 1, "loss": 3}\n');
    const back = await info(run);
    assert.deepEqual(epochsOf(back), ['–', 1, '–', '–', '–', '–', '–', '–', '–']);
    assert.deepEqual(back.marks[0].metrics, { loss: 3 });
  });

  it('versions change with log, links and run, and with nothing else', async () => {
    const run = digits('versions');
    const file = at('versions.jsonl');
    cpSync(DIGITS_LOG, file);
    const versions = [(await ask('log/link', { folder: run, file })).version];
    const change = async () => {
      const { version } = await info(run);
      assert.equal((await info(run)).version, version);
      assert.equal((await ask('log/curves', { folder: run })).version, version);
      assert.ok(!versions.includes(version), version);
      versions.push(version);
    };
    writeFileSync(file, `${readFileSync(file, 'utf8')}{"epoch": 9, "loss": 0.4}\n`);
    await change();
    await ask('log/correct', { folder: run, epochShift: 1 });
    await change();
    makeRun(run, counted([digitsModel(0), digitsModel(1)]));
    await change();
  });

  it('rows of epochs without checkpoint are told', async () => {
    const run = makeRun(at('sparse'), [
      { epoch: 2, model: digitsModel(2) },
      { epoch: 7, model: digitsModel(7) },
    ]);
    const found = await info(run);
    assert.deepEqual(epochsOf(found), [2, 7]);
    assert.equal(found.unmatchedRowCount, 6);
    assert.deepEqual(found.unmatchedRows[0], {
      row: 0,
      epoch: 1,
      step: undefined,
      line: 1,
      reason: 'no checkpoint of epoch 1',
    });
  });

  it('best goes by validation, else by the accuracy of the snapshots', async () => {
    const lines = [0.3, 0.1, 0.2].map((loss, e) => JSON.stringify({ epoch: e + 1, val_loss: loss, acc: e }));
    const run = makeRun(at('best'), [
      { epoch: 1, accuracy: 0.9 },
      { epoch: 2, accuracy: 0.5 },
      { epoch: 3, accuracy: 0.7 },
    ]);
    writeFileSync(path.join(run, 'log.jsonl'), lines.join('\n'));
    assert.deepEqual((await info(run)).best, {
      snapshot: 1,
      reason: 'lowest val_loss of the log among the snapshots, 0.1',
    });
    writeFileSync(path.join(run, 'log.jsonl'), lines.join('\n').replaceAll('val_loss', 'weight'));
    assert.deepEqual((await info(run)).best, {
      snapshot: 0,
      reason: 'highest accuracy of the snapshots, 90 %',
    });
    await ask('log/link', { folder: run, file: null });
    assert.equal((await info(run)).best?.snapshot, 0);
  });

  it('reads a text with the pattern of the user', async () => {
    const run = makeRun(at('pattern'), [{ epoch: 1 }, { epoch: 2 }]);
    const file = at('own-words.txt');
    writeFileSync(file, 'now round one\nround #1 cost 0,5 = 0.5\nround #2 cost 0,25 = 0.25\n');
    const link = (pattern?: string) =>
      ask('log/link', { folder: run, file, options: { ...options, ...(pattern ? { pattern } : {}) } });
    await assert.rejects(link(), inputError(file, /no line that tells/));
    await assert.rejects(link('(?<epoch'), inputError(file, /apd\.log\.pattern/));
    const found = await link('#(?<epoch>\\d+) .* = (?<cost>[\\d.]+)');
    assert.deepEqual([found.format, epochsOf(found)], ['pattern', [1, 2]]);
    assert.deepEqual(
      found.marks.map(({ line, metrics }) => [line, metrics]),
      [
        [2, { cost: 0.5 }],
        [3, { cost: 0.25 }],
      ],
    );
  });

  it('gives pages of any log', async () => {
    const page = await ask('log/table', { file: DIGITS_LOG, from: 6, count: 100 });
    const last = JSON.parse(linesOf(DIGITS_LOG)[8]) as { loss: number; accuracy: number };
    assert.deepEqual(
      [page.total, page.from, page.rows.length, page.metricNames],
      [8, 6, 2, ['loss', 'accuracy']],
    );
    assert.deepEqual(page.rows[1], {
      row: 7,
      epoch: 8,
      step: undefined,
      time: undefined,
      line: 8,
      metrics: { loss: last.loss, accuracy: last.accuracy },
    });
    assert.deepEqual((await ask('log/table', { file: DIGITS_LOG, from: 50, count: 5 })).rows, []);
    assert.deepEqual((await ask('log/table', { file: DIGITS_LOG, from: -5, count: -1 })).rows, []);
  });

  it('links of a hundred runs are told at once', async () => {
    const runs = Array.from({ length: 100 }, (_, r) => digits(`many-${r}`));
    cpSync(DIGITS_LOG, path.join(runs[3], 'log.jsonl'));
    const started = performance.now();
    const links = await ask('log/links', { folders: runs });
    const took = performance.now() - started;
    assert.equal(links.length, 100);
    assert.deepEqual(links.map(({ origin }) => origin).indexOf('own'), 3);
    assert.ok(took < 3000, `${took} ms`);
  });
});
