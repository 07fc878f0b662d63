import os from 'node:os';
import path from 'node:path';
import { naturalOrder } from '../../data/naturalOrder';
import { EntryBudget, listFolder, type FolderEntries } from '../../runs/watching/folderEntries';
import { recogniseFile } from '../following/followedLog';
import type { LogFormat } from '../formats/log';
import { splitOfFolder } from './splitFolder';
import { addAll } from '../../core/lists';

/** A log that may belong to checkpoints. */
export interface LogBeside {
  /** Absolute path. */
  file: string;
  format: LogFormat;
  /** Where it was found and what it was recognised by, in words. */
  reason: string;
}

/** Logs that are given out, and files that are looked into for them. */
const MOST_LOGS = 20;
const MOST_TRIED = 60;
/** Folders of models in which logs are looked for. */
const MOST_MODEL_FOLDERS = 8;
/** Entries that are looked at in a folder `train` and the like, which may be one of pictures. */
const MOST_OF_SPLIT = 2000;

/** Names of logs, from those that tell the most and are hardly anything else. */
const logNames = [
  /^trainer_state\.json$/,
  /^(?:metrics|results|history)\.csv$/i,
  /^scalars\.json$/,
  /^training.*\.csv$|log\.csv$/i,
  /^log.*\.jsonl$|\.log\.json$/i,
  /^log.*\.(?:json|csv|txt)$/i,
  /\.log$/i,
  /^events\.out\.tfevents\./,
];

/** A file with the name of a log. */
interface Candidate {
  file: string;
  /** 0 beside the checkpoints, more further away; below that, by name, and logs of the training first. */
  rank: number;
  where: string;
}

/**
 * Looks for logs beside checkpoints: in their folder and the one above it, and where Lightning, MMEngine, Hugging Face and
 * Keras (`logs/train`) put theirs. Files are chosen by name and recognised by content.
 * @param folder of the checkpoints
 * @param models paths of checkpoints, which may lie in subfolders
 * @returns the best first, 20 at most; what cannot be read is left out
 */
export async function findLogsBeside(folder: string, models: readonly string[] = []): Promise<LogBeside[]> {
  const places = placesOf(folder, models);
  const candidates = new Map<string, Candidate>();
  for (const [index, { place, where }] of places.entries()) {
    for (const candidate of await candidatesIn(place, where, index)) {
      if (!candidates.has(candidate.file)) candidates.set(candidate.file, candidate);
    }
  }
  const sorted = [...candidates.values()].sort((a, b) => a.rank - b.rank || naturalOrder(b.file, a.file));
  const found: LogBeside[] = [];
  for (const { file, where } of sorted.slice(0, MOST_TRIED)) {
    if (found.length >= MOST_LOGS) break;
    // Nobody asked for this very file: one that cannot be read is no log that was found.
    const recognised = await recogniseFile(file).catch(() => undefined);
    const format = recognised?.format;
    if (recognised && format) found.push({ file, format, reason: `lies ${where} and ${recognised.reason}` });
  }
  return found;
}

/** Folders that are looked through, the nearest first. */
function placesOf(folder: string, models: readonly string[]): { place: string; where: string }[] {
  const root = path.resolve(folder);
  const own = [...new Set([root, ...models.map((model) => path.dirname(path.resolve(model)))])];
  const near = own.slice(0, MOST_MODEL_FOLDERS);
  const above = [...new Set(near.map((place) => path.dirname(place)))];
  // What lies in folders that everything is put into has nothing to do with each other.
  const common = new Set([os.homedir(), os.tmpdir(), path.parse(root).root]);
  return [
    ...near.map((place) => ({ place, where: 'beside the checkpoints' })),
    ...above
      .filter((place) => !near.includes(place) && !common.has(place))
      .map((place) => ({ place, where: 'above the checkpoints' })),
  ];
}

async function candidatesIn(place: string, where: string, index: number): Promise<Candidate[]> {
  const { files, folders } = await entriesOf(place);
  const candidates = named(files, where, index);
  const nested = folders.flatMap((folder) =>
    logFoldersOf(path.basename(folder)).map((inner) => [folder, inner]),
  );
  if (folders.some((folder) => path.basename(folder) === 'lightning_logs')) {
    const versions = (await entriesOf(path.join(place, 'lightning_logs'))).folders;
    for (const version of versions.sort(naturalOrder).reverse().slice(0, MOST_LOGS)) {
      nested.push([version, '']);
    }
  }
  const highest = folders
    .filter((folder) => /^checkpoint-\d+$/.test(path.basename(folder)))
    .sort(naturalOrder)
    .at(-1);
  if (highest !== undefined) nested.push([highest, '']);
  for (const folder of await splitFoldersIn(folders)) {
    const inner = await entriesOf(folder, MOST_OF_SPLIT);
    addAll(candidates, named(inner.files, `${where} in ${path.relative(place, folder)}`, index + 0.5));
  }
  for (const parts of nested) {
    const inner = await entriesOf(path.join(...parts));
    addAll(candidates, named(inner.files, `${where} in ${path.basename(path.join(...parts))}`, index + 0.5));
  }
  return candidates;
}

/** Folders named by a part of the data, among those given and in `logs` and the like among them. */
async function splitFoldersIn(folders: readonly string[]): Promise<string[]> {
  const found = [...folders];
  for (const folder of folders) {
    if (!/^(?:logs?|tensorboard|tb)$/i.test(path.basename(folder))) continue;
    addAll(found, (await entriesOf(folder, MOST_OF_SPLIT)).folders);
  }
  return found.filter((folder) => splitOfFolder(folder) !== undefined);
}

/** Folders inside a folder beside checkpoints in which tools put their logs. */
function logFoldersOf(name: string): string[] {
  if (name === 'vis_data') return [''];
  // MMEngine's folder of a training is named by its time.
  return /^\d{8}_\d{6}$/.test(name) ? ['vis_data'] : [];
}

function named(files: readonly string[], where: string, place: number): Candidate[] {
  return files.flatMap((file) => {
    const kind = logNames.findIndex((name) => name.test(path.basename(file)));
    // Whoever reads the log of the training gets that of the validation with it.
    const behind = splitOfFolder(path.dirname(file)) === 'validation' ? 0.25 : 0;
    return kind < 0 ? [] : [{ file, where, rank: place * logNames.length + kind + behind }];
  });
}

/** What is in a folder; nothing where it cannot be read or has too many entries to look through. */
async function entriesOf(folder: string, most?: number): Promise<FolderEntries> {
  return listFolder(folder, new EntryBudget(folder, most)).catch(() => ({ files: [], folders: [] }));
}
