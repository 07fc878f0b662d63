import * as vscode from 'vscode';
import { findPython, type FoundPython } from '../../runs/python/findPython';
import { messageOf, UserError } from '../shared/failures';

/** As much of the Python extension's API (version 1) as is needed here. */
interface PythonApi {
  ready?: Promise<void>;
  environments?: {
    getActiveEnvironmentPath(resource?: vscode.Uri): { path: string };
    resolveEnvironment(environment: unknown): Promise<{ executable: { uri?: vscode.Uri } } | undefined>;
  };
}

/**
 * The Python that a script is run with: the one chosen in the Python extension, where that is installed; else as on the
 * command line.
 * @throws UserError where there is none
 */
export async function pythonFor(
  log: vscode.LogOutputChannel,
  script: vscode.Uri,
  folder: string,
): Promise<FoundPython> {
  const command = await chosenPython(log, script);
  if (command !== undefined) return { command, reason: 'chosen in the Python extension' };
  const found = findPython({ folder, env: process.env, platform: process.platform });
  if (found) return found;
  throw new UserError(
    'no Python was found: install one, make a virtual environment in the workspace, or choose one in the Python extension',
  );
}

async function chosenPython(log: vscode.LogOutputChannel, script: vscode.Uri): Promise<string | undefined> {
  const extension = vscode.extensions.getExtension<PythonApi | undefined>('ms-python.python');
  if (!extension) return undefined;
  try {
    const api = await extension.activate();
    await api?.ready;
    const active = api?.environments?.getActiveEnvironmentPath(script);
    const resolved = active && (await api?.environments?.resolveEnvironment(active));
    return resolved?.executable.uri?.fsPath;
  } catch (error) {
    log.warn(`The Python extension does not say which Python is chosen: ${messageOf(error)}`);
    return undefined;
  }
}
