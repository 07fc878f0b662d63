import type { RunInfo } from '../../protocol/engine';
import type { FlowScene, Scene } from '../../protocol/scene';
import {
  type BlockReference,
  type FlowReference,
  type PageState,
  type PartsSelection,
  type Selection,
  type ViewState,
} from '../../protocol/state';

/** Longest filters that are remembered of a panel, in characters: a million instances have about 170,000. */
const MOST_REMEMBERED = 400_000;

/** The state with snapshot and levels that the run has. */
export function withinRun(state: ViewState, run: RunInfo | undefined): ViewState {
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
const drawn: (keyof ViewState)[] = [
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
  return drawn.some(
    (field) =>
      before[field] !== after[field] && JSON.stringify(before[field]) !== JSON.stringify(after[field]),
  );
}

/**
 * Blocks and flows of a new scene that continue the selected ones of the scene before.
 * @param before the scene that the selection refers to
 */
export function carriedSelection(
  { blocks, flows = [] }: PartsSelection,
  before: Scene,
  drawing: Scene,
): Selection {
  if (before.kind !== drawing.kind) return { kind: 'none' };
  const carried = {
    blocks: carriedBlocks(blocks, drawing),
    flows: flows.length > 0 ? carriedFlows(flows, before, drawing) : [],
  };
  if (carried.blocks.length + carried.flows.length === 0) return { kind: 'none' };
  const none = carried.flows.length === 0;
  return none ? { kind: 'blocks', blocks: carried.blocks } : { kind: 'blocks', ...carried };
}

function carriedBlocks(blocks: BlockReference[], drawing: Scene): BlockReference[] {
  const columns = drawing.kind === 'patterns' ? [{ ...drawing, source: drawing.level }] : drawing.columns;
  const found: BlockReference[] = [];
  for (const { source, continues } of columns) {
    const old = new Set(blocks.filter(({ column }) => column === source).map(({ block }) => block));
    if (old.size === 0) continue;
    continues.forEach((earlier, block) => {
      if (earlier >= 0 && old.has(earlier)) found.push({ column: source, block });
    });
  }
  return found;
}

/** Flows of the same class between blocks that continue those of the selected flows. */
function carriedFlows(flows: FlowReference[], before: Scene, drawing: Scene): FlowReference[] {
  if (!hasFlows(before) || !hasFlows(drawing) || !sameClasses(before, drawing)) return [];
  const found: FlowReference[] = [];
  drawing.flows.forEach((present, gap) => {
    const [from, to] = [drawing.columns[gap], drawing.columns[gap + 1]];
    const earlierGap = before.columns.findIndex(
      ({ source }, g) => source === from.source && before.columns[g + 1]?.source === to.source,
    );
    const earlier = before.flows[earlierGap];
    const old = new Set(
      flows
        .filter((reference) => reference.gap === earlierGap)
        .map(({ flow }) => `${earlier.source[flow]} ${earlier.target[flow]} ${earlier.class[flow]}`),
    );
    if (old.size === 0) return;
    present.source.forEach((source, flow) => {
      const ends = `${from.continues[source]} ${to.continues[present.target[flow]]} ${present.class[flow]}`;
      if (old.has(ends)) found.push({ gap, flow });
    });
  });
  return found;
}

function hasFlows(scene: Scene): scene is FlowScene {
  return scene.kind === 'flow' || scene.kind === 'time';
}

/** Numbers of classes mean the same in both scenes: colours stand for the same. */
function sameClasses(a: FlowScene, b: FlowScene): boolean {
  return (
    a.classes.length === b.classes.length && a.classes.every(({ name }, c) => name === b.classes[c].name)
  );
}

/** Whether nodes of a level may have other numbers than in the state before. */
export function renumbersNodes(before: ViewState, after: ViewState, level: number): boolean {
  const numberedBy = ({ snapshot, filters, resolution, levelResolutions }: ViewState) =>
    JSON.stringify([snapshot, levelResolutions[level] ?? resolution, filters.map((step) => step.instances)]);
  return numberedBy(before) !== numberedBy(after);
}

/**
 * What is worth keeping of a state for when its panel comes back, whose scene then has the same numbers of blocks: but
 * not in the partition, where they depend on the height of the panel.
 */
export function rememberable(state: ViewState): ViewState {
  const kept = filterLength(state) > MOST_REMEMBERED ? unfiltered(state) : state;
  return state.view === 'partition' ? withoutParts(kept) : kept;
}

/** Characters of the filters of a state. */
export function filterLength({ filters }: ViewState): number {
  return filters.reduce((sum, { instances }) => sum + instances.length, 0);
}

/** The state without its filters, and without what is numbered as they leave it. */
export function unfiltered(state: ViewState): ViewState {
  if (state.filters.length === 0) return state;
  const { selection } = state;
  const numbered = selection.kind === 'blocks' || selection.kind === 'node';
  return { ...state, filters: [], selection: numbered ? { kind: 'none' } : selection };
}

/** The state for a page: filters by title and count, never their instances. */
export function pageState(state: ViewState): PageState {
  return { ...state, filters: state.filters.map(({ title, count }) => ({ title, count })) };
}

/**
 * What a page asks for, as a change of the session's state: of its filters the page has no more than names, and can only
 * keep the first ones.
 */
export function askedChange(
  { filters }: ViewState,
  { filters: kept, ...change }: Partial<PageState>,
): Partial<ViewState> {
  return kept ? { ...change, filters: filters.slice(0, kept.length) } : change;
}

/** The state without what refers to blocks of one scene. */
export function withoutParts(state: ViewState): ViewState {
  return state.selection.kind === 'blocks' ? { ...state, selection: { kind: 'none' } } : state;
}
