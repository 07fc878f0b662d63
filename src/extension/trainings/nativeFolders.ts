import * as vscode from 'vscode';

/** Where the native backend is installed to. */
export function nativeFolder(context: vscode.ExtensionContext): string {
  return vscode.Uri.joinPath(context.globalStorageUri, 'native-backend').fsPath;
}

/**
 * Folders in which the native backend may be: what this extension installed, and the workspace. Native code of a workspace
 * that is not trusted is never loaded.
 */
export function nativeFolders(context: vscode.ExtensionContext): string[] {
  const workspace = vscode.workspace.isTrusted ? (vscode.workspace.workspaceFolders ?? []) : [];
  return [nativeFolder(context), ...workspace.map(({ uri }) => uri.fsPath)];
}
