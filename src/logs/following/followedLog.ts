import path from 'node:path';
import { InputError } from '../../core/errors';
import { watchFile, type Watch } from '../../runs/watching/watchFiles';
import { GrowingFile, readBeginning } from '../../runs/watching/growingFile';
import { GrowingLog } from './growingLog';
import type { TrainingLog } from '../formats/log';
import type { LogReaderOptions } from '../formats/reader';
import { HEAD_BYTES, recogniseLog, type RecognisedLog } from '../formats/recognise';

/** Milliseconds without growth after which a last line without line end is taken for whole. */
const QUIET_AFTER = 300;

/** How a log is followed. */
export interface FollowOptions extends LogReaderOptions {
  /** Bytes that are read at once; 1 MiB when absent. */
  chunkBytes?: number;
  /** Milliseconds between two looks at what the system does not tell of; those of `watchFile` when absent. */
  pause?: number;
}

/** A reading that is under way, and how many still wait for it. */
interface Reading {
  waiting: number;
  /** Whether anything changed. */
  done: Promise<boolean>;
}

/** One log file that is read as it grows. */
export class FollowedLog {
  private readonly growing: GrowingFile;
  private content: GrowingLog;
  /** What is shown while a file that was written anew is read. */
  private before?: TrainingLog;
  private running?: Reading;
  private next?: Reading;
  private watching?: Watch;
  private onChange?: () => void;
  private quietTimer?: NodeJS.Timeout;
  private grownAt = -Infinity;
  private closed = false;
  private stateNow: FollowedLog['state'] = 'unread';
  private problemNow?: string;
  private versionNow = 0;
  private cached?: { version: number; log?: TrainingLog };

  constructor(
    readonly file: string,
    private readonly options: FollowOptions = {},
  ) {
    this.growing = new GrowingFile(file, options.chunkBytes);
    this.content = this.newContent();
  }

  /** Rises whenever rows, state or problem changed. */
  get version(): number {
    return this.versionNow;
  }

  /** `missing`: what was read before stays, until there is a file again. `failed`: `problem` says why. */
  get state(): 'unread' | 'read' | 'missing' | 'failed' {
    return this.stateNow;
  }

  /** Why the file cannot be read as a log, in one line. */
  get problem(): string | undefined {
    return this.problemNow;
  }

  /** What was read; undefined before the format is known. The same object until `version` rises. */
  get log(): TrainingLog | undefined {
    if (this.cached?.version !== this.versionNow) {
      this.cached = { version: this.versionNow, log: this.before ?? this.content.log };
    }
    return this.cached.log;
  }

  /**
   * Reads what the file has got since the last time. Calls that come while one is under way share one more reading after it.
   * What is wrong with the file is told by `state` and `problem`.
   * @returns whether anything changed
   * @throws the signal's reason when it is aborted; the reading stops when nobody waits for it any more, and goes on from
   * there the next time
   */
  update(signal?: AbortSignal): Promise<boolean> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    const reading = this.running ? (this.next ??= this.enqueue(this.running.done)) : this.begin();
    reading.waiting++;
    return signal ? untilAborted(reading, signal) : reading.done;
  }

  /** Watches the file until `close`, and updates by itself; `onChange` after each update that changed something. */
  watch(onChange: () => void): void {
    if (this.closed) return;
    this.onChange = onChange;
    this.watching ??= watchFile(this.file, () => void this.update(), this.options.pause);
  }

  /** Ends `watch`. */
  unwatch(): void {
    this.watching?.close();
    this.watching = undefined;
    this.onChange = undefined;
    clearTimeout(this.quietTimer);
  }

  /** Ends everything; a reading that is under way stops at its next chunk. */
  close(): void {
    this.closed = true;
    this.unwatch();
  }

  private newContent(): GrowingLog {
    return new GrowingLog(path.basename(this.file), this.options);
  }

  private begin(): Reading {
    const reading: Reading = { waiting: 0, done: Promise.resolve(false) };
    this.running = reading;
    reading.done = this.read(reading).finally(() => {
      if (this.running === reading) this.running = undefined;
    });
    return reading;
  }

  private enqueue(before: Promise<boolean>): Reading {
    const reading: Reading = { waiting: 0, done: Promise.resolve(false) };
    // What went wrong before was told to who waits for that.
    const ended = before.catch(() => undefined);
    reading.done = ended.then(() => {
      this.running = reading;
      this.next = undefined;
      return this.read(reading).finally(() => {
        if (this.running === reading) this.running = undefined;
      });
    });
    return reading;
  }

  private async read(reading: Reading): Promise<boolean> {
    const from = this.versionNow;
    // Those who wait are counted once the caller has the reading.
    await Promise.resolve();
    const stopped = () => this.closed || reading.waiting === 0;
    try {
      await this.readOn(stopped);
    } catch (error) {
      this.before = undefined;
      this.show('failed', problemOf(error, this.file));
    }
    const changed = this.versionNow !== from;
    if (changed && !this.closed) this.onChange?.();
    return changed;
  }

  private async readOn(stopped: () => boolean): Promise<void> {
    const sink = {
      restart: () => {
        this.before = this.log;
        this.content = this.newContent();
      },
      bytes: (chunk: Uint8Array) => {
        this.grownAt = performance.now();
        this.content.push(chunk);
      },
    };
    const found = await this.growing.advance(sink, () => stopped() || this.content.refused);
    if (stopped()) return;
    if (!found.found) {
      this.show('missing');
      return;
    }
    const quiet =
      !this.watching ||
      performance.now() - this.grownAt >= QUIET_AFTER ||
      Date.now() - found.modified >= QUIET_AFTER;
    if (this.content.caughtUp(quiet) || this.before) this.versionNow++;
    this.before = undefined;
    this.show(this.content.problem === undefined ? 'read' : 'failed', this.content.problem);
    if (!quiet && this.content.unfinished) this.lookAgain();
  }

  /** The end of a file that has become quiet makes no event. */
  private lookAgain(): void {
    clearTimeout(this.quietTimer);
    this.quietTimer = setTimeout(() => void this.update(), QUIET_AFTER).unref();
  }

  private show(state: FollowedLog['state'], problem?: string): void {
    if (state === this.stateNow && problem === this.problemNow) return;
    this.stateNow = state;
    this.problemNow = problem;
    this.versionNow++;
  }
}

/** The outcome of a reading, or the signal's reason as soon as it is aborted. */
function untilAborted(reading: Reading, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      reading.waiting--;
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', abort, { once: true });
    const end = () => signal.removeEventListener('abort', abort);
    reading.done.then(resolve, reject).finally(end);
  });
}

function problemOf(error: unknown, file: string): string {
  if (error instanceof InputError) return error.source === file ? error.problem : error.message;
  return `cannot be read (${error instanceof Error ? error.message : String(error)})`;
}

/**
 * Recognises the format of a file from its beginning.
 * @throws InputError for what is no file, or cannot be read
 */
export async function recogniseFile(file: string): Promise<RecognisedLog> {
  const head = await readBeginning(file, HEAD_BYTES);
  return recogniseLog(head, path.basename(file));
}
