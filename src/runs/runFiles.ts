import { lstat, realpath, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { namesIn } from './leftovers';
import { MODEL_JSON } from './checkpoints/modelFile';

/** Number of an epoch or step in a name. */
const NUMBER = String.raw`-?\d{1,15}(?:\.\d{1,17})?`;
/** Patterns of a snapshot, as writers of runs name them; numbered where a moment has several. */
const patternsName = new RegExp(String.raw`^epoch-${NUMBER}(?:-step-${NUMBER})?(?:-\d{1,6})?\.npz$`);
/** Folder of the model of a snapshot. */
const modelFolderName = new RegExp(String.raw`^epoch-${NUMBER}$`);
/** Files that a training writes into it. */
export const modelFiles: readonly string[] = [MODEL_JSON, 'weights.bin', 'training-state.npz'];
/** Files of a training's own folder. */
const trainingFileName =
  /^(?:state\.json|config\.apd\.json|topology\.json|label-noise\.npz|checkpoint-\d{1,15}\.npz)$/;

/**
 * Removes a file of a run, by its path relative to the run. Only what a run writes is removed, by its name and by what it
 * is: a manifest may say anything, and a link may lead anywhere.
 * @returns whether it was such a file
 */
async function removeOwn(run: string, relative: string): Promise<boolean> {
  const file = path.join(run, relative);
  const found = await lstat(file).catch(() => undefined);
  if (!found?.isFile() || !(await isOwnFolder(run, path.dirname(relative)))) return false;
  await rm(file, { force: true });
  return true;
}

/** Whether a folder of a run is where it seems to be, and no link on the way leads elsewhere. */
async function isOwnFolder(run: string, relative: string): Promise<boolean> {
  const [root, folder] = await Promise.all([run, path.join(run, relative)].map((place) => realpath(place)));
  return folder === path.join(root, relative);
}

/** Removes the patterns of a snapshot that a manifest named, where they are what a run writes. */
export async function removePatterns(run: string, patterns: string): Promise<void> {
  const [room, name, ...more] = patterns.split('/');
  if (room === 'patterns' && name !== undefined && more.length === 0 && patternsName.test(name)) {
    await removeOwn(run, path.join(room, name));
  }
}

/** Removes the patterns that a manifest does not name: of snapshots that were cut, replaced, or never finished. */
export async function removeOtherPatterns(run: string, kept: ReadonlySet<string>): Promise<void> {
  for (const name of await namesIn(path.join(run, 'patterns'))) {
    const patterns = `patterns/${name}`;
    if (!kept.has(patterns)) await removePatterns(run, patterns);
  }
}

/** Removes the models that a training wrote into a run, but for those in the folders that are kept (`models/epoch-0003`). */
export async function removeOtherModels(run: string, kept: ReadonlySet<string>): Promise<void> {
  for (const name of await namesIn(path.join(run, 'models'))) {
    if (!modelFolderName.test(name) || kept.has(`models/${name}`)) continue;
    await removeNamed(run, path.join('models', name), (file) => modelFiles.includes(file));
  }
  if (kept.size === 0) await removeEmpty(path.join(run, 'models'));
}

/** Removes what a training left in a run: its own folder, the models, the log. The state goes first: it cannot be gone on with. */
export async function removeTrainingFiles(run: string): Promise<void> {
  await removeOwn(run, path.join('training', 'state.json'));
  await removeNamed(run, 'training', (name) => trainingFileName.test(name));
  await removeOtherModels(run, new Set());
  await removeOwn(run, 'log.jsonl');
}

/** Removes the files of a folder that have such names, and the folder if it is empty then. */
async function removeNamed(run: string, folder: string, isOwn: (name: string) => boolean): Promise<void> {
  for (const name of await namesIn(path.join(run, folder))) {
    if (isOwn(name)) await removeOwn(run, path.join(folder, name));
  }
  await removeEmpty(path.join(run, folder));
}

async function removeEmpty(folder: string): Promise<void> {
  const found = await lstat(folder).catch(() => undefined);
  // Something else in it stays, and the folder with it.
  if (found?.isDirectory() && (await namesIn(folder)).length === 0) await rmdir(folder);
}

/** Removes the checkpoints of a training but for the one that it goes on from: one that was killed left two. */
export async function removeOtherCheckpoints(run: string, kept: string): Promise<void> {
  for (const name of await namesIn(path.join(run, 'training'))) {
    const checkpoint = `training/${name}`;
    if (/^checkpoint-/.test(name) && checkpoint !== kept) await removeCheckpoint(run, checkpoint);
  }
}

/** Removes the checkpoint of a training that a newer one stands in for. */
export async function removeCheckpoint(run: string, checkpoint: string): Promise<void> {
  const [room, name] = checkpoint.split('/');
  if (room === 'training' && trainingFileName.test(name)) await removeOwn(run, path.join(room, name));
}

/**
 * A file of a run that is to be copied.
 * @returns its real path; undefined where it is no regular file, or a link leads out of the run
 */
export async function fileOfRun(run: string, relative: string): Promise<string | undefined> {
  const root = await realpath(run);
  const file = await realpath(path.resolve(root, relative)).catch(() => undefined);
  if (file === undefined || !file.startsWith(root + path.sep)) return undefined;
  return (await lstat(file)).isFile() ? file : undefined;
}
