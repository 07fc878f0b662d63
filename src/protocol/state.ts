/** How a run is looked at. One of these exists for every panel, in the extension; all views read it and ask it to change. */
export interface ViewState {
  /** Format of this object where it is persisted. */
  version: 1;
  /** Index of the shown snapshot in the run. */
  snapshot: number;
  view: View;
  /** Level of the views that show one level, and of the trees. */
  level: number;
  /** What colours stand for; labels when the run has them, else outputs. */
  colour?: ColourBy;
  /** Resolution of every level, and of those that differ from it (by level). */
  resolution: ResolutionChoice;
  levelResolutions: Record<number, ResolutionChoice>;
  /** Most blocks of a level. */
  budget: number;
  hiddenLevels: number[];
  /** Classes (of the colouring) whose instances are left out. */
  hiddenClasses: number[];
  /** From all instances to those that are shown. */
  filters: FilterStep[];
  selection: Selection;
  /** Metrics of the log that the timeline shows, by name; absent for the usual ones. */
  metrics?: string[];
  /** Scale of their curves; linear when absent. */
  metricScale?: MetricScale;
}

/** flow: patterns and paths; partition: by information gain; time: one level over snapshots; patterns: one level's units. */
export type View = 'flow' | 'partition' | 'time' | 'patterns';
export type ColourBy = 'label' | 'output' | 'correct';
export type MetricScale = 'linear' | 'log';
export type ResolutionChoice = 'auto' | 'exact' | number;

/** A block of a scene, told so that it can be found again: the scene it is in follows from the state before. */
export interface BlockReference {
  /** `source` of its column: the level (outputs: the number of levels), or the snapshot in the time view. */
  column: number;
  /** Index of the block in its column. */
  block: number;
}

/** A flow of a scene: of one class from a block to one of the next column. */
export interface FlowReference {
  /** Index of the gap: 0 is between the first two columns that are shown. */
  gap: number;
  /** Index of the flow in its gap. */
  flow: number;
}

/**
 * What is selected: blocks and flows of the scene on screen, a node (pattern or prototype) of a level of the shown
 * snapshot, which may be merged into a block, or instances by number.
 */
export type Selection =
  | { kind: 'none' }
  | PartsSelection
  | { kind: 'node'; level: number; node: number }
  | { kind: 'instances'; instances: number[] };

/** Blocks and flows: all instances that are in at least one of them. */
export interface PartsSelection {
  kind: 'blocks';
  blocks: BlockReference[];
  /** Absent for none. */
  flows?: FlowReference[];
}

/** A filter as a page lists it, which needs none of its instances. */
export interface FilterName {
  /** For the list of filters: "3 blocks of relu_4 at epoch 8". */
  title: string;
  /** Instances that it lets through. */
  count: number;
}

/** Narrows what is shown to some instances. */
export interface FilterStep extends FilterName {
  /** Their numbers in the dataset, packed by the engine: `InstanceSet.text`. */
  instances: string;
}

/** The state as a page has it. */
export type PageState = Omit<ViewState, 'filters'> & {
  /** From all instances to those that are shown. */
  filters: FilterName[];
};

/** The state of a panel that has just opened. */
export const initialState: ViewState = {
  version: 1,
  snapshot: 0,
  view: 'flow',
  level: 0,
  resolution: 'auto',
  levelResolutions: {},
  budget: 64,
  hiddenLevels: [],
  hiddenClasses: [],
  filters: [],
  selection: { kind: 'none' },
};
