import assert from 'node:assert/strict';
import { appendFileSync, copyFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fixture, readReferenceApdf } from '../../fixtures';
import { engines, epochsTo, recordParams } from '../../helpers/engine';
import { options } from '../../helpers/logRuns';
import { temporaryFolder } from '../../helpers/setup';

describe('logs in the engine', function () {
  this.timeout(60_000);
  const engine = engines();
  const folder = temporaryFolder();
  const run = () => path.join(folder(), 'digits');

  before(async () => {
    await engine().request('model/record', recordParams('digits', epochsTo(3), run()));
  });

  it('bit change is that of the reference patterns', async () => {
    const client = engine();
    assert.deepEqual(await client.request('run/bitChange', { folder: run(), snapshot: 0 }), [
      undefined,
      undefined,
      undefined,
    ]);
    for (const snapshot of [1, 3]) {
      const before = readReferenceApdf('digits', snapshot - 1);
      const now = readReferenceApdf('digits', snapshot);
      const rowOf = new Map([...before.instance].map((instance, row) => [instance, row]));
      const expected = now.layers.map((digits, l) => {
        let changed = 0;
        digits.forEach((pattern, row) => {
          const earlier = before.layers[l][rowOf.get(now.instance[row])!];
          for (let unit = 0; unit < pattern.length; unit++) if (pattern[unit] !== earlier[unit]) changed++;
        });
        return changed / digits.length / digits[0].length;
      });
      const found = await client.request('run/bitChange', { folder: run(), snapshot });
      found.forEach((share, l) => assert.ok(Math.abs(share! - expected[l]) < 1e-12, `level ${l}`));
    }
    await assert.rejects(
      client.request('run/bitChange', { folder: run(), snapshot: 4 }),
      /has 4 snapshots, none of number 4/,
    );
  });

  it('answers and tells over its channel', async () => {
    const client = engine();
    const log = path.join(run(), 'log.jsonl');
    copyFileSync(fixture('digits', 'log.jsonl'), log);
    const info = await client.request('log/info', { folder: run(), options });
    assert.deepEqual([info.file, info.origin, info.marks.length], [log, 'own', 3]);
    assert.equal(info.unmatchedRowCount, 5);
    const { curves } = await client.request('log/curves', { folder: run(), options });
    assert.ok(curves[0].x instanceof Float64Array);
    assert.deepEqual([...curves[0].x], [1, 2, 3, 4, 5, 6, 7, 8]);
    const changed = new Promise<string>((resolve) => client.on('log/changed', ({ file }) => resolve(file)));
    await client.request('log/watch', { files: [log], options });
    appendFileSync(log, '{"epoch": 9, "loss": 0.1}\n');
    assert.equal(await changed, log);
    assert.equal((await client.request('log/info', { folder: run(), options })).rows, 9);
    const gone = path.join(folder(), 'gone.csv');
    await assert.rejects(
      client.request('log/link', { folder: run(), file: gone, options }),
      (error: Error) => error.message === `${gone}: is not there`,
    );
    rmSync(log);
  });

  it('the report has the log where it was asked for', async () => {
    const client = engine();
    const request = { folder: run(), resolution: 'auto' as const };
    const plain = await client.request('run/report', request);
    assert.ok(!/\blog\b/i.test(plain.text));
    const { text } = await client.request('run/report', { ...request, log: options });
    assert.match(text, /log\.jsonl: 3 of 4 snapshots matched/);
    assert.match(text, /\nlog \(epoch 3, line 3\): loss 2\.2636 · accuracy 0\.26524\n/);
  });
});
