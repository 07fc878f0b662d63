import type { BlockKind } from '../core/overview';

/** A class as legends and fills show it. */
export interface SceneClass {
  name: string;
  /** Index into the palette: the same class has the same colour in every view. */
  colour: number;
  /** Instances of the class in the scene before hiding. */
  instances: number;
  hidden: boolean;
}

/** Head of a column: each text in several lengths, the longest first. */
export interface SceneHead {
  title: string[];
  lines: string[][];
}

/** What a node of a level is called. */
export type NodeWord = 'pattern' | 'prototype' | 'output';

/** How the blocks of a column go on from those of the same column in the scene shown before. */
export interface ColumnContinuity {
  /** Block of the scene before that each block continues or was split from; −1 for none. */
  continues: Int32Array;
  /** 0 continued, 1 split, 2 new. */
  change: Uint8Array;
  /** For each block of the scene before, the block that it was merged into; −1 for one that goes on, or is gone. */
  mergedInto: Int32Array;
}

/** Blocks of one column, as arrays of equal length; block b is entry b of each. */
export interface SceneColumn extends ColumnContinuity {
  head: SceneHead;
  /** Level of the run (outputs: the number of levels), or snapshot in the time view. */
  source: number;
  word: NodeWord;
  kind: BlockKind[];
  /** Node of a block that is alone, −1 for merged ones. */
  node: Int32Array;
  nodes: Int32Array;
  instances: Int32Array;
  majority: Int32Array;
  /** Position in the column from the top. */
  rank: Int32Array;
  /** Instances by class: entries offsets[b] … offsets[b + 1). */
  offsets: Int32Array;
  histogramClass: Int32Array;
  histogramCount: Int32Array;
  /** Share of instances in nodes drawn alone. */
  coverage: number;
}

/** Flows between two columns by class, as arrays of equal length. */
export interface SceneFlows {
  source: Int32Array;
  target: Int32Array;
  class: Int32Array;
  instances: Int32Array;
}

/** Flow view and time view. */
export interface FlowScene {
  kind: 'flow' | 'time';
  instances: number;
  classes: SceneClass[];
  columns: SceneColumn[];
  flows: SceneFlows[];
  /** Names and captions of the blocks of the last column (outputs), by block. */
  outputs: { name: string; caption: string }[];
}

/** Partition view: boxes of each column as arrays; y and height are in instances from the top. */
export interface PartitionScene {
  kind: 'partition';
  instances: number;
  classes: SceneClass[];
  clusters: number;
  columns: PartitionColumn[];
  /** Names and captions of the outputs, by class: as `output` of the boxes has it. */
  outputs: { name: string; caption: string }[];
}

/** Boxes of one column of the partition. */
export interface PartitionColumn extends ColumnContinuity {
  head: SceneHead;
  source: number;
  /** Sets a box stands for; 0 in the last column, the outputs. */
  sets: Int32Array;
  leaf: Uint8Array;
  y: Float64Array;
  instances: Int32Array;
  output: Int32Array;
  offsets: Int32Array;
  histogramClass: Int32Array;
  histogramCount: Int32Array;
}

/** Patterns view: the largest patterns of a level as rows of units; rows go on from those of the scene before. */
export interface PatternsScene extends ColumnContinuity {
  kind: 'patterns';
  instances: number;
  classes: SceneClass[];
  head: SceneHead;
  level: number;
  word: NodeWord;
  pieces: number;
  /** Units shown, the most telling first. */
  units: Int32Array;
  /** Units there are. */
  allUnits: number;
  /** Mutual information of the unit's piece and the class, in bits, for each shown unit. */
  information: Float64Array;
  /** For each shown unit: 0 live, 1 dead, 2 always on. */
  unitState: Uint8Array;
  /** Node, occurrences, majority class and purity of each row. */
  node: Int32Array;
  occurrences: Int32Array;
  majority: Int32Array;
  purity: Float64Array;
  /** Piece of each row and shown unit, row-major. */
  piecesOf: Uint8Array;
  /** Patterns there are. */
  allPatterns: number;
}

/** What a panel draws. */
export type Scene = FlowScene | PartitionScene | PatternsScene;

/** Patterns per level and accuracy over snapshots, for the timeline. */
export interface Timeline {
  epochs: number[];
  steps: (number | undefined)[];
  accuracy: (number | undefined)[];
  /** For each level, the exact patterns (or prototypes) at each snapshot. */
  patterns: (number | undefined)[][];
  levels: string[];
}

/** For the instances that pass through some blocks: how many of them each block and flow of the scene carries. */
export interface Paths {
  instances: number;
  /** For each column, by block. */
  blocks: Int32Array[];
  /** For each gap, by flow. */
  flows: Int32Array[];
}
