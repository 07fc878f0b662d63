import type * as vscode from 'vscode';
import { isCancelled, messageOf } from '../shared/failures';
import type { Services } from '../shared/services';
import type { Session } from '../session/session';
import type { StartedTraining } from './trainingManager';
import type { QueuedTraining } from './trainingQueue';

/** What diagrams need of the other services. */
type Needs = Pick<Services, 'engine' | 'following' | 'log' | 'panels' | 'sessions' | 'training'>;

/**
 * Keeps diagrams in step with their runs. Runs that are being trained tell of each snapshot themselves, so that it is on
 * screen at once; the file system's news of the others come later.
 */
export class LiveRuns implements vscode.Disposable {
  private readonly disposables: vscode.Disposable[];
  /** Sessions that read their run; true where it changed meanwhile. */
  private readonly loading = new Map<Session, boolean>();
  /** Panels that wait for the first snapshot, by folder. */
  private readonly prepared = new Map<string, vscode.Disposable>();

  constructor(private readonly services: Needs) {
    const { following, training } = services;
    this.disposables = [
      following.onDidTakeSnapshot(({ folder }) => this.onFiles([folder])),
      training.onDidStart((started) => void this.onStart(started)),
      training.onDidTakeSnapshot((note) => void this.onSnapshot(note)),
      training.onDidEnd(({ training: { folder } }) => this.onEnd(folder)),
    ];
  }

  /** Run folders changed on disk. */
  onFiles(folders: readonly string[]): void {
    for (const folder of folders) {
      if (this.isLive(folder)) continue;
      for (const session of this.services.sessions.of(folder)) void this.refresh(session);
    }
  }

  dispose(): void {
    for (const disposable of [...this.disposables, ...this.prepared.values()]) disposable.dispose();
  }

  private isLive(folder: string): boolean {
    const training = this.services.training.of(folder);
    return training !== undefined && training.state !== 'waiting';
  }

  private async onStart({ training, folder }: StartedTraining): Promise<void> {
    const { engine, log, sessions } = this.services;
    try {
      const { snapshots } = await engine.request('run/open', { folder });
      if (!this.isLive(folder)) return;
      for (const session of sessions.of(folder)) session.followLatest(true);
      if (snapshots.length === 0) {
        if (!training.waited) this.prepare(training, folder);
        return;
      }
      await this.show(training, folder);
    } catch (error) {
      if (!isCancelled(error)) log.error(`${folder}: ${messageOf(error)}`);
    }
  }

  private prepare(training: QueuedTraining, folder: string): void {
    const message = `Training ${training.order.name}…`;
    this.prepared.set(folder, this.services.panels.prepare(folder, message));
  }

  /** A training that waited does not take away what the user looks at by now. */
  private async show({ waited }: QueuedTraining, folder: string): Promise<void> {
    const { panels, sessions } = this.services;
    const there = sessions.of(folder);
    if (there.length > 0) {
      if (!waited) panels.of(folder)[0]?.webviewPanel.reveal();
      await Promise.all(there.map((session) => this.refresh(session)));
    } else {
      await panels.open(folder, { follow: true, keepFocus: waited });
    }
    this.prepared.delete(folder);
  }

  private async onSnapshot({ folder, snapshot }: { folder: string; snapshot: number }): Promise<void> {
    const since = performance.now();
    const { log, sessions, training } = this.services;
    const current = training.of(folder);
    const there = sessions.of(folder);
    if (there.length === 0) {
      // Once: who closes the diagram while it is trained does not want it back with the next snapshot.
      if (current && (snapshot === 0 || this.prepared.has(folder))) await this.show(current, folder);
    } else {
      await Promise.all(there.map((session) => this.refresh(session)));
    }
    const ms = (performance.now() - since).toFixed(0);
    log.debug(`${folder}: snapshot ${snapshot + 1} was on screen after ${ms} ms`);
  }

  private onEnd(folder: string | undefined): void {
    if (folder === undefined) return;
    this.prepared.get(folder)?.dispose();
    this.prepared.delete(folder);
  }

  /** Reads a run again. What comes while it is read makes one more reading, so that fast snapshots cannot hold it up. */
  private async refresh(session: Session): Promise<void> {
    if (this.loading.has(session)) {
      this.loading.set(session, true);
      return;
    }
    try {
      do {
        this.loading.set(session, false);
        await session.refresh();
      } while (this.loading.get(session));
    } finally {
      this.loading.delete(session);
    }
  }
}
