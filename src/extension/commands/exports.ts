import * as path from 'node:path';
import * as vscode from 'vscode';
import type { ExportFormat, ExportWhat, RunInfo } from '../../protocol/engine';
import type { Services } from '../shared/services';
import type { Session } from '../session/session';
import { activeSession } from './activeSession';
import { folderOf, pickRun, type RunTarget } from './openDiagram';
import type { CommandHandlers } from './registry';
import { showInformationMessage, showQuickPick, showSaveDialog, withProgress } from '../shared/messages';

interface Exportable extends vscode.QuickPickItem {
  what: ExportWhat;
  formats: ExportFormat[];
}

const exportables: Exportable[] = [
  {
    label: 'APDF',
    description: 'a row per instance: label, output, its pattern at every level',
    what: 'apdf',
    formats: ['csv', 'json'],
  },
  {
    label: 'Clusters',
    description: 'the partition by information gain',
    what: 'clusters',
    formats: ['csv', 'json'],
  },
  {
    label: 'Diagram',
    description: 'patterns and edges',
    what: 'diagram',
    formats: ['json', 'dot', 'graphml'],
  },
  {
    label: 'Nodes',
    description: 'a row per pattern with its measures',
    what: 'nodes',
    formats: ['csv', 'json'],
  },
  {
    label: 'Instances',
    description: 'a row per instance with its nodes',
    what: 'instances',
    formats: ['csv', 'json'],
  },
];

const formatNames: Record<ExportFormat, string> = {
  csv: 'CSV',
  json: 'JSON',
  dot: 'DOT (Graphviz)',
  graphml: 'GraphML',
};

/** Commands that write files and reports. */
export function exportCommands(
  services: Pick<Services, 'engine' | 'sessions' | 'runs' | 'logs' | 'reports'>,
) {
  return {
    'apd.exportPicture': async (target?: vscode.Uri) => {
      const { session, run } = activeSession(services);
      const file =
        target ??
        (await showSaveDialog({
          title: 'Export Picture',
          defaultUri: suggested(session, run, session.state.view, 'svg'),
          filters: { 'SVG picture': ['svg'], 'PNG picture': ['png'] },
        }));
      if (!file) return;
      const params = { folder: session.folder, state: session.state, file: file.fsPath, theme: themeKind() };
      await withNote(`Writing ${path.basename(file.fsPath)}`, (token) =>
        services.engine.request('export/picture', params, token),
      );
      await offerToOpen(file);
    },
    'apd.exportData': async () => {
      const { session, run } = activeSession(services);
      const item = await showQuickPick(exportables, {
        title: 'Export Data',
        placeHolder: 'What to export',
      });
      if (!item) return;
      const formats = item.formats.map((format) => ({ label: formatNames[format], format }));
      const chosen = await showQuickPick(formats, {
        title: `Export ${item.label}`,
        placeHolder: 'Format',
      });
      if (!chosen) return;
      const { format } = chosen;
      const file = await showSaveDialog({
        title: `Export ${item.label}`,
        defaultUri: suggested(session, run, item.what, format),
        filters: { [formatNames[format]]: [format] },
      });
      if (!file) return;
      const { folder, state } = session;
      const params = { folder, state, what: item.what, format, file: file.fsPath };
      await withNote(`Writing ${path.basename(file.fsPath)}`, (token) =>
        services.engine.request('export/data', params, token),
      );
      await offerToOpen(file);
    },
    'apd.reportRun': async (target?: RunTarget) => {
      const folder = folderOf(target) ?? services.sessions.active?.folder ?? (await pickRun(services));
      if (folder === undefined) return;
      const resolution = services.sessions.of(folder)[0]?.state.resolution ?? 'auto';
      const log = services.logs.options(folder);
      const { text } = await withNote(`Measures of ${path.basename(folder)}`, (token) =>
        services.engine.request('run/report', { folder, resolution, log }, token),
      );
      await services.reports.show(folder, text);
    },
  } satisfies CommandHandlers;
}

function suggested(session: Session, run: RunInfo, what: string, ending: string): vscode.Uri {
  const { epoch } = run.snapshots[session.state.snapshot];
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? path.dirname(session.folder);
  return vscode.Uri.file(path.join(folder, `${run.name}-epoch-${epoch}-${what}.${ending}`));
}

function themeKind(): 'light' | 'dark' {
  const { kind } = vscode.window.activeColorTheme;
  return kind === vscode.ColorThemeKind.Dark || kind === vscode.ColorThemeKind.HighContrast
    ? 'dark'
    : 'light';
}

function withNote<T>(title: string, work: (token: vscode.CancellationToken) => Promise<T>): Thenable<T> {
  return withProgress(title, (_, token) => work(token));
}

async function offerToOpen(file: vscode.Uri): Promise<void> {
  const open = 'Open';
  const message = `Wrote ${vscode.workspace.asRelativePath(file)}`;
  if ((await showInformationMessage(message, open)) === open) {
    await vscode.commands.executeCommand('vscode.open', file);
  }
}
