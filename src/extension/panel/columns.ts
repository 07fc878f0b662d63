import * as vscode from 'vscode';

/**
 * A column that does not cover what is in another one: the one wished for, one that is there, or a new one beside.
 * @param from column that stays as it is; that of the active editor when absent
 * @param wished column to be taken where it is another
 */
export function columnBeside(from?: vscode.ViewColumn, wished?: vscode.ViewColumn): vscode.ViewColumn {
  const { all, activeTabGroup } = vscode.window.tabGroups;
  const kept = from ?? activeTabGroup.viewColumn;
  if (wished !== undefined && wished !== kept) return wished;
  const others = all.map(({ viewColumn }) => viewColumn).filter((column) => column !== kept);
  return others.find((column) => column > kept) ?? others[0] ?? vscode.ViewColumn.Beside;
}
