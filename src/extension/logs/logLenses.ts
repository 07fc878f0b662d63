import * as vscode from 'vscode';
import { codeLens } from '../shared/items';
import type { Services } from '../shared/services';
import { lensRows } from './lensRows';
import { readLogOf } from './logDocument';

/** Offers the diagram above the rows of the first, the best and the last snapshot of a log. */
export class LogLenses implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.changed.event;
  private readonly disposables: vscode.Disposable[];

  constructor(private readonly services: Pick<Services, 'sessions' | 'logs'>) {
    const { logs, sessions } = services;
    this.disposables = [
      this.changed,
      vscode.languages.registerCodeLensProvider({ scheme: 'file' }, this),
      logs.onDidChange(() => this.changed.fire()),
      // Of several runs with one log another may be meant.
      sessions.onDidChange((event) => {
        if (event === 'active') this.changed.fire();
      }),
    ];
  }

  async provideCodeLenses({ uri, lineCount }: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const log = await readLogOf(this.services, uri);
    if (!log) return [];
    const rows = lensRows(log.lines, log.info.best).filter(({ mark }) => mark.line <= lineCount);
    return rows.map(({ mark, title, tooltip }) => {
      const { snapshot, line } = mark;
      const target = { uri, lineNumber: line, snapshot };
      return codeLens(new vscode.Range(line - 1, 0, line - 1, 0), {
        icon: 'type-hierarchy',
        command: 'apd.showDiagramForLine',
        title,
        tooltip,
        arguments: [target],
      });
    });
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }
}
