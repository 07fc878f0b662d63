import assert from 'node:assert/strict';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ExtensionApi } from '../../src/extension/extension';
import type { Session } from '../../src/extension/session/session';

/** The extension under test, activated. */
export async function activated(): Promise<ExtensionApi> {
  const extension = vscode.extensions.getExtension<ExtensionApi>('apd.activation-pattern-diagrams');
  assert.ok(extension, 'the extension is not installed in the host');
  return extension.activate();
}

/** A file of the workspace. */
export function file(...names: string[]): vscode.Uri {
  return vscode.Uri.joinPath(vscode.workspace.workspaceFolders![0].uri, ...names);
}

/** Data of an example. */
export function dataset(name: string) {
  return { data: [file(name, 'x.npy').fsPath], labels: [file(name, 'y.npy').fsPath] };
}

/** Opens the diagram of models (or of a folder of them) as the menu does, and waits until it is drawn. */
export async function openModel(
  target: vscode.Uri,
  data: { data: string[]; labels?: string[] },
): Promise<Session> {
  await vscode.commands.executeCommand('apd.openModel', target, undefined, { dataset: data });
  return drawn();
}

/** The active session, once nothing is under way. */
export async function drawn(): Promise<Session> {
  const { services } = await activated();
  const session = services.sessions.active;
  assert.ok(session, 'no diagram is open');
  await session.settled();
  assert.equal(session.error, undefined);
  assert.ok(session.scene, 'nothing is drawn');
  return session;
}

/** Closes all editors. */
export async function closeAll(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}

/** Name of the run folder of a model of the workspace. */
export function runFolder(name: string): string {
  return path.join(vscode.workspace.workspaceFolders![0].uri.fsPath, 'apd-runs', name);
}
