import type { LevelOrder } from '../../core/layout/order';
import { InputError } from '../../core/errors';
import type { ResolvedLevel } from '../../core/patterns/resolution';
import type { Snapshot } from '../../core/patterns/snapshot';
import { thinResolved, thinSnapshot } from '../../core/patterns/subset';
import type { ColumnContinuity, FlowScene, SceneColumn, SceneHead } from '../../protocol/scene';
import type { ColumnHead } from '../../draw/pictureParts';
import { equalArrays } from '../analysis/analyse';
import { colourInstances } from '../analysis/colouring';
import { flowView, timeView, type FlowView } from './flowView';
import { sceneClasses, visibleRows, type CheckedState, type ShownSnapshot } from '../analysis/shownSnapshot';
import type { OpenedRun, RunStore } from '../analysis/runStore';
import { letMessagesIn, type Work } from '../work/work';
import type { FlowPart, SceneModel } from './sceneModel';

/** The flow view of one snapshot. */
export function flowModel(
  key: string,
  { run }: OpenedRun,
  { state }: CheckedState,
  look: ShownSnapshot,
): SceneModel {
  const { shown, classing, classes } = look;
  if (!shown || !classing) return emptyModel(key, 'flow', classes);
  const view = flowView({
    run,
    analysed: shown,
    classing,
    budget: state.budget,
    hiddenLevels: state.hiddenLevels,
  });
  return modelOf(key, 'flow', shown.snapshot.instances, { view, classing, classes });
}

/**
 * The time view: one level at every snapshot. Colours, hidden classes and outputs are those of the last snapshot.
 * @throws InputError where the snapshots are not of the same instances
 */
export async function timeModel({
  key,
  store,
  opened,
  checked: { state, filter, resolutions },
  work,
}: {
  key: string;
  store: RunStore;
  opened: OpenedRun;
  checked: CheckedState;
  work: Work;
}): Promise<SceneModel> {
  const { run } = opened;
  const count = run.manifest.snapshots.length;
  const l = state.level;
  const last = await store.snapshot(opened, count - 1, filter);
  const classing = colourInstances(run, last, state.colour);
  const classes = sceneClasses(classing, state.hiddenClasses);
  const rows = visibleRows(classing, classes);
  if (rows.length === 0) return emptyModel(key, 'time', classes);
  const all = rows.length === last.instances.length;
  const snapshots: Pick<Snapshot, 'epoch' | 'step'>[] = [];
  const levels: ResolvedLevel[] = [];
  for (let s = 0; s < count; s++) {
    work.onProgress?.(`Snapshot ${s + 1} of ${count}`, s / count);
    const snapshot = await store.snapshot(opened, s, filter);
    if (!equalArrays(snapshot.instances, last.instances)) {
      throw new InputError(
        run.folder,
        `snapshots ${s + 1} and ${count} are of different instances, so a level cannot be followed over time`,
      );
    }
    const level = await store.level({ opened, index: s, l, resolution: resolutions(l), filter, work });
    levels.push(all ? level : thinResolved(level, snapshot.levels[l], rows));
    snapshots.push({ epoch: snapshot.epoch, step: snapshot.step });
    await letMessagesIn(work);
  }
  const shown = all ? last : thinSnapshot(last, rows);
  const shownClassing = colourInstances(run, shown, state.colour);
  const view = timeView({
    run,
    snapshots,
    last: shown,
    levels,
    l,
    classing: shownClassing,
    budget: state.budget,
  });
  return modelOf(key, 'time', shown.instances, { view, classing: shownClassing, classes });
}

function modelOf(key: string, kind: 'flow' | 'time', instances: Int32Array, flow: FlowPart): SceneModel {
  const { overview, sources } = flow.view;
  const columns = overview.levels.map((level, c) => ({
    source: sources[c],
    blocks: level.blocks.length,
    of: level.of,
  }));
  const { classOf } = flow.classing;
  return { key, kind, instances, classOf, columns, flows: overview.flows, flow };
}

/** A scene without instances: the filters, or the hidden classes, leave none. The legend remains. */
function emptyModel(key: string, kind: 'flow' | 'time', classes: FlowPart['classes']): SceneModel {
  const scene: FlowScene = { kind, instances: 0, classes, columns: [], flows: [], outputs: [] };
  return { key, kind, instances: new Int32Array(), classOf: new Int32Array(), columns: [], flows: [], scene };
}

/** The scene of a model in an order, with how its blocks go on from the scene before. */
export function sceneOfFlow(
  kind: 'flow' | 'time',
  { view, classes }: FlowPart,
  order: LevelOrder,
  continuity: ColumnContinuity[],
): FlowScene {
  const { overview, diagram, outputs } = view;
  return {
    kind,
    instances: overview.instances,
    classes,
    columns: overview.levels.map((_, c) => columnOf(view, c, order[c], continuity[c])),
    flows: overview.flows.map(({ source, target, class: classes, instances }) => ({
      source,
      target,
      class: classes,
      instances,
    })),
    outputs: Array.from(diagram.outputClasses, (c) => outputs[c]),
  };
}

function columnOf(view: FlowView, c: number, rank: Int32Array, continuity: ColumnContinuity): SceneColumn {
  const { blocks, histogram, coverage } = view.overview.levels[c];
  return {
    head: headOf(view.heads[c]),
    source: view.sources[c],
    word: view.nodeWords[c],
    kind: blocks.map((block) => block.kind),
    node: Int32Array.from(blocks, (block) => block.node),
    nodes: Int32Array.from(blocks, (block) => block.nodes),
    instances: Int32Array.from(blocks, (block) => block.instances),
    majority: Int32Array.from(blocks, (block) => block.majority),
    rank,
    offsets: histogram.offsets,
    histogramClass: histogram.column,
    histogramCount: histogram.count,
    ...continuity,
    coverage,
  };
}

/** A head as it crosses to the page. */
export function headOf(head: ColumnHead): SceneHead {
  return { title: [...head.title], lines: head.lines.map((line) => [...line]) };
}
