import * as path from 'node:path';
import * as vscode from 'vscode';
import { recordCheckpoints, type ReplayAnswers } from '../python/checkpointReplay';
import type { PythonTraining } from '../python/pythonTrainings';
import { runScript } from '../python/scriptRun';
import { UserError } from '../shared/failures';
import { showQuickPick } from '../shared/messages';
import type { Services } from '../shared/services';
import type { CommandHandlers } from './registry';

/** Commands about Python trainings. */
export function pythonCommands(services: Pick<Services, 'context' | 'log' | 'python' | 'sessions'>) {
  const { python } = services;
  return {
    'apd.runPython': async (uri?: vscode.Uri, _uris?: unknown, options?: { arguments?: string }) => {
      const script = uri instanceof vscode.Uri ? uri : vscode.window.activeTextEditor?.document.uri;
      if (script?.scheme !== 'file' || !script.fsPath.endsWith('.py')) {
        throw new UserError('open the training script, or right-click it in the Explorer');
      }
      const given = typeof options?.arguments === 'string' ? options.arguments : undefined;
      await runScript(services, script, given);
    },
    'apd.stopPython': async () => {
      const training = await meant(services, 'Stop Recorded Python Training');
      if (training) python.stop(training);
    },
    'apd.showTrainingTerminal': async () => {
      const training = await meant(services, 'Show Terminal of Python Training');
      if (training) await python.showTerminal(training);
    },
    'apd.recordCheckpointsWithPython': async (
      uri?: vscode.Uri,
      uris?: vscode.Uri[],
      answers?: ReplayAnswers,
    ) => {
      const chosen = uris && uris.length > 0 ? uris : uri instanceof vscode.Uri ? [uri] : [];
      await recordCheckpoints(services, chosen, answers);
    },
  } satisfies CommandHandlers;
}

/** The training of the active diagram, the only one, or one that the user picks. */
async function meant(
  { python, sessions }: Pick<Services, 'python' | 'sessions'>,
  title: string,
): Promise<PythonTraining | undefined> {
  const { all } = python;
  const folder = sessions.active?.folder;
  const here = folder === undefined ? undefined : python.of(folder);
  if (here || all.length < 2) return here ?? all[0];
  const items = all.map((training) => ({
    label: training.job.name,
    description: path.basename(training.job.folder),
    training,
  }));
  return (await showQuickPick(items, { title, placeHolder: 'Python training' }))?.training;
}
