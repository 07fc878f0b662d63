import * as vscode from 'vscode';
import type { TrainingInfo } from '../../protocol/training';
import { EngineClient } from '../engine/engineClient';
import type { RunFolders } from '../shared/runFolders';
import { allowedHosts } from '../shared/networkFiles';
import { engineLimits, setContextKey } from '../shared/settings';
import { TrainingMemory } from './trainingMemory';
import { nativeChoice, nativeFolders } from './nativeFolders';
import {
  TrainingQueue,
  type QueuedTraining,
  type TrainingOrder,
  type TrainingOutcome,
} from './trainingQueue';
import type { Standing } from './trainingWording';

/** What the manager needs of the extension. */
interface Surroundings {
  context: vscode.ExtensionContext;
  log: vscode.LogOutputChannel;
  /** Answers questions about run folders; trains nothing. */
  engine: EngineClient;
  runs: RunFolders;
}

/** A training whose run folder is there. */
export interface StartedTraining {
  training: QueuedTraining;
  folder: string;
}

/** A training that ended. */
export interface EndedTraining {
  training: QueuedTraining;
  outcome: TrainingOutcome;
}

/**
 * The trainings of the window: which are under way or wait, and how those of run folders stand. They run in a process of
 * their own, so that diagrams are drawn meanwhile, and stay when a backend crashes.
 */
export class TrainingManager implements vscode.Disposable {
  readonly memory: TrainingMemory;
  private readonly queue: TrainingQueue;
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly changedStanding = new vscode.EventEmitter<void>();
  private toldStanding = '';
  private readonly started = new vscode.EventEmitter<StartedTraining>();
  private readonly snapshot = new vscode.EventEmitter<{ folder: string; snapshot: number }>();
  private readonly ended = new vscode.EventEmitter<EndedTraining>();
  private readonly infos = new Map<string, Promise<TrainingInfo | undefined>>();
  private readonly listening: vscode.Disposable;

  /** Progress, state, or which trainings there are. */
  readonly onDidChange = this.changed.event;
  /** Less often: states, epochs, or which trainings there are. */
  readonly onDidChangeStanding = this.changedStanding.event;
  readonly onDidStart = this.started.event;
  readonly onDidTakeSnapshot = this.snapshot.event;
  readonly onDidEnd = this.ended.event;

  constructor(private readonly surroundings: Surroundings) {
    const { context, runs } = surroundings;
    this.memory = new TrainingMemory(context.workspaceState);
    this.queue = new TrainingQueue(
      () => this.startEngine(),
      () => nativeFolders(context),
      {
        onChange: () => this.onChange(),
        onStarted: (training, folder) => {
          runs.announce(folder);
          this.remember();
          this.started.fire({ training, folder });
        },
        onSnapshot: (note) => {
          runs.announce(note.folder);
          this.snapshot.fire(note);
        },
        onEnd: (training, outcome) => this.onEnd(training, outcome),
      },
    );
    this.listening = runs.onDidChange((folders) => folders.forEach((folder) => this.infos.delete(folder)));
  }

  /** The training under way. */
  get current(): QueuedTraining | undefined {
    return this.queue.current;
  }

  /** The training under way, and those that wait. */
  get trainings(): readonly QueuedTraining[] {
    return this.queue.trainings;
  }

  /** Process number of the engine that trains; undefined while none does. */
  get pid(): number | undefined {
    return this.queue.pid;
  }

  /** The training that goes, or will go, into a run folder. */
  of(folder: string): QueuedTraining | undefined {
    return this.trainings.find((training) => training.folder === folder);
  }

  /** Trains, once those before are done. Asks about native code of the workspace where that may be used for the first time. */
  async train(order: TrainingOrder): Promise<QueuedTraining> {
    const { backend = 'auto' } = order.params;
    if (backend === 'auto' || backend === 'node') await nativeChoice(this.surroundings.context).settle();
    if (order.folder !== undefined) await this.memory.forgetTold(order.folder);
    const training = this.queue.add(order);
    this.remember();
    return training;
  }

  /** Holds the training under way, or lets it go on. */
  pause(paused: boolean): Promise<void> {
    return this.queue.pause(paused);
  }

  /** Stops a training, or takes it out of those that wait. */
  stop(training: QueuedTraining): void {
    this.queue.stop(training);
    this.remember();
  }

  /** How the training of a run stands; undefined where the run was not trained here. */
  async standing(folder: string): Promise<Standing | undefined> {
    const here = this.of(folder);
    if (!here) return this.info(folder);
    const { progress, state } = here;
    const { epoch, epochs } = progress ?? (await this.info(folder)) ?? { epoch: 0, epochs: 0 };
    return { status: state, epoch, epochs };
  }

  /** Runs of the workspace, and one that may lie outside, whose training stands so; sorted by path. */
  async runsThat(stand: (standing: Standing) => boolean, outside?: string): Promise<string[]> {
    const listed = await this.surroundings.runs.list();
    const folders = outside === undefined || listed.includes(outside) ? listed : [...listed, outside];
    const standings = await Promise.all(folders.map((folder) => this.standing(folder)));
    return folders.filter((_, i) => standings[i] && stand(standings[i]));
  }

  /** What the run folder says of its training, whoever trains it. */
  info(folder: string): Promise<TrainingInfo | undefined> {
    const known = this.infos.get(folder);
    if (known) return known;
    const asked = this.askInfo(folder);
    this.infos.set(folder, asked);
    asked.catch(() => this.infos.delete(folder));
    return asked;
  }

  /** As `info`, read again. */
  async freshInfo(folder: string): Promise<TrainingInfo | undefined> {
    this.infos.delete(folder);
    return this.info(folder);
  }

  /** Ends the training process in order. What is open stays remembered for the next window. */
  dispose(): void {
    this.queue.dispose();
    this.listening.dispose();
    const { changed, changedStanding, started, snapshot, ended } = this;
    for (const emitter of [changed, changedStanding, started, snapshot, ended]) emitter.dispose();
  }

  private async askInfo(folder: string): Promise<TrainingInfo | undefined> {
    const [info] = await this.surroundings.engine.request('training/info', { folders: [folder] });
    return info;
  }

  private startEngine(): EngineClient {
    const { context, log } = this.surroundings;
    const module = vscode.Uri.joinPath(context.extensionUri, 'dist', 'engine.js').fsPath;
    const engine = new EngineClient({ module, networkHosts: allowedHosts, ...engineLimits() });
    engine.on('engine/log', ({ level, text }) => log[level](`Training: ${text}`));
    engine.onExit(({ reason }) => log.error(`The process that trains stopped: ${reason}`));
    return engine;
  }

  private onChange(): void {
    const { current } = this;
    setContextKey('apd.training', current !== undefined);
    setContextKey('apd.trainingPaused', current?.state === 'paused');
    this.changed.fire();
    const standing = this.trainings.map(({ state, folder, progress }) => [state, folder, progress?.epoch]);
    const told = JSON.stringify(standing);
    if (told !== this.toldStanding) this.changedStanding.fire();
    this.toldStanding = told;
  }

  private onEnd(training: QueuedTraining, outcome: TrainingOutcome): void {
    const { folder } = training;
    this.remember();
    if (folder !== undefined) {
      this.infos.delete(folder);
      this.surroundings.runs.announce(folder);
    }
    this.ended.fire({ training, outcome });
  }

  private remember(): void {
    const open = this.trainings.map(({ order, folder }) => ({ ...order, folder }));
    void this.memory.keepOpen(open);
  }
}
