import * as vscode from 'vscode';
import type { PythonTrainings } from '../python/pythonTrainings';
import { UserError } from '../shared/failures';
import type { Handlers } from './registry';

/** Commands about Python trainings. */
export function pythonCommands({ python }: { readonly python: PythonTrainings }) {
  return {
    'apd.runPython': async (uri?: vscode.Uri, _uris?: unknown, options?: { arguments?: string }) => {
      const script = uri instanceof vscode.Uri ? uri : vscode.window.activeTextEditor?.document.uri;
      if (script?.scheme !== 'file' || !script.fsPath.endsWith('.py')) {
        throw new UserError('open the training script, or right-click it in the Explorer');
      }
      await python.run(script, typeof options?.arguments === 'string' ? options.arguments : undefined);
    },
    'apd.stopPython': () => python.stop(),
    'apd.showTrainingTerminal': () => python.showTerminal(),
  } satisfies Handlers;
}
