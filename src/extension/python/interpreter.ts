import * as vscode from 'vscode';
import { findPython, type FoundPython } from '../../runs/python/findPython';
import { UserError } from '../shared/failures';

/** As much of the Python extension's API (version 1, `environments`) as is needed here. */
interface PythonApi {
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
export async function pythonFor(script: vscode.Uri, folder: string): Promise<FoundPython> {
  const extension = vscode.extensions.getExtension<PythonApi>('ms-python.python');
  if (extension) {
    const { environments } = await extension.activate();
    const active = environments?.getActiveEnvironmentPath(script);
    const resolved = active && (await environments?.resolveEnvironment(active));
    const command = resolved?.executable.uri?.fsPath;
    if (command !== undefined) return { command, reason: 'chosen in the Python extension' };
  }
  const found = findPython({ folder, env: process.env, platform: process.platform });
  if (found) return found;
  throw new UserError(
    'no Python was found: install one, make a virtual environment in the workspace, or choose one in the Python extension',
  );
}
