import { stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { InputError } from '../../core/errors';
import { naturalOrder } from '../../data/naturalOrder';
import { readCheckpointName } from './checkpointName';
import { EntryBudget, listFolder, type FolderEntries } from '../watching/folderEntries';
import { recogniseFile } from '../../logs/following/followedLog';
import type { LogFormat } from '../../logs/formats/log';
import { splitOfFolder } from '../../logs/matching/splitFolder';

/** A checkpoint on disk. */
export interface CheckpointFile {
  /** Absolute path of the `.onnx` or `model.json`. */
  file: string;
  /** Bytes, those of the files with its weights included. */
  size: number;
  /** When it or one of these was last written, or came there, in milliseconds since 1970. */
  modified: number;
}

/** A checkpoint with what tells that two paths lead to one file. */
interface MeasuredFile extends CheckpointFile {
  /** Absent where the file system has no numbers of files. */
  identity?: string;
}

/** Files that are looked at side by side. */
const sideBySide = 32;

/**
 * The checkpoints in a folder: `*.onnx` and `model.json` in it and one level deep (`checkpoint-500/model.onnx`,
 * `epoch-3/model.json`), in natural order. Hidden and temporary names are left out. A folder that is not there has none.
 * @throws InputError where the folder has too many entries, is a file, or cannot be read
 */
export async function listCheckpoints(folder: string): Promise<CheckpointFile[]> {
  const root = path.resolve(folder);
  const budget = new EntryBudget(folder);
  const outer = await listFolder(root, budget);
  const all = [outer];
  for (const inner of outer.folders) all.push(await listInner(inner, budget));
  const groups = all.flatMap(({ files }) => checkpointsOf(files));
  const found: MeasuredFile[] = [];
  for (let at = 0; at < groups.length; at += sideBySide) {
    const some = await Promise.all(groups.slice(at, at + sideBySide).map(measure));
    found.push(...some.filter((checkpoint) => checkpoint !== undefined));
  }
  return eachOnce(found.sort((a, b) => naturalOrder(a.file, b.file)));
}

/** Links (`latest -> epoch-3`) make one file appear under several names: the first that tells an epoch or step stays. */
function eachOnce(found: readonly MeasuredFile[]): CheckpointFile[] {
  const chosen = new Map<string, MeasuredFile>();
  const named = ({ file }: MeasuredFile) => readCheckpointName(file).naming !== 'none';
  for (const one of found) {
    const { identity = one.file } = one;
    const other = chosen.get(identity);
    if (!other || (named(one) && !named(other))) chosen.set(identity, one);
  }
  return [...chosen.values()]
    .map(({ file, size, modified }) => ({ file, size, modified }))
    .sort((a, b) => naturalOrder(a.file, b.file));
}

/** A subfolder that cannot be read, such as `lost+found`, does not keep the others from being listed. */
async function listInner(folder: string, budget: EntryBudget): Promise<FolderEntries> {
  return listFolder(folder, budget).catch((error: unknown) => {
    if (budget.exceeded || !(error instanceof InputError)) throw error;
    return { files: [], folders: [] };
  });
}

/** The checkpoints among the files of one folder, each with the files of its weights behind it. */
function checkpointsOf(files: readonly string[]): string[][] {
  const there = new Set(files);
  const shards = files.filter((file) => /\.bin$|shard\d+of\d+$/i.test(file));
  return files.flatMap((file) => {
    if (path.basename(file) === 'model.json') return [[file, ...shards]];
    if (!/\.onnx$/i.test(file)) return [];
    const stem = file.slice(0, -'.onnx'.length);
    const data = [`${file}.data`, `${file}_data`, `${stem}.data`].filter((name) => there.has(name));
    return [[file, ...data]];
  });
}

/** @returns undefined where the files were deleted meanwhile */
async function measure(files: readonly string[]): Promise<MeasuredFile | undefined> {
  const found = await Promise.all(files.map((file) => stat(file).catch(() => undefined)));
  const [model] = found;
  if (!model) return undefined;
  const { dev, ino } = model;
  let size = 0;
  let modified = 0;
  for (const part of found) {
    size += part?.size ?? 0;
    // A file that was copied with its old time, or moved into place, came there when its entry changed.
    modified = Math.max(modified, part?.mtimeMs ?? 0, part?.ctimeMs ?? 0);
  }
  const measured = { file: files[0], size, modified };
  return ino === 0 ? measured : { ...measured, identity: `${dev}:${ino}` };
}

/** A log that may belong to checkpoints. */
export interface LogBeside {
  /** Absolute path. */
  file: string;
  format: LogFormat;
  /** Where it was found and what it was recognised by, in words. */
  reason: string;
}

/** Logs that are given out, and files that are looked into for them. */
const mostLogs = 20;
const mostTried = 60;
/** Folders of models in which logs are looked for. */
const mostModelFolders = 8;
/** Entries that are looked at in a folder `train` and the like, which may be one of pictures. */
const mostOfSplit = 2000;

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
  for (const { file, where } of sorted.slice(0, mostTried)) {
    if (found.length >= mostLogs) break;
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
  const near = own.slice(0, mostModelFolders);
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
    for (const version of versions.sort(naturalOrder).reverse().slice(0, mostLogs))
      nested.push([version, '']);
  }
  const highest = folders
    .filter((folder) => /^checkpoint-\d+$/.test(path.basename(folder)))
    .sort(naturalOrder)
    .at(-1);
  if (highest !== undefined) nested.push([highest, '']);
  for (const folder of await splitFoldersIn(folders)) {
    const inner = await entriesOf(folder, mostOfSplit);
    candidates.push(...named(inner.files, `${where} in ${path.relative(place, folder)}`, index + 0.5));
  }
  for (const parts of nested) {
    const inner = await entriesOf(path.join(...parts));
    candidates.push(...named(inner.files, `${where} in ${path.basename(path.join(...parts))}`, index + 0.5));
  }
  return candidates;
}

/** Folders named by a part of the data, among those given and in `logs` and the like among them. */
async function splitFoldersIn(folders: readonly string[]): Promise<string[]> {
  const found = [...folders];
  for (const folder of folders) {
    if (!/^(?:logs?|tensorboard|tb)$/i.test(path.basename(folder))) continue;
    found.push(...(await entriesOf(folder, mostOfSplit)).folders);
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
