import type { LevelOrder } from '../../core/layout/order';
import type { SceneRequest } from '../../protocol/engine';
import type { Scene } from '../../protocol/scene';
import type { ViewState } from '../../protocol/state';
import { checkState, showSnapshot, type CheckedState } from '../analysis/shownSnapshot';
import type { OpenedRun, RunStore } from '../analysis/runStore';
import { letMessagesIn, type Work } from '../work/work';
import { arrange, continuityOf } from './continuity';
import { flowModel, sceneOfFlow, timeModel } from './flowScene';
import type { SceneModel } from './sceneModel';
import { partitionModel } from './partitionScene';
import { patternsModel } from './patternsScene';

/** Height that a partition is drawn for when nobody has said one. */
const USUAL_HEIGHT = 800;
/** States whose heights are remembered. */
const MOST_HEIGHTS = 1000;

/** Scenes of states: made, kept in the store's cache, and made again when they are no longer there. */
export class Scenes {
  private readonly heights = new Map<string, number>();

  constructor(private readonly store: RunStore) {}

  /** Draws a state; its blocks go on from the scene on screen. */
  async draw({ folder, state, shown, height }: SceneRequest, work: Work): Promise<Scene> {
    const opened = await this.store.open(folder);
    // First, as the new height takes the place of the one that the scene on screen was drawn for.
    const before = shown && shown.view === state.view ? await this.before(opened, shown, work) : undefined;
    await letMessagesIn(work);
    const model = await this.model(opened, checkState(opened, state), height, work);
    await letMessagesIn(work);
    if (!model.flow) return followed(model, before);
    const earlier = before?.flow && { model: before, order: this.orderOf(before) };
    const { order, continuity } = arrange(model, earlier);
    this.store.cache.put(orderKey(model), order);
    return sceneOfFlow(model.kind === 'time' ? 'time' : 'flow', model.flow, order, continuity);
  }

  /** The scene of a state, for questions about its blocks. */
  async modelOf(
    folder: string,
    state: ViewState,
    height: number | undefined,
    work: Work,
  ): Promise<SceneModel> {
    const opened = await this.store.open(folder);
    return this.model(opened, checkState(opened, state), height, work);
  }

  /** Order in which the blocks of a scene were last drawn; a new one when they never were. */
  orderOf(model: SceneModel): LevelOrder {
    return this.store.cache.peek<LevelOrder>(orderKey(model)) ?? arrange(model).order;
  }

  /** The scene on screen. What cannot be shown any more, after a run was replaced, is no start for the next. */
  private async before(opened: OpenedRun, shown: ViewState, work: Work): Promise<SceneModel | undefined> {
    const { snapshots } = opened.run.manifest;
    if (shown.snapshot >= snapshots.length) return undefined;
    return this.model(opened, checkState(opened, shown), undefined, work);
  }

  private async model(
    opened: OpenedRun,
    checked: CheckedState,
    height: number | undefined,
    work: Work,
  ): Promise<SceneModel> {
    const { state } = checked;
    // Levels over time have a column for each snapshot, of which a run under training gets more.
    const columns = state.view === 'time' ? `${opened.run.manifest.snapshots.length} ` : '';
    const part = `${opened.key}scene ${state.view} ${columns}${partOf(state)} ${checked.key}`;
    const key = state.view === 'partition' ? `${part} ${this.heightOf(part, height)}` : part;
    const known = this.store.cache.peek<SceneModel>(key);
    if (known) return known;
    const { view } = state;
    if (view === 'time') {
      const model = await timeModel({ key, store: this.store, opened, checked, work });
      this.store.cache.put(key, model);
      return model;
    }
    const look = await showSnapshot(this.store, opened, checked, work);
    await letMessagesIn(work);
    return this.store.cache.remember(key, () => {
      switch (view) {
        case 'partition':
          return partitionModel({ key, opened, checked, look, height: this.heightOf(part, height) });
        case 'patterns':
          return patternsModel(key, opened, checked, look);
        case 'flow':
          return flowModel(key, opened, checked, look);
      }
    });
  }

  /** The height that blocks of a partition refer to: the one given, which is remembered, or the last one given. */
  private heightOf(part: string, height: number | undefined): number {
    const known = height ?? this.heights.get(part) ?? USUAL_HEIGHT;
    this.heights.delete(part);
    this.heights.set(part, known);
    if (this.heights.size > MOST_HEIGHTS) this.heights.delete(this.heights.keys().next().value!);
    return known;
  }
}

/** A scene that is the same whatever was shown before, but for what goes on from what. */
function followed(model: SceneModel, before: SceneModel | undefined): Scene {
  const scene = model.scene!;
  const continuity = continuityOf(model, before);
  switch (scene.kind) {
    case 'partition':
      return { ...scene, columns: scene.columns.map((column, c) => ({ ...column, ...continuity[c] })) };
    case 'patterns':
      return { ...scene, ...continuity[0] };
    case 'flow':
    case 'time':
      return scene;
  }
}

function orderKey(model: SceneModel): string {
  return `${model.key} order`;
}

/** What of a state its view depends on, beside filter, resolutions and colours. */
function partOf({ view, snapshot, level, budget, hiddenLevels }: ViewState): string {
  const hidden = [...new Set(hiddenLevels)].sort((a, b) => a - b);
  switch (view) {
    case 'flow':
      return JSON.stringify([snapshot, budget, hidden]);
    case 'time':
      return JSON.stringify([level, budget]);
    case 'partition':
      return JSON.stringify([snapshot, hidden]);
    case 'patterns':
      return JSON.stringify([snapshot, level, budget]);
  }
}
