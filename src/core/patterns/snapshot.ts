import { nodesOf, type LevelNodes } from '../nodes';
import type { Outcome } from './outcome';
import type { PackedPatterns } from './packing';
import type { PatternLevel } from './patternTable';

/** A layer whose patterns are recorded. */
export interface Layer {
  name: string;
  activation: string;
  units: number;
  /** Shape of one instance, e.g. [16, 28, 28]. */
  shape: number[];
  /** Pieces of its activation. */
  pieces: number;
  /** Bits of a unit. */
  bits: number;
}

/** What is kept of a level whose patterns are too many bits to keep. */
export interface CoarseLevel {
  /** The prototypes. */
  modes: PackedPatterns;
  /** Prototype of each instance. */
  of: Int32Array;
  /** Hamming distance to it, in units. */
  distance: Int32Array;
}

/** One level of a snapshot as recorded: exact patterns, or prototypes where those were not kept. */
export type RecordedLevel =
  | { layer: Layer; exact: PatternLevel; coarse?: undefined }
  | { layer: Layer; exact?: undefined; coarse: CoarseLevel };

/** The activation patterns of a dataset in a network at one moment. Row i of every array is instance `instances[i]`. */
export interface Snapshot {
  epoch: number;
  step?: number;
  /** Number of each instance in its dataset. */
  instances: Int32Array;
  /** Predicted class; what stands for it where the output is none (`outcome`). */
  predicted: Int32Array;
  /** What the output is where it is no class; absent for classes. */
  outcome?: Outcome;
  /** True class, or the bin of a target; absent when the data has no labels. */
  labels?: Int32Array;
  /** Targets as numbers, where the labels are bins of these. */
  targets?: Float32Array;
  /** Split of each instance, as an index into the run's splits; absent when there are none. */
  splits?: Uint8Array;
  /** Score of the label minus the largest other; absent where the output is no scores of classes, and without labels. */
  margin?: Float32Array;
  /** Largest softmax probability of each instance; likewise. */
  confidence?: Float32Array;
  levels: RecordedLevel[];
}

/** For each level the distinct patterns of a snapshot; where only prototypes were kept, those that have instances. */
export function recordedPatterns({ levels }: Snapshot): number[] {
  return levels.map(({ exact, coarse }) => (exact ? exact.count : new Set(coarse.of).size));
}

/** The nodes of a level: of its exact patterns, or of the prototypes where only those were kept. */
export function nodesOfLevel({ exact, coarse }: RecordedLevel): LevelNodes {
  return exact ?? nodesOf(coarse.of, coarse.modes.count);
}
