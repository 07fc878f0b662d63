import * as vscode from 'vscode';
import type { Services } from '../shared/services';
import type { Session } from '../session/session';
import { setting } from '../shared/settings';
import { logAtUri, runOfLog, sessionOf } from './logDocument';

/** A cursor that rests for this long, in milliseconds, is followed. */
const REST_MS = 80;
/** One that is kept moving is followed now and then: after this long, in milliseconds. */
const MOST_MS = 240;

/**
 * The cursor in a log chooses the snapshot of the diagram, where one is open. Only moves by keys and mouse count: what
 * commands and we ourselves select does not.
 */
export class LogCursor implements vscode.Disposable {
  private readonly listening: vscode.Disposable;
  private timer?: NodeJS.Timeout;
  private since = 0;
  /** What the cursor of an editor asked a session for. */
  private readonly asked = new WeakMap<Session, { editor: vscode.TextEditor; snapshot: number }>();

  constructor(private readonly services: Pick<Services, 'sessions' | 'logs'>) {
    // Who leaves the editor meanwhile still meant the line.
    this.listening = vscode.window.onDidChangeTextEditorSelection((event) => this.onMove(event));
  }

  /** Whether a session shows, or is about to show, what the cursor of this editor asked for. */
  caused(session: Session, editor: vscode.TextEditor): boolean {
    const asked = this.asked.get(session);
    if (asked?.snapshot === session.state.snapshot) return asked.editor === editor;
    // It has gone on since: when it comes back there, that is another's wish.
    this.asked.delete(session);
    return false;
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.listening.dispose();
  }

  private onMove({ kind, textEditor }: vscode.TextEditorSelectionChangeEvent): void {
    const { Keyboard, Mouse } = vscode.TextEditorSelectionChangeKind;
    if (kind !== Keyboard && kind !== Mouse) return;
    if (runOfLog(this.services, textEditor.document.uri) === undefined) return;
    const now = Date.now();
    if (this.timer === undefined) this.since = now;
    clearTimeout(this.timer);
    const wait = Math.max(0, Math.min(REST_MS, this.since + MOST_MS - now));
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.follow(textEditor);
    }, wait);
  }

  private follow(editor: vscode.TextEditor): void {
    if (!setting('apd.log.followCursor')) return;
    const log = logAtUri(this.services, editor.document.uri);
    const session = log && sessionOf(this.services, log.folder);
    const mark = log?.lines.meantBy(editor.selection.active.line + 1);
    if (!session?.run || !mark || session.state.snapshot === mark.snapshot) return;
    this.asked.set(session, { editor, snapshot: mark.snapshot });
    session.change({ snapshot: mark.snapshot });
  }
}
