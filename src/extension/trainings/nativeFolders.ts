import * as vscode from 'vscode';
import { UserError } from '../shared/failures';
import { lines } from '../shared/plainText';
import { NativeChoice } from './nativeChoice';
import { showWarningMessage } from '../shared/messages';

/** Where the native backend is installed to. */
export function nativeFolder(context: vscode.ExtensionContext): string {
  return vscode.Uri.joinPath(context.globalStorageUri, 'native-backend').fsPath;
}

/** The user's choice about native backends that lie in the workspace. */
export function nativeChoice(context: vscode.ExtensionContext): NativeChoice {
  return new NativeChoice({
    memory: context.workspaceState,
    trusted: () => vscode.workspace.isTrusted,
    folders: () => (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath),
    ask,
  });
}

/** Folders in which the native backend may be: what this extension installed, and what the user allowed of the workspace. */
export function nativeFolders(context: vscode.ExtensionContext): string[] {
  return [nativeFolder(context), ...nativeChoice(context).allowed()];
}

/** Asks again whether native backends of the workspace may run. @throws UserError where it brings none */
export async function chooseNative(context: vscode.ExtensionContext): Promise<void> {
  const choice = nativeChoice(context);
  if ((await choice.bringing()).length === 0) {
    throw new UserError('no folder of the workspace has @tensorflow/tfjs-node in its node_modules');
  }
  await choice.settle(true);
}

async function ask(folder: string): Promise<boolean | undefined> {
  const use = 'Run Its Code';
  const leave = 'Do Not Use It';
  const chosen = await showWarningMessage(
    'This workspace brings its own native backend for training. Run its code?',
    {
      modal: true,
      detail: lines([
        folder,
        '@tensorflow/tfjs-node in its node_modules would be loaded. Say yes only where you installed it yourself. The answer is remembered for this workspace; “APD: Choose Native Backend of Workspace…” asks again.',
      ]),
    },
    use,
    leave,
  );
  return chosen === undefined ? undefined : chosen === use;
}
