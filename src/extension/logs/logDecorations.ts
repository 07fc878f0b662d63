import * as vscode from 'vscode';
import { logColours } from '../shared/contributions';
import { sameRows, type LineMark, type MarkedLines } from './markedLines';

/** What an editor was last given. */
interface Given {
  lines: MarkedLines;
  shown?: number;
}

/**
 * Marks in the gutters of logs: a ring at each row with a snapshot, an arrow and a background at that of the shown one.
 * An editor gets them anew only when they are others; while somebody types they move with the text.
 */
export class LogDecorations implements vscode.Disposable {
  private readonly snapshot: vscode.TextEditorDecorationType;
  private readonly shown: vscode.TextEditorDecorationType;
  private readonly given = new WeakMap<vscode.TextEditor, Given>();

  constructor(extension: vscode.Uri) {
    const icon = (name: string) => ({
      gutterIconPath: vscode.Uri.joinPath(extension, 'media', `${name}.svg`),
    });
    this.snapshot = vscode.window.createTextEditorDecorationType({
      light: icon('log-snapshot-light'),
      dark: icon('log-snapshot-dark'),
      gutterIconSize: 'contain',
      rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
    });
    this.shown = vscode.window.createTextEditorDecorationType({
      light: icon('log-shown-light'),
      dark: icon('log-shown-dark'),
      gutterIconSize: 'contain',
      isWholeLine: true,
      rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
      backgroundColor: new vscode.ThemeColor(logColours.background),
      borderColor: new vscode.ThemeColor(logColours.border),
      // Visible with high contrast, where the line of the cursor has a solid one.
      borderStyle: 'dashed',
      borderWidth: '1px',
      overviewRulerColor: new vscode.ThemeColor(logColours.ruler),
      overviewRulerLane: vscode.OverviewRulerLane.Full,
    });
  }

  /**
   * Shows the marks of a log in an editor.
   * @param shown index of the snapshot that is shown, where one is
   * @param anew gives them even where they are the same: the text was replaced under them
   */
  set(editor: vscode.TextEditor, lines: MarkedLines, shown: number | undefined, anew = false): void {
    const given = this.given.get(editor);
    const moved = anew || !given || given.shown !== shown;
    if (!moved && sameRows(given.lines, lines)) return;
    this.given.set(editor, { lines, shown });
    // Of a file that grows the engine may have read more than the editor has.
    const { lineCount } = editor.document;
    const row = shown === undefined ? undefined : lines.of(shown);
    const others = lines.all.filter(({ line }) => line !== row?.line && line <= lineCount);
    editor.setDecorations(this.snapshot, others.map(firstLine));
    editor.setDecorations(this.shown, row && row.line <= lineCount ? [wholeRow(row)] : []);
  }

  /** Takes the marks away from an editor whose file is no log any more. */
  clear(editor: vscode.TextEditor): void {
    if (!this.given.delete(editor)) return;
    editor.setDecorations(this.snapshot, []);
    editor.setDecorations(this.shown, []);
  }

  dispose(): void {
    this.snapshot.dispose();
    this.shown.dispose();
  }
}

/** The lines of a row as an editor counts them, which clips what goes beyond its text. */
export function wholeRow({ line, endLine }: LineMark): vscode.Range {
  return new vscode.Range(line - 1, 0, endLine - 1, 0);
}

function firstLine({ line }: LineMark): vscode.Range {
  return new vscode.Range(line - 1, 0, line - 1, 0);
}
