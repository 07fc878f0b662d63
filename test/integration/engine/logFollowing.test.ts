import assert from 'node:assert/strict';
import { appendFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { epochsOf, logRequests, makeRun } from '../../helpers/logRuns';
import { paced, stayedSo, steady, temporaryFolder, until } from '../../helpers/setup';

const line = (epoch: number) => `${JSON.stringify({ epoch, loss: 1 / epoch })}\n`;
const epochs = (last: number) => Array.from({ length: last }, (_, e) => e + 1);

describe('logs that grow', function () {
  this.timeout(20_000);
  const folder = temporaryFolder();
  const { ask, info, notes } = logRequests();
  const begin = (name: string, last: number) => {
    const run = makeRun(
      path.join(folder(), name),
      epochs(last).map((epoch) => ({ epoch })),
    );
    return { run, log: path.join(run, 'log.jsonl') };
  };

  it('log and run grow together, lines come in halves', async () => {
    const { run, log } = begin('growing', 1);
    writeFileSync(log, line(1));
    await info(run);
    await ask('log/watch', { files: [log] });
    for (let epoch = 2; epoch <= 5; epoch++) {
      const text = line(epoch);
      appendFileSync(log, text.slice(0, 9));
      await paced(10);
      // Half a line is no row and no trouble.
      const half = await info(run);
      assert.deepEqual([half.rows, half.problemCount], [epoch - 1, 0]);
      appendFileSync(log, text.slice(9));
      makeRun(
        run,
        epochs(epoch).map((e) => ({ epoch: e })),
      );
      const grown = await info(run);
      assert.deepEqual(epochsOf(grown), epochs(epoch));
      assert.deepEqual(grown.marks.at(-1)!.metrics, { loss: 1 / epoch });
    }
    const { curves } = await ask('log/curves', { folder: run, metrics: ['loss'] });
    assert.deepEqual([...curves[0].x], epochs(5));
    assert.deepEqual(
      [...curves[0].y],
      epochs(5).map((epoch) => 1 / epoch),
    );
    await ask('log/watch', { files: [] });
  });

  it('changes of watched logs are told a few times a second, the last one always', async () => {
    const { run, log } = begin('told', 60);
    writeFileSync(log, line(1));
    await info(run);
    await ask('log/watch', { files: [log] });
    await steady('what is told', () => notes.length, 100);
    notes.length = 0;
    const started = performance.now();
    let rows = 0;
    const read = async () => {
      if (notes.length === 0) return rows;
      notes.splice(0).forEach((file) => assert.equal(file, log));
      told++;
      rows = (await info(run)).rows;
      return rows;
    };
    let told = 0;
    for (let epoch = 2; epoch <= 60; epoch++) {
      appendFileSync(log, line(epoch));
      await paced(10);
      await read();
    }
    await until('the last row was told', async () => (await read()) === 60);
    const seconds = (performance.now() - started) / 1000;
    assert.ok(told >= 2 && told <= 5 * seconds + 3, `${told} times in ${seconds} s`);

    await ask('log/watch', { files: [] });
    await steady('what is told', () => notes.length, 300);
    notes.length = 0;
    appendFileSync(log, line(61));
    await stayedSo(600, () => assert.deepEqual(notes, []));
    assert.equal((await info(run)).rows, 61);
  });

  it('a watched log may be replaced, begin anew, go and come', async () => {
    const { run, log } = begin('replaced', 4);
    writeFileSync(log, epochs(4).map(line).join(''));
    assert.equal((await info(run)).rows, 4);
    await ask('log/link', { folder: run, file: log });
    await ask('log/watch', { files: [log] });
    const told = async (change: () => void, state: string, marks: number) => {
      await steady('what is told', () => notes.length, 300);
      notes.length = 0;
      change();
      await until(`told of ${state}`, () => notes.length > 0);
      await until(`${state} with ${marks}`, async () => {
        const now = await info(run);
        return now.state === state && now.marks.length === marks;
      });
    };
    await told(() => writeFileSync(log, line(1)), 'read', 1);
    await told(
      () => {
        writeFileSync(`${log}.new`, epochs(3).map(line).join(''));
        renameSync(`${log}.new`, log);
      },
      'read',
      3,
    );
    // What was read stays on screen while the file is away.
    await told(() => rmSync(log), 'missing', 3);
    await told(() => writeFileSync(log, epochs(2).map(line).join('')), 'read', 2);
    await ask('log/watch', { files: [] });
  });

  it('many logs are read in turn without keeping all of them', async () => {
    const runs = epochs(12).map((n) => {
      const { run, log } = begin(`many-${n}`, 3);
      writeFileSync(
        log,
        epochs(n % 3 === 0 ? 3 : 2)
          .map(line)
          .join(''),
      );
      return run;
    });
    for (let round = 0; round < 2; round++) {
      const all = await Promise.all(runs.map((run) => info(run)));
      assert.deepEqual(
        all.map(({ rows }) => rows),
        epochs(12).map((n) => (n % 3 === 0 ? 3 : 2)),
      );
    }
  });
});
