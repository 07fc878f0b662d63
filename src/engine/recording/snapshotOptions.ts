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
  /** The snapshot before, whose prototypes go on. */
  earlier?: Snapshot;
}
