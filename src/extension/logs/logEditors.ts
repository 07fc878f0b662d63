import * as vscode from 'vscode';
import type { Services } from '../shared/services';
import { LogCursor } from './logCursor';
import { LogDecorations, wholeRow } from './logDecorations';
import { logAtUri, runOfLog, sessionOf, type LogDocument } from './logDocument';
import { Delayed } from '../shared/delayed';

/** A text that was replaced from the disk is marked anew when nothing more came for this long, in milliseconds. */
const SETTLE_MS = 100;

/** Keeps text editors of logs in step with what is known of them, and with the diagram. */
export class LogEditors implements vscode.Disposable {
  private readonly decorations: LogDecorations;
  private readonly cursor: LogCursor;
  private readonly disposables: vscode.Disposable[];
  /** What the diagram showed when an editor was last looked at. */
  private readonly seen = new WeakMap<vscode.TextEditor, string>();
  private readonly replaced = new Set<vscode.TextDocument>();
  private readonly marking = new Delayed(() => this.markAnew(), SETTLE_MS);

  constructor(private readonly services: Pick<Services, 'context' | 'sessions' | 'logs'>) {
    const { context, logs, sessions } = services;
    this.decorations = new LogDecorations(context.extensionUri);
    this.cursor = new LogCursor(services);
    this.disposables = [
      this.decorations,
      this.cursor,
      vscode.window.onDidChangeVisibleTextEditors(() => this.updateAll()),
      vscode.workspace.onDidChangeTextDocument((event) => this.onText(event)),
      logs.onDidChange(() => this.updateAll()),
      sessions.onDidChange((event) => {
        if (event === 'active') this.updateAll();
      }),
      sessions.onDidDraw(() => this.updateAll()),
    ];
    this.updateAll();
  }

  dispose(): void {
    this.marking.dispose();
    for (const disposable of this.disposables) disposable.dispose();
  }

  private updateAll(): void {
    for (const editor of vscode.window.visibleTextEditors) this.update(editor);
  }

  private update(editor: vscode.TextEditor, anew = false): void {
    const { uri } = editor.document;
    // What it brings is told of by `onDidChange`.
    if (runOfLog(this.services, uri) !== undefined) void this.services.logs.readFile(uri.fsPath);
    const log = logAtUri(this.services, uri);
    if (!log) {
      this.decorations.clear(editor);
      return;
    }
    const shown = sessionOf(this.services, log.folder)?.shown?.snapshot;
    this.decorations.set(editor, log.lines, shown, anew);
    this.reveal(editor, log, shown);
  }

  /** Scrolls to the row of the shown snapshot when it has become another. The cursor and the focus stay where they are. */
  private reveal(editor: vscode.TextEditor, { folder, lines }: LogDocument, shown: number | undefined): void {
    const mark = shown === undefined ? undefined : lines.of(shown);
    const now = JSON.stringify([folder, shown, mark !== undefined]);
    const before = this.seen.get(editor);
    this.seen.set(editor, now);
    if (before === now) return;
    const session = sessionOf(this.services, folder);
    const caused = session !== undefined && this.cursor.caused(session, editor);
    // An editor that has just opened shows what its user opened it for.
    if (before === undefined || caused || !mark) return;
    editor.revealRange(wholeRow(mark), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }

  /** Of text that comes from the disk, marks are set anew: those of before moved with the edits that made it. */
  private onText({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    if (document.isDirty || contentChanges.length === 0) return;
    if (runOfLog(this.services, document.uri) === undefined) return;
    this.replaced.add(document);
    this.marking.postpone();
  }

  private markAnew(): void {
    for (const editor of vscode.window.visibleTextEditors) {
      if (this.replaced.has(editor.document)) this.update(editor, true);
    }
    this.replaced.clear();
  }
}
