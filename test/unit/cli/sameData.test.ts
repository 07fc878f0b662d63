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
  it('may be named as the run has them, an array that was chosen by itself left out', async () => {
    const run = runOf(['../a.npz:x'], ['../a.npz:y']);
    await checkSameData(run, {});
    await checkSameData(run, { data: [at('a.npz:x')], labels: [at('a.npz:y')] });
    await checkSameData(run, { data: [at('a.npz')], labels: [at('a.npz')] });
    await assert.rejects(
      checkSameData(run, { data: [at('a.npz:z')] }),
      /was recorded of .*a\.npz:x, not of .*a\.npz:z/,
    );
    await assert.rejects(checkSameData(run, { data: [at('a.npz:x'), at('b.npz')] }), /was recorded of/);
    await assert.rejects(
      checkSameData(runOf(['../x.csv'], []), { labels: ['y.npy'] }),
      /of no other files, not of/,
    );
  });

  it('hold with the options that shaped them', async () => {
    const run = runOf(['../x.csv'], [], {
      take: 5,
      labelColumn: 'species',
      header: true,
      split: 'a=0.5,b=0.5',
    });
    await checkSameData(run, { take: 5, labelColumn: 'species', header: true, split: 'a=0.5,b=0.5' });
    await checkSameData(run, { scale: '1' });
    await assert.rejects(checkSameData(run, { take: 6 }), /was recorded with --take 5/);
    await assert.rejects(checkSameData(run, { labelColumn: 'colour' }), /with --label-column species/);
    await assert.rejects(checkSameData(run, { seed: 1 }), /without --seed/);
    await assert.rejects(checkSameData(run, { labels: false }), /without --no-labels/);
    await assert.rejects(checkSameData(run, { std: '2' }), /with --scale 1 --mean 0 --std 1/);
    await assert.rejects(checkSameData(run, { crop: '8' }), /without --crop/);
    await checkSameData(runOf(['../x.csv'], [], { labels: false }), { labels: false });
    const ordered = runOf(['../x.csv'], [], { classes: ['b', 'a'] });
    await checkSameData(ordered, { classes: 'b, a' });
    await assert.rejects(checkSameData(ordered, { classes: 'a,b' }), /with --classes b,a/);
  });
});
