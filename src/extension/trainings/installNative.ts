import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { TrainingRequests } from '../../protocol/training';
import { isCancelled, UserError } from '../failures';
import type { Services } from '../services';
import { nativeFolder, nativeFolders } from './nativeFolders';

type Command = TrainingRequests['training/native']['result']['install'];

/** Installs the native backend into the extension's own storage, after the user has read what that means. */
export async function installNative(services: Services): Promise<void> {
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
  const chosen = await vscode.window.showInformationMessage(
    text,
    { modal: true, detail: detail(install) },
    verb,
  );
  if (chosen !== verb) return;
  await mkdir(folder, { recursive: true });
  const where = {
    location: vscode.ProgressLocation.Notification,
    title: 'Installing the native backend',
    cancellable: true,
  };
  try {
    await vscode.window.withProgress(where, (progress, token) =>
      runCommand(services, install, progress, token),
    );
  } catch (error) {
    if (isCancelled(error)) {
      services.log.info('Installing the native backend: cancelled');
      return;
    }
    throw error;
  }
  const now = await engine.request('training/native', question);
  if (!now.installed)
    throw new UserError(`npm has ended, but the native backend cannot be used: ${now.reason}`);
  void vscode.window.showInformationMessage(
    `The native backend ${now.version ?? ''} is installed. Configurations whose backend is “auto” train with it from now on.`,
  );
}

function detail({ program, args, folder }: Command): string {
  return [
    'It trains several times as fast as WebAssembly where it is built for this system.',
    'npm fetches it from its registry, and runs its install script, which fetches TensorFlow’s library: some 300 MB on disk, in',
    folder,
    `Command: ${program} ${args.join(' ')}`,
  ].join('\n');
}

/** @throws UserError when the command is missing or fails; CancellationError when it was cancelled */
function runCommand(
  { log }: Services,
  { program, args, shell, folder }: Command,
  progress: vscode.Progress<{ message?: string }>,
  token: vscode.CancellationToken,
): Promise<void> {
  log.info(`${program} ${args.join(' ')}`);
  // A group of its own where there are groups, so that cancelling ends what npm started too.
  const detached = process.platform !== 'win32';
  const child = spawn(program, args, { cwd: folder, shell, detached, stdio: ['ignore', 'pipe', 'pipe'] });
  let last = '';
  const listen = (chunk: string) => {
    for (const line of chunk.split('\n').map((text) => text.trim())) {
      if (line === '') continue;
      last = line;
      log.info(`npm: ${line}`);
      progress.report({ message: line.slice(0, 80) });
    }
  };
  child.stdout.setEncoding('utf8').on('data', listen);
  child.stderr.setEncoding('utf8').on('data', listen);
  return new Promise((resolve, reject) => {
    let cancelled = false;
    const cancelling = token.onCancellationRequested(() => {
      cancelled = true;
      if (detached && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
      else child.kill();
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      const missing = error.code === 'ENOENT';
      const text = missing
        ? 'npm was not found: install Node.js with npm, and start VS Code anew'
        : `npm could not be started (${error.message})`;
      reject(new UserError(text));
    });
    child.once('close', (code) => {
      cancelling.dispose();
      if (cancelled) reject(new vscode.CancellationError());
      else if (code === 0) resolve();
      else
        reject(
          new UserError(
            `npm ended with code ${code ?? '?'}: ${last || 'it said nothing'}; the log has all of it`,
          ),
        );
    });
  });
}
