import { buildDiagram } from '../../core/diagram';
import { InputError } from '../../core/errors';
import type { Resolution } from '../../core/patterns/resolution';
import { checkHasSnapshots } from '../../runs/readRun';
import { thinResolved, thinSnapshot } from '../../core/patterns/subset';
import type { SceneClass } from '../../protocol/scene';
import type { ViewState } from '../../protocol/state';
import { classCount, type AnalysedSnapshot } from './analyse';
import { colourInstances, type Colouring } from './colouring';
import {
  filterOf,
  rowsWhere,
  type Filter,
  type LevelResolutions,
  type OpenedRun,
  type RunStore,
} from './runStore';
import { letMessagesIn, type Work } from '../work/work';

/** A state as far as what is computed depends on it, checked. */
export interface CheckedState {
  state: ViewState;
  filter: Filter;
  resolutions: LevelResolutions;
  /** Equal where filter, resolutions and colours are. */
  key: string;
}

/**
 * Checks a state against its run: it may have been persisted, and the run changed since.
 * @throws InputError naming what does not fit
 */
export function checkState({ run }: OpenedRun, state: ViewState): CheckedState {
  checkHasSnapshots(run);
  const check = (fits: boolean, problem: string) => {
    if (!fits) throw new InputError(run.folder, problem);
  };
  const levels = run.layers.length;
  check(isIndex(state.level, levels), `has ${levels} levels, none of number ${state.level}`);
  check(
    isIndex(state.snapshot, run.manifest.snapshots.length),
    `has ${run.manifest.snapshots.length} snapshots, none of number ${state.snapshot}`,
  );
  check(
    Number.isInteger(state.budget) && state.budget >= 2,
    `the budget is ${state.budget} blocks, expected a whole number of at least 2`,
  );
  const resolutions: LevelResolutions = (l) => state.levelResolutions[l] ?? state.resolution;
  const all = run.layers.map((_, l) => resolutions(l));
  for (const resolution of all) {
    check(
      isResolution(resolution),
      `resolution ${resolution}: expected auto, exact, or 2 to 1024 prototypes`,
    );
  }
  const filter = filterOf(state.filters);
  const hidden = [...new Set(state.hiddenClasses)].sort((a, b) => a - b);
  return { state, filter, resolutions, key: JSON.stringify([filter.key, all, state.colour, hidden]) };
}

function isIndex(value: number, count: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < count;
}

function isResolution(resolution: Resolution): boolean {
  return (
    resolution === 'auto' ||
    resolution === 'exact' ||
    (Number.isInteger(resolution) && resolution >= 2 && resolution <= 1024)
  );
}

/** One snapshot as a state shows it. */
export interface ShownSnapshot {
  /** All instances that the filters let through; absent when there are none. */
  whole?: AnalysedSnapshot;
  /** Without those of hidden classes, under the same node numbers; absent when none are left. */
  shown?: AnalysedSnapshot;
  /** Classes of the shown instances. */
  classing?: Colouring;
  /** For the legend. */
  classes: SceneClass[];
}

/** The snapshot of a state: filtered, resolved, and without its hidden classes. */
export async function showSnapshot(
  store: RunStore,
  opened: OpenedRun,
  { state, filter, resolutions, key }: CheckedState,
  work: Work,
): Promise<ShownSnapshot> {
  const { run } = opened;
  const index = state.snapshot;
  const snapshot = await store.snapshot(opened, index, filter);
  const classing = colourInstances(run, snapshot, state.colour);
  const classes = sceneClasses(classing, state.hiddenClasses);
  if (snapshot.instances.length === 0) return { classes };
  const whole = await store.analysed({ opened, index, resolutions, filter, work });
  const rows = visibleRows(classing, classes);
  if (rows.length === 0) return { whole, classes };
  if (rows.length === snapshot.instances.length) return { whole, shown: whole, classing, classes };
  await letMessagesIn(work);
  const shown = await store.cache.remember(`${opened.key}shown ${index} ${key}`, () =>
    thinAnalysed(whole, rows, classCount(run)),
  );
  return { whole, shown, classing: colourInstances(run, shown.snapshot, state.colour), classes };
}

/** Some instances of an analysed snapshot; its nodes keep their numbers. */
function thinAnalysed(whole: AnalysedSnapshot, rows: Int32Array, classes: number): AnalysedSnapshot {
  const snapshot = thinSnapshot(whole.snapshot, rows);
  const resolved = whole.resolved.map((level, l) => thinResolved(level, whole.snapshot.levels[l], rows));
  const diagram = buildDiagram({
    levels: resolved.map(({ nodes }) => nodes),
    predicted: snapshot.predicted,
    outcome: snapshot.outcome,
    labels: snapshot.labels,
    classes,
  });
  return { index: whole.index, snapshot, resolved, diagram };
}

/** The legend's classes: all of a colouring, with their instances before any are hidden. */
export function sceneClasses(classing: Colouring, hiddenClasses: readonly number[]): SceneClass[] {
  const counts = new Int32Array(classing.classes.length);
  for (const c of classing.classOf) counts[c]++;
  return classing.classes.map(({ name }, c) => ({
    name,
    colour: classing.colourNumbers[c],
    instances: counts[c],
    hidden: hiddenClasses.includes(c),
  }));
}

/** Rows whose class is not hidden. */
export function visibleRows({ classOf }: Colouring, classes: readonly SceneClass[]): Int32Array {
  return rowsWhere(classOf, (c) => !classes[c].hidden);
}
