import * as vscode from 'vscode';
import { exportCommands } from './commands/exports';
import { followCommands } from './commands/follow';
import { linkCommands } from './commands/logLinks';
import { logCommands } from './commands/logEditing';
import { lookCommands } from './commands/filters';
import { navigateCommands } from './commands/navigate';
import { openCommands, runOfModels } from './commands/openDiagram';
import { pythonCommands } from './commands/python';
import { registerCommands } from './commands/registry';
import { trainingCommands } from './commands/training';
import { workCommands } from './commands/recordings';
import { contextKeyUpdates } from './shared/contextKeyUpdates';
import { createTreeView } from './shared/items';
import { allowedHosts } from './shared/networkFiles';
import { DatasetMemory } from './recording/datasetMemory';
import { EngineClient } from './engine/engineClient';
import { messageOf } from './shared/failures';
import { reportFailure, type Remedy } from './shared/reportFailure';
import { LogEditors } from './logs/logEditors';
import { LogHover } from './logs/logHover';
import { LogLenses } from './logs/logLenses';
import { registerLogTables } from './logs/logTableEditor';
import { LogInfos } from './logs/logInfos';
import { followStatus } from './follow/followStatus';
import { Following } from './follow/following';
import { Panels } from './panel/panels';
import { takeUpLeft } from './python/leftTrainings';
import { pythonStatus } from './python/pythonStatus';
import { PythonTrainings } from './python/pythonTrainings';
import { Reports } from './shared/reports';
import { RunFolders } from './shared/runFolders';
import type { Services } from './shared/services';
import { Sessions } from './session/sessions';
import { engineLimits, followEngineLimits, setting } from './shared/settings';
import { statusBar } from './views/statusBar';
import { registerTraining } from './trainings/registerTrainings';
import { TrainingManager } from './trainings/trainingManager';
import { DetailsView } from './views/detailsView';
import { InstancesView } from './views/instancesView';
import { PatternsView } from './views/patternsView';
import { RunsView } from './views/runsView';
import { SnapshotsView } from './views/snapshotsView';

/** What other extensions, and the tests, get from `activate`. */
export interface ExtensionApi {
  readonly services: Services;
  /** How long activation took, in milliseconds. */
  readonly activationMs: number;
}

/** The window has more to do than we have while it starts, in milliseconds. */
const WARM_AFTER_MS = 400;

/** Called by VS Code. The engine is started by the first request, or shortly after, not here. */
export function activate(context: vscode.ExtensionContext): ExtensionApi {
  const started = performance.now();
  const log = vscode.window.createOutputChannel('Activation Pattern Diagrams', { log: true });
  const services = createServices(context, log);
  const { engine, sessions, runs } = services;

  context.subscriptions.push(
    log,
    engine,
    sessions,
    runs,
    services.reports,
    services.logs,
    services.following,
    followStatus(services),
    services.panels,
    services.instances,
    services.python,
    pythonStatus(services),
    registerCommands(services, {
      ...openCommands(services),
      ...navigateCommands(services),
      ...lookCommands(services),
      ...exportCommands(services),
      ...workCommands(services),
      ...trainingCommands(services),
      ...logCommands(services),
      ...linkCommands(services),
      ...followCommands(services),
      ...pythonCommands(services),
    }),
    contextKeyUpdates(sessions),
    statusBar(sessions),
    ...registerTrees(services),
    registerLogTables(services),
    ...followEngine(services),
    warmEngine(services),
    ...registerTraining(services),
    new LogEditors(services),
    new LogHover(services),
    new LogLenses(services),
    sessions.onDidFail((session) => {
      void reportFailure(log, 'Diagram', session.failure, [refresh]);
    }),
  );
  void services.logs.search();
  void services.following.resume();
  void takeUpLeft(services);
  const activationMs = performance.now() - started;
  log.info(`Activated in ${activationMs.toFixed(0)} ms`);
  return { services, activationMs };
}

const refresh: Remedy = {
  title: 'Refresh',
  run: () => vscode.commands.executeCommand('apd.refresh'),
};

function createServices(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): Services {
  const engine = new EngineClient({
    module: vscode.Uri.joinPath(context.extensionUri, 'dist', 'engine.js').fsPath,
    networkHosts: allowedHosts,
    ...engineLimits(),
  });
  const runs = new RunFolders();
  const sessions = new Sessions(engine, context.workspaceState);
  const base = {
    context,
    log,
    engine,
    runs,
    training: new TrainingManager({ context, log, engine, runs }),
    sessions,
    logs: new LogInfos({ log, engine, runs, sessions }),
    following: new Following({ log, engine, runs, memento: context.workspaceState }),
    reports: new Reports(),
    datasets: new DatasetMemory(context.workspaceState),
  };
  // Panels and the instances tree are services themselves and need the others.
  const services = base as typeof base & {
    panels: Panels;
    instances: InstancesView;
    python: PythonTrainings;
  };
  services.panels = new Panels(services, (model) => runOfModels(services, [model.fsPath]));
  services.instances = new InstancesView(services);
  services.python = new PythonTrainings(services);
  return services;
}

function registerTrees(
  services: Pick<Services, 'context' | 'log' | 'engine' | 'sessions' | 'runs' | 'logs' | 'training'>,
): vscode.Disposable[] {
  const runs = new RunsView(services);
  const patterns = new PatternsView(services);
  const details = new DetailsView(services);
  const snapshots = new SnapshotsView(services);
  return [runs, snapshots, patterns, details, createTreeView('apd.patterns', patterns)];
}

/** Starts the engine as language servers are started: where the workspace has something for it, once that is quiet. */
function warmEngine({ engine, log }: Pick<Services, 'log' | 'engine'>): vscode.Disposable {
  const prepare = async () => {
    try {
      const { backend } = await engine.request('engine/prepare', { engine: setting('apd.inferenceEngine') });
      log.debug(`The engine is ready to record with ${backend}`);
    } catch (error) {
      // Who records is told; who only looks at runs needs none of it.
      log.info(`The engine cannot record: ${messageOf(error)}`);
    }
  };
  const timer = setTimeout(() => void prepare(), WARM_AFTER_MS);
  return new vscode.Disposable(() => clearTimeout(timer));
}

function followEngine({ engine, log }: Pick<Services, 'log' | 'engine'>): vscode.Disposable[] {
  return [
    followEngineLimits(engine),
    engine.on('engine/log', ({ level, text }) => log[level](text)),
    engine.onExit(({ reason }) => {
      const message = `${reason}. It starts again with the next request; finished snapshots are kept.`;
      void reportFailure(log, 'The engine stopped', new Error(message), [refresh]);
    }),
  ];
}
