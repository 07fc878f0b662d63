import * as path from 'node:path';
import * as vscode from 'vscode';
import type { LogInfo } from '../../protocol/logs';
import { UserError } from '../shared/failures';
import { readLogOf, sessionOf, type LogDocument } from '../logs/logDocument';
import type { LineMark } from '../logs/markedLines';
import { openLogAt } from '../logs/showLog';
import { showSnapshotBeside } from '../logs/showSnapshot';
import type { Services } from '../shared/services';
import { momentOfRow } from '../views/snapshotTexts';
import { activeSession } from './activeSession';
import type { CommandHandlers } from './registry';
import { setStatusBarMessage, showInformationMessage, showWarningMessage } from '../shared/messages';
import { snapshotName } from '../../core/wording';

type Needs = Pick<Services, 'sessions' | 'logs' | 'panels'>;

/** A snapshot as trees hand it over; without number, the one that is shown. */
interface SnapshotTarget {
  folder: string;
  snapshot?: number;
}

/** A place in a log: a file as menus of editors and their titles hand it over, or a line of it, from 1. */
type LineTarget = vscode.Uri | { uri: vscode.Uri; lineNumber: number; snapshot?: number };

/** Commands that go from a log to the diagram and back. */
export function logCommands(services: Needs) {
  return {
    'apd.revealInLog': (target?: SnapshotTarget) => revealInLog(services, target),
    'apd.showDiagramForLine': (target?: LineTarget) => showDiagramForLine(services, target),
    'apd.previousSnapshotInLog': (target?: LineTarget) => step(services, target, -1),
    'apd.nextSnapshotInLog': (target?: LineTarget) => step(services, target, 1),
  } satisfies CommandHandlers;
}

async function revealInLog(
  services: Pick<Services, 'sessions' | 'logs'>,
  target?: SnapshotTarget,
): Promise<void> {
  const folder = target?.folder ?? activeSession(services).session.folder;
  const shown = sessionOf(services, folder)?.shown?.snapshot;
  const snapshot = target?.snapshot ?? shown;
  const info = services.logs.of(folder) ?? (await services.logs.read(folder));
  if (!info) {
    throw new UserError(`the log of ${path.basename(folder)} cannot be read; the output channel says why`);
  }
  if (info.state !== 'read' || info.file === undefined) {
    await offerLink(folder, info);
    return;
  }
  const mark = info.marks.find((one) => one.snapshot === snapshot);
  if (mark || snapshot === undefined) await openLogAt(info, mark);
  else await offerMatch(services, info, snapshot);
}

/** Says why there is no log to go to. */
async function offerLink(folder: string, info: LogInfo): Promise<void> {
  const link = 'Link Log…';
  const name = path.basename(folder);
  const messages = {
    none: `${name} has no log.`,
    missing: `The log of ${name} is not there: ${info.file}`,
    failed: `The log of ${name} cannot be read: ${info.problem}`,
    read: `${name} has no log.`,
  };
  if ((await showWarningMessage(messages[info.state], link)) === link) {
    await vscode.commands.executeCommand('apd.linkLog', { folder });
  }
}

/** Says why a snapshot has no row. */
async function offerMatch(
  services: Pick<Services, 'sessions'>,
  info: LogInfo,
  snapshot: number,
): Promise<void> {
  const { folder } = info;
  const entry = sessionOf(services, folder)?.run?.snapshots.at(snapshot);
  const name = entry ? snapshotName(entry) : `snapshot ${snapshot}`;
  const reason = info.unmatchedSnapshots.find((one) => one.snapshot === snapshot)?.reason;
  const [set, open] = ['Set Log Line…', 'Open Log'];
  const message = `No line of ${path.basename(info.file!)} belongs to ${name}${reason ? `: ${reason}` : ''}`;
  const chosen = await showInformationMessage(message, set, open);
  if (chosen === set) await vscode.commands.executeCommand('apd.matchSnapshot', { folder, snapshot });
  else if (chosen === open) await openLogAt(info);
}

async function showDiagramForLine(services: Needs, target?: LineTarget): Promise<void> {
  const { uri, line, editor } = placeOf(target);
  const log = await logAt(services, uri);
  const asked = target && 'snapshot' in target ? target.snapshot : undefined;
  const mark = asked === undefined ? log.lines.meantBy(line) : log.lines.of(asked);
  if (mark) await showSnapshotBeside(services, log.folder, mark.snapshot, editor?.viewColumn);
  else await offerNearest(services, log, line, editor);
}

/** Says which lines near one have a snapshot. */
async function offerNearest(
  services: Pick<Services, 'sessions' | 'panels'>,
  { folder, info, lines }: LogDocument,
  line: number,
  editor?: vscode.TextEditor,
): Promise<void> {
  const near = [lines.before(line), lines.after(line)].filter((mark) => mark !== undefined);
  if (near.length === 0) throw new UserError(`no line of ${path.basename(info.file ?? '')} has a snapshot`);
  const nameOf = (mark: LineMark) => `line ${mark.line} (${momentOfRow(mark)})`;
  const buttons = near.map((mark) => ({ title: `Show ${momentOfRow(mark)}`, mark }));
  const message = `No snapshot belongs to line ${line}. The nearest ones: ${near.map(nameOf).join(', ')}.`;
  const chosen = await showInformationMessage(message, ...buttons);
  if (!chosen) return;
  if (editor) goTo(editor, chosen.mark);
  await showSnapshotBeside(services, folder, chosen.mark.snapshot, editor?.viewColumn);
}

/** Goes to the row of another snapshot with the cursor; a diagram that is open shows it. */
async function step(
  services: Pick<Services, 'sessions' | 'logs'>,
  target: LineTarget | undefined,
  by: -1 | 1,
): Promise<void> {
  const { uri, line, editor } = placeOf(target);
  if (!editor) throw new UserError('the log is not in an editor; open it first');
  const log = await logAt(services, uri);
  const mark = by < 0 ? log.lines.before(line) : log.lines.after(line);
  if (!mark) {
    const message = `The log has no ${by < 0 ? 'earlier' : 'later'} snapshot.`;
    setStatusBarMessage(message, 3000);
    return;
  }
  goTo(editor, mark);
  sessionOf(services, log.folder)?.change({ snapshot: mark.snapshot });
}

function goTo(editor: vscode.TextEditor, { line }: LineMark): void {
  const start = new vscode.Position(line - 1, 0);
  editor.selection = new vscode.Selection(start, start);
  const range = new vscode.Range(start, start);
  editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

/** The place that a command means: the one that it was given, or the cursor. Lines count from 1. */
function placeOf(target?: LineTarget): { uri: vscode.Uri; line: number; editor?: vscode.TextEditor } {
  const { activeTextEditor, visibleTextEditors } = vscode.window;
  const given = target instanceof vscode.Uri ? target : target?.uri;
  const shows = ({ document }: vscode.TextEditor) => !given || document.uri.toString() === given.toString();
  const editors = activeTextEditor ? [activeTextEditor, ...visibleTextEditors] : visibleTextEditors;
  const editor = given ? editors.find(shows) : activeTextEditor;
  const uri = given ?? editor?.document.uri;
  if (!uri) throw new UserError('no log is open in the active editor; open one first');
  const line = target && 'lineNumber' in target ? target.lineNumber : undefined;
  return { uri, line: line ?? (editor?.selection.active.line ?? 0) + 1, editor };
}

async function logAt(services: Pick<Services, 'logs'>, uri: vscode.Uri): Promise<LogDocument> {
  const log = await readLogOf(services, uri);
  if (log) return log;
  const name = path.basename(uri.fsPath);
  throw new UserError(`${name} is not the log of a run; “APD: Link Log…” makes it one`);
}
