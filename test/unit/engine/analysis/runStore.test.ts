import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ByteCache } from '../../../../src/engine/work/byteCache';
import { RunStore } from '../../../../src/engine/analysis/runStore';
import type { Manifest } from '../../../../src/runs/manifest';
import { engineHere, epochsTo, recordParams } from '../../../helpers/engine';
import { temporaryFolder } from '../../../helpers/setup';

describe('store of runs', function () {
  this.timeout(30_000);

  const folder = temporaryFolder();

  it('keeps what it has of a run that gets more snapshots, and nothing of one that is replaced', async () => {
    const out = path.join(folder(), 'moons');
    await engineHere().request('model/record', recordParams('moons', epochsTo(2), out));
    const file = path.join(out, 'apd-run.json');
    const whole = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
    const write = (manifest: Manifest) => writeFileSync(file, JSON.stringify(manifest));
    const store = new RunStore(new ByteCache());
    write({ ...whole, snapshots: whole.snapshots.slice(0, 2) });
    const begun = await store.open(out);
    const first = await store.snapshot(begun, 0);
    assert.equal(await store.open(out), begun);

    write(whole);
    const grown = await store.open(out);
    assert.equal(grown.run.manifest.snapshots.length, 3);
    assert.equal(await store.snapshot(grown, 0), first);
    assert.equal((await store.snapshot(grown, 2)).epoch, 2);

    write({ ...whole, snapshots: [whole.snapshots[1]] });
    const replaced = await store.open(out);
    assert.notEqual(await store.snapshot(replaced, 0), first);
    assert.equal((await store.snapshot(replaced, 0)).epoch, 1);
  });
});
