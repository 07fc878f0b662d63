import assert from 'node:assert/strict';
import {
  carriedSelection,
  fitted,
  readRemembered,
  redraws,
  rememberable,
} from '../../../src/extension/viewChange';
import type { RunInfo } from '../../../src/protocol/engine';
import type { FlowScene, SceneColumn } from '../../../src/protocol/scene';
import { initialState, type ViewState } from '../../../src/protocol/state';

const run: RunInfo = {
  folder: '/run',
  name: 'run',
  classes: ['a', 'b'],
  labelled: false,
  splits: [],
  layers: [
    { name: 'relu_1', activation: 'Relu', units: 4, shape: [4] },
    { name: 'relu_2', activation: 'Relu', units: 4, shape: [4] },
  ],
  snapshots: [{ epoch: 0 }, { epoch: 1 }, { epoch: 2 }],
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
    assert.equal(redraws(state, { ...state, filters: [{ title: 'one', instances: [1] }] }), true);
    assert.equal(redraws(state, { ...state, hiddenClasses: [] }), false);
    assert.equal(redraws(state, { ...state, level: 1 }), false);
    assert.equal(redraws(state, { ...state, selection: { kind: 'instances', instances: [1] } }), false);
    const time: ViewState = { ...state, view: 'time' };
    assert.equal(redraws(time, { ...time, level: 1 }), true);
  });

  it('carry a selection to the blocks that continue it, level by level', () => {
    const next = scene(column(1, [2, 0, 2, -1]), column(2, [2, 1]));
    const selected = [{ column: 1, block: 2 }];
    assert.deepEqual(carriedSelection(selected, next), {
      kind: 'blocks',
      blocks: [
        { column: 1, block: 0 },
        { column: 1, block: 2 },
      ],
    });
    assert.deepEqual(carriedSelection([{ column: 1, block: 7 }], next), { kind: 'none' });
  });

  it('remember what keeps its meaning without a scene', () => {
    const blocks: ViewState = {
      ...initialState,
      selection: { kind: 'blocks', blocks: [{ column: 0, block: 1 }] },
    };
    assert.deepEqual(rememberable(blocks).selection, { kind: 'none' });
    const instances: ViewState = { ...initialState, selection: { kind: 'instances', instances: [3] } };
    assert.deepEqual(rememberable(instances).selection, instances.selection);
    const huge: ViewState = {
      ...initialState,
      filters: [{ title: 'all', instances: Array<number>(400_000).fill(0) }],
    };
    assert.deepEqual(rememberable(huge).filters, []);
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
      { ...state, selection: null },
    ]) {
      assert.equal(readRemembered(bad), undefined);
    }
  });
});
