import { Type } from '@sinclair/typebox';

/** A place in a list: of snapshots, levels, classes, blocks. */
const index = Type.Integer({ minimum: 0 });
const text = Type.String({ maxLength: 10_000 });

/** flow: patterns and paths; partition: by information gain; time: one level over snapshots; patterns: one level's units. */
export const viewSchema = Type.Union([
  Type.Literal('flow'),
  Type.Literal('partition'),
  Type.Literal('time'),
  Type.Literal('patterns'),
]);

/** What colours stand for. */
export const colourBySchema = Type.Union([
  Type.Literal('label'),
  Type.Literal('output'),
  Type.Literal('correct'),
]);

/** Scale of a metric's axis. */
export const metricScaleSchema = Type.Union([Type.Literal('linear'), Type.Literal('log')]);

/** How fine the nodes of a level are: the exact patterns, so many prototypes, or what suits the level. */
export const resolutionChoiceSchema = Type.Union([
  Type.Literal('auto'),
  Type.Literal('exact'),
  Type.Integer({ minimum: 1 }),
]);

/** A block of a scene, told so that it can be found again: the scene it is in follows from the state before. */
export const blockReferenceSchema = Type.Object({
  /** `source` of its column: the level (outputs: the number of levels), or the snapshot in the time view. */
  column: index,
  /** Index of the block in its column. */
  block: index,
});

/** A flow of a scene: of one class from a block to one of the next column. */
export const flowReferenceSchema = Type.Object({
  /** Index of the gap: 0 is between the first two columns that are shown. */
  gap: index,
  /** Index of the flow in its gap. */
  flow: index,
});

/** Blocks and flows: all instances that are in at least one of them. */
export const partsSelectionSchema = Type.Object({
  kind: Type.Literal('blocks'),
  blocks: Type.Array(blockReferenceSchema),
  /** Absent for none. */
  flows: Type.Optional(Type.Array(flowReferenceSchema)),
});

/**
 * What is selected: blocks and flows of the scene on screen, a node (pattern or prototype) of a level of the shown
 * snapshot, which may be merged into a block, or instances by number.
 */
export const selectionSchema = Type.Union([
  Type.Object({ kind: Type.Literal('none') }),
  partsSelectionSchema,
  Type.Object({ kind: Type.Literal('node'), level: index, node: index }),
  Type.Object({ kind: Type.Literal('instances'), instances: Type.Array(index) }),
]);

/** Narrows what is shown to some instances. */
export const filterStepSchema = Type.Object({
  /** For the list of filters: "3 blocks of relu_4 at epoch 8". */
  title: text,
  /** Instances that it lets through. */
  count: index,
  /** Their numbers in the dataset, packed by the engine: `InstanceSet.text`. */
  instances: Type.String(),
});

/** How a run is looked at. */
export const viewStateSchema = Type.Object({
  /** Format of this object where it is persisted. */
  version: Type.Literal(1),
  /** Index of the shown snapshot in the run. */
  snapshot: index,
  view: viewSchema,
  /** Level of the views that show one level, and of the trees. */
  level: index,
  /** What colours stand for; labels when the run has them, else outputs. */
  colour: Type.Optional(colourBySchema),
  /** Resolution of every level, and of those that differ from it (by level). */
  resolution: resolutionChoiceSchema,
  levelResolutions: Type.Record(Type.Number(), resolutionChoiceSchema),
  /** Most blocks of a level. */
  budget: Type.Integer({ minimum: 1 }),
  hiddenLevels: Type.Array(index),
  /** Classes (of the colouring) whose instances are left out. */
  hiddenClasses: Type.Array(index),
  /** From all instances to those that are shown. */
  filters: Type.Array(filterStepSchema),
  selection: selectionSchema,
  /** Metrics of the log that the timeline shows, by name; absent for the usual ones. */
  metrics: Type.Optional(Type.Array(text)),
  /** Scale of their curves; linear when absent. */
  metricScale: Type.Optional(metricScaleSchema),
});

/** The state as it is persisted: earlier programs had not all of its fields. */
export const rememberedStateSchema = Type.Composite([
  Type.Partial(viewStateSchema),
  Type.Pick(viewStateSchema, [
    'version',
    'snapshot',
    'hiddenLevels',
    'hiddenClasses',
    'filters',
    'selection',
  ]),
]);
