import type { TrainingProgress } from '../../protocol/training';
import type { TakenSnapshot } from './snapshots/snapshotWriter';
import type { LogLine } from './trainLog';

/** What is told of a training. */
export interface TrainHooks {
  /** Sentences for the user. */
  onNotice(text: string): void;
  onProgress(progress: TrainingProgress): void;
  /** The run folder is there, with no snapshot yet. */
  onStarted?(folder: string): void;
  onSnapshot?(folder: string, snapshot: TakenSnapshot): void;
  onEpoch?(line: LogLine): void;
}
