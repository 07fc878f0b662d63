import assert from 'node:assert/strict';
import type { RunInfo } from '../../../src/protocol/engine';
import {
  initialState,
  type BlockReference,
  type FlowReference,
  type PartsSelection,
  type ViewState,
} from '../../../src/protocol/state';
import {
  describeBlock,
  describeRibbon,
  describeScene,
  sayDescription,
} from '../../../webview/diagram/describe';
import {
  budgetChoices,
  colourChoices,
  levelResolutions,
  resolutionChoices,
  resolutionOf,
  toggledLevel,
} from '../../../webview/controls/choices';
import { PendingChanges } from '../../../webview/page/pendingChanges';
import { keptZoom, persisted } from '../../../webview/page/persistedState';
import { filterTitle, selectPart, selectedCount, snapshotNameAt } from '../../../webview/page/references';
import type { Shown } from '../../../webview/page/shownState';
import { diagramTable } from '../../../webview/page/tableRows';
import {
  epochLabel,
  namedSnapshots,
  nearestSnapshot,
  snapshotByKey,
  snapshotPositions,
} from '../../../webview/timeline/timelineScale';
import { flowSceneOf } from './sceneOf';

const run: RunInfo = {
  folder: '/runs/digits',
  version: '1',
  name: 'digits',
  classes: [],
  labelled: true,
  judged: true,
  splits: [],
  layers: ['relu_2', 'relu_4'].map((name) => ({ name, activation: 'Relu', units: 32, shape: [32] })),
  snapshots: [
    { id: 'e0', epoch: 0 },
    { id: 'e8', epoch: 8 },
    { id: 'e8', epoch: 8, step: 40 },
  ],
  dataset: { path: '', rows: 0, files: [], options: {} },
};

const scene = flowSceneOf({
  blocks: [
    [0, 0, 0, 1, 1],
    [0, 1, 1, 1, 2],
  ],
  classes: [0, 1, 1, 0, 0],
});

describe('webview descriptions', () => {
  it('tells a block by its number, its instances and its classes, the largest first', () => {
    const { title, facts, shares } = describeBlock(scene, 0, 0);
    assert.equal(title, 'layer 0, pattern 0');
    assert.equal(facts[0], '3 instances · 60 % of those shown');
    assert.deepEqual(
      shares.map(({ name, instances }) => [name, instances]),
      [
        ['class 1', 2],
        ['class 0', 1],
      ],
    );
  });

  it('tells what a merged block stands for', () => {
    const { title, facts } = describeBlock(scene, 0, 1);
    assert.equal(title, 'layer 0, 3 patterns');
    assert.equal(facts[1], '3 patterns merged: small patterns of several classes');
  });

  it('calls blocks new or split only where there was a picture before', () => {
    assert.ok(!describeBlock(scene, 0, 0).facts.some((fact) => fact.includes('new')));
    const [first, ...others] = scene.columns;
    const changed = { ...scene, columns: [{ ...first, change: Uint8Array.from([0, 2]) }, ...others] };
    assert.ok(describeBlock(changed, 0, 1).facts.includes('new since the last picture'));
    assert.ok(!describeBlock(changed, 0, 0).facts.some((fact) => fact.includes('new')));
  });

  it('tells a ribbon by its class, ends and shares of them', () => {
    const flow = scene.flows[0].instances.indexOf(2);
    const { title, facts } = describeRibbon(scene, 0, flow);
    assert.equal(title, 'class 1: 2 instances');
    assert.deepEqual(facts, ['from layer 0, pattern 0 (67 % of it)', 'to predicted output 1 (67 % of it)']);
  });

  it('says a block, and the whole, in a line', () => {
    assert.equal(
      sayDescription(describeBlock(scene, 0, 0)),
      'layer 0, pattern 0, 3 instances · 60 % of those shown, class 1 67 %, class 0 33 %',
    );
    assert.match(
      describeScene(scene, 'digits', 'epoch 8'),
      /^Activation pattern diagram of digits, epoch 8: 5 instances, 2 columns\./,
    );
  });

  it('gives the diagram as a table: every block once, in the order drawn, counts summing to all', () => {
    const { rows, columns } = diagramTable(scene);
    assert.equal(rows.length, 5);
    assert.ok(rows.every((row) => row.length === columns.length));
    assert.deepEqual(rows[0].slice(0, 4), ['layer 0', 'pattern 0', '3', '60 %']);
    for (const name of ['layer 0', 'Output']) {
      const counts = rows.filter(([column]) => column === name).map((row) => Number(row[2]));
      assert.equal(
        counts.reduce((sum, count) => sum + count, 0),
        5,
      );
    }
  });
});

function parts(blocks: BlockReference[], flows: FlowReference[] = []): PartsSelection {
  return { kind: 'blocks', blocks, flows };
}

describe('webview selection and filters', () => {
  const block = { column: 1, block: 2 };
  it('selects alone, adds, and takes out again', () => {
    const other = { column: 0, block: 0 };
    const one = selectPart({ kind: 'none' }, { block }, false);
    assert.deepEqual(one, { kind: 'blocks', blocks: [block] });
    const two = selectPart(one, { block: other }, true);
    assert.deepEqual(two, { kind: 'blocks', blocks: [block, other] });
    assert.deepEqual(selectPart(two, { block }, true), { kind: 'blocks', blocks: [other] });
    assert.deepEqual(selectPart(one, { block }, true), { kind: 'none' });
    assert.deepEqual(selectPart({ kind: 'instances', instances: [3] }, { block }, true), one);
  });

  it('selects ribbons as it does blocks, and both together', () => {
    const flow = { gap: 1, flow: 12 };
    const one = selectPart({ kind: 'node', level: 0, node: 3 }, { flow }, false);
    assert.deepEqual(one, { kind: 'blocks', blocks: [], flows: [flow] });
    const both = selectPart(one, { block }, true);
    assert.deepEqual(both, { kind: 'blocks', blocks: [block], flows: [flow] });
    assert.equal(selectedCount(both), 2);
    assert.deepEqual(selectPart(both, { flow }, true), { kind: 'blocks', blocks: [block] });
    assert.deepEqual(selectPart(one, { flow: { ...flow } }, true), { kind: 'none' });
    assert.deepEqual(selectPart(both, { flow }, false), one);
  });

  it('titles a filter by blocks, levels and snapshot', () => {
    const state: ViewState = { ...initialState, snapshot: 1 };
    assert.equal(filterTitle(parts([block]), state, run), '1 block of relu_4 at epoch 8');
    const blocks = [block, { column: 0, block: 1 }, { column: 2, block: 0 }];
    assert.equal(filterTitle(parts(blocks), state, run), '3 blocks of relu_4, relu_2, outputs at epoch 8');
    assert.equal(
      filterTitle(parts([{ column: 0, block: 0 }]), { ...state, view: 'time', level: 1 }, run),
      '1 block of relu_4 at epoch 0',
    );
    const flows = [
      { gap: 0, flow: 1 },
      { gap: 1, flow: 4 },
    ];
    assert.equal(filterTitle(parts([], flows), state, run), '2 ribbons at epoch 8');
    assert.equal(
      filterTitle(parts([block], flows), state, run),
      '1 block and 2 ribbons of relu_4 at epoch 8',
    );
    assert.equal(snapshotNameAt(run, 2), 'epoch 8, step 40');
  });
});

describe('webview controls', () => {
  it('offers the present resolution and budget even when they are unusual', () => {
    assert.deepEqual(
      resolutionChoices(48).map(({ value }) => value),
      ['auto', 'exact', '16', '32', '48', '64', '128'],
    );
    assert.ok(budgetChoices(50).some(({ value }) => value === '50'));
    assert.equal(resolutionOf('exact'), 'exact');
    assert.equal(resolutionOf('48'), 48);
  });

  it('colours only by output without labels', () => {
    assert.deepEqual(
      colourChoices({ ...run, labelled: false }).map(({ value }) => value),
      ['output'],
    );
    assert.equal(colourChoices(run).length, 3);
  });

  it('colours by no right or wrong where outputs are no classes', () => {
    assert.deepEqual(
      colourChoices({ ...run, judged: false }).map(({ value }) => value),
      ['label', 'output'],
    );
  });

  it('hides levels but never the last one that is shown', () => {
    assert.deepEqual(toggledLevel(initialState, 1, 2), [1]);
    const hidden = { ...initialState, hiddenLevels: [1] };
    assert.deepEqual(toggledLevel(hidden, 0, 2), [1]);
    assert.deepEqual(toggledLevel(hidden, 1, 2), []);
  });

  it('sets and takes back the resolution of one level', () => {
    const one = levelResolutions(initialState, 1, 32);
    assert.deepEqual(one, { 1: 32 });
    const state = { ...initialState, levelResolutions: { 0: 'exact' as const, 1: 32 } };
    assert.deepEqual(levelResolutions(state, 1, undefined), { 0: 'exact' });
    assert.deepEqual(levelResolutions(state, 1, 64), { 0: 'exact', 1: 64 });
  });
});

describe('webview timeline', () => {
  const timeline = (epochs: number[]) => ({ epochs, steps: [], accuracy: [], patterns: [], levels: [] });

  it('names of epochs on the axis keep apart, whole ones first', () => {
    const epochs = [0, 0.1247, 0.2495, 0.5, 1, 2, 3, 4];
    const at = (width: number) => epochs.map((epoch) => (epoch / 4) * width);
    assert.deepEqual(namedSnapshots(epochs, at(2000)), [0, 1, 2, 3, 4, 5, 6, 7]);
    assert.deepEqual(namedSnapshots(epochs, at(600)), [0, 2, 3, 4, 5, 6, 7]);
    assert.deepEqual(namedSnapshots(epochs, at(60)), [0, 6, 7]);
    assert.deepEqual(epochs.slice(1, 4).map(epochLabel), ['0.12', '0.25', '0.5']);
    const many = Array.from({ length: 101 }, (_, epoch) => epoch);
    const named = namedSnapshots(
      many,
      many.map((epoch) => epoch * 5),
    );
    assert.ok(named.length > 10 && named.at(-1) === 100, named.join());
    assert.deepEqual([...new Set(named.slice(1, -1).map((i, k) => i - named[k]))].length, 1);
  });

  it('stands on epochs, or on the order of snapshots within an epoch', () => {
    assert.deepEqual(snapshotPositions(timeline([0, 2, 10])), [0, 2, 10]);
    assert.deepEqual(snapshotPositions(timeline([0, 1, 1, 2])), [0, 1, 2, 3]);
  });

  it('finds the nearest snapshot', () => {
    assert.equal(nearestSnapshot([0, 2, 10], 5.9), 1);
    assert.equal(nearestSnapshot([0, 2, 10], 6.1), 2);
    assert.equal(nearestSnapshot([0, 2, 10], -100), 0);
    assert.equal(nearestSnapshot([0, 2], 1), 0);
  });

  it('is moved by keys within its ends', () => {
    assert.equal(snapshotByKey('ArrowRight', 3, 9), 4);
    assert.equal(snapshotByKey('ArrowRight', 8, 9), 8);
    assert.equal(snapshotByKey('Home', 3, 9), 0);
    assert.equal(snapshotByKey('End', 3, 9), 8);
    assert.equal(snapshotByKey('PageDown', 3, 9), 0);
    assert.equal(snapshotByKey('a', 3, 9), undefined);
  });
});

describe('webview changes that are under way', () => {
  it('stay asked for until the session has heard of them', () => {
    const pending = new PendingChanges();
    const first = pending.add({ snapshot: 3 });
    const second = pending.add({ view: 'partition' });
    // What the session said before it heard of either.
    assert.deepEqual(pending.wanted({ state: initialState, heard: 0 }), {
      ...initialState,
      snapshot: 3,
      view: 'partition',
    });
    const wanted = { ...initialState, snapshot: 3 };
    const said = { state: initialState, wanted, heard: first };
    assert.deepEqual(pending.wanted(said), { ...wanted, view: 'partition' });
    // Drawing failed: what is on screen is what it says, and nothing is asked for any more.
    assert.equal(pending.wanted({ state: initialState, heard: second }), initialState);
  });

  it('go back at once where the session does not number them', () => {
    const pending = new PendingChanges();
    pending.add({ snapshot: 3 });
    assert.equal(pending.wanted({ state: initialState }), initialState);
  });

  it('show a selection without waiting', () => {
    const pending = new PendingChanges();
    const selection = parts([{ column: 0, block: 1 }]);
    const number = pending.add({ selection });
    pending.add({ budget: 16 });
    assert.equal(pending.selection(initialState), selection);
    pending.wanted({ state: initialState, heard: number });
    assert.deepEqual(pending.selection(initialState), { kind: 'none' });
  });
});

describe('webview persistence', () => {
  const zoom = { k: 2, x: -0.5, y: -0.25 };

  const shown = (change: Partial<Shown> = {}): Shown => ({
    sceneNumber: 3,
    panel: 'panel-1',
    state: initialState,
    wanted: initialState,
    run,
    ...change,
  });

  it('keeps run, panel, state and zoom, and nothing without a run', () => {
    assert.equal(persisted(shown({ run: undefined }), zoom), undefined);
    const kept = persisted(shown(), zoom);
    const { folder } = run;
    assert.deepEqual(kept, { version: 1, folder, panel: 'panel-1', state: initialState, zoom });
    assert.deepEqual(keptZoom(JSON.parse(JSON.stringify(kept)), folder), zoom);
  });

  it('keeps what was asked for last, without blocks of a scene that will not be drawn', () => {
    const selection = parts([{ column: 0, block: 1 }]);
    const state = { ...initialState, selection };
    assert.deepEqual(persisted(shown({ state, wanted: state }), zoom)?.state.selection, selection);
    const kept = persisted(shown({ state, wanted: { ...state, snapshot: 2 } }), zoom);
    assert.deepEqual(kept?.state, { ...initialState, snapshot: 2 });
    const node = { kind: 'node', level: 0, node: 3 } as const;
    const moving = persisted(shown({ wanted: { ...initialState, snapshot: 2, selection: node } }), zoom);
    assert.deepEqual(moving?.state.selection, node);
    const filters = [{ title: 'one', count: 1 }];
    const filtered = persisted(shown({ wanted: { ...initialState, filters, selection: node } }), zoom);
    assert.deepEqual(filtered?.state, initialState, 'filters are remembered by the extension');
  });

  it('takes up no zoom of another run, another version or a broken one', () => {
    const kept = persisted(shown({ run: { ...run, folder: '/runs/digits' } }), zoom);
    assert.equal(keptZoom(kept, '/runs/moons'), undefined);
    assert.equal(keptZoom({ ...kept, version: 2 }, '/runs/digits'), undefined);
    assert.equal(keptZoom({ ...kept, zoom: { k: 'a', x: 0, y: 0 } }, '/runs/digits'), undefined);
    assert.equal(keptZoom({ ...kept, zoom: { k: 0, x: 0, y: 0 } }, '/runs/digits'), undefined);
    for (const nothing of [undefined, null, 3, 'text']) {
      assert.equal(keptZoom(nothing, '/runs/digits'), undefined);
    }
  });
});
