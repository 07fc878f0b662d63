import * as path from 'node:path';
import * as vscode from 'vscode';
import { REPORT_SCHEME } from './contributions';

/** Reports as read-only documents. */
export class Reports implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(REPORT_SCHEME, this);

  provideTextDocumentContent(uri: vscode.Uri): string {
    return (
      this.texts.get(uri.toString()) ??
      'The report is not there any more: run “APD: Report Measures of Run” again.'
    );
  }

  /** Shows the report of a run. */
  async show(folder: string, text: string): Promise<void> {
    const name = `${path.basename(folder)} report.txt`;
    const uri = vscode.Uri.from({ scheme: REPORT_SCHEME, path: `/${name}`, query: folder });
    this.texts.set(uri.toString(), text);
    this.changed.fire(uri);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: false });
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }
}
