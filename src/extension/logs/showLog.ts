import * as vscode from 'vscode';
import { columnBeside } from '../panel/columns';
import { LOG_TABLE_TYPE } from '../shared/contributions';
import type { LogInfo, LogMark } from '../../protocol/logs';

/**
 * Opens a log at a row: as text, or, where it is binary, as a table. It comes up in the tab that it has, else beside what
 * is active.
 */
export async function openLogAt({ file, format }: LogInfo, mark?: LogMark): Promise<void> {
  if (file === undefined) return;
  const uri = vscode.Uri.file(file);
  const viewColumn = columnOf(uri) ?? columnForText();
  if (format === 'events') {
    await vscode.commands.executeCommand('vscode.openWith', uri, LOG_TABLE_TYPE, { viewColumn });
    return;
  }
  const line = (mark?.line ?? 1) - 1;
  const selection = mark && new vscode.Range(line, 0, line, 0);
  await vscode.commands.executeCommand('vscode.open', uri, { viewColumn, selection });
}

/** Column of the tab that shows a file. */
function columnOf(uri: vscode.Uri): vscode.ViewColumn | undefined {
  const shows = ({ input }: vscode.Tab) =>
    (input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom) &&
    input.uri.toString() === uri.toString();
  const { all, activeTabGroup } = vscode.window.tabGroups;
  const groups = [activeTabGroup, ...all].filter(({ tabs }) => tabs.some(shows));
  return groups[0]?.viewColumn;
}

/** The active column, unless a diagram is active there: it is to stay in sight. */
function columnForText(): vscode.ViewColumn {
  const { activeTabGroup } = vscode.window.tabGroups;
  const input = activeTabGroup.activeTab?.input;
  const free = input === undefined || input instanceof vscode.TabInputText;
  return free ? activeTabGroup.viewColumn : columnBeside();
}
