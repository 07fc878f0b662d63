import { readdir } from 'node:fs/promises';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { chooseDataset } from '../recording/datasetChoice';
import type { DatasetChoice } from '../recording/datasetMemory';
import { filesInTrainingOrder } from '../recording/modelNames';
import { modelOfActiveTab, modelsOf, pickModels } from '../recording/modelFiles';
import { tellOfOther } from '../recording/otherModels';
import { recordOrReopen, type RecordingStages } from '../recording/recordModel';
import { messageOf } from '../shared/failures';
import type { Services } from '../shared/services';
import type { CommandHandlers } from './registry';
import { showInformationMessage, showOpenDialog, showQuickPick } from '../shared/messages';
import { MANIFEST_NAME } from '../../runs/manifest';

type Needs = Pick<Services, 'context' | 'log' | 'engine' | 'runs' | 'following' | 'datasets' | 'panels'>;

/** What callers of `apd.openModel` may give besides the models. */
interface OpenModelOptions {
  dataset?: DatasetChoice;
}

/** Commands that open something. */
export function openCommands(services: Needs) {
  return {
    'apd.openModel': async (uri?: vscode.Uri, uris?: vscode.Uri[], options?: OpenModelOptions) => {
      // It starts while files are looked at and data is chosen.
      services.engine.warm();
      const resources = await chosenModels(uri, uris);
      if (!resources || (await tellOfOther(services, resources))) return;
      await openModels(services, await modelsOf(resources), options?.dataset);
    },
    'apd.openRun': async (target?: RunTarget) => {
      services.engine.warm();
      const folder = folderOf(target) ?? (await pickRun(services));
      if (folder !== undefined) await services.panels.open(folder);
    },
    'apd.openExample': () => openExample(services),
    'apd.chooseDataset': async (uri?: vscode.Uri, uris?: vscode.Uri[]) => {
      const resources = await chosenModels(uri, uris);
      if (!resources) return;
      const models = await modelsOf(resources);
      const choice = await chooseDataset(services, models[0], true);
      if (!choice) return;
      await services.datasets.remember(models, choice);
      const open = 'Open Diagram';
      const which = models.length > 1 ? `${models.length} models` : path.basename(models[0]);
      const message = `Dataset of ${which}: ${choice.data.join(', ')}`;
      if ((await showInformationMessage(message, open)) === open) {
        await openModels(services, models, choice);
      }
    },
  } satisfies CommandHandlers;
}

/**
 * Records models, or reopens their run.
 * @returns folder of the run; undefined when the user gave up
 */
export async function runOfModels(
  services: Pick<Services, 'context' | 'log' | 'engine' | 'runs' | 'following' | 'datasets'>,
  models: string[],
  given?: DatasetChoice,
  stages?: RecordingStages,
): Promise<string | undefined> {
  const dataset =
    given ?? services.datasets.of(models[0]) ?? (await chooseDataset(services, models[0], false));
  if (!dataset) return undefined;
  const folder = await recordOrReopen(services, { models, dataset }, stages);
  // Remembered only now: data that could not be used is asked for again. The diagram does not wait for it.
  if (folder !== undefined) void remember(services, models, dataset);
  return folder;
}

async function remember(
  services: Pick<Services, 'log' | 'datasets'>,
  models: string[],
  dataset: DatasetChoice,
): Promise<void> {
  try {
    await services.datasets.remember(models, dataset);
  } catch (error) {
    services.log.error(`Datasets cannot be remembered: ${messageOf(error)}`);
  }
}

async function openModels(services: Needs, models: string[], dataset?: DatasetChoice): Promise<void> {
  await showRecorded(services, models, (stages) => runOfModels(services, models, dataset, stages));
}

/** Shows the run that comes of some models; its page loads while they are recorded. */
async function showRecorded(
  services: Pick<Services, 'panels'>,
  models: string[],
  record: (stages: RecordingStages) => Promise<string | undefined>,
): Promise<void> {
  const { panels } = services;
  const what = models.length > 1 ? `${models.length} models` : path.basename(models[0]);
  const message = `Recording the activation patterns of ${what}…`;
  let prepared: vscode.Disposable | undefined;
  try {
    const folder = await record({
      onStart: (run) => {
        prepared = panels.prepare(run, message);
      },
      // With many checkpoints the first is looked at while the others are recorded.
      onFirst: models.length > 1 ? (run) => void panels.open(run) : undefined,
    });
    if (folder !== undefined) await panels.open(folder);
  } finally {
    prepared?.dispose();
  }
}

async function chosenModels(uri?: vscode.Uri, uris?: vscode.Uri[]): Promise<vscode.Uri[] | undefined> {
  if (Array.isArray(uris) && uris.length > 1) return uris;
  if (uri instanceof vscode.Uri) return [uri];
  const shown = modelOfActiveTab();
  return shown ? [shown] : pickModels('Open Diagram for Model');
}

/** A run as menus and trees hand it over: a folder, its manifest, or an entry of the Runs tree. */
export type RunTarget = vscode.Uri | { folder: string };

/** Folder that a menu or tree means. */
export function folderOf(target: RunTarget | undefined): string | undefined {
  if (target instanceof vscode.Uri) {
    return path.basename(target.fsPath) === MANIFEST_NAME ? path.dirname(target.fsPath) : target.fsPath;
  }
  return target?.folder;
}

/**
 * Lets the user pick a run, or browse for one.
 * @param among runs to offer; those of the workspace when absent
 */
export async function pickRun(
  services: Pick<Services, 'runs'>,
  title = 'Open Run',
  among?: readonly string[],
): Promise<string | undefined> {
  const runs = among ?? (await services.runs.list());
  const items = runs.map((folder) => ({
    icon: 'type-hierarchy',
    label: `${path.basename(folder)}`,
    description: vscode.workspace.asRelativePath(path.dirname(folder)),
    folder: folder as string | undefined,
  }));
  items.push({
    icon: 'folder-opened',
    label: 'Browse…',
    description: `a folder with ${MANIFEST_NAME}`,
    folder: undefined,
  });
  const picked = await showQuickPick(items, {
    title,
    placeHolder: 'Run to look at',
  });
  if (!picked || picked.folder !== undefined) return picked?.folder;
  const chosen = await showOpenDialog({
    title,
    canSelectFiles: false,
    canSelectFolders: true,
    openLabel: 'Choose Run',
  });
  return chosen?.[0]?.fsPath;
}

/** Records the example that comes with the extension, once, and opens it. */
async function openExample(
  services: Pick<Services, 'context' | 'log' | 'engine' | 'runs' | 'following' | 'panels'>,
): Promise<void> {
  services.engine.warm();
  const example = vscode.Uri.joinPath(services.context.extensionUri, 'examples', 'digits').fsPath;
  const names = (await readdir(example)).filter((name) => name.endsWith('.onnx'));
  const models = filesInTrainingOrder(names.map((name) => path.join(example, name)));
  const dataset = { data: [path.join(example, 'x.npy')], labels: [path.join(example, 'y.npy')] };
  const folder = path.join(services.context.globalStorageUri.fsPath, 'examples', 'digits');
  await showRecorded(services, models, (stages) =>
    recordOrReopen(services, { models, dataset, folder }, stages),
  );
}
