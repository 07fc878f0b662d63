import assert from 'node:assert/strict';
import path from 'node:path';
import type { FlowScene, PartitionScene, PatternsScene, SceneColumn } from '../../../../src/protocol/scene';
import type { ViewState } from '../../../../src/protocol/state';
import { readExpected, readReferenceApdf, readReferenceClusters } from '../../../fixtures';
import {
  asFlow,
  engineHere,
  type EngineRequester,
  epochsTo,
  recordParams,
  stateOf,
  sum,
  filterStep,
  unpacked,
} from '../../../helpers/engine';
import { temporaryFolder } from '../../../helpers/setup';

const INSTANCES = 1797;
const expected = readExpected('digits');

describe('scenes', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  let client: EngineRequester;
  const run = () => path.join(folder(), 'digits');
  before(async () => {
    client = engineHere();
    await client.request('model/record', recordParams('digits', epochsTo(8), run()));
  });

  const draw = (change: Partial<ViewState>, shown?: Partial<ViewState>) =>
    client.request('scene/draw', {
      folder: run(),
      state: stateOf(change),
      shown: shown && stateOf(shown),
      height: 600,
    });
  const flow = async (change: Partial<ViewState>, shown?: Partial<ViewState>) =>
    asFlow(await draw(change, shown));

  /** Every instance is in one block of each column, in one flow of each gap, and in one class of each block. */
  function conserves(scene: FlowScene, instances: number): void {
    assert.equal(scene.instances, instances);
    for (const column of scene.columns) {
      assert.equal(sum(column.instances), instances);
      assert.equal(sum(column.histogramCount), instances);
      assert.deepEqual(
        [...column.rank].sort((a, b) => a - b),
        [...column.rank.keys()],
      );
    }
    scene.flows.forEach((flows, gap) => {
      const out = new Int32Array(scene.columns[gap].instances.length);
      const into = new Int32Array(scene.columns[gap + 1].instances.length);
      flows.instances.forEach((count, f) => {
        out[flows.source[f]] += count;
        into[flows.target[f]] += count;
      });
      assert.deepEqual(out, scene.columns[gap].instances);
      assert.deepEqual(into, scene.columns[gap + 1].instances);
    });
  }

  const nodes = (column: SceneColumn) => sum(column.nodes);

  it('show the patterns that the reference counts, at every snapshot', async () => {
    for (const snapshot of epochsTo(8)) {
      const scene = await flow({ snapshot });
      conserves(scene, INSTANCES);
      assert.deepEqual(scene.columns.slice(0, -1).map(nodes), expected.patterns_per_layer[snapshot]);
      assert.equal(scene.columns[3].source, 3);
      assert.equal(scene.columns[3].word, 'output');
      const outputs = new Set(readReferenceApdf('digits', snapshot).output);
      assert.deepEqual(
        scene.outputs.map(({ name }) => name),
        [...outputs].sort((a, b) => a - b).map(String),
      );
    }
  });

  it('keep to the budget, and to the resolution of each level', async () => {
    const scene = await flow({ snapshot: 8, budget: 40, resolution: 'auto', levelResolutions: { 1: 16 } });
    conserves(scene, INSTANCES);
    for (const column of scene.columns.slice(0, -1)) assert.ok(column.nodes.length <= 40);
    for (const budget of [2, 5, 16, 25]) {
      const { columns } = await flow({ snapshot: 8, budget });
      for (const { instances } of columns.slice(0, -1)) assert.ok(instances.length <= budget);
    }
    assert.deepEqual(
      scene.columns.map(({ word }) => word),
      ['pattern', 'prototype', 'pattern', 'output'],
    );
    assert.equal(scene.columns[1].head.lines[1][0], '16 prototypes of 203 patterns');
  });

  it('are the same whether the snapshots before were looked at or not', async () => {
    const state = { snapshot: 8, resolution: 24 };
    const cold = await engineHere().request('scene/draw', {
      folder: run(),
      state: stateOf(state),
      height: 600,
    });
    for (const snapshot of [2, 5, 3]) await draw({ ...state, snapshot });
    assert.deepEqual(await draw(state), cold);
  });

  it('hide levels', async () => {
    const scene = await flow({ snapshot: 8, hiddenLevels: [1] });
    conserves(scene, INSTANCES);
    assert.deepEqual(
      scene.columns.map(({ source }) => source),
      [0, 2, 3],
    );
  });

  it('leave out hidden classes, and say how many they are', async () => {
    const whole = await flow({ snapshot: 8 });
    const { label } = readReferenceApdf('digits', 8);
    const threes = label.filter((c) => c === 3).length;
    const scene = await flow({ snapshot: 8, hiddenClasses: [3] }, { snapshot: 8 });
    conserves(scene, INSTANCES - threes);
    assert.equal(scene.classes[3].instances, threes);
    assert.deepEqual(scene.classes.map(({ hidden }) => hidden).indexOf(true), 3);
    assert.ok(!scene.columns[0].histogramClass.includes(3));
    // Patterns keep their numbers, so that what is named stays named.
    const occurrences = new Map(
      Array.from(whole.columns[0].node, (node, b) => [node, whole.columns[0].instances[b]]),
    );
    scene.columns[0].node.forEach((node, b) => {
      const before = occurrences.get(node);
      if (node >= 0 && before !== undefined) assert.ok(scene.columns[0].instances[b] <= before);
    });
    const none = await flow({ snapshot: 8, hiddenClasses: [...scene.classes.keys()] });
    assert.equal(none.instances, 0);
    assert.deepEqual(none.columns, []);
    assert.equal(none.classes[3].instances, threes);
  });

  it('filter to the instances of blocks, counted anew', async () => {
    const state = stateOf({ snapshot: 8 });
    const whole = await flow({ snapshot: 8 });
    const blocks = [
      { column: 0, block: 0 },
      { column: 0, block: 2 },
    ];
    const selection = { kind: 'blocks', blocks } as const;
    const instances = unpacked(await client.request('scene/instances', { folder: run(), state, selection }));
    const apdf = readReferenceApdf('digits', 8);
    assert.equal(instances.length, whole.columns[0].instances[0] + whole.columns[0].instances[2]);
    assert.equal(new Set(instances.map((i) => apdf.layers[0][i])).size, 2);
    const filter = filterStep('2 blocks', instances);
    const scene = await flow({ snapshot: 8, filters: [filter] }, { snapshot: 8 });
    conserves(scene, instances.length);
    for (const l of [0, 1, 2]) {
      assert.equal(nodes(scene.columns[l]), new Set(instances.map((i) => apdf.layers[l][i])).size);
    }
    const half = filterStep('half of them', instances.slice(0, 10));
    conserves(await flow({ snapshot: 8, filters: [filter, half] }), 10);
    conserves(await flow({ snapshot: 8, filters: [half, filter] }), 10);
  });

  it('tell which blocks go on from the scene before', async () => {
    const first = await flow({ snapshot: 7 });
    assert.ok(first.columns.every(({ continues }) => continues.every((block) => block === -1)));
    const same = await flow({ snapshot: 7 }, { snapshot: 7 });
    for (const [c, column] of same.columns.entries()) {
      assert.deepEqual(column.continues, Int32Array.from(column.continues.keys()));
      assert.ok(column.change.every((change) => change === 0));
      assert.deepEqual(column.rank, first.columns[c].rank, 'and nothing moves');
    }
    const next = await flow({ snapshot: 8 }, { snapshot: 7 });
    for (const [c, { continues, change }] of next.columns.entries()) {
      const kept = continues.filter((_, b) => change[b] === 0);
      assert.equal(new Set(kept).size, kept.length, 'a block goes on in one');
      continues.forEach((block, b) => {
        assert.ok(block < first.columns[c].instances.length);
        assert.equal(block < 0, change[b] === 2);
      });
    }
    // Outputs are classes: the same class goes on.
    assert.deepEqual(next.columns[3].continues, Int32Array.from(next.outputs.keys()));
  });

  it('follow the paths of blocks and flows, every instance in every column', async () => {
    const state = stateOf({ snapshot: 8 });
    const scene = await flow({ snapshot: 8 });
    for (const [c, block] of [
      [0, 1],
      [1, 0],
      [2, 5],
      [3, 4],
    ]) {
      const blocks = [{ column: c, block }];
      const paths = await client.request('scene/paths', {
        folder: run(),
        state,
        selection: { kind: 'blocks', blocks },
      });
      assert.equal(paths.instances, scene.columns[c].instances[block]);
      assert.equal(paths.blocks[c][block], paths.instances);
      for (const counts of [...paths.blocks, ...paths.flows]) assert.equal(sum(counts), paths.instances);
      paths.flows.forEach((counts, gap) =>
        counts.forEach((count, f) => assert.ok(count <= scene.flows[gap].instances[f])),
      );
    }
    const flowReference = { gap: 1, flow: 3 };
    const paths = await client.request('scene/paths', {
      folder: run(),
      state,
      selection: { kind: 'blocks', blocks: [], flows: [flowReference] },
    });
    assert.equal(paths.instances, scene.flows[1].instances[3]);
    assert.equal(paths.flows[1][3], paths.instances);
    const one = await client.request('scene/paths', {
      folder: run(),
      state,
      selection: { kind: 'instances', instances: [17, 99999] },
    });
    assert.equal(one.instances, 1);
    assert.deepEqual([...one.blocks, ...one.flows].map(sum), [1, 1, 1, 1, 1, 1, 1]);
  });

  it('tell what goes on in the partition and in the patterns, by the instances', async () => {
    const reference = [7, 8].map((snapshot) => readReferenceApdf('digits', snapshot).layers[2]);
    const state = { view: 'patterns', level: 2, budget: 20 } as const;
    const [first, next] = [
      (await draw({ ...state, snapshot: 7 })) as PatternsScene,
      (await draw({ ...state, snapshot: 8 }, { ...state, snapshot: 7 })) as PatternsScene,
    ];
    assert.ok(first.change.every((change) => change === 2));
    const textOf = ({ piecesOf, units }: PatternsScene, row: number) => {
      const pieces: number[] = [];
      units.forEach((unit, u) => (pieces[unit] = piecesOf[row * units.length + u]));
      return pieces.join('');
    };
    assert.ok(next.change.includes(0));
    next.continues.forEach((old, row) => {
      assert.equal(old < 0, next.change[row] === 2);
      if (old < 0) return;
      // No other pattern of the snapshot before has more of the row's instances.
      const inside = reference[0].filter((_, i) => reference[1][i] === textOf(next, row));
      const shared = (text: string) => inside.filter((other) => other === text).length;
      assert.equal(shared(textOf(first, old)), Math.max(...[...new Set(inside)].map(shared)));
    });
    assert.equal(next.mergedInto.length, first.node.length);
    const goesOn = new Set(next.continues.filter((_, row) => next.change[row] === 0));
    next.mergedInto.forEach((into, old) => assert.ok(into < 0 || !goesOn.has(old)));

    const partition = { view: 'partition', snapshot: 8 } as const;
    await draw({ ...partition, snapshot: 7 });
    await draw(partition);
    const same = (await draw(partition, partition)) as PartitionScene;
    for (const { continues, change } of same.columns) {
      assert.deepEqual(continues, Int32Array.from(continues.keys()));
      assert.ok(change.every((code) => code === 0));
    }
    const later = (await draw(partition, { ...partition, snapshot: 7 })) as PartitionScene;
    assert.ok(later.columns.slice(0, -1).some(({ change }) => change.includes(0)));
    for (const { continues, change } of later.columns) {
      const kept = continues.filter((_, b) => change[b] === 0);
      assert.equal(new Set(kept).size, kept.length, 'a box goes on in one');
    }
    // The other height merges other sets; boxes are still those of the same instances.
    const low = await client.request('scene/draw', {
      folder: run(),
      state: stateOf(partition),
      shown: stateOf(partition),
      height: 120,
    });
    const [outputs] = (low as PartitionScene).columns.slice(-1);
    assert.deepEqual(outputs.continues, Int32Array.from(outputs.continues.keys()));
    assert.ok((low as PartitionScene).columns[0].instances.length < same.columns[0].instances.length);
  });

  it('of the partition are the reference clusters', async () => {
    const scene = (await draw({ snapshot: 8, view: 'partition' })) as PartitionScene;
    assert.equal(scene.clusters, expected.clusters);
    const last = scene.columns.length - 1;
    assert.equal(sum(scene.columns[last].instances), INSTANCES);
    let clustered = 0;
    for (const { instances, leaf, y, sets, histogramCount } of scene.columns.slice(0, last)) {
      assert.equal(sum(histogramCount), sum(instances));
      clustered += sum(sets.map((count, b) => (leaf[b] ? count : 0)));
      const boxes = [...y.keys()].sort((a, b) => y[a] - y[b]);
      boxes
        .slice(1)
        .forEach((b, i) => assert.ok(y[b] >= y[boxes[i]] + instances[boxes[i]] - 1e-6, 'no overlap'));
    }
    assert.equal(clustered, expected.clusters);
    // A box of a single cluster holds the instances of a reference cluster.
    const clusters = readReferenceClusters('digits', 8);
    const column = scene.columns.findIndex(({ leaf, sets }) => leaf.some((l, b) => l === 1 && sets[b] === 1));
    const block = scene.columns[column].leaf.findIndex(
      (l, b) => l === 1 && scene.columns[column].sets[b] === 1,
    );
    const state = stateOf({ snapshot: 8, view: 'partition' });
    const blocks = [{ column: scene.columns[column].source, block }];
    const selection = { kind: 'blocks', blocks } as const;
    const instances = unpacked(await client.request('scene/instances', { folder: run(), state, selection }));
    assert.equal(instances.length, scene.columns[column].instances[block]);
    const [cluster] = new Set(instances.map((i) => clusters[i]));
    assert.equal(clusters.filter((c) => c === cluster).length, instances.length);
  });

  it('over time show a level at every snapshot, then the last outputs', async () => {
    const scene = await flow({ view: 'time', level: 1, snapshot: 3 });
    conserves(scene, INSTANCES);
    assert.equal(scene.kind, 'time');
    assert.deepEqual(
      scene.columns.map(({ source }) => source),
      epochsTo(9),
    );
    assert.deepEqual(
      scene.columns.slice(0, -1).map(nodes),
      expected.patterns_per_layer.map((patterns) => patterns[1]),
    );
    const right = readReferenceApdf('digits', 8);
    const zeros = right.output.filter((output) => output === 0).length;
    assert.equal(scene.columns[9].instances[0], zeros);
    conserves(
      await flow({ view: 'time', level: 0, colour: 'correct', hiddenClasses: [0] }),
      sum(right.output.map((output, i) => Number(output === right.label[i]))),
    );
  });

  it('of patterns show the largest, their units by what they tell', async () => {
    const scene = (await draw({ view: 'patterns', level: 2, snapshot: 8, budget: 12 })) as PatternsScene;
    const { layers } = readReferenceApdf('digits', 8);
    assert.equal(scene.allPatterns, 250);
    assert.equal(scene.node.length, 12);
    assert.deepEqual(
      [...scene.occurrences],
      [...scene.occurrences].sort((a, b) => b - a),
    );
    assert.deepEqual(
      [...scene.information],
      [...scene.information].sort((a, b) => b - a),
    );
    assert.deepEqual(
      [...scene.units].sort((a, b) => a - b),
      epochsTo(31),
    );
    const texts = new Map<string, number>();
    for (const text of layers[2]) texts.set(text, (texts.get(text) ?? 0) + 1);
    scene.node.forEach((_, r) => {
      const pieces: number[] = [];
      scene.units.forEach((unit, u) => (pieces[unit] = scene.piecesOf[r * scene.units.length + u]));
      assert.equal(texts.get(pieces.join('')), scene.occurrences[r]);
    });
    scene.units.forEach((unit, u) => {
      const values = new Set(layers[2].map((text) => text[unit]));
      const state = values.size > 1 ? 0 : values.has('0') ? 1 : 2;
      assert.equal(scene.unitState[u], state);
      if (state > 0) assert.equal(scene.information[u], 0);
    });
  });

  it('are redrawn when the run was recorded again', async () => {
    const out = path.join(folder(), 'again');
    await client.request('model/record', recordParams('digits', [8], out));
    const state = stateOf();
    const before = asFlow(await client.request('scene/draw', { folder: out, state, height: 600 }));
    await client.request('model/record', { ...recordParams('digits', [0], out), force: true });
    const after = asFlow(await client.request('scene/draw', { folder: out, state, height: 600 }));
    assert.deepEqual(before.columns.slice(0, -1).map(nodes), expected.patterns_per_layer[8]);
    assert.deepEqual(after.columns.slice(0, -1).map(nodes), expected.patterns_per_layer[0]);
  });
});
