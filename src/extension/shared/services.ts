import type * as vscode from 'vscode';
import type { DatasetMemory } from '../recording/datasetMemory';
import type { EngineClient } from '../engine/engineClient';
import type { Following } from '../follow/following';
import type { LogInfos } from '../logs/logInfos';
import type { InstancesView } from '../views/instancesView';
import type { Panels } from '../panel/panels';
import type { PythonTrainings } from '../python/pythonTrainings';
import type { Reports } from './reports';
import type { RunFolders } from './runFolders';
import type { Sessions } from '../session/sessions';
import type { TrainingManager } from '../trainings/trainingManager';

/** What the parts of the extension share. */
export interface Services {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly engine: EngineClient;
  readonly sessions: Sessions;
  readonly runs: RunFolders;
  readonly logs: LogInfos;
  readonly following: Following;
  readonly reports: Reports;
  readonly datasets: DatasetMemory;
  readonly training: TrainingManager;
  readonly panels: Panels;
  readonly python: PythonTrainings;
  readonly instances: InstancesView;
}
