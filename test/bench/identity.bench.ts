// Whether prototypes keep their identity while the network learns: nine snapshots of 784-128-128-128-10.
import { contingency } from '../../src/core/contingency';
import type { LevelNodes } from '../../src/core/nodes';
import { resolveLevel, USUAL_PROTOTYPES, type ResolvedLevel } from '../../src/core/patterns/resolution';
import type { Snapshot } from '../../src/core/patterns/snapshot';
import { bench, figure, percent, printTable } from './harness';
import { openMnist, recordModel, testModel } from './mnist';

const SNAPSHOTS = 9;

/** Instances that keep the number of their prototype, and prototypes that keep most of their instances. */
function keeping(
  earlier: LevelNodes,
  later: LevelNodes,
): { instances: number; prototypes: number; of: number } {
  const shared = contingency(earlier.of, earlier.count, later.of, later.count);
  let instances = 0;
  let most = 0;
  let of = 0;
  for (let p = 0; p < earlier.count; p++) {
    if (earlier.occurrences[p] === 0) continue;
    of++;
    for (let e = shared.offsets[p]; e < shared.offsets[p + 1]; e++) {
      if (shared.column[e] !== p) continue;
      instances += shared.count[e];
      if (2 * shared.count[e] > earlier.occurrences[p]) most++;
    }
  }
  return { instances: instances / later.of.length, prototypes: most, of };
}

bench('Identity of prototypes over nine snapshots of learning', async () => {
  const dataset = await openMnist('t10k');
  const taken: Snapshot[] = [];
  for (let epoch = 0; epoch < SNAPSHOTS; epoch++) {
    taken.push(await recordModel(testModel(`dense-00${epoch}`), dataset));
  }
  for (const prototypes of [48, USUAL_PROTOTYPES]) {
    console.log(
      `  ${prototypes} prototypes: instances that stay in theirs, prototypes that keep more than half`,
    );
    let earlier: ResolvedLevel[] | undefined;
    const rows: string[][] = [];
    const stayed: number[] = [];
    for (const [epoch, snapshot] of taken.entries()) {
      const resolved = snapshot.levels.map((level, l) => resolveLevel(level, prototypes, earlier?.[l]));
      const before = earlier;
      if (before) {
        const kept = resolved.map(({ nodes }, l) => keeping(before[l].nodes, nodes));
        const text = kept.map((k) => `${percent(k.instances)}, ${k.prototypes}/${k.of}`);
        rows.push([`${epoch - 1} → ${epoch}`, ...text]);
        // The first epoch leads away from random weights: there is little to be kept.
        if (epoch > 1) stayed.push(...kept.map((k) => k.instances));
      }
      earlier = resolved;
    }
    printTable(['epochs', 'level 0', 'level 1', 'level 2'], rows);
    figure(
      `instances that stay in their prototype, ${prototypes} a level, epochs 1 to 8`,
      `${percent(Math.min(...stayed))} to ${percent(Math.max(...stayed))}`,
    );
  }
});
