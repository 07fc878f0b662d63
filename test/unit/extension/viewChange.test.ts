import assert from 'node:assert/strict';
import {
  askedChange,
  carriedSelection,
  fitted,
  pageState,
  readRemembered,
  redraws,
  rememberable,
  renumbersNodes,
  withoutParts,
} from '../../../src/extension/viewChange';
import { notFound } from '../../../src/extension/notFound';
import type { FoundInstance, RunInfo } from '../../../src/protocol/engine';
import type { FlowScene, SceneColumn, SceneFlows } from '../../../src/protocol/scene';
import { initialState, type PartsSelection, type ViewState } from '../../../src/protocol/state';

const run: RunInfo = {
  folder: '/run',
  version: '1',
  name: 'run',
  classes: ['a', 'b'],
  labelled: false,
  splits: [],
  layers: [
    { name: 'relu_1', activation: 'Relu', units: 4, shape: [4] },
    { name: 'relu_2', activation: 'Relu', units: 4, shape: [4] },
  ],
  snapshots: [
    { id: 'e0', epoch: 0 },
    { id: 'e1', epoch: 1 },
    { id: 'e2', epoch: 2 },
  ],
  dataset: { path: 'x.npy', rows: 10, files: [], options: {} },
};

function column(source: number, continues: number[]): SceneColumn {
  const none = new Int32Array(continues.length);
  return {
    head: { title: [], lines: [] },
    source,
    word: 'pattern',
    kind: continues.map(() => 'alone'),
    node: none,
    nodes: none,
    instances: none,
    majority: none,
    rank: none,
    offsets: new Int32Array(continues.length + 1),
    histogramClass: new Int32Array(0),
    histogramCount: new Int32Array(0),
    continues: Int32Array.from(continues),
    change: new Uint8Array(continues.length),
    mergedInto: new Int32Array(),
    coverage: 1,
  };
}

function scene(...columns: SceneColumn[]): FlowScene {
  return { kind: 'flow', instances: 10, classes: [], columns, flows: [], outputs: [] };
}

describe('changes of the view', () => {
  it('stay within the run', () => {
    const far: ViewState = { ...initialState, snapshot: 99, level: -3, hiddenLevels: [0, 7] };
    const { snapshot, level, hiddenLevels, colour } = fitted(far, run);
    assert.deepEqual(
      { snapshot, level, hiddenLevels, colour },
      { snapshot: 2, level: 0, hiddenLevels: [0], colour: 'output' },
    );
  });

  it('draw again for what is drawn, and for the level only where one level is shown', () => {
    const state = initialState;
    assert.equal(redraws(state, { ...state, snapshot: 1 }), true);
    assert.equal(
      redraws(state, { ...state, filters: [{ title: 'one', count: 1, instances: 'bAg==' }] }),
      true,
    );
    assert.equal(redraws(state, { ...state, hiddenClasses: [] }), false);
    assert.equal(redraws(state, { ...state, level: 1 }), false);
    assert.equal(redraws(state, { ...state, selection: { kind: 'instances', instances: [1] } }), false);
    const time: ViewState = { ...state, view: 'time' };
    assert.equal(redraws(time, { ...time, level: 1 }), true);
  });

  it('carry a selection to the blocks that continue it, level by level', () => {
    const before = scene(column(1, [-1, -1, -1]), column(2, [-1, -1, -1]));
    const next = scene(column(1, [2, 0, 2, -1]), column(2, [2, 1]));
    const selected: PartsSelection = { kind: 'blocks', blocks: [{ column: 1, block: 2 }] };
    assert.deepEqual(carriedSelection(selected, before, next), {
      kind: 'blocks',
      blocks: [
        { column: 1, block: 0 },
        { column: 1, block: 2 },
      ],
    });
    const beyond: PartsSelection = { kind: 'blocks', blocks: [{ column: 1, block: 7 }] };
    assert.deepEqual(carriedSelection(beyond, before, next), { kind: 'none' });
    assert.deepEqual(carriedSelection(selected, { ...before, kind: 'time' }, next), { kind: 'none' });
  });

  it('carry a flow to those of its class between the blocks that continue its own', () => {
    const flows = (source: number[], target: number[], classOf: number[]): SceneFlows => ({
      source: Int32Array.from(source),
      target: Int32Array.from(target),
      class: Int32Array.from(classOf),
      instances: new Int32Array(source.length).fill(1),
    });
    const before = scene(column(1, [-1, -1]), column(2, [-1, -1]));
    before.flows = [flows([0, 0, 1], [0, 0, 1], [0, 1, 0])];
    const next = scene(column(1, [1, 0]), column(2, [0, 0, 1]));
    next.flows = [flows([0, 1, 1, 1], [2, 0, 0, 1], [0, 0, 1, 0])];
    const selected: PartsSelection = { kind: 'blocks', blocks: [], flows: [{ gap: 0, flow: 0 }] };
    // Class 0 from block 0 to block 0: now from 1 to both parts of the old target.
    assert.deepEqual(carriedSelection(selected, before, next), {
      kind: 'blocks',
      blocks: [],
      flows: [
        { gap: 0, flow: 1 },
        { gap: 0, flow: 3 },
      ],
    });
    // Colours that stand for something else are no longer the same classes.
    const recoloured = { ...next, classes: [{ name: 'right', colour: 0, instances: 10, hidden: false }] };
    assert.deepEqual(carriedSelection(selected, before, recoloured), { kind: 'none' });
    // Another level between them: no flow leads there any more.
    const between = scene(column(1, [1, 0]), column(3, [0]), column(2, [0, 0, 1]));
    between.flows = [flows([0], [0], [0]), flows([0], [0], [0])];
    assert.deepEqual(carriedSelection(selected, before, between), { kind: 'none' });
  });

  it('know what gives the patterns of a level other numbers', () => {
    const state = initialState;
    assert.equal(renumbersNodes(state, { ...state, snapshot: 1 }, 0), true);
    assert.equal(renumbersNodes(state, { ...state, levelResolutions: { 1: 16 } }, 1), true);
    assert.equal(renumbersNodes(state, { ...state, levelResolutions: { 1: 16 } }, 0), false);
    assert.equal(
      renumbersNodes(state, { ...state, filters: [{ title: '', count: 1, instances: 'bAg==' }] }, 0),
      true,
    );
    const same: ViewState = { ...state, budget: 16, view: 'time', hiddenClasses: [1], colour: 'output' };
    assert.equal(renumbersNodes(state, same, 0), false);
  });

  it('remember what keeps its meaning when the panel comes back', () => {
    const selection: PartsSelection = { kind: 'blocks', blocks: [{ column: 0, block: 1 }] };
    const blocks: ViewState = { ...initialState, selection };
    assert.deepEqual(rememberable(blocks).selection, selection);
    // Where small sets are merged depends on the height of the panel.
    assert.deepEqual(rememberable({ ...blocks, view: 'partition' }).selection, { kind: 'none' });
    assert.deepEqual(withoutParts(blocks).selection, { kind: 'none' });
    const instances: ViewState = { ...initialState, selection: { kind: 'instances', instances: [3] } };
    assert.deepEqual(rememberable({ ...instances, view: 'partition' }).selection, instances.selection);
    assert.equal(withoutParts(instances), instances);
    const huge: ViewState = {
      ...blocks,
      filters: [{ title: 'all', count: 1, instances: `b${'A'.repeat(500_000)}` }],
    };
    assert.deepEqual(rememberable(huge), initialState, 'blocks are numbered as the filter leaves them');
    const filters = [{ title: 'one', count: 1, instances: 'bAg==' }];
    assert.deepEqual(rememberable({ ...blocks, filters }), { ...blocks, filters });
  });

  it('give a page filters by name alone, and take them back by how many it keeps', () => {
    const filters = ['bAg==', 'bBA=='].map((instances, i) => ({ title: `${i}`, count: 1, instances }));
    const state: ViewState = { ...initialState, filters };
    const names = [0, 1].map((i) => ({ title: `${i}`, count: 1 }));
    assert.deepEqual(pageState(state), { ...initialState, filters: names });
    assert.deepEqual(askedChange(state, { filters: names.slice(0, 1), snapshot: 2 }), {
      filters: filters.slice(0, 1),
      snapshot: 2,
    });
    assert.deepEqual(askedChange(state, { filters: [] }), { filters: [] });
    assert.deepEqual(askedChange(state, { level: 1 }), { level: 1 });
  });

  it('read back what was remembered, and nothing of another version or shape', () => {
    const state = { ...initialState, snapshot: 3, budget: 12 };
    assert.deepEqual(readRemembered(JSON.parse(JSON.stringify(state))), state);
    for (const bad of [
      undefined,
      null,
      7,
      {},
      { ...state, version: 2 },
      { ...state, filters: 1 },
      { ...state, filters: [null] },
      { ...state, filters: [{ title: 'of a page', count: 3 }] },
      { ...state, selection: null },
      { ...state, selection: { kind: 'blocks' } },
      { ...state, selection: { kind: 'blocks', blocks: [], flows: 3 } },
      { ...state, selection: { kind: 'node', level: 0 } },
      { ...state, selection: { kind: 'everything' } },
    ]) {
      assert.equal(readRemembered(bad), undefined);
    }
  });
});

describe('an instance that cannot be shown', () => {
  it('is told of in words, with what would help', () => {
    const text = (where: FoundInstance['where']) => notFound(12, { where, rows: 100, class: 'cat' });
    assert.equal(text('beyond'), 'There is no instance 12: the dataset has instances 0 to 99.');
    assert.match(text('absent'), /^Instance 12 was not recorded/);
    assert.match(text('filtered'), /filtered away.*filter/);
    assert.match(text('hidden'), /class cat.*legend/);
  });
});
