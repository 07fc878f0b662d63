import * as path from 'node:path';
import * as vscode from 'vscode';
import type { RunInfo } from '../../protocol/engine';
import { chooseDataset } from '../recording/datasetChoice';
import type { DatasetChoice } from '../recording/datasetMemory';
import { UserError } from '../shared/failures';
import type { Followed } from '../follow/following';
import { runFolderOf } from '../recording/recordModel';
import type { Services } from '../shared/services';
import { folderOf, type RunTarget } from './openDiagram';
import type { CommandHandlers } from './registry';
import { showInformationMessage, showOpenDialog, showQuickPick } from '../shared/messages';
import { MANIFEST_NAME } from '../../runs/manifest';
import { MODEL_JSON, checkpointsFolder, isModelJson, isModelName } from '../../runs/checkpoints/modelFile';

type Needs = Pick<Services, 'context' | 'log' | 'engine' | 'sessions' | 'following' | 'datasets' | 'panels'>;

/** Commands that record checkpoints as they come. */
export function followCommands(services: Needs) {
  return {
    'apd.followCheckpoints': async (
      target?: RunTarget,
      _all?: unknown,
      options?: { dataset?: DatasetChoice },
    ) => {
      services.engine.warm();
      const run = await runMeant(services, target);
      if (run !== undefined) return followRun(services, run);
      const folder = target instanceof vscode.Uri ? target.fsPath : await browse('Folder of Checkpoints');
      if (folder !== undefined) await followFolder(services, folder, options?.dataset);
    },
    'apd.pauseFollowing': async (target?: RunTarget) => {
      const wanted = folderOf(target) ?? services.sessions.active?.folder;
      const { all } = services.following;
      const state = all.find(({ folder }) => folder === wanted) ?? (await pickFollowed(services));
      if (!state) return;
      const { folder, checkpoints } = state;
      const paused = await services.following.pause(folder);
      const message = `Checkpoints of ${checkpoints} are not recorded any more.`;
      const again = 'Follow Again';
      if ((await showInformationMessage(message, again)) === again) {
        await followAgain(services, paused ?? { folder, checkpoints });
      }
    },
  } satisfies CommandHandlers;
}

/**
 * The run that a menu or tree means, or that of the active diagram where its checkpoints come from elsewhere; undefined
 * where a plain folder is meant, or nothing.
 */
async function runMeant(
  services: Pick<Services, 'sessions'>,
  target: RunTarget | undefined,
): Promise<string | undefined> {
  const folder = folderOf(target);
  if (folder === undefined) {
    const { active } = services.sessions;
    return active?.run?.training ? undefined : active?.folder;
  }
  if (!(target instanceof vscode.Uri)) return folder;
  return (await isRun(folder)) ? folder : undefined;
}

/** Goes on with what was paused; a run that had not begun yet begins as it would have. */
async function followAgain(
  services: Pick<Services, 'following' | 'panels'>,
  { folder, checkpoints, source }: Followed,
): Promise<void> {
  if (tellFollowed(services, folder)) return;
  if (source && !(await isRun(folder))) await follow(services, { folder, checkpoints, source });
  else await services.following.follow({ folder, checkpoints });
}

async function followRun(
  services: Pick<Services, 'engine' | 'sessions' | 'following' | 'panels'>,
  folder: string,
): Promise<void> {
  if (tellFollowed(services, folder)) return;
  const run = await services.engine.request('run/open', { folder });
  if (run.training) {
    const problem = 'is trained here, so its snapshots come by themselves; nothing is to be followed';
    throw new UserError(`${run.name} ${problem}`);
  }
  const checkpoints = (await folderOfRun(services, folder)) ?? (await browse(`Checkpoints of ${run.name}`));
  if (checkpoints === undefined) return;
  await services.following.follow({ folder, checkpoints });
  if (services.sessions.of(folder).length === 0) await services.panels.open(folder, { follow: true });
  for (const session of services.sessions.of(folder)) session.followLatest(true);
}

/** Follows a folder into the run of its checkpoints: the one that is there, or a new one on data that are asked for. */
async function followFolder(services: Needs, checkpoints: string, given?: DatasetChoice): Promise<void> {
  const model = await someModel(checkpoints);
  // As if there were several already: the run is called as the folder is.
  const pair = [model, `${model}.next.onnx`];
  const usual = isModelJson(model)
    ? path.join(path.dirname(runFolderOf(services, [model])), path.basename(checkpoints))
    : runFolderOf(services, pair);
  const folder = await runOfFolder(services, usual, checkpoints);
  if (tellFollowed(services, folder)) return;
  if (await isRun(folder)) return followRun(services, folder);
  const dataset = given ?? services.datasets.of(model) ?? (await chooseDataset(services, model, false));
  if (!dataset) return;
  await follow(services, { folder, checkpoints, source: { ...dataset, name: path.basename(folder) } });
  if (await isFile(model)) await services.datasets.remember([model], dataset);
}

/** The run of a folder of checkpoints: that of its name, or another where that one is of checkpoints elsewhere. */
async function runOfFolder(
  services: Pick<Services, 'engine' | 'following'>,
  usual: string,
  checkpoints: string,
): Promise<string> {
  for (let n = 1; ; n++) {
    const folder = n === 1 ? usual : `${usual}-${n}`;
    const followed = services.following.of(folder);
    if (followed) {
      if (followed.checkpoints === checkpoints) return folder;
      continue;
    }
    if (!(await isRun(folder))) return folder;
    if ((await folderOfRun(services, folder)) === checkpoints) return folder;
  }
}

/** The folder that the checkpoints of a run come from. */
async function folderOfRun(services: Pick<Services, 'engine'>, folder: string): Promise<string | undefined> {
  const { checkpoints } = await services.engine.request('follow/folder', { folder });
  return checkpoints ?? folderOfModels(await services.engine.request('run/open', { folder }));
}

/** Follows into a new run; its panel waits for the first snapshot. */
async function follow(services: Pick<Services, 'following' | 'panels'>, followed: Followed): Promise<void> {
  const { folder, checkpoints } = followed;
  const prepared = services.panels.prepare(folder, `Waiting for checkpoints in ${checkpoints}…`);
  const first = services.following.onDidTakeSnapshot((note) => {
    if (note.folder !== folder) return;
    first.dispose();
    void services.panels.open(folder, { follow: true });
  });
  const ended = services.following.onDidChange((state) => {
    if (state.folder !== folder || state.status === 'following') return;
    first.dispose();
    ended.dispose();
    prepared.dispose();
  });
  try {
    await services.following.follow(followed);
  } catch (error) {
    prepared.dispose();
    first.dispose();
    ended.dispose();
    throw error;
  }
}

function tellFollowed(services: Pick<Services, 'following'>, folder: string): boolean {
  const state = services.following.of(folder);
  if (!state) return false;
  const message = `Checkpoints of ${state.checkpoints} are recorded as they come.`;
  const pause = 'Pause';
  void showInformationMessage(message, pause).then(async (chosen) => {
    if (chosen === pause) await vscode.commands.executeCommand('apd.pauseFollowing', { folder });
  });
  return true;
}

/** The folder that all models of a run are checkpoints of. */
function folderOfModels({ snapshots }: RunInfo): string | undefined {
  const folders = new Set(
    snapshots.map(({ model }) => (model === undefined ? undefined : checkpointsFolder(model))),
  );
  const [folder] = folders;
  return folders.size === 1 ? folder : undefined;
}

/** A model of a folder, for its data and its name; one that may come where there is none yet. */
async function someModel(folder: string): Promise<string> {
  const entries = await vscode.workspace.fs.readDirectory(vscode.Uri.file(folder));
  const own = entries.find(([name]) => isModelName(name));
  if (own) return path.join(folder, own[0]);
  for (const [name, type] of entries) {
    if (!(type & vscode.FileType.Directory)) continue;
    const model = path.join(folder, name, MODEL_JSON);
    if (await isFile(model)) return model;
  }
  return path.join(folder, 'model.onnx');
}

function isRun(folder: string): Promise<boolean> {
  return isFile(path.join(folder, MANIFEST_NAME));
}

async function isFile(file: string): Promise<boolean> {
  return vscode.workspace.fs.stat(vscode.Uri.file(file)).then(
    ({ type }) => (type & vscode.FileType.File) !== 0,
    () => false,
  );
}

async function browse(title: string): Promise<string | undefined> {
  const chosen = await showOpenDialog({
    title,
    canSelectFiles: false,
    canSelectFolders: true,
    openLabel: 'Follow',
  });
  return chosen?.[0]?.fsPath;
}

async function pickFollowed(services: Pick<Services, 'following'>) {
  const { all } = services.following;
  if (all.length <= 1) return all[0];
  const items = all.map((state) => ({
    icon: 'radio-tower',
    label: `${path.basename(state.folder)}`,
    description: state.checkpoints,
    state,
  }));
  const picked = await showQuickPick(items, { title: 'Pause Following', placeHolder: 'Run' });
  return picked?.state;
}
