import type * as vscode from 'vscode';
import { columnBeside } from '../panel/columns';
import type { Services } from '../shared/services';
import { sessionOf } from './logDocument';

/**
 * Shows the diagram of a run at a snapshot, beside the editor from which it is asked for: the focus stays there.
 * @param column column of that editor
 */
export async function showSnapshotBeside(
  services: Pick<Services, 'panels' | 'sessions'>,
  folder: string,
  snapshot: number,
  column?: vscode.ViewColumn,
): Promise<void> {
  const { panels, sessions } = services;
  const session = sessionOf(services, folder);
  const panel = panels.of(folder).find(({ shows }) => shows === session);
  if (!session || !panel) {
    await panels.open(folder, { keepFocus: true, beside: true, snapshot });
    return;
  }
  const { webviewPanel } = panel;
  const covers = webviewPanel.viewColumn === column && !webviewPanel.visible;
  webviewPanel.reveal(covers ? columnBeside(column) : undefined, true);
  sessions.activate(session);
  session.change({ snapshot });
}
