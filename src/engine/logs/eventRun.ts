import path from 'node:path';
import { InputError } from '../../core/errors';
import { naturalOrder } from '../../data/naturalOrder';
import { EntryBudget, listFolder, type FolderEntries } from '../../runs/watching/folderEntries';
import { splitOfFolder } from '../../logs/matching/splitFolder';

/** An event file of a run. */
export interface EventFile {
  /** Absolute path. */
  file: string;
  /** Name of its folder, where it lies below that of the run. */
  folder?: string;
}

/** Entries that are looked at in a folder: those of logs have few, those of pictures are none of logs. */
const MOST_ENTRIES = 2000;
/** Files of a run, and folders below it that are looked into. */
const MOST_FILES = 100;
const MOST_FOLDERS = 50;

/**
 * The event files of the run that one belongs to: a run of TensorBoard is its folder, with all event files in it in the
 * order of their names, and those in folders below it, as `add_scalars` writes them (`loss_train`, `loss_val`).
 * Folders named by a part of the data (`train`) are none below a run: they go by pairs (`findCompanion`).
 * @param file absolute path of an event file
 * @returns the file itself among them; it alone where nothing else belongs to it
 */
export async function findEventRun(file: string): Promise<EventFile[]> {
  const own = path.dirname(file);
  if (splitOfFolder(own) !== undefined) return [{ file }];
  const above = path.dirname(own);
  const beside = eventFilesOf(await entriesOf(above));
  const isBelow = beside.length > 0 && path.basename(own).includes('_');
  const root = isBelow ? above : own;
  const { files, folders } = await entriesOf(root);
  const found: EventFile[] = eventFilesOf({ files, folders }).map((one) => ({ file: one }));
  for (const folder of folders.sort(naturalOrder).slice(0, MOST_FOLDERS)) {
    if (splitOfFolder(folder) !== undefined) continue;
    for (const one of eventFilesOf(await entriesOf(folder))) {
      found.push({ file: one, folder: path.basename(folder) });
    }
  }
  const all = found.slice(0, MOST_FILES);
  return all.some((one) => one.file === file) ? all : [{ file }];
}

function eventFilesOf({ files }: FolderEntries): string[] {
  return files
    .filter((file) => /^events\.out\.tfevents\.(?!.*\.profile-empty$)/.test(path.basename(file)))
    .sort(naturalOrder);
}

/** What is in a folder; nothing where it cannot be listed, as nobody asked for it. */
async function entriesOf(folder: string): Promise<FolderEntries> {
  try {
    return await listFolder(folder, new EntryBudget(folder, MOST_ENTRIES));
  } catch (error) {
    if (error instanceof InputError) return { files: [], folders: [] };
    throw error;
  }
}
