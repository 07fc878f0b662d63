import * as vscode from 'vscode';
import type { CommandId } from '../shared/contributions';
import { isCancelled, messageOf } from '../shared/failures';
import { hover } from '../shared/items';
import type { Services } from '../shared/services';
import { hoverText, type HoverFacts, type HoverLink } from './hoverText';
import { wholeRow } from './logDecorations';
import { logAtUri, type LogDocument } from './logDocument';
import type { LineMark } from './markedLines';
import { SnapshotFacts } from './snapshotFacts';

const enabledCommands: CommandId[] = [
  'apd.showDiagramForLine',
  'apd.previousSnapshotInLog',
  'apd.nextSnapshotInLog',
];

/** Tells over a row of a log what is known of its snapshots. */
export class LogHover implements vscode.HoverProvider, vscode.Disposable {
  private readonly facts: SnapshotFacts;
  private readonly registration: vscode.Disposable;

  constructor(private readonly services: Pick<Services, 'log' | 'engine' | 'sessions' | 'logs'>) {
    this.facts = new SnapshotFacts(services);
    this.registration = vscode.languages.registerHoverProvider({ scheme: 'file' }, this);
  }

  async provideHover(
    { uri }: vscode.TextDocument,
    { line }: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    const log = logAtUri(this.services, uri);
    const marks = log?.lines.at(line + 1) ?? [];
    if (!log || marks.length === 0) return undefined;
    try {
      const texts = await Promise.all(marks.map((mark) => this.textOf(uri, log, mark, token)));
      const contents = texts.filter((text) => text !== undefined);
      return contents.length > 0 ? hover(contents, wholeRow(marks[0]), enabledCommands) : undefined;
    } catch (error) {
      if (!isCancelled(error)) this.services.log.warn(`Hover over ${uri.fsPath}: ${messageOf(error)}`);
      return undefined;
    }
  }

  dispose(): void {
    this.registration.dispose();
  }

  private async textOf(
    uri: vscode.Uri,
    { folder, info, lines }: LogDocument,
    mark: LineMark,
    token: vscode.CancellationToken,
  ): Promise<string | undefined> {
    const run = await this.facts.run(folder, token);
    const snapshot = run.snapshots.at(mark.snapshot);
    // The run was written to, and the log is about to be matched again.
    if (!snapshot) return undefined;
    const facts: HoverFacts = {
      run,
      snapshot,
      mark,
      patterns: this.facts.patterns(run, mark.snapshot),
      bitChange: await this.facts.bitChange(run, mark.snapshot, token),
      best: info.best?.snapshot === mark.snapshot ? info.best.reason : undefined,
    };
    return hoverText(facts, linksOf(uri, mark, lines));
  }
}

function linksOf(uri: vscode.Uri, mark: LineMark, lines: LogDocument['lines']): HoverLink[] {
  const target = { uri, lineNumber: mark.line, snapshot: mark.snapshot };
  const link = (title: string, command: CommandId): HoverLink => ({ title, command, argument: target });
  return [
    link('Show Diagram', 'apd.showDiagramForLine'),
    ...(lines.before(mark.line) ? [link('Previous Snapshot', 'apd.previousSnapshotInLog')] : []),
    ...(lines.after(mark.line) ? [link('Next Snapshot', 'apd.nextSnapshotInLog')] : []),
  ];
}
