import * as path from 'node:path';
import * as vscode from 'vscode';
import { isCancelled } from '../shared/failures';
import { codeLens } from '../shared/items';
import type { Services } from '../shared/services';
import { configurationSelector, runsOf } from './configurations';
import { pluralise } from '../../core/wording';

/** Offers at the top of a configuration what can be done with it. */
export class ConfigurationLenses implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.changed.event;
  private readonly disposables: vscode.Disposable[];

  constructor(private readonly services: Pick<Services, 'log' | 'engine' | 'runs' | 'training'>) {
    const { runs, training } = services;
    this.disposables = [
      this.changed,
      vscode.languages.registerCodeLensProvider(configurationSelector, this),
      runs.onDidChange(() => this.changed.fire()),
      training.onDidChangeStanding(() => this.changed.fire()),
    ];
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const top = new vscode.Range(0, 0, 0, 0);
    const lens = (icon: string, title: string, command: string, ...args: unknown[]) =>
      codeLens(top, { icon, title, command, arguments: args });
    const { uri } = document;
    const file = uri.fsPath;
    // The copy that a run keeps is trained by going on with the run.
    if (file.endsWith(path.join('training', 'config.apd.json'))) return [];
    const { current } = this.services.training;
    const lenses = [lens('play', 'Train', 'apd.train', uri)];
    if (current?.order.config === file) {
      const paused = current.state === 'paused';
      lenses[0] = paused
        ? lens('debug-continue', 'Resume Training', 'apd.resumeTraining')
        : lens('debug-pause', 'Pause Training', 'apd.pauseTraining');
      lenses.push(lens('debug-stop', 'Stop Training', 'apd.stopTraining'));
    }
    const runs = await this.runs(file, document.getText());
    if (runs.length > 0) {
      const title = runs.length === 1 ? 'Open Run' : `Open ${pluralise(runs.length, 'Run')}`;
      lenses.push(lens('type-hierarchy', title, 'apd.openRunsOfConfiguration', uri));
    }
    return lenses;
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  private async runs(file: string, text: string): Promise<string[]> {
    try {
      return await runsOf(this.services, file, text);
    } catch (error) {
      if (!isCancelled(error)) this.services.log.error(`Runs of ${file}: ${String(error)}`);
      return [];
    }
  }
}
