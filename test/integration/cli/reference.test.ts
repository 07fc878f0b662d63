import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { epochName, fixture, readExpected, readReferenceClusters } from '../../fixtures';
import type { RunReport } from '../../../src/engine/reports/report';
import { apdOk, recordArguments } from '../../helpers/apd';
import { temporaryFolder } from '../../helpers/setup';

/** Renumbers groups by first appearance, so that equal partitions are equal arrays. */
function canonical(groups: ArrayLike<number>): number[] {
  const numbers = new Map<number, number>();
  return Array.from(groups, (g) => {
    if (!numbers.has(g)) numbers.set(g, numbers.size);
    return numbers.get(g)!;
  });
}

describe('apd on the reference sets', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  for (const set of ['moons', 'iris', 'digits']) {
    const expected = readExpected(set);
    const last = expected.patterns_per_layer.length - 1;

    it(`${set}: the exported APDF of every epoch is the reference, byte by byte`, async () => {
      const run = path.join(folder(), set);
      await apdOk(...(await recordArguments(set, run)));
      for (let epoch = 0; epoch <= last; epoch++) {
        const { stdout } = await apdOk(
          'export',
          run,
          '--epoch',
          String(epoch),
          '--what',
          'apdf',
          '--format',
          'csv',
        );
        const reference = readFileSync(fixture(set, `apdf-${epochName(epoch)}.csv`), 'utf8');
        assert.equal(stdout, reference.replace(/\r\n/g, '\n'), `epoch ${epoch}`);
      }
    });

    it(`${set}: the exported partition of the last epoch is the reference's`, async () => {
      const { stdout } = await apdOk(
        'export',
        path.join(folder(), set),
        '--what',
        'clusters',
        '--format',
        'csv',
      );
      const [head, ...lines] = stdout.trim().split('\n');
      assert.equal(head, 'instance,clust_size,clust_id');
      const reference = readReferenceClusters(set, last);
      const ours = new Int32Array(reference.length).fill(-1);
      const sizes = new Map<number, number>();
      for (const line of lines) {
        const [instance, size, cluster] = line.split(',').map(Number);
        ours[instance] = cluster;
        sizes.set(cluster, size);
      }
      assert.deepEqual(canonical(ours), canonical(reference));
      for (const [cluster, size] of sizes) assert.equal(size, ours.filter((c) => c === cluster).length);
    });

    it(`${set}: the report counts what the reference counts`, async () => {
      const { stdout } = await apdOk('report', path.join(folder(), set), '--json', '--resolution', 'exact');
      const report = JSON.parse(stdout) as RunReport;
      assert.deepEqual(
        report.snapshots.map((snapshot) => snapshot.levels.map((level) => level.patterns)),
        expected.patterns_per_layer,
      );
      report.snapshots.forEach((snapshot, epoch) => {
        assert.ok(
          Math.abs(snapshot.accuracy! - expected.accuracy[epoch]) < 1e-12,
          `accuracy of epoch ${epoch}`,
        );
      });
      assert.equal(report.snapshots[last].clusters.count, expected.clusters);
    });
  }
});
