import assert from 'node:assert/strict';
import { readRemembered } from '../../../src/extension/session/rememberedState';
import {
  askedChange,
  carriedSelection,
  withinRun,
  pageState,
  redraws,
  rememberable,
  renumbersNodes,
  withoutParts,
} from '../../../src/extension/session/viewChange';
import { LogCurvesReader } from '../../../src/extension/session/logCurves';
import {
  carriedSnapshot,
  renumbered,
  renumberedScene,
  renumberedTimeline,
  renumbersSnapshots,
} from '../../../src/extension/session/renumbering';
import { notFound } from '../../../src/extension/session/notFound';
import type { FoundInstance, RunInfo } from '../../../src/protocol/engine';
import type { LogCurves } from '../../../src/protocol/logs';
import type { FlowScene, SceneFlows } from '../../../src/protocol/scene';
import { initialState, type PartsSelection, type ViewState } from '../../../src/protocol/state';
import { column, flowScene as scene, runOf } from '../../helpers/scenes';

const run = runOf([0, 1, 2]);

describe('changes of the view', () => {
  it('stay within the run', () => {
    const far: ViewState = { ...initialState, snapshot: 99, level: -3, hiddenLevels: [0, 7] };
    const { snapshot, level, hiddenLevels, colour } = withinRun(far, run);
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
    assert.equal(redraws(state, { ...state, metrics: ['loss'], metricScale: 'log' }), false);
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
    const metrics: ViewState = { ...state, metrics: ['loss'], metricScale: 'log' };
    assert.deepEqual(readRemembered(JSON.parse(JSON.stringify(metrics))), metrics);
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
      { ...state, metrics: 'loss' },
      { ...state, metrics: [1] },
      { ...state, metricScale: 'square' },
      { ...state, snapshot: -1 },
      { ...state, hiddenLevels: ['0'] },
      { ...state, resolution: {} },
      { ...state, levelResolutions: { 1: 'fine' } },
      { ...state, budget: Infinity },
      { ...state, view: 'everything' },
    ]) {
      assert.equal(readRemembered(bad), undefined);
    }
  });
});

const snapshots = (...ids: string[]): Pick<RunInfo, 'snapshots'> => ({
  snapshots: ids.map((id) => ({ id, epoch: Number(id.slice(1)) })),
});

describe('snapshots that get other numbers', () => {
  const before = snapshots('e4', 'e5', 'e9');
  const after = snapshots('e1', 'e4', 'e9', 'e12');

  it('are the same by their id, or else of the nearest epoch', () => {
    assert.deepEqual(
      [0, 1, 2].map((index) => carriedSnapshot(before, after, index)),
      [1, 1, 2],
    );
    assert.equal(carriedSnapshot(snapshots('e3'), snapshots('e1', 'e5'), 0), 0, 'the earlier of equals');
    assert.equal(carriedSnapshot(before, snapshots(), 2), 0);
    assert.equal(carriedSnapshot(snapshots(), after, 3), 3, 'of a run that had none');
  });

  it('do so where others come before them or they are gone, not where others follow', () => {
    assert.equal(renumbersSnapshots(before, snapshots('e4', 'e5', 'e9', 'e10')), false);
    assert.equal(renumbersSnapshots(before, snapshots('e4', 'e9')), true);
    assert.equal(renumbersSnapshots(before, snapshots('e4', 'e5')), true);
    assert.equal(renumbersSnapshots(snapshots(), after), false);
  });

  it('stay what a state means: the shown one, and the columns of a level over time', () => {
    const blocks = [
      { column: 0, block: 3 },
      { column: 1, block: 4 },
      { column: 2, block: 5 },
    ];
    const state: ViewState = { ...initialState, snapshot: 2, selection: { kind: 'blocks', blocks } };
    assert.deepEqual(renumbered(state, 'time', before, snapshots('e0', 'e4', 'e9')), {
      ...state,
      selection: {
        kind: 'blocks',
        blocks: [
          { column: 1, block: 3 },
          { column: 2, block: 5 },
        ],
      },
    });
    assert.deepEqual(renumbered(state, 'flow', before, after), state, 'columns are levels');
    assert.deepEqual(renumbered({ level: 1 }, 'time', before, after), { level: 1 });
    const gone = renumbered(state, 'time', before, snapshots('e7'));
    assert.deepEqual([gone.snapshot, gone.selection], [0, { kind: 'none' }]);
  });

  it('leave a drawing where it is, so that a selection in it is found again in the next one', () => {
    const drawn: FlowScene = { ...scene(column(0, [-1, -1]), column(2, [1])), kind: 'time' };
    const now = renumberedScene(drawn, before, after) as FlowScene;
    assert.deepEqual(
      now.columns.map(({ source, continues }) => [source, ...continues]),
      [
        [1, 0, 1],
        [2, 0],
      ],
    );
    const next: FlowScene = { ...scene(column(0, [-1]), column(1, [1, 0]), column(2, [0])), kind: 'time' };
    const selection: PartsSelection = { kind: 'blocks', blocks: [{ column: 0, block: 1 }] };
    const asked = renumbered({ selection }, 'time', before, after).selection as PartsSelection;
    assert.deepEqual(carriedSelection(asked, now, next), {
      kind: 'blocks',
      blocks: [{ column: 1, block: 0 }],
    });
    const flow = scene(column(0, [-1]));
    assert.equal(renumberedScene(flow, before, after), flow, 'columns are levels');
  });

  it('keep their counts in the timeline, new ones have none until they are counted', () => {
    const timeline = {
      epochs: [4, 5, 9],
      steps: [undefined, undefined, undefined],
      accuracy: [undefined, undefined, undefined],
      patterns: [[40, 50, 90]],
      levels: ['relu_1'],
    };
    const counted = { snapshots: after.snapshots.map((one) => ({ ...one })) };
    Object.assign(counted.snapshots[3], { patterns: [120], accuracy: 0.5 });
    const now = renumberedTimeline(timeline, before, counted);
    assert.deepEqual(now.epochs, [1, 4, 9, 12]);
    assert.deepEqual(now.patterns, [[undefined, 40, 90, 120]]);
    assert.deepEqual(now.accuracy, [undefined, undefined, undefined, 0.5]);
  });
});

describe('curves of a log', () => {
  /** An engine whose answers come when told. */
  function engine() {
    const asked: { metrics?: string[]; answer(curves: LogCurves): void; fail(error: Error): void }[] = [];
    const request = (_: string, { metrics }: { metrics?: string[] }) =>
      new Promise((answer, fail) => asked.push({ metrics, answer, fail }));
    return { asked, request: request as never };
  }

  function reader(told: unknown[] = []) {
    const { asked, request } = engine();
    const source = { options: () => ({ findBeside: true }), failed: (error: unknown) => told.push(error) };
    let changes = 0;
    const curves = new LogCurvesReader({ request }, '/run', source, () => changes++);
    return { asked, curves, changes: () => changes };
  }

  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const curvesOf = (version: string, ...names: string[]): LogCurves => ({
    version,
    metrics: [],
    curves: names.map((name) => ({ name, x: new Float64Array(1), y: new Float64Array(1), values: 1 })),
  });

  it('are read one after another, of those asked for meanwhile the last', async () => {
    const { asked, curves, changes } = reader();
    curves.read(undefined);
    curves.read(['loss']);
    curves.read(['accuracy']);
    assert.equal(asked.length, 1);
    asked[0].answer(curvesOf('1', 'loss'));
    await settled();
    assert.deepEqual([asked.length, asked[1].metrics, changes()], [2, ['accuracy'], 1]);
    asked[1].answer(curvesOf('1', 'accuracy'));
    await settled();
    assert.deepEqual([asked.length, changes(), curves.curves?.curves[0].name], [2, 2, 'accuracy']);
  });

  it('are told of only where they are others', async () => {
    const { asked, curves, changes } = reader();
    for (const version of ['1', '1', '2']) {
      curves.read(undefined);
      asked.at(-1)!.answer(curvesOf(version, 'loss'));
      await settled();
    }
    assert.equal(changes(), 2);
  });

  it('stay as they are when reading fails, which is told once', async () => {
    const told: unknown[] = [];
    const { asked, curves } = reader(told);
    curves.read(undefined);
    asked[0].answer(curvesOf('1', 'loss'));
    await settled();
    for (const text of ['gone', 'gone', 'broken']) {
      curves.read(undefined);
      asked.at(-1)!.fail(new Error(text));
      await settled();
    }
    assert.deepEqual(told.map(String), ['Error: gone', 'Error: broken']);
    assert.equal(curves.curves?.version, '1');
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
