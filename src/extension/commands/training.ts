import * as path from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../shared/failures';
import type { Services } from '../shared/services';
import { chosenConfiguration, runsOf } from '../trainings/configurations';
import { installNative } from '../trainings/installNative';
import { chooseNative } from '../trainings/nativeFolders';
import { manageTrainings } from '../trainings/manageTrainings';
import { newConfiguration } from '../trainings/newConfiguration';
import { openTrainingExample } from '../trainings/trainingExample';
import { branchFrom, goOn, startTraining, trainMore } from '../trainings/startTraining';
import { canGoOn, hasEpochsLeft, type Standing } from '../trainings/trainingWording';
import { activeSession } from './activeSession';
import { folderOf, pickRun, type RunTarget } from './openDiagram';
import type { CommandHandlers } from './registry';
import { showQuickPick } from '../shared/messages';
import { pluralise, snapshotName } from '../../core/wording';

/** Commands that train, and look after trainings. */
export function trainingCommands(
  services: Pick<Services, 'context' | 'log' | 'engine' | 'sessions' | 'runs' | 'training' | 'panels'>,
) {
  const { training } = services;
  return {
    'apd.train': async (uri?: vscode.Uri) => {
      const config = await chosenConfiguration('Train', uri);
      if (config !== undefined) await startTraining(services, config);
    },
    'apd.pauseTraining': () => training.pause(true),
    'apd.resumeTraining': () => training.pause(false),
    'apd.stopTraining': (target?: RunTarget) => {
      const folder = folderOf(target);
      const meant = folder === undefined ? training.current : training.of(folder);
      if (meant) training.stop(meant);
    },
    'apd.manageTrainings': () => manageTrainings(services),
    'apd.continueTraining': async (target?: RunTarget) => {
      const run = await chosenRun(services, 'Continue Training', target, hasEpochsLeft);
      if (run !== undefined) await goOn(services, run);
    },
    'apd.trainMore': async (target?: RunTarget, epochs?: unknown) => {
      const run = await chosenRun(services, 'Train More Epochs', target, canGoOn);
      const more = typeof epochs === 'number' ? epochs : undefined;
      if (run !== undefined) await trainMore(services, run, more);
    },
    'apd.branchTraining': async (target?: RunTarget | { folder: string; snapshot: number }) => {
      const run = await chosenRun(services, 'Restart from Snapshot', target, canGoOn);
      if (run === undefined) return;
      const given = target && 'snapshot' in target ? target.snapshot : undefined;
      const snapshot = given ?? (await pickWholeEpoch(services, run));
      if (snapshot !== undefined) await branchFrom(services, run, snapshot);
    },
    'apd.openTrainingExample': (example?: unknown) =>
      openTrainingExample(services, typeof example === 'string' ? example : undefined),
    'apd.newTraining': (uri?: vscode.Uri) => newConfiguration(services, uri),
    'apd.openRunsOfConfiguration': async (uri?: vscode.Uri) => {
      const config = await chosenConfiguration('Open Runs of Configuration', uri);
      if (config !== undefined) await openRunsOf(services, config);
    },
    'apd.installNativeBackend': () => installNative(services),
    'apd.chooseNativeBackend': () => chooseNative(services.context),
    'apd.followLatest': () => activeSession(services).session.followLatest(true),
    'apd.holdSnapshot': () => activeSession(services).session.followLatest(false),
  } satisfies CommandHandlers;
}

/**
 * The run of a menu or of the active diagram, or one that the user picks.
 * @param suits which runs are meant, by how their training stands; that of a menu is taken as it is
 */
async function chosenRun(
  services: Pick<Services, 'sessions' | 'runs' | 'training'>,
  title: string,
  target: RunTarget | undefined,
  suits: (standing: Standing) => boolean,
): Promise<string | undefined> {
  const given = folderOf(target);
  if (given !== undefined) return given;
  const { sessions, training } = services;
  const active = sessions.active?.folder;
  const suiting = await training.runsThat(suits, active);
  if (active !== undefined && suiting.includes(active)) return active;
  if (suiting.length === 0) {
    throw new UserError('no run of the workspace can be gone on with; “APD: Train…” makes one');
  }
  return pickRun(services, title, suiting);
}

/** Lets the user pick a snapshot that training can start anew from: one after a whole epoch. */
async function pickWholeEpoch(services: Pick<Services, 'engine'>, run: string): Promise<number | undefined> {
  const { snapshots, name } = await services.engine.request('run/open', { folder: run });
  const items = snapshots
    .map((entry, snapshot) => ({ label: snapshotName(entry), entry, snapshot }))
    .filter(({ entry }) => entry.model !== undefined && Number.isInteger(entry.epoch));
  if (items.length === 0) throw new UserError(`${run}: has no snapshot after a whole epoch`);
  const placeHolder = 'Snapshot to start anew from; the run stays as it is';
  const picked = await showQuickPick(items, {
    title: `Restart ${name} from Snapshot`,
    placeHolder,
  });
  return picked?.snapshot;
}

async function openRunsOf(
  services: Pick<Services, 'engine' | 'runs' | 'panels'>,
  config: string,
): Promise<void> {
  const document = await vscode.workspace.openTextDocument(config);
  const runs = await runsOf(services, config, document.getText());
  if (runs.length === 0) {
    throw new UserError(`${path.basename(config)} has no runs yet; “APD: Train…” makes one`);
  }
  const title = `${pluralise(runs.length, 'run')} of ${path.basename(config)}`;
  const run = runs.length === 1 ? runs[0] : await pickRun(services, title, runs);
  if (run !== undefined) await services.panels.open(run);
}
