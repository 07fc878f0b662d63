import { mkdir } from 'node:fs/promises';
import * as vscode from 'vscode';
import { UserError } from '../shared/failures';
import { lines } from '../shared/plainText';
import type { Services } from '../shared/services';
import { nativeFolder, nativeFolders } from './nativeFolders';
import { CommandFailed, runCommand, type NativeInstall } from './npmCommand';
import { showInformationMessage, withProgress } from '../shared/messages';

/** Installs the native backend into the extension's own storage, after the user has read what that means. */
export async function installNative(services: Pick<Services, 'context' | 'log' | 'engine'>): Promise<void> {
  const { context, engine } = services;
  if (!vscode.workspace.isTrusted) {
    throw new UserError('the native backend is installed from trusted workspaces only');
  }
  const folder = nativeFolder(context);
  const question = { folders: nativeFolders(context), installInto: folder };
  const status = await engine.request('training/native', question);
  const { installed, install } = status;
  const verb = installed ? 'Install Again' : 'Install';
  const text = installed
    ? `The native backend ${status.version ?? ''} is installed. Install it again?`
    : 'Install the native backend for training?';
  const chosen = await showInformationMessage(text, { modal: true, detail: detail(install) }, verb);
  if (chosen !== verb) return;
  await mkdir(folder, { recursive: true });
  if (!(await runInstall(services, install))) return;
  const now = await engine.request('training/native', question);
  if (!now.installed) {
    throw new UserError(`npm has ended, but the native backend cannot be used: ${now.reason}`);
  }
  void showInformationMessage(
    `The native backend ${now.version ?? ''} is installed. Configurations whose backend is “auto” train with it from now on.`,
  );
}

function detail({ program, args, folder }: NativeInstall): string {
  return lines([
    'It computes with TensorFlow’s native library: an advantage for large networks. Small ones train faster on WebAssembly.',
    'npm fetches it from its registry, and runs its install script, which fetches TensorFlow’s library: some 300 MB on disk, in',
    folder,
    `Command: ${program} ${args.join(' ')}`,
  ]);
}

/** @returns false when it was cancelled. @throws UserError when npm is missing or fails */
async function runInstall({ log }: Pick<Services, 'log'>, install: NativeInstall): Promise<boolean> {
  const ending = new AbortController();
  log.info(`${install.program} ${install.args.join(' ')}`);
  try {
    await withProgress('Installing the native backend', (progress, token) => {
      token.onCancellationRequested(() => ending.abort());
      const onLine = (line: string) => {
        log.info(`npm: ${line}`);
        progress.report({ message: line.slice(0, 80) });
      };
      return runCommand(install, onLine, ending.signal);
    });
    return true;
  } catch (error) {
    if (ending.signal.aborted) {
      log.info('Installing the native backend: cancelled');
      return false;
    }
    if (!(error instanceof CommandFailed)) throw error;
    throw new UserError(
      `${error.message}. Node.js with npm must be installed; the log has all that was said`,
    );
  }
}
