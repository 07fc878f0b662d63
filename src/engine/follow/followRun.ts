import { InputError } from '../../core/errors';
import type { Snapshot } from '../../core/patterns/snapshot';
import type { ModelOptions } from '../../models/openModel';
import { otherModelOf } from '../../models/others/otherModel';
import type { FollowState, FollowTrouble } from '../../protocol/follow';
import { RunLock, RUN_LOCK_NAME } from '../../runs/runLock';
import { listCheckpoints } from '../../runs/checkpoints/checkpointFolder';
import { listOtherFiles } from '../../runs/checkpoints/otherFiles';
import { watchFolder } from '../../runs/watching/watchFiles';
import { isRun, RunWriter } from '../../runs/writeRun';
import { ModelRecorder, type RecordSource } from '../recording/modelRecorder';
import { HeldNotices } from '../recording/notices';
import { portablePath } from '../recording/runHeader';
import {
  CheckpointQueue,
  isUnnumbered,
  type FoundCheckpoint,
  type QueuedCheckpoint,
  type QueueOptions,
} from './checkpointQueue';
import { followSource, type FollowSource } from './followSource';
import { nextMoment } from './nextMoment';
import { recordingTimes } from './recordedCheckpoints';
import { rememberFolder } from './rememberedFolder';

/** What to follow. */
export interface FollowRequest extends QueueOptions {
  /** Run folder. */
  folder: string;
  /** Folder that checkpoints are written into; it may come later. */
  checkpoints: string;
  modelOptions: ModelOptions;
  /** Opens what a run that is not there yet is recorded with. */
  begin?: () => Promise<RecordSource>;
}

/** What is told while a folder is followed. */
export interface FollowHooks {
  /** Sentences for the user, each once. */
  onNotice(text: string): void;
  /** A snapshot is whole in the run. */
  onSnapshot(snapshot: Snapshot, accuracy: number | undefined, index: number): void;
  onChange(state: FollowState): void;
}

/** What a follower goes on with. */
interface FollowedRun {
  from: FollowSource;
  /** Undefined until there is a first snapshot. */
  writer?: RunWriter;
  /** When each checkpoint was recorded, by its portable path. */
  recordedAt: ReadonlyMap<string, number>;
  lock: RunLock;
}

/** Troubles that are told. */
const MOST_TROUBLES = 20;

/**
 * Records the checkpoints of a folder into a run as they are written, until it is stopped. A checkpoint that changes takes
 * the place of its snapshot; one that is half written is tried again; those that are deleted keep theirs.
 */
export class RunFollower {
  private readonly queue: CheckpointQueue;
  private readonly recorder: ModelRecorder;
  private readonly notices: HeldNotices;
  private readonly watching: { close(): void };
  private writer: RunWriter | undefined;
  private readonly lock: RunLock;
  private status: FollowState['status'] = 'following';
  private message?: string;
  private recorded = 0;
  private current?: FollowState['current'];
  private earlier?: Snapshot;
  private readonly others = new Set<string>();
  private readonly otherKinds = new Set<string>();
  private nudged = true;
  private wake?: () => void;
  private working: Promise<void> = Promise.resolve();

  private constructor(
    private readonly request: FollowRequest,
    private readonly hooks: FollowHooks,
    { from, writer, recordedAt, lock }: FollowedRun,
  ) {
    this.writer = writer;
    this.lock = lock;
    const { folder, checkpoints } = request;
    this.notices = new HeldNotices(hooks.onNotice);
    this.recorder = new ModelRecorder(from.source, (text) => this.notices.add(text), from.expected);
    const isRecorded = ({ file, modified }: FoundCheckpoint) =>
      (recordedAt.get(portablePath(folder, file)) ?? -Infinity) >= modified;
    this.queue = new CheckpointQueue(request, isRecorded);
    this.watching = watchFolder(checkpoints, () => this.nudge());
  }

  /**
   * Begins to follow. Resolves when the folder was looked through once.
   * @throws InputError where the run cannot be gone on with, or another process follows into it
   */
  static async start(request: FollowRequest, hooks: FollowHooks): Promise<RunFollower> {
    const { folder, checkpoints } = request;
    const from = await followSource(folder, request.modelOptions, request.begin);
    const lock = await RunLock.take(folder, 'follow');
    try {
      const writer = from.run && (await RunWriter.resume(lock));
      const recordedAt = await recordingTimes(folder, writer?.snapshots ?? [], checkpoints);
      if (writer) await rememberFolder(folder, checkpoints, true);
      const follower = new RunFollower(request, hooks, { from, writer, recordedAt, lock });
      from.source.dataset.notices.forEach((text) => follower.notices.add(text));
      follower.notices.tell();
      await follower.look();
      follower.working = follower.work();
      return follower;
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  get state(): FollowState {
    const { queue } = this;
    const troubles = (entries: QueuedCheckpoint[]): FollowTrouble[] =>
      entries.slice(0, MOST_TROUBLES).map(({ file, problem }) => ({ model: file, problem: problem ?? '' }));
    return {
      folder: this.request.folder,
      checkpoints: this.request.checkpoints,
      status: this.status,
      message: this.message,
      recorded: this.recorded,
      waiting: queue.open.length - (this.current ? 1 : 0),
      current: this.current,
      incomplete: troubles(queue.in('incomplete')),
      refused: troubles(queue.in('refused')),
    };
  }

  /** Resolves when nothing that is there is left to be recorded, or it ended. */
  async idle(): Promise<void> {
    while (this.status === 'following' && (this.nudged || this.queue.open.length > 0 || this.current)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Ends it; the checkpoint that is being recorded is finished. */
  async stop(): Promise<void> {
    if (this.status === 'following') this.status = 'stopped';
    this.nudge();
    await this.working;
    if (this.writer && this.status === 'stopped') {
      await rememberFolder(this.request.folder, this.request.checkpoints, false);
    }
    this.tell();
  }

  private nudge(): void {
    this.nudged = true;
    this.wake?.();
  }

  private tell(): void {
    this.hooks.onChange(this.state);
  }

  private async look(): Promise<void> {
    this.nudged = false;
    if (this.queue.see(await listCheckpoints(this.request.checkpoints), Date.now())) this.tell();
    await this.tellOthers();
  }

  /** Says which files of the folder are never recorded, and what to do; each kind of them once. */
  private async tellOthers(): Promise<void> {
    const files = await listOtherFiles(this.request.checkpoints);
    const fresh = files.filter((file) => !this.others.has(file)).slice(0, MOST_TROUBLES);
    for (const file of fresh) {
      const other = await otherModelOf(file);
      // One that is half written is looked at again.
      if (!other) continue;
      this.others.add(file);
      if (this.otherKinds.has(other.kind)) continue;
      this.otherKinds.add(other.kind);
      const more = files.length > 1 ? ` (${files.length} files of the folder are not recorded)` : '';
      this.hooks.onNotice(inOneLine(`${file} ${other.problem}${more}`));
    }
  }

  private async work(): Promise<void> {
    try {
      while (this.status === 'following') {
        if (this.nudged) await this.look();
        const entry = this.queue.next(Date.now());
        if (entry) await this.tryOne(entry);
        else await this.rest();
      }
    } catch (error) {
      this.status = 'failed';
      this.message = (error as Error).message;
      if (!(error instanceof InputError)) this.hooks.onNotice(`Following failed: ${(error as Error).stack}`);
    } finally {
      this.watching.close();
      await this.writer?.abandon();
      await this.giveBack();
      this.tell();
    }
  }

  private async giveBack(): Promise<void> {
    try {
      await this.lock.release();
    } catch (error) {
      // The run folder itself may be gone, and the lock with it.
      this.hooks.onNotice(`${RUN_LOCK_NAME} was not removed: ${(error as Error).message}`);
    }
  }

  /** Waits for news, or until a checkpoint is due; that one is looked at again before, since it may have grown. */
  private async rest(): Promise<void> {
    const ms = this.queue.wait(Date.now());
    await new Promise<void>((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(resolve, ms + 1);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.nudged) this.wake();
    });
    this.wake = undefined;
    this.nudged = true;
  }

  private async tryOne(entry: QueuedCheckpoint): Promise<void> {
    this.current = { model: entry.file };
    this.tell();
    try {
      await this.recordOne(entry);
      this.queue.done(entry);
    } catch (error) {
      if (error instanceof WritingFailed) throw error.cause;
      this.queue.failed(entry, inOneLine((error as Error).message), Date.now());
      if (entry.state === 'refused') this.hooks.onNotice(`${entry.problem} (given up until it changes)`);
    } finally {
      this.current = undefined;
    }
    this.tell();
  }

  private async recordOne({ file }: QueuedCheckpoint): Promise<void> {
    const { folder } = this.request;
    const model = portablePath(folder, file);
    const snapshots = this.writer?.snapshots ?? [];
    const before = snapshots.findLast((snapshot) => snapshot.model?.path === model);
    // One that is written over again and again is a snapshot each time.
    const replaced = isUnnumbered(file) ? undefined : before;
    const waiting = this.queue.open.map((entry) => entry.file).filter((name) => name !== file);
    const moment = replaced ?? nextMoment(file, snapshots, waiting);
    const { rows } = this.recorder;
    const { earlier } = this;
    const recorded = await this.recorder.record(file, moment, {
      onOpened: async ({ sha256, header }) => {
        if (before?.model?.sha256 === sha256) return false;
        this.writer ??= await writing(() => RunWriter.create(this.lock, header()));
        return true;
      },
      onProgress: (done) => {
        this.notices.tell();
        if (this.current) this.current.share = rows === 0 ? 1 : done / rows;
        this.tell();
      },
      earlier: earlier && earlier.epoch <= moment.epoch ? earlier : undefined,
    });
    if (!recorded) return;
    const { snapshot, accuracy, sha256 } = recorded;
    const writer = this.writer!;
    const first = writer.snapshots.length === 0;
    // A run that was deleted meanwhile would come back with the later half of its snapshots.
    if (!first && !(await isRun(folder))) {
      throw new WritingFailed(new InputError(folder, 'is not there any more, or no run'));
    }
    const index = await writing(() => writer.put(snapshot, { path: model, sha256 }, accuracy, replaced));
    if (first) await writing(() => rememberFolder(folder, this.request.checkpoints, true));
    this.earlier = snapshot;
    this.recorded++;
    this.hooks.onSnapshot(snapshot, accuracy, index);
  }
}

/** A message without line ends and other control characters, which names of files may have. */
function inOneLine(message: string): string {
  return message.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}

/** The run cannot be written to: no fault of a checkpoint. */
class WritingFailed extends Error {
  constructor(override readonly cause: unknown) {
    super('writing failed');
  }
}

async function writing<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    throw new WritingFailed(error);
  }
}
