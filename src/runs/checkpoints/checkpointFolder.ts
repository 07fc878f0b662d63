import { stat } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../../core/errors';
import { naturalOrder } from '../../data/naturalOrder';
import { readCheckpointName } from './checkpointName';
import { EntryBudget, listFolder, type FolderEntries } from '../watching/folderEntries';
import { addAll } from '../../core/lists';
import { isModelJson, isModelName } from './modelFile';

/** A checkpoint on disk. */
export interface CheckpointFile {
  /** Absolute path of the model's file (`.onnx`, `.keras`, `.h5`, `model.json`). */
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
const SIDE_BY_SIDE = 32;

/**
 * The checkpoints in a folder: models in it and one level deep (`checkpoint-500/model.onnx`,
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
  for (let at = 0; at < groups.length; at += SIDE_BY_SIDE) {
    const some = await Promise.all(groups.slice(at, at + SIDE_BY_SIDE).map(measure));
    addAll(
      found,
      some.filter((checkpoint) => checkpoint !== undefined),
    );
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
    if (isModelJson(file)) return [[file, ...shards]];
    if (!isModelName(file)) return [];
    if (!/\.onnx$/i.test(file)) return [[file]];
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
