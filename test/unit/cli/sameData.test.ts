import assert from 'node:assert/strict';
import path from 'node:path';
import { checkSameData } from '../../../src/cli/sameData';
import type { Run } from '../../../src/runs/readRun';

const at = (...names: string[]) => path.resolve('somewhere', ...names);

/** A run of these inputs, as far as its data are asked for. */
function runOf(data: string[], labels: string[], options: Record<string, unknown> = {}): Run {
  const named = (files: string[]) => files.map((file) => ({ path: file }));
  const inputs = { data: named(data), labels: named(labels) };
  const dataset = { path: data[0], rows: 4, options: { ...options, inputs } };
  return { folder: at('run'), manifest: { dataset } } as unknown as Run;
}

describe('data of a run that is gone on with', () => {
  it('may be named as the run has them, an array that was chosen by itself left out', () => {
    const run = runOf(['../a.npz:x'], ['../a.npz:y']);
    checkSameData(run, {});
    checkSameData(run, { data: [at('a.npz:x')], labels: [at('a.npz:y')] });
    checkSameData(run, { data: [at('a.npz')], labels: [at('a.npz')] });
    assert.throws(
      () => checkSameData(run, { data: [at('a.npz:z')] }),
      /was recorded of .*a\.npz:x, not of .*a\.npz:z/,
    );
    assert.throws(() => checkSameData(run, { data: [at('a.npz:x'), at('b.npz')] }), /was recorded of/);
    assert.throws(
      () => checkSameData(runOf(['../x.csv'], []), { labels: ['y.npy'] }),
      /of no other files, not of/,
    );
  });

  it('hold with the options that shaped them', () => {
    const run = runOf(['../x.csv'], [], {
      take: 5,
      labelColumn: 'species',
      header: true,
      split: 'a=0.5,b=0.5',
    });
    checkSameData(run, { take: 5, labelColumn: 'species', header: true, split: 'a=0.5,b=0.5' });
    checkSameData(run, { scale: '1' });
    assert.throws(() => checkSameData(run, { take: 6 }), /was recorded with --take 5/);
    assert.throws(() => checkSameData(run, { labelColumn: 'colour' }), /with --label-column species/);
    assert.throws(() => checkSameData(run, { seed: 1 }), /without --seed/);
    assert.throws(() => checkSameData(run, { labels: false }), /without --no-labels/);
    assert.throws(() => checkSameData(run, { std: '2' }), /with --scale 1 --mean 0 --std 1/);
    checkSameData(runOf(['../x.csv'], [], { labels: false }), { labels: false });
  });
});
