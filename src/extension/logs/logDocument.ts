import type * as vscode from 'vscode';
import type { LogInfo } from '../../protocol/logs';
import type { Services } from '../shared/services';
import type { Session } from '../session/session';
import { MarkedLines } from './markedLines';

/** What is known of a document that is the log of a run. */
export interface LogDocument {
  /** Run whose log it is; where several have it, the one that is looked at. */
  folder: string;
  info: LogInfo;
  lines: MarkedLines;
}

const indexed = new WeakMap<LogInfo, MarkedLines>();

/** The marks of a log by line. */
function markedLines(info: LogInfo): MarkedLines {
  const known = indexed.get(info);
  if (known) return known;
  const lines = new MarkedLines(info.marks);
  indexed.set(info, lines);
  return lines;
}

/** Run that a file is the log of; where several have it, the one that is looked at. */
export function runOfLog({ logs }: Pick<Services, 'logs'>, uri: vscode.Uri): string | undefined {
  return uri.scheme === 'file' ? logs.runsOf(uri.fsPath)[0] : undefined;
}

/** What is known of a log by now; undefined for other files, and until it was read. */
export function logAtUri(services: Pick<Services, 'logs'>, uri: vscode.Uri): LogDocument | undefined {
  const folder = runOfLog(services, uri);
  const info = folder === undefined ? undefined : services.logs.of(folder);
  return info && { folder: info.folder, info, lines: markedLines(info) };
}

/** As `logOf`, once it was read. */
export async function readLogOf(
  services: Pick<Services, 'logs'>,
  uri: vscode.Uri,
): Promise<LogDocument | undefined> {
  if (runOfLog(services, uri) !== undefined) await services.logs.readFile(uri.fsPath);
  return logAtUri(services, uri);
}

/** The session by which a run is looked at: the active one before others; undefined while it is not shown. */
export function sessionOf({ sessions }: Pick<Services, 'sessions'>, folder: string): Session | undefined {
  return sessions.active?.folder === folder ? sessions.active : sessions.of(folder).at(-1);
}
