import type { RunInfo } from '../../src/protocol/engine';
import type { LogCurves } from '../../src/protocol/logs';
import type { Scene, Timeline } from '../../src/protocol/scene';
import type { ColourBy, PageState } from '../../src/protocol/state';

/** What the panel shows now: the last full message and what changed since. */
export interface Shown {
  /** Number of the scene; answers to older ones are dropped. */
  sceneNumber: number;
  /** Name of the panel, for a reload. */
  panel?: string;
  /** State of what is drawn, with its selection. */
  state: PageState;
  /** State that was asked for: what the controls say. It differs from `state` while the engine draws. */
  wanted: PageState;
  run?: RunInfo;
  timeline?: Timeline;
  /** Curves of the run's log. */
  log?: LogCurves;
  scene?: Scene;
}

/** What colours stand for when the state leaves it open. */
export function colouringOf({ state, run }: Pick<Shown, 'state' | 'run'>): ColourBy {
  return state.colour ?? (run?.labelled === false ? 'output' : 'label');
}
