import type { KeptClasses, MatchedLabels } from './outcomes';
import type { Snapshot } from '../../core/patterns/snapshot';

/** How to take a snapshot. */
export interface SnapshotOptions {
  /** Levels whose packed patterns would take more bytes than this keep prototypes only. */
  patternLimit: number;
  /** Told after each batch. */
  onProgress?: (rowsDone: number) => void;
  /** Awaited after each batch, so that other work is let in where the engine computes on this thread. */
  breathe?: () => Promise<void>;
  /** Ends the work between two batches. */
  signal?: AbortSignal;
  /** Labels as the model's classes are numbered; those of the dataset when left out. */
  labels?: MatchedLabels;
  /** Classes of the run, which grow where the model gives more; needed where its output is no class. */
  classes?: KeptClasses;
  /** The snapshot before, whose prototypes go on. */
  earlier?: Snapshot;
}
