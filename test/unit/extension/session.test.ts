import assert from 'node:assert/strict';
import { Session, type SessionEvent } from '../../../src/extension/session/session';
import type { RunInfo } from '../../../src/protocol/engine';
import type { Scene, Timeline } from '../../../src/protocol/scene';
import { initialState, type Selection, type ViewState } from '../../../src/protocol/state';
import { AskedEngine, settle } from '../../helpers/askedEngine';
import { column, flowScene, runOf } from '../../helpers/scenes';
import { until } from '../../helpers/setup';

const run = runOf([0, 1, 2]);
const scene = flowScene(column(0, [-1, -1]), column(1, [-1, -1]));

function timelineOf({ snapshots }: RunInfo): Timeline {
  return {
    epochs: snapshots.map(({ epoch }) => epoch),
    steps: snapshots.map(() => undefined),
    accuracy: snapshots.map(() => undefined),
    patterns: [snapshots.map(() => undefined)],
    levels: ['relu_1'],
  };
}

/** A session of a run, its engine, and what it told since it was last asked. */
function begin(remembered?: ViewState) {
  const engine = new AskedEngine();
  const session = new Session(engine.requests, '/run', { remembered });
  let events: SessionEvent[] = [];
  session.onDidChange((event) => events.push(event));
  const told = () => {
    const all = events;
    events = [];
    return all;
  };
  return { engine, session, told };
}

/** Answers for a run that is opened and drawn. */
async function answerLoad(engine: AskedEngine, info: RunInfo, drawing: Scene = scene): Promise<void> {
  await engine.answer('run/open', info);
  if (info.snapshots.length === 0) return;
  await engine.answer('scene/draw', drawing);
  await engine.answer('run/timeline', timelineOf(info));
}

/** A session whose run is on screen. */
async function onScreen({ info = run, remembered }: { info?: RunInfo; remembered?: ViewState } = {}) {
  const begun = begin(remembered);
  const loaded = begun.session.load();
  await answerLoad(begun.engine, info);
  await loaded;
  begun.told();
  return begun;
}

const block = (number: number): Selection => ({ kind: 'blocks', blocks: [{ column: 0, block: number }] });

describe('a session that opens a run', () => {
  it('shows its newest snapshot at its last level, and asks for the timeline once that is drawn', async () => {
    const { engine, session, told } = begin();
    const loaded = session.load();
    assert.deepEqual([engine.waiting, session.busy], [['run/open'], true]);
    await engine.answer('run/open', run);
    assert.deepEqual([engine.waiting, told()], [['scene/draw'], ['run']]);
    const { params } = await engine.answer('scene/draw', scene);
    assert.deepEqual(
      [params.state.snapshot, params.state.level, params.state.colour, params.shown],
      [2, 1, 'output', undefined],
    );
    await loaded;
    assert.deepEqual([engine.waiting, told()], [['run/timeline'], ['scene', 'busy']]);
    assert.deepEqual([session.scene, session.sceneNumber, session.busy], [scene, 1, false]);
    assert.equal(session.shown, params.state);
    assert.equal(session.followsLatest, true);
    await engine.answer('run/timeline', timelineOf(run));
    assert.deepEqual([session.timeline?.epochs, told()], [[0, 1, 2], ['run']]);
  });

  it('colours by labels where the run has some', async () => {
    const { session } = await onScreen({ info: { ...run, labelled: true } });
    assert.equal(session.state.colour, 'label');
  });

  it('goes back to the state that is remembered, as far as the run has it, and does not follow', async () => {
    const remembered: ViewState = { ...initialState, snapshot: 1, level: 7, budget: 12 };
    const { session } = await onScreen({ remembered });
    const { snapshot, level, budget } = session.shown!;
    assert.deepEqual([snapshot, level, budget, session.followsLatest], [1, 1, 12, false]);
  });

  it('follows where the newest snapshot was the one that was looked at', async () => {
    const { session } = await onScreen({ remembered: { ...initialState, snapshot: 2 } });
    assert.equal(session.followsLatest, true);
  });

  it('comes back to a snapshot by its own name, whatever number that has by now', async () => {
    const { engine, session } = begin({ ...initialState, snapshot: 2 });
    session.returnsTo = { snapshot: 'e1', follows: false };
    const loaded = session.load();
    await answerLoad(engine, run);
    await loaded;
    assert.deepEqual([session.shown?.snapshot, session.followsLatest], [1, false]);
  });

  it('begins at the snapshot that was asked for', async () => {
    const { engine, session } = begin();
    session.beginsAt = 0;
    const loaded = session.load();
    await answerLoad(engine, run);
    await loaded;
    assert.equal(session.shown?.snapshot, 0);
  });

  it('tells of a run that has just begun, and draws nothing before it has a snapshot', async () => {
    const { engine, session, told } = begin();
    const empty = session.load();
    await engine.answer('run/open', runOf([]));
    await empty;
    assert.deepEqual([engine.waiting, told(), session.scene], [[], ['run', 'busy'], undefined]);
    const drawn = session.redraw();
    await engine.answer('run/open', runOf([0], { version: '2' }));
    await engine.answer('scene/draw', scene);
    await drawn;
    assert.deepEqual([session.shown?.snapshot, session.sceneNumber], [0, 1]);
  });

  it('keeps why it cannot be read, and opens it when it is asked again', async () => {
    const { engine, session, told } = begin();
    const loaded = session.load();
    const failure = new Error('apd-run.json: no JSON\nmore of it');
    await engine.fail('run/open', failure);
    await loaded;
    assert.deepEqual([session.error, session.failure], ['apd-run.json: no JSON', failure]);
    assert.deepEqual([session.busy, session.run, told()], [false, undefined, ['error', 'busy']]);
    const again = session.refresh();
    await settle();
    await answerLoad(engine, run);
    await again;
    assert.deepEqual([session.error, session.failure, session.scene], [undefined, undefined, scene]);
  });
});

describe('a session whose state changes', () => {
  it('draws what is drawn differently, from what is on screen', async () => {
    const { engine, session, told } = await onScreen();
    const { shown } = session;
    session.change({ snapshot: 0 });
    assert.deepEqual([told(), session.state.snapshot, session.onScreen?.snapshot], [['state'], 0, 2]);
    const next = flowScene(column(0, [0]));
    const { params } = await engine.answer('scene/draw', next);
    assert.deepEqual([params.state.snapshot, params.shown], [0, shown]);
    assert.deepEqual([session.scene, session.shown?.snapshot, session.sceneNumber], [next, 0, 2]);
    assert.deepEqual(told(), ['scene', 'busy']);
  });

  it('draws nothing for a selection, which is there at once', async () => {
    const { engine, session, told } = await onScreen();
    session.change({ selection: block(1) });
    assert.deepEqual([engine.waiting, told()], [[], ['state', 'selection']]);
    assert.deepEqual(session.onScreen?.selection, block(1));
  });

  it('stays within the run', async () => {
    const { session } = await onScreen();
    session.change({ snapshot: 99, level: -3 });
    assert.deepEqual([session.state.snapshot, session.state.level], [2, 0]);
  });

  it('lets the latest request win: the one before is cancelled, and its answer is nobody’s concern', async () => {
    const { engine, session, told } = await onScreen();
    session.change({ snapshot: 1 });
    session.change({ snapshot: 0 });
    const [first, second] = [engine.take('scene/draw'), engine.take('scene/draw')];
    assert.deepEqual(
      [first, second].map(({ token }) => token!.isCancellationRequested),
      [true, false],
    );
    told();
    first.answer(flowScene());
    await settle();
    assert.deepEqual([session.scene, session.busy, told()], [scene, true, []]);
    const next = flowScene(column(0, [0]));
    second.answer(next);
    await session.settled();
    assert.deepEqual([session.scene, session.shown?.snapshot, session.sceneNumber], [next, 0, 2]);
  });

  it('is as the screen says again where the drawing fails, and a refresh tries once more', async () => {
    const { engine, session, told } = await onScreen();
    session.change({ budget: 7 });
    told();
    await engine.fail('scene/draw', new Error('out of memory'));
    assert.deepEqual([session.error, session.state.budget], ['out of memory', session.shown!.budget]);
    assert.deepEqual([session.scene, told()], [scene, ['state', 'error', 'busy']]);
    const again = session.refresh();
    await engine.answer('run/open', run);
    assert.equal((await engine.answer('scene/draw', scene)).params.state.budget, 7);
    await again;
    assert.deepEqual([session.error, session.shown?.budget], [undefined, 7]);
  });

  it('is as the screen says again after a cancellation, which is no failure', async () => {
    const { engine, session } = await onScreen();
    session.change({ view: 'partition' });
    const asked = engine.take('scene/draw');
    session.cancel();
    assert.equal(asked.token!.isCancellationRequested, true);
    asked.fail(Object.assign(new Error('cancelled'), { name: 'AbortError' }));
    await session.settled();
    assert.deepEqual([session.state.view, session.error, session.busy], ['flow', undefined, false]);
  });

  it('says what to do after a cancellation that left nothing on screen', async () => {
    const { engine, session } = begin();
    const loaded = session.load();
    session.cancel();
    await engine.answer('run/open', run);
    await loaded;
    assert.equal(session.error, 'Cancelled. Refresh draws it.');
  });

  it('draws again for another height only where small sets are merged, and for a real difference', async () => {
    const { engine, session } = await onScreen();
    session.resize(2000);
    assert.deepEqual(engine.waiting, []);
    session.change({ view: 'partition' });
    assert.equal((await engine.answer('scene/draw', scene)).params.height, 2000);
    session.resize(1900);
    assert.deepEqual(engine.waiting, []);
    session.resize(1000);
    assert.deepEqual(engine.waiting, ['scene/draw']);
  });
});

describe('a session of a run that grows', () => {
  const grown = runOf([0, 1, 2, 3], { version: '2' });

  it('goes to the new snapshot, and shows nothing by halves', async () => {
    const { engine, session, told } = await onScreen();
    const loaded = session.load();
    await engine.answer('run/open', grown);
    await engine.answer('run/timeline', timelineOf(grown));
    assert.deepEqual(told(), [], 'the timeline comes with the drawing');
    const { params } = await engine.answer('scene/draw', scene);
    await loaded;
    assert.deepEqual([params.state.snapshot, session.shown?.snapshot], [3, 3]);
    assert.deepEqual(told(), ['scene', 'busy']);
  });

  it('stays where the user stepped back to, until a step onto the newest that is known', async () => {
    const { engine, session } = await onScreen();
    session.change({ snapshot: 1 });
    await engine.answer('scene/draw', scene);
    assert.equal(session.followsLatest, false);
    const loaded = session.load();
    await answerLoad(engine, grown);
    await loaded;
    assert.deepEqual([session.shown?.snapshot, session.followsLatest], [1, false]);
    session.change({ snapshot: 3 });
    assert.equal(session.followsLatest, true);
  });

  it('goes to the newest snapshot by its toggle, and stays by it', async () => {
    const { engine, session, told } = await onScreen({ remembered: { ...initialState, snapshot: 0 } });
    session.followLatest(true);
    assert.equal((await engine.answer('scene/draw', scene)).params.state.snapshot, 2);
    told();
    session.followLatest(false);
    assert.deepEqual([session.followsLatest, session.state.snapshot, told()], [false, 2, ['state']]);
  });

  it('keeps the snapshot that is shown when others come before it', async () => {
    const remembered: ViewState = { ...initialState, snapshot: 0 };
    const { engine, session, told } = await onScreen({ info: runOf([4, 9]), remembered });
    const loaded = session.load();
    await engine.answer('run/open', runOf([1, 4, 9], { version: '2' }));
    // Who points at snapshots by number means the same ones before the new drawing is there.
    assert.deepEqual([told(), session.shown?.snapshot, session.state.snapshot], [['run'], 1, 1]);
    assert.deepEqual(session.timeline?.epochs, [1, 4, 9]);
    await engine.answer('scene/draw', scene);
    await loaded;
    assert.equal(session.shown?.snapshot, 1);
  });

  it('is left alone by a refresh where nothing was written', async () => {
    const { engine, session, told } = await onScreen();
    const refreshed = session.refresh();
    await engine.answer('run/open', run);
    await refreshed;
    assert.deepEqual([engine.waiting, told(), session.sceneNumber], [[], [], 1]);
    void session.refresh();
    await engine.answer('run/open', grown);
    assert.deepEqual(engine.waiting, ['run/open'], 'it is loaded again');
  });
});

describe('a selection of a session', () => {
  it('is found again in the new drawing, by the blocks that continue it', async () => {
    const { engine, session } = await onScreen();
    session.change({ selection: block(1) });
    session.change({ snapshot: 0 });
    assert.deepEqual(session.state.selection, block(1), 'it is of what is on screen');
    await engine.answer('scene/draw', flowScene(column(0, [1, 0])));
    assert.deepEqual(session.state.selection, block(0));
    session.change({ snapshot: 1 });
    await engine.answer('scene/draw', flowScene(column(0, [-1])));
    assert.deepEqual(session.state.selection, { kind: 'none' });
  });

  it('of a node asks for the node that continues it, of the selection that there is by then', async () => {
    const { engine, session } = await onScreen();
    session.change({ selection: { kind: 'node', level: 0, node: 5 } });
    session.change({ snapshot: 0 });
    await engine.answer('scene/draw', scene);
    assert.equal(session.sceneNumber, 1, 'nothing is shown without its selection');
    session.change({ selection: { kind: 'node', level: 0, node: 6 } });
    await engine.answer('level/continuation', { node: 50 });
    const { params } = await engine.answer('level/continuation', { node: 60 });
    assert.deepEqual([params.node, params.before.snapshot, params.state.snapshot], [6, 2, 0]);
    assert.deepEqual(session.state.selection, { kind: 'node', level: 0, node: 60 });
    session.change({ snapshot: 1 });
    await engine.answer('scene/draw', scene);
    await engine.answer('level/continuation', { node: -1 });
    assert.deepEqual(session.state.selection, { kind: 'none' });
  });

  it('becomes a filter, and is none then', async () => {
    const { engine, session } = await onScreen();
    session.change({ selection: block(1) });
    const filtered = session.filter(block(1), 'pattern 1');
    await engine.answer('scene/instances', { count: 3, instances: 'bAg==' });
    await filtered;
    assert.deepEqual(session.state.filters, [{ title: 'pattern 1', count: 3, instances: 'bAg==' }]);
    assert.deepEqual([session.state.selection, engine.waiting], [{ kind: 'none' }, ['scene/draw']]);
  });

  it('is an instance that was looked for, where it is shown', async () => {
    const { engine, session } = await onScreen();
    const found = session.find(4);
    await engine.answer('instances/find', { where: 'shown', rows: 10 });
    assert.equal(await found, undefined);
    assert.deepEqual(session.state.selection, { kind: 'instances', instances: [4] });
    const beyond = session.find(10);
    await engine.answer('instances/find', { where: 'beyond', rows: 10 });
    assert.equal(await beyond, 'There is no instance 10: the dataset has instances 0 to 9.');
    assert.deepEqual(session.state.selection, { kind: 'instances', instances: [4] });
  });

  it('has no paths, and nothing is found, while nothing is drawn', async () => {
    const { engine, session } = begin();
    assert.equal(await session.find(4), 'Nothing is drawn yet.');
    assert.equal(await session.paths(block(0)), undefined);
    await session.filter(block(0), 'none');
    assert.deepEqual([engine.all, session.state.filters], [[], []]);
  });
});

describe('work of a session', () => {
  it('is announced with how far it is, unless newer work took its place', async () => {
    const { engine, session } = await onScreen();
    session.change({ snapshot: 1 });
    const progress = () => session.progress;
    assert.equal(progress(), undefined, 'short work is not announced');
    await until('the announcement', progress);
    assert.deepEqual(progress(), { message: 'Drawing…' });
    const asked = engine.take('scene/draw');
    asked.progress!({ message: 'half', share: 0.5 });
    assert.deepEqual(progress(), { message: 'half', share: 0.5 });
    session.change({ snapshot: 0 });
    asked.progress!({ message: 'of nobody' });
    assert.deepEqual(progress(), { message: 'half', share: 0.5 });
    await engine.answer('scene/draw', scene);
    assert.equal(progress(), undefined);
  });

  it('ends with it: it tells nothing more', async () => {
    const { engine, session, told } = await onScreen();
    session.change({ snapshot: 1 });
    const asked = engine.take('scene/draw');
    told();
    session.dispose();
    assert.equal(asked.token!.isCancellationRequested, true);
    asked.answer(flowScene());
    await settle();
    assert.deepEqual([told(), session.scene], [[], scene]);
  });
});

describe('the log of a session', () => {
  it('is read when the run is there, and again when other metrics are asked for', async () => {
    const { engine, session, told } = begin();
    session.showCurves({ options: () => ({ findBeside: true }), failed: assert.fail });
    assert.deepEqual(engine.waiting, []);
    const loaded = session.load();
    await answerLoad(engine, run);
    await loaded;
    const curves = { version: '1', metrics: [], curves: [] };
    const asked = await engine.answer('log/curves', curves);
    assert.equal(asked.params.metrics, undefined);
    assert.deepEqual([session.curves, told().at(-1)], [curves, 'curves']);
    session.change({ metrics: ['loss'] });
    assert.deepEqual(engine.waiting, ['log/curves'], 'nothing is drawn anew');
    assert.deepEqual(engine.take('log/curves').params.metrics, ['loss']);
  });
});
