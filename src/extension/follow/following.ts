import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { FollowParams, FollowState } from '../../protocol/follow';
import type { EngineClient, EngineExit } from '../engine/engineClient';
import { isCancelled, messageOf } from '../shared/failures';
import { reportFailure } from '../shared/reportFailure';
import type { RunFolders } from '../shared/runFolders';
import { setting } from '../shared/settings';
import { showWarningMessage } from '../shared/messages';

/** What following needs of the extension. */
interface Surroundings {
  log: vscode.LogOutputChannel;
  engine: EngineClient;
  runs: RunFolders;
  memento: vscode.Memento;
}

/** A run whose checkpoints are recorded as they come; kept in the workspace. */
export type Followed = Omit<FollowParams, 'backend' | 'newestFirst'>;

const KEY = 'apd.followed';
/** The engine of a window that was reloaded may hold its runs a moment longer. */
const ATTEMPTS = 6;
const AGAIN_MS = 700;

/**
 * The runs whose checkpoints are recorded as they are written. The engine does it; here is remembered which, so that it
 * goes on after a reload of the window and after the engine died.
 */
export class Following implements vscode.Disposable {
  private readonly states = new Map<string, FollowState>();
  private readonly changed = new vscode.EventEmitter<FollowState>();
  private readonly snapshot = new vscode.EventEmitter<{ folder: string; snapshot: number }>();
  private readonly told = new Set<string>();
  private readonly disposables: vscode.Disposable[];
  private disposed = false;

  /** How one of them stands has changed. */
  readonly onDidChange = this.changed.event;
  /** A snapshot came into one of them. */
  readonly onDidTakeSnapshot = this.snapshot.event;

  constructor(private readonly surroundings: Surroundings) {
    const { engine, runs } = surroundings;
    this.disposables = [
      this.changed,
      this.snapshot,
      engine.on('follow/changed', (state) => this.take(state)),
      engine.on('run/snapshot', ({ folder, snapshot }) => {
        if (!this.states.has(folder)) return;
        this.snapshot.fire({ folder, snapshot });
        runs.announce(folder);
      }),
      engine.onExit((exit) => void this.onExit(exit)),
    ];
  }

  /** How the following of a run stands; undefined where it is not followed. */
  of(folder: string): FollowState | undefined {
    return this.states.get(folder);
  }

  /** All that are followed. */
  get all(): FollowState[] {
    return [...this.states.values()];
  }

  /** Begins to follow, and remembers it. @throws what the engine says */
  async follow(followed: Followed): Promise<FollowState> {
    const state = await this.start(followed);
    await this.remember([...this.remembered.filter(({ folder }) => folder !== followed.folder), followed]);
    return state;
  }

  /** Ends it, until it is asked for again. @returns what `follow` needs to go on, where it is known */
  async pause(folder: string): Promise<Followed | undefined> {
    const followed = this.remembered.find((one) => one.folder === folder);
    await this.forget(folder);
    await this.surroundings.engine.request('follow/stop', { folder });
    this.drop(folder);
    return followed;
  }

  /** Goes on with what was followed when the window was closed, or the engine died. */
  async resume(): Promise<void> {
    if (this.disposed) return;
    for (const followed of this.remembered) {
      this.drop(followed.folder);
      try {
        await this.startPatiently(followed);
      } catch (error) {
        if (isCancelled(error) || this.disposed) continue;
        await this.forget(followed.folder);
        void this.tellFailure(followed, error);
      }
    }
  }

  /** Goes on with the next engine; not where that ends, too, perhaps by what is recorded. */
  private async onExit({ reason, again }: EngineExit): Promise<void> {
    if (!again) return this.resume();
    for (const followed of this.remembered) {
      this.drop(followed.folder);
      await this.forget(followed.folder);
      const problem = `the engine stopped twice within a minute (${reason}); more memory for it may help (apd.engineMemory)`;
      void this.tellFailure(followed, new Error(problem));
    }
  }

  dispose(): void {
    this.disposed = true;
    for (const disposable of this.disposables) disposable.dispose();
  }

  private start(followed: Followed): Promise<FollowState> {
    const params: FollowParams = {
      ...followed,
      backend: setting('apd.inferenceEngine'),
      newestFirst: true,
    };
    // Known before the engine answers: its first snapshot may come earlier.
    this.states.set(followed.folder, {
      folder: followed.folder,
      checkpoints: followed.checkpoints,
      status: 'following',
      recorded: 0,
      waiting: 0,
      incomplete: [],
      refused: [],
    });
    return this.surroundings.engine.request('follow/start', params).then(
      (state) => {
        this.take(state);
        return state;
      },
      (error: unknown) => {
        this.drop(followed.folder);
        throw error;
      },
    );
  }

  private async startPatiently(followed: Followed): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.start(followed);
        return;
      } catch (error) {
        if (attempt === ATTEMPTS || this.disposed || !/written to already/.test(messageOf(error))) {
          throw error;
        }
        await sleep(AGAIN_MS);
      }
    }
  }

  private take(state: FollowState): void {
    const { folder, status } = state;
    if (status !== 'following') {
      this.drop(folder);
      if (status === 'failed') this.ended(state);
      return;
    }
    this.states.set(folder, state);
    for (const { model, problem } of state.refused) this.tellRefused(folder, model, problem);
    this.changed.fire(state);
  }

  private drop(folder: string): void {
    const before = this.states.get(folder);
    if (!before) return;
    this.states.delete(folder);
    this.changed.fire({ ...before, status: 'stopped', current: undefined });
  }

  private ended({ folder, checkpoints, message }: FollowState): void {
    const followed = this.remembered.find((one) => one.folder === folder) ?? { folder, checkpoints };
    void this.forget(folder);
    void this.tellFailure(followed, new Error(message));
  }

  private async tellFailure(followed: Followed, error: unknown): Promise<void> {
    const again = { title: 'Follow Again', run: () => this.followAgain(followed) };
    const doing = `Following the checkpoints of ${path.basename(followed.folder)} ended`;
    await reportFailure(this.surroundings.log, doing, error, [again]);
  }

  private async followAgain(followed: Followed): Promise<void> {
    try {
      await this.follow(followed);
    } catch (error) {
      void this.tellFailure(followed, error);
    }
  }

  /** Each checkpoint that is given up is told once for each problem. */
  private tellRefused(folder: string, model: string, problem: string): void {
    const key = `${folder}\n${model}\n${problem}`;
    if (this.told.has(key)) return;
    this.told.add(key);
    const { log } = this.surroundings;
    log.warn(`${path.basename(folder)}: ${problem}`);
    const message = `A checkpoint could not be recorded, and is tried again when it changes: ${problem}`;
    void showWarningMessage(message, 'Show Log').then((chosen) => chosen && log.show());
  }

  private get remembered(): Followed[] {
    const kept = this.surroundings.memento.get<Followed[]>(KEY, []);
    return Array.isArray(kept) ? kept : [];
  }

  private async remember(followed: Followed[]): Promise<void> {
    await this.surroundings.memento.update(KEY, followed);
  }

  private forget(folder: string): Promise<void> {
    return this.remember(this.remembered.filter((one) => one.folder !== folder));
  }
}
