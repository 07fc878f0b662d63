import { existsSync } from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { freeFolder } from '../recording/freeFolder';
import { UserError } from '../shared/failures';
import { showInputBox, showWarningMessage } from '../shared/messages';
import type { Services } from '../shared/services';
import { setting } from '../shared/settings';
import { pythonFor } from './interpreter';
import type { PythonTraining } from './pythonTrainings';
import { splitArguments } from './words';

type Needs = Pick<Services, 'context' | 'log' | 'python'>;

const KEY = 'apd.scriptArguments';

/**
 * Asks for the arguments of a script, and runs and records it.
 * @param given arguments, where they need not be asked for
 * @throws UserError where the workspace is not trusted, or there is no Python
 */
export async function runScript(services: Needs, script: vscode.Uri, given?: string): Promise<void> {
  requireTrust();
  const name = path.basename(script.fsPath);
  if (!(await mayBegin(services, name, script.fsPath))) return;
  const { cwd, place } = placeOf(script);
  const memory = services.context.workspaceState;
  const remembered = memory.get<Record<string, string>>(KEY, {});
  const line = given ?? (await askForArguments(name, remembered[script.fsPath] ?? ''));
  if (line === undefined) return;
  const words = splitArguments(line);
  if (!Array.isArray(words)) throw new UserError(`arguments: ${words.problem}`);
  await memory.update(KEY, { ...remembered, [script.fsPath]: line });
  const python = await pythonFor(services.log, script, cwd);
  services.log.info(`${name} runs with ${python.command}: ${python.reason}`);
  const folder = await newRun(services, path.parse(name).name, place);
  await services.python.start({
    name,
    python: python.command,
    words: ['--out', folder, script.fsPath, ...words],
    cwd,
    folder,
    waitingFor: `Running ${name}; its first snapshot comes with its first epoch…`,
  });
}

/** @throws UserError where code of the workspace must not run */
export function requireTrust(): void {
  if (vscode.workspace.isTrusted) return;
  throw new UserError(
    'code of a workspace runs only where the workspace is trusted (Workspaces: Manage Workspace Trust)',
  );
}

/** Where Python runs for a file: the workspace folder that holds it, or its own folder. */
export function placeOf(file: vscode.Uri): { cwd: string; place?: vscode.WorkspaceFolder } {
  const place = vscode.workspace.getWorkspaceFolder(file);
  return { cwd: place?.uri.fsPath ?? path.dirname(file.fsPath), place };
}

/** A run folder of this name that is not there yet, where the settings want runs to be. */
export async function newRun(
  { context }: Pick<Services, 'context'>,
  name: string,
  place: vscode.WorkspaceFolder | undefined,
): Promise<string> {
  const wanted = setting('apd.runsFolder', place?.uri) || 'apd-runs';
  const base = place?.uri.fsPath ?? context.globalStorageUri.fsPath;
  const folder = path.resolve(base, wanted, name);
  return existsSync(folder) ? freeFolder(folder) : folder;
}

/** Asks what becomes of the same script where it runs already. @returns false where it is not to begin */
async function mayBegin({ python }: Needs, name: string, script: string): Promise<boolean> {
  const before = python.all.filter(({ job }) => job.words.includes(script));
  if (before.length === 0) return true;
  const [beside, stop, show] = ['Run Another Beside It', 'Stop It and Run Again', 'Show Its Terminal'];
  const detail = `It writes the run ${before.map(({ job }) => path.basename(job.folder)).join(', ')}. Another gets a run of its own.`;
  const question = `${name} is being run and recorded already.`;
  const chosen = await showWarningMessage(question, { modal: true, detail }, beside, stop, show);
  if (chosen === show) await python.showTerminal(before.at(-1)!);
  if (chosen === stop) await Promise.all(before.map((training) => stopped(python, training)));
  return chosen === beside || chosen === stop;
}

/** Stops a training, and waits until it has ended. */
async function stopped(python: Services['python'], training: PythonTraining): Promise<void> {
  const ended = new Promise<void>((resolve) => {
    const listening = python.onDidChange(() => {
      if (python.of(training.job.folder)) return;
      listening.dispose();
      resolve();
    });
  });
  python.stop(training);
  await ended;
}

function askForArguments(name: string, value: string): Thenable<string | undefined> {
  return showInputBox({
    title: `Run ${name} and Record Activation Patterns`,
    prompt: 'Arguments of the script, as you would type them (none: just Enter)',
    placeHolder: '--epochs 10 --lr 0.1',
    value,
    validateInput: (line) => {
      const words = splitArguments(line);
      return Array.isArray(words) ? undefined : words.problem;
    },
  });
}
