import * as vscode from 'vscode';
import type { ConfigurationProblem } from '../../protocol/training';
import { isCancelled } from '../shared/failures';
import { diagnostic } from '../shared/items';
import type { Services } from '../shared/services';
import { configurationSelector } from './configurations';
import { Delayed } from '../shared/delayed';

/** Typing goes on for a moment before a configuration is checked. */
const AFTER_MS = 300;

/** Says in open configurations what their schema cannot tell: files that are not there, networks that do not fit. */
export class ConfigurationDiagnostics implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('apd');
  private readonly checks = new Map<string, Delayed>();
  private readonly disposables: vscode.Disposable[];

  constructor(private readonly services: Pick<Services, 'engine' | 'log'>) {
    this.disposables = [
      this.collection,
      vscode.workspace.onDidOpenTextDocument((document) => this.later(document, 0)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.later(document)),
      vscode.workspace.onDidSaveTextDocument((document) => this.later(document, 0)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        this.checks.get(uri.toString())?.dispose();
        this.checks.delete(uri.toString());
        this.collection.delete(uri);
      }),
    ];
    for (const document of vscode.workspace.textDocuments) this.later(document, 0);
  }

  dispose(): void {
    for (const checking of this.checks.values()) checking.dispose();
    for (const disposable of this.disposables) disposable.dispose();
  }

  private later(document: vscode.TextDocument, ms = AFTER_MS): void {
    if (vscode.languages.match(configurationSelector, document) === 0) return;
    const key = document.uri.toString();
    const checking = this.checks.get(key) ?? new Delayed(() => void this.check(document), AFTER_MS);
    this.checks.set(key, checking);
    checking.postpone(ms);
  }

  private async check(document: vscode.TextDocument): Promise<void> {
    const { version, uri } = document;
    try {
      const params = { file: uri.fsPath, text: document.getText() };
      const { problems } = await this.services.engine.request('training/check', params);
      // Closed or changed meanwhile: what was found is of another text.
      if (document.isClosed || document.version !== version) return;
      this.collection.set(uri, problems.map(diagnosticOf));
    } catch (error) {
      if (!isCancelled(error)) this.services.log.error(`Check of ${uri.fsPath}: ${String(error)}`);
    }
  }
}

function diagnosticOf({ message, line, column, length, severity }: ConfigurationProblem): vscode.Diagnostic {
  const range = new vscode.Range(line - 1, column - 1, line - 1, column - 1 + length);
  const kind = severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
  return diagnostic(range, message, kind);
}
