import * as path from 'node:path';
import * as vscode from 'vscode';
import type { RunInfo } from '../../protocol/engine';
import type { LogInfo } from '../../protocol/logs';
import { UserError } from '../shared/failures';
import { logName } from '../logs/logInfos';
import { isElsewhere } from '../shared/networkFiles';
import type { Services } from '../shared/services';
import { matchedSnapshots, shortReason } from '../views/snapshotTexts';
import { activeSession } from './activeSession';
import { chooseMetrics, chooseShift } from './chooseOfLog';
import { matchSnapshot } from './matchSnapshot';
import { LOG_FILES, rankedLogs } from './logCandidates';
import type { CommandHandlers } from './registry';
import {
  showInformationMessage,
  showOpenDialog,
  showQuickPick,
  showWarningMessage,
} from '../shared/messages';

/** What menus, trees and pages hand over: a run, perhaps one of its snapshots; or a log of which the run is not known. */
export interface LogTarget {
  folder?: string;
  snapshot?: number;
  /** Absolute path of the log. */
  file?: string;
}

/** Commands that link logs to runs, and correct how they belong together. */
export function linkCommands(services: Pick<Services, 'engine' | 'sessions' | 'runs' | 'logs' | 'panels'>) {
  return {
    'apd.linkLog': async (target?: LogTarget | vscode.Uri) => {
      const { folder, file } = target instanceof vscode.Uri ? { file: target.fsPath } : (target ?? {});
      const run = folder ?? (await runToLink(services, file));
      if (run === undefined) return;
      const log = file ?? (await pickLog(services, run));
      if (log !== undefined) await link(services, run, log);
    },
    'apd.unlinkLog': async (target?: LogTarget) => {
      const folder = target?.folder ?? activeSession(services).session.folder;
      const info = await logOf(services, folder);
      await services.logs.link(folder, null);
      // Not awaited: the command is over, the message stays for as long as the user likes.
      void offerLinkAgain(folder, info);
    },
    'apd.matchSnapshot': async (target?: LogTarget) => {
      const { folder, run, snapshot } = await snapshotOf(services, target);
      await matchSnapshot(services, await logOf(services, folder), run, snapshot);
    },
    'apd.shiftEpochs': async (target?: LogTarget) => {
      const folder = target?.folder ?? activeSession(services).session.folder;
      const info = await logOf(services, folder);
      const epochShift = await chooseShift(info.join);
      if (epochShift === undefined) return;
      const after = await services.logs.correct({ folder, epochShift });
      if (after.state === 'read') {
        const reason = after.join ? `: ${after.join.reason}` : '';
        void showInformationMessage(`${matchedText(after)}${reason}.`);
      }
    },
    'apd.chooseMetrics': async () => {
      const { session } = activeSession(services);
      const metrics = await chooseMetrics(await logOf(services, session.folder), session.state.metrics);
      if (metrics) session.change({ metrics });
    },
  } satisfies CommandHandlers;
}

/** What is known of the log of a run. @throws UserError where it has none */
async function logOf(services: Pick<Services, 'logs'>, folder: string): Promise<LogInfo & { file: string }> {
  const info = services.logs.of(folder) ?? (await services.logs.read(folder));
  if (info?.file === undefined) {
    throw new UserError(`${path.basename(folder)} has no log; “APD: Link Log…” gives it one`);
  }
  return { ...info, file: info.file };
}

/** The snapshot that is meant: the one of the entry, or else the one that is shown. */
async function snapshotOf(
  services: Pick<Services, 'engine' | 'sessions'>,
  target: LogTarget | undefined,
): Promise<{ folder: string; run: RunInfo; snapshot: number }> {
  if (target?.folder === undefined || target.snapshot === undefined) {
    const { session, run } = activeSession(services);
    return { folder: session.folder, run, snapshot: session.state.snapshot };
  }
  const { folder, snapshot } = target;
  return { folder, run: await services.engine.request('run/open', { folder }), snapshot };
}

async function link(
  services: Pick<Services, 'sessions' | 'logs' | 'panels'>,
  folder: string,
  file: string,
): Promise<void> {
  const info = await services.logs.link(folder, file);
  const problem = info.state === 'read' ? undefined : (info.problem ?? 'it cannot be read');
  const show = 'Show Snapshots';
  // Not awaited: the command is over, the message stays for as long as the user likes.
  void (async () => {
    const chosen = await (problem === undefined
      ? showInformationMessage(`${matchedText(info)}.${firstUnmatched(info)}`, show)
      : showWarningMessage(`${logName(file)} is linked, but ${problem}`, show));
    if (chosen !== show) return;
    if (services.sessions.active?.folder !== folder) await services.panels.open(folder);
    await vscode.commands.executeCommand('apd.snapshots.focus');
  })();
}

function matchedText(info: LogInfo): string {
  return `${logName(info.file ?? '')}: ${matchedSnapshots(info)} matched`;
}

function firstUnmatched({ unmatchedSnapshots }: LogInfo): string {
  const [first] = unmatchedSnapshots;
  if (!first) return '';
  const rest = unmatchedSnapshots.length - 1;
  return ` Without a line: ${shortReason(first.reason)}${rest > 0 ? `, and ${rest} more` : ''}.`;
}

async function offerLinkAgain(
  folder: string,
  { file, marks, join }: LogInfo & { file: string },
): Promise<void> {
  const again = 'Link Again';
  const corrected = join?.byHand || marks.some(({ byHand }) => byHand);
  const kept = corrected ? ' What was set by hand between them comes back with it.' : '';
  const message = `${logName(file)} is no longer the log of ${path.basename(folder)}.${kept}`;
  if ((await showInformationMessage(message, again)) === again) {
    await vscode.commands.executeCommand('apd.linkLog', { folder, file });
  }
}

/** The run that a log is to be linked to; asked for where it is not plain. */
async function runToLink(
  services: Pick<Services, 'sessions' | 'runs'>,
  file: string | undefined,
): Promise<string | undefined> {
  const active = services.sessions.active?.folder;
  if (file === undefined && active !== undefined) return active;
  const listed = await services.runs.list();
  const folders = active === undefined ? listed : [active, ...listed.filter((folder) => folder !== active)];
  if (folders.length === 0) {
    throw new UserError('there is no run in the workspace; open a model or a run first');
  }
  if (folders.length === 1) return folders[0];
  const items = folders.map((folder) => ({
    label: path.basename(folder),
    description: folder === active ? 'shown' : undefined,
    detail: vscode.workspace.asRelativePath(folder),
    folder,
  }));
  const which = file === undefined ? 'a log' : logName(file);
  const picked = await showQuickPick(items, {
    title: 'Link Log',
    placeHolder: `Run that ${which} is to be linked to`,
  });
  return picked?.folder;
}

/** Asks for the log of a run: files that are called like logs, the nearest first. */
async function pickLog(
  services: Pick<Services, 'engine' | 'logs'>,
  folder: string,
): Promise<string | undefined> {
  const browse = { icon: 'folder-opened', label: 'Browse…', file: undefined, alwaysShow: true };
  const present = services.logs.of(folder)?.file;
  const found = (await candidates(services, folder)).map(({ file, reason }) => ({
    icon: file === present ? 'check' : undefined,
    label: path.basename(file),
    description: file === present ? `${reason}, linked now` : reason,
    detail: vscode.workspace.asRelativePath(path.dirname(file)),
    file,
  }));
  const picked = await showQuickPick([...found, browse], {
    title: `Log of ${path.basename(folder)}`,
    placeHolder: 'Log that the training wrote',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (!picked) return undefined;
  if (picked.file !== undefined) return picked.file;
  const [chosen] =
    (await showOpenDialog({
      title: `Log of ${path.basename(folder)}`,
      openLabel: 'Link Log',
      defaultUri: vscode.Uri.file(present === undefined ? folder : path.dirname(present)),
    })) ?? [];
  return chosen?.fsPath;
}

/** Most files of a workspace that are looked at. */
const MOST_FILES = 2000;

async function candidates(services: Pick<Services, 'engine'>, folder: string) {
  const run = await services.engine.request('run/open', { folder });
  const models = run.snapshots.flatMap(({ model }) =>
    model === undefined ? [] : [path.dirname(path.resolve(folder, model))],
  );
  const places = [...new Set(models)].filter((place) => !isElsewhere(place)).slice(0, 20);
  // Checkpoints may lie outside the workspace.
  const near = [...new Set([folder, ...places, ...places.map((place) => path.dirname(place))])];
  const [inWorkspace, ...beside] = await Promise.all([
    vscode.workspace.findFiles(LOG_FILES, '**/node_modules/**', MOST_FILES),
    ...near.map(filesOf),
  ]);
  return rankedLogs([...beside.flat(), ...inWorkspace.map(({ fsPath }) => fsPath)], folder, places);
}

/** Files of a folder; none where it is not there any more. */
async function filesOf(folder: string): Promise<string[]> {
  try {
    const entries = await vscode.workspace.fs.readDirectory(vscode.Uri.file(folder));
    const files = entries.filter(([, type]) => (type & vscode.FileType.File) !== 0);
    return files.map(([name]) => path.join(folder, name));
  } catch (error) {
    if (error instanceof vscode.FileSystemError) return [];
    throw error;
  }
}
