import type { RecordParams } from './recording';

/** A folder of checkpoints to be recorded as they come. */
export interface FollowParams {
  /** Run folder: an existing run is gone on with, else one is begun with the first checkpoint. */
  folder: string;
  /** Folder that the checkpoints are written into. */
  checkpoints: string;
  /** Data of a run that is not there yet; an existing one knows its own. */
  source?: Omit<RecordParams, 'models' | 'out' | 'force' | 'backend'>;
  backend: RecordParams['backend'];
  /** Of many checkpoints the latest are recorded first: for who watches. Else in their order. */
  newestFirst: boolean;
}

/** A checkpoint that could not be recorded, and why. */
export interface FollowTrouble {
  model: string;
  problem: string;
}

/** How the following of a run's checkpoints stands. */
export interface FollowState {
  folder: string;
  checkpoints: string;
  /** `failed`: it ended by itself, `message` says why. `stopped`: as it was asked to. */
  status: 'following' | 'stopped' | 'failed';
  message?: string;
  /** Snapshots that were recorded since it began. */
  recorded: number;
  /** Checkpoints that wait to be recorded. */
  waiting: number;
  /** The one that is being recorded. */
  current?: { model: string; share?: number };
  /** Checkpoints that look half written, and are tried again. */
  incomplete: FollowTrouble[];
  /** Checkpoints that were given up until they change. */
  refused: FollowTrouble[];
}

/** Requests of the engine about following. */
export interface FollowRequests {
  /** Begins to follow; answered when the folder was looked through and is watched. */
  'follow/start': { params: FollowParams; result: FollowState };
  /** Ends the following of a run. What is being recorded is finished. */
  'follow/stop': { params: { folder: string }; result: Record<string, never> };
  /** The folder whose checkpoints were recorded into a run last, where there was one. */
  'follow/folder': { params: { folder: string }; result: { checkpoints?: string } };
}

/** What the engine says of following unasked. */
export interface FollowNotifications {
  'follow/changed': FollowState;
}
