import type { Static } from '@sinclair/typebox';
import type {
  blockReferenceSchema,
  colourBySchema,
  filterStepSchema,
  flowReferenceSchema,
  metricScaleSchema,
  partsSelectionSchema,
  resolutionChoiceSchema,
  selectionSchema,
  viewSchema,
  viewStateSchema,
} from './viewStateSchema';

/** How a run is looked at. One of these exists for every panel, in the extension; all views read it and ask it to change. */
export type ViewState = Static<typeof viewStateSchema>;
/** flow: patterns and paths; partition: by information gain; time: one level over snapshots; patterns: one level's units. */
export type View = Static<typeof viewSchema>;
/** What colours stand for. */
export type ColourBy = Static<typeof colourBySchema>;
/** Scale of a metric's axis. */
export type MetricScale = Static<typeof metricScaleSchema>;
/** How fine the nodes of a level are: the exact patterns, so many prototypes, or what suits the level. */
export type ResolutionChoice = Static<typeof resolutionChoiceSchema>;
/** A block of a scene, told so that it can be found again: the scene it is in follows from the state before. */
export type BlockReference = Static<typeof blockReferenceSchema>;
/** A flow of a scene: of one class from a block to one of the next column. */
export type FlowReference = Static<typeof flowReferenceSchema>;
/** What is selected: blocks and flows, a node of a level, or instances by number. */
export type Selection = Static<typeof selectionSchema>;
/** Blocks and flows: all instances that are in at least one of them. */
export type PartsSelection = Static<typeof partsSelectionSchema>;
/** Narrows what is shown to some instances. */
export type FilterStep = Static<typeof filterStepSchema>;
/** A filter as a page lists it, which needs none of its instances. */
export type FilterName = Omit<FilterStep, 'instances'>;

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
