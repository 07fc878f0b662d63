import { constants, setPriority } from 'node:os';
import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import type { EngineNotifications } from '../../protocol/engine';
import type { TrainingProgress, TrainParams, TrainResult } from '../../protocol/training';
import type { EngineClient } from '../engine/engineClient';

/** A training that is asked for. */
export interface TrainingOrder {
  /** What the user knows it by. */
  name: string;
  /** Run folder that it goes into, absolute; absent where the configuration could not tell it. */
  folder?: string;
  /** Configuration that it was started with, absolute. */
  config?: string;
  params: Omit<TrainParams, 'backendFolders'>;
}

/** A training that waits or is under way. */
export interface QueuedTraining {
  readonly order: TrainingOrder;
  /** Run folder, once it is known. */
  folder?: string;
  state: 'waiting' | 'running' | 'paused';
  /** True for one that others were before when it was asked for. */
  readonly waited: boolean;
  progress?: TrainingProgress;
}

/** How a training ended: by itself or by a stop (`result`), or by a failure. */
export type TrainingOutcome = { result: TrainResult } | { error: unknown };

/** What a queue tells. */
export interface QueueHooks {
  /** Something of a training, or which there are, changed. */
  onChange(): void;
  /** The run folder of the training is there. */
  onStarted(training: QueuedTraining, folder: string): void;
  onSnapshot(note: EngineNotifications['run/snapshot']): void;
  onEnd(training: QueuedTraining, outcome: TrainingOutcome): void;
}

interface Entry extends QueuedTraining {
  source: CancellationTokenSource;
}

/**
 * Trains one after another in an engine process of their own. The process is started for the first, and goes after the
 * last, with all the memory that it took.
 */
export class TrainingQueue {
  private readonly entries: Entry[] = [];
  private engine?: EngineClient;
  private disposed = false;

  /**
   * @param startEngine makes the client of a new process
   * @param backendFolders folders in which the native backend may be installed, asked at each start
   */
  constructor(
    private readonly startEngine: () => EngineClient,
    private readonly backendFolders: () => string[],
    private readonly hooks: QueueHooks,
  ) {}

  /** The training under way, and those that wait, in order. */
  get trainings(): readonly QueuedTraining[] {
    return this.entries;
  }

  /** The training under way. */
  get current(): QueuedTraining | undefined {
    return this.entries.find(({ state }) => state !== 'waiting');
  }

  /** Process number of the engine; undefined while none runs. */
  get pid(): number | undefined {
    return this.engine?.pid;
  }

  /** Adds a training, which starts at once when nothing is under way. */
  add(order: TrainingOrder): QueuedTraining {
    const { folder } = order;
    const waited = this.entries.length > 0;
    const source = new CancellationTokenSource();
    const entry: Entry = { order, folder, state: 'waiting', waited, source };
    this.entries.push(entry);
    if (!waited) void this.run(entry);
    else this.hooks.onChange();
    return entry;
  }

  /**
   * Holds the training under way between two steps, or lets it go on. Nothing happens where none is.
   * @throws the engine's error
   */
  async pause(paused: boolean): Promise<void> {
    const { current, engine } = this;
    if (!current || !engine) return;
    const answer = await engine.request('training/pause', { paused });
    if (this.current !== current) return;
    current.state = answer.paused ? 'paused' : 'running';
    this.hooks.onChange();
  }

  /** Stops a training between two steps; one that waits is taken out. */
  stop(training: QueuedTraining): void {
    const index = this.entries.findIndex((entry) => entry === training);
    if (index < 0) return;
    const entry = this.entries[index];
    entry.source.cancel();
    if (entry.state !== 'waiting') return;
    this.entries.splice(index, 1);
    this.hooks.onChange();
  }

  /** Ends the process in order: what it trains stops between two steps. Nothing more is told. */
  dispose(): void {
    this.disposed = true;
    this.engine?.dispose();
    this.entries.length = 0;
  }

  private async run(entry: Entry): Promise<void> {
    entry.state = 'running';
    this.hooks.onChange();
    const engine = (this.engine ??= this.listenTo(this.startEngine()));
    const params = { ...entry.order.params, backendFolders: this.backendFolders() };
    let outcome: TrainingOutcome;
    try {
      const training = engine.request('training/run', params, entry.source.token);
      if (engine.pid !== undefined) stepAside(engine.pid);
      outcome = { result: await training };
    } catch (error) {
      outcome = { error };
    }
    if (this.disposed) return;
    this.entries.splice(this.entries.indexOf(entry), 1);
    const [next] = this.entries;
    if (next) void this.run(next);
    else this.letEngineGo();
    this.hooks.onEnd(entry, outcome);
    this.hooks.onChange();
  }

  private letEngineGo(): void {
    this.engine?.dispose();
    this.engine = undefined;
  }

  private listenTo(engine: EngineClient): EngineClient {
    engine.on('run/snapshot', (note) => this.hooks.onSnapshot(note));
    engine.on('training/started', ({ folder }) => {
      const { current } = this;
      if (!current) return;
      current.folder = folder;
      this.hooks.onStarted(current, folder);
    });
    engine.on('training/progress', (progress) => {
      const { current } = this;
      if (!current) return;
      current.progress = progress;
      this.hooks.onChange();
    });
    return engine;
  }
}

/** Training takes all of the machine that nobody else wants: diagrams and the editor go first. */
function stepAside(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // A process that is gone already is told of by its request; one that may not be changed trains as it is.
  }
}
