import type { RunInfo } from '../protocol/engine';
import type { Scene } from '../protocol/scene';
import { initialState, type BlockReference, type Selection, type ViewState } from '../protocol/state';

/** Most filtered instances that are remembered across windows: about 2 MB of text. */
const MOST_REMEMBERED = 300_000;

/** The state with snapshot and levels that the run has. */
export function fitted(state: ViewState, run: RunInfo | undefined): ViewState {
  if (!run) return state;
  const within = (value: number, count: number) => Math.max(0, Math.min(count - 1, Math.trunc(value)));
  return {
    ...state,
    snapshot: within(state.snapshot, run.snapshots.length),
    level: within(state.level, run.layers.length),
    hiddenLevels: state.hiddenLevels.filter((level) => level < run.layers.length),
    colour: state.colour ?? (run.labelled ? 'label' : 'output'),
  };
}

/** Fields that the drawing of every view depends on. */
const DRAWN: (keyof ViewState)[] = [
  'snapshot',
  'view',
  'colour',
  'resolution',
  'levelResolutions',
  'budget',
  'hiddenLevels',
  'hiddenClasses',
  'filters',
];

/** Whether a change of state changes what is drawn. */
export function redraws(before: ViewState, after: ViewState): boolean {
  const oneLevel = after.view === 'time' || after.view === 'patterns';
  if (oneLevel && before.level !== after.level) return true;
  return DRAWN.some(
    (field) =>
      before[field] !== after[field] && JSON.stringify(before[field]) !== JSON.stringify(after[field]),
  );
}

/** Blocks of a new scene that continue the selected ones of the scene before. */
export function carriedSelection(blocks: BlockReference[], drawing: Scene): Selection {
  if (drawing.kind !== 'flow') return { kind: 'none' };
  const found: BlockReference[] = [];
  for (const { source, continues } of drawing.columns) {
    const old = new Set(blocks.filter(({ column }) => column === source).map(({ block }) => block));
    if (old.size === 0) continue;
    continues.forEach((before, block) => {
      if (before >= 0 && old.has(before)) found.push({ column: source, block });
    });
  }
  return found.length > 0 ? { kind: 'blocks', blocks: found } : { kind: 'none' };
}

/** What is worth keeping of a state across windows; numbers of blocks mean nothing without their scene. */
export function rememberable(state: ViewState): ViewState {
  const filtered = state.filters.reduce((sum, step) => sum + step.instances.length, 0);
  return {
    ...state,
    filters: filtered > MOST_REMEMBERED ? [] : state.filters,
    selection: state.selection.kind === 'instances' ? state.selection : { kind: 'none' },
  };
}

/** A state that was persisted, if this version can read it. */
export function readRemembered(value: unknown): ViewState | undefined {
  const state = value as Partial<ViewState> | undefined;
  const whole =
    state?.version === 1 &&
    Number.isInteger(state.snapshot) &&
    [state.filters, state.hiddenLevels, state.hiddenClasses].every(Array.isArray) &&
    typeof state.selection?.kind === 'string';
  return whole ? { ...initialState, ...state } : undefined;
}
