import { inTrainingOrder, readCheckpointName } from '../../runs/checkpoints/checkpointName';

/** A checkpoint as it lies on disk. */
export interface FoundCheckpoint {
  file: string;
  /** Bytes, with those of its weights where they are in files of their own. */
  size: number;
  /** Milliseconds since 1970. */
  modified: number;
}

/** A checkpoint of the queue. */
export interface QueuedCheckpoint extends FoundCheckpoint {
  state: 'waiting' | 'incomplete' | 'refused' | 'done';
  /** When it may be tried, in milliseconds since 1970. */
  due: number;
  /** When it changed last, as far as it was seen. */
  changed: number;
  tries: number;
  /** Why it could not be recorded. */
  problem?: string;
}

/** How a queue behaves. Times in milliseconds. */
export interface QueueOptions {
  /** Takes the checkpoint of the latest moment first: who watches sees the present. */
  newestFirst: boolean;
  /** A file that is being written is left alone until nothing was added for this long. */
  settleMs?: number;
  /** One that cannot be read is tried again until it has not changed for this long. */
  giveUpMs?: number;
}

const USUAL_SETTLE_MS = 120;
const USUAL_GIVE_UP_MS = 10_000;
const FIRST_RETRY_MS = 150;
const LONGEST_RETRY_MS = 2000;

/** True for models whose names tell neither epoch nor step: `last.onnx`, `best.onnx`, or one that is written over. */
export function isUnnumbered(file: string): boolean {
  return readCheckpointName(file).naming === 'none';
}

/**
 * The checkpoints of a folder on their way into a run. It is told what is in the folder, and says which checkpoint is to be
 * tried next, and when. It keeps no clock and touches no file.
 */
export class CheckpointQueue {
  private readonly entries = new Map<string, QueuedCheckpoint>();
  private readonly settleMs: number;
  private readonly giveUpMs: number;

  /** @param isRecorded asked of each checkpoint when it is seen first: true for one that is in the run as it is */
  constructor(
    private readonly options: QueueOptions,
    private readonly isRecorded: (found: FoundCheckpoint) => boolean = () => false,
  ) {
    this.settleMs = options.settleMs ?? USUAL_SETTLE_MS;
    this.giveUpMs = options.giveUpMs ?? USUAL_GIVE_UP_MS;
  }

  /** Takes in what the folder holds now. @returns whether anything is different */
  see(found: readonly FoundCheckpoint[], now: number): boolean {
    const taken = followed(found);
    let different = false;
    const there = new Set(taken.map(({ file }) => file));
    for (const file of [...this.entries.keys()]) {
      if (!there.has(file)) different = this.entries.delete(file) || different;
    }
    for (const checkpoint of taken) {
      const known = this.entries.get(checkpoint.file);
      if (known?.size === checkpoint.size && known.modified === checkpoint.modified) continue;
      const done = !known && this.isRecorded(checkpoint);
      this.entries.set(checkpoint.file, this.fresh(checkpoint, known === undefined, done, now));
      different = true;
    }
    return different;
  }

  /** The checkpoint to be tried now; undefined where none is due. */
  next(now: number): QueuedCheckpoint | undefined {
    const due = this.open.filter((entry) => entry.due <= now);
    const order = inTrainingOrder(due.map(({ file, modified }) => ({ name: file, modified })));
    return due[(this.options.newestFirst ? order.at(-1) : order[0]) ?? -1];
  }

  /** Milliseconds until one is due; undefined where nothing is waited for. */
  wait(now: number): number | undefined {
    const { open } = this;
    if (open.length === 0) return undefined;
    return Math.max(0, open.reduce((least, { due }) => Math.min(least, due), Infinity) - now);
  }

  /** A checkpoint is in the run, or need not be. */
  done(entry: QueuedCheckpoint): void {
    entry.state = 'done';
    entry.problem = undefined;
  }

  /** A checkpoint could not be read: it is tried again, or given up until it changes. */
  failed(entry: QueuedCheckpoint, problem: string, now: number): void {
    entry.problem = problem;
    entry.state = now - entry.changed >= this.giveUpMs ? 'refused' : 'incomplete';
    entry.due = now + Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** entry.tries++);
  }

  /** Checkpoints that are not in the run yet, without those that were given up. */
  get open(): QueuedCheckpoint[] {
    return [...this.entries.values()].filter(({ state }) => state === 'waiting' || state === 'incomplete');
  }

  /** Checkpoints in a state. */
  in(state: QueuedCheckpoint['state']): QueuedCheckpoint[] {
    return [...this.entries.values()].filter((entry) => entry.state === state);
  }

  private fresh(found: FoundCheckpoint, first: boolean, done: boolean, now: number): QueuedCheckpoint {
    const age = now - found.modified;
    // The clock of a file server may be another one: a time in the future says nothing.
    const quiet = age >= this.settleMs;
    // What has lain there for long before it was seen is not being written.
    const changed = first && quiet ? now - age : now;
    const due = quiet ? now : now + this.settleMs;
    return { ...found, state: done ? 'done' : 'waiting', due, changed, tries: 0 };
  }
}

/** Checkpoints of the training: `last.onnx` beside numbered ones is one of them once more. */
function followed(found: readonly FoundCheckpoint[]): readonly FoundCheckpoint[] {
  const numbered = found.filter(({ file }) => !isUnnumbered(file));
  return numbered.length > 0 ? numbered : found;
}
