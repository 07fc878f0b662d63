import * as vscode from 'vscode';
import type { TrainResult } from '../../protocol/training';
import { EngineDied } from '../engine/engineClient';
import { isCancelled } from '../shared/failures';
import { reportFailure, type Remedy } from '../shared/reportFailure';
import type { Services } from '../shared/services';
import { setting } from '../shared/settings';
import { tellInterrupted } from './interrupted';
import type { EndedTraining } from './trainingManager';
import { goOn } from './startTraining';
import { showInformationMessage } from '../shared/messages';
import { formatShare, pluralise } from '../../core/wording';

type Needs = Pick<Services, 'log' | 'training' | 'panels'>;

/** Tells the user how trainings ended. */
export function trainingOutcomes(services: Needs): vscode.Disposable {
  return services.training.onDidEnd((ended) => {
    tell(services, ended).catch((error: unknown) => services.log.error(String(error)));
  });
}

async function tell(services: Needs, { training, outcome }: EndedTraining): Promise<void> {
  const { log } = services;
  const { order, folder } = training;
  if ('result' in outcome) return tellResult(services, order.name, outcome.result);
  const { error } = outcome;
  if (isCancelled(error)) {
    log.info(`Training of ${order.name}: stopped before it began`);
    return;
  }
  if (error instanceof EngineDied) {
    log.error(`Training of ${order.name}: ${error.message}`);
    if (
      folder !== undefined &&
      (await tellInterrupted(services, folder, `the process stopped: ${error.reason}`))
    ) {
      return;
    }
    await reportFailure(log, `Training of ${order.name}`, new Error(`the process stopped: ${error.reason}`));
    return;
  }
  await reportFailure(log, `Training of ${order.name}`, error, remedies(order.config));
}

/** A failure is mended in the configuration most often. */
function remedies(config: string | undefined): Remedy[] {
  if (config === undefined) return [];
  const run = () => vscode.window.showTextDocument(vscode.Uri.file(config));
  return [{ title: 'Open Configuration', run }];
}

async function tellResult(services: Needs, name: string, result: TrainResult): Promise<void> {
  const { folder, epoch, ended, accuracy, snapshots } = result;
  const reached = accuracy === undefined ? '' : `, accuracy ${formatShare(accuracy)}`;
  const text = {
    finished: `Trained ${name}: ${pluralise(epoch, 'epoch')}${reached}.`,
    early: `Trained ${name}: ended early after ${pluralise(epoch, 'epoch')}${reached}.`,
    stopped: `Training of ${name} was stopped after ${pluralise(epoch, 'epoch')}${reached}.`,
  }[ended];
  services.log.info(`${text} ${pluralise(snapshots, 'snapshot')} in ${folder}`);
  if (!setting('apd.training.notify')) return;
  const offered = ended === 'stopped' ? ['Continue', 'Show Run'] : ['Show Run'];
  const choice = await showInformationMessage(text, ...offered);
  if (choice === 'Continue') await goOn(services, folder);
  else if (choice === 'Show Run') await services.panels.open(folder);
}
