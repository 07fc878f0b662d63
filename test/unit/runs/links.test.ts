import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { InputError } from '../../../src/core/errors';
import {
  changeLinks,
  LINKS_NAME,
  linkTarget,
  linkTo,
  readLinks,
  type RunLinks,
} from '../../../src/runs/links';
import { temporaryFolder } from '../../helpers/setup';

describe('links of a run', () => {
  const at = temporaryFolder('test');

  it('are none at first, and are as they were changed', async () => {
    assert.deepEqual(await readLinks(at()), { formatVersion: 1 });
    const log: RunLinks['log'] = {
      path: '../logs/a.csv',
      rows: { 'models/epoch-1.onnx': { line: 3 }, 'patterns/2.npz': null },
      epochShift: -1,
    };
    await changeLinks(at(), (links) => ({ ...links, log }));
    await changeLinks(at(), (links) => ({ ...links, checkpoints: { path: 'models', follow: true } }));
    assert.deepEqual(await readLinks(at()), {
      formatVersion: 1,
      log,
      checkpoints: { path: 'models', follow: true },
    });
    const after = await changeLinks(at(), ({ formatVersion, checkpoints }) => ({
      formatVersion,
      checkpoints,
    }));
    assert.deepEqual(after, { formatVersion: 1, checkpoints: { path: 'models', follow: true } });
    assert.deepEqual(await readLinks(at()), after);
    assert.deepEqual(await readdir(at()), [LINKS_NAME]);
  });

  it('come one after the other, also after one that failed', async () => {
    const changes = Array.from({ length: 20 }, (_, count) =>
      changeLinks(at(), (links) => {
        if (count === 7) throw new Error('no');
        const rows = { ...links.log?.rows, [`${count}`]: { epoch: count } };
        return { ...links, log: { path: 'a', rows } };
      }),
    );
    const outcomes = await Promise.allSettled(changes);
    assert.deepEqual(
      outcomes.flatMap(({ status }, index) => (status === 'rejected' ? [index] : [])),
      [7],
    );
    assert.equal(Object.keys((await readLinks(at())).log!.rows!).length, 19);
  });

  it('keep fields that this version does not know', async () => {
    const later = { formatVersion: 1, notes: ['a'], log: { path: 'a', colour: 'red' } };
    await writeFile(at(LINKS_NAME), JSON.stringify(later));
    await changeLinks(at(), ({ log }) => ({ formatVersion: 1, log: { ...log!, epochShift: 2 } }));
    assert.deepEqual(JSON.parse(await readFile(at(LINKS_NAME), 'utf8')), {
      ...later,
      log: { path: 'a', colour: 'red', epochShift: 2 },
    });
  });

  it('that are damaged are told with file and place, and are not written over', async () => {
    for (const [content, place, problem] of [
      ['{', undefined, /^is not JSON \(.*\); delete it to begin anew$/],
      ['[]', undefined, /must be object/],
      ['{"formatVersion":1,"log":{}}', '/log', /required property 'path'/],
      ['{"formatVersion":1,"log":{"path":3}}', '/log/path', /must be string or null/],
      ['{"formatVersion":1,"log":{"path":"a","rows":{"b":{"line":0}}}}', '/log/rows/b/line', /must be >= 1/],
      ['{"formatVersion":1,"checkpoints":{"path":"a"}}', '/checkpoints', /'follow'/],
      ['{"formatVersion":2}', undefined, /has format version 2; this program reads up to 1/],
    ] as const) {
      await writeFile(at(LINKS_NAME), content);
      const isTold = (error: unknown) => {
        assert.ok(error instanceof InputError);
        assert.equal(error.source, at(LINKS_NAME));
        assert.equal(error.place, place);
        assert.match(error.problem, problem);
        return true;
      };
      await assert.rejects(readLinks(at()), isTold);
      await assert.rejects(
        changeLinks(at(), (links) => links),
        isTold,
      );
      assert.equal(await readFile(at(LINKS_NAME), 'utf8'), content);
    }
  });

  it('are paths relative to the run', () => {
    const run = at('runs', 'a');
    for (const [file, link] of [
      [at('runs', 'a', 'log.jsonl'), 'log.jsonl'],
      [at('logs', 'train.log'), '../../logs/train.log'],
      [run, '.'],
    ]) {
      assert.equal(linkTo(run, file), link);
      assert.equal(linkTarget(run, link), file);
    }
  });
});
