import type * as vscode from 'vscode';
import { setting } from '../shared/settings';
import type { Services } from '../shared/services';
import type { QueuedTraining } from './trainingQueue';
import { latestProgress, progressText, shareDone } from './trainingWording';
import { showInformationMessage, withProgress } from '../shared/messages';

/** Shows the training under way in a notification. Its cancel button pauses, and asks whether to stop. */
export class ProgressNotification implements vscode.Disposable {
  private readonly listening: vscode.Disposable;
  private shown?: { training: QueuedTraining; close: () => void };
  /** Trainings whose notification was put away, until they go on. */
  private readonly away = new WeakSet<QueuedTraining>();

  constructor(private readonly services: Pick<Services, 'training' | 'log'>) {
    this.listening = services.training.onDidChange(() => this.update());
  }

  dispose(): void {
    this.listening.dispose();
    this.shown?.close();
  }

  private update(): void {
    const { current } = this.services.training;
    if (this.shown && this.shown.training !== current) this.shown.close();
    if (!current || this.shown || this.away.has(current) || !setting('apd.training.notify')) return;
    void this.show(current);
  }

  private async show(training: QueuedTraining): Promise<void> {
    const { name } = training.order;
    await withProgress(`Training ${name}`, (progress, token) => {
      let share = 0;
      const tell = () => {
        const latest = latestProgress(training);
        const done = latest ? shareDone(latest) : 0;
        progress.report({
          message: latest ? progressText(latest) : 'preparing',
          increment: Math.max(0, 100 * (done - share)),
        });
        share = Math.max(done, share);
      };
      tell();
      return new Promise<void>((resolve) => {
        const listening = this.services.training.onDidChange(tell);
        const close = () => {
          listening.dispose();
          cancelling.dispose();
          this.shown = undefined;
          resolve();
        };
        const cancelling = token.onCancellationRequested(() => {
          this.away.add(training);
          close();
          void this.ask(training);
        });
        this.shown = { training, close };
      });
    });
  }

  /** What the cancel button does: the training holds until the user has said what is meant. */
  private async ask(training: QueuedTraining): Promise<void> {
    const manager = this.services.training;
    try {
      await manager.pause(true);
      if (manager.current !== training) return;
      const latest = latestProgress(training);
      const where = latest && latest.epoch > 0 ? ` in epoch ${latest.epoch} of ${latest.epochs}` : '';
      const text = `Training of ${training.order.name} is paused${where}.`;
      const choice = await showInformationMessage(text, 'Resume', 'Stop Training');
      if (manager.current !== training) return;
      this.away.delete(training);
      if (choice === 'Stop Training') manager.stop(training);
      else if (choice === 'Resume') await manager.pause(false);
    } catch (error) {
      this.services.log.error(`Training of ${training.order.name}: ${String(error)}`);
    }
  }
}
