import type * as vscode from 'vscode';
import { messageOf } from '../shared/failures';
import type { Services } from '../shared/services';
import { ConfigurationLenses } from './codeLens';
import { ConfigurationDiagnostics } from './diagnostics';
import { tellOfInterrupted } from './interrupted';
import { LiveRuns } from './liveRuns';
import { trainingOutcomes } from './outcomes';
import { ProgressNotification } from './progressNotification';
import { trainingKeys } from './trainingKeys';
import { trainingStatus } from './trainingStatus';

/** Everything that shows trainings, and keeps what is shown in step with them. */
export function registerTraining(
  services: Pick<Services, 'log' | 'engine' | 'sessions' | 'runs' | 'following' | 'training' | 'panels'>,
): vscode.Disposable[] {
  const live = new LiveRuns(services);
  // Not awaited: activation does not wait for trainings of the last window.
  tellOfInterrupted(services).catch((error: unknown) => services.log.error(messageOf(error)));
  return [
    services.training,
    live,
    services.runs.onDidChange((folders) => live.onFiles(folders)),
    trainingKeys(services),
    trainingStatus(services),
    new ProgressNotification(services),
    trainingOutcomes(services),
    new ConfigurationDiagnostics(services),
    new ConfigurationLenses(services),
  ];
}
