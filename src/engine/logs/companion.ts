import path from 'node:path';
import { InputError } from '../../core/errors';
import { naturalOrder } from '../../data/naturalOrder';
import { EntryBudget, listFolder } from '../../runs/watching/folderEntries';
import { foldersOfOtherSplit, splitOfFolder } from '../../logs/matching/splitFolder';
import { smallest } from '../../core/lists';

/** Entries that are looked at in a folder: those of logs have few, those of pictures are none of logs. */
const MOST_ENTRIES = 2000;
/** Writers of one training are made one after the other, in any order, within this time in seconds. */
const SLACK = 2;

/**
 * The event file that was written beside another one by the same training, for the other part of the data: Keras writes
 * `train/events.out.tfevents.…` and `validation/events.out.tfevents.…`. It is the newest in the neighbouring folder by the
 * time in its name, without those that belong to a training before or after that of the log.
 * @param file absolute path of an event file
 * @returns absolute path of a file with the name of an event file, which is not read for that; undefined where there is none
 */
export async function findCompanion(file: string): Promise<string | undefined> {
  const folder = path.dirname(file);
  for (const other of foldersOfOtherSplit(folder)) {
    const candidates = await eventFilesIn(other);
    if (candidates.length === 0) continue;
    const belongs = await sameTraining(file);
    const companion = candidates.find(belongs);
    if (companion !== undefined) return companion;
  }
  return undefined;
}

/** Tells whether a file of the other part may be of the same training, where names have times. */
async function sameTraining(file: string): Promise<(other: string) => boolean> {
  const began = timeOf(file);
  if (began === undefined) return () => true;
  if (splitOfFolder(path.dirname(file)) === 'validation') {
    return (other) => (timeOf(other) ?? began) <= began + SLACK;
  }
  // Keras makes the file of the validation when it first comes to that, maybe hours later, but before the next training.
  const times = (await eventFilesIn(path.dirname(file))).map(timeOf).filter((time) => time !== undefined);
  const next = smallest(times.filter((time) => time > began));
  return (other) => {
    const time = timeOf(other) ?? began;
    return began - SLACK <= time && time < next - SLACK;
  };
}

/** Seconds since 1970 at which an event file was begun, as its name says. */
function timeOf(file: string): number | undefined {
  const digits = /tfevents\.(\d{9,12})\./.exec(path.basename(file));
  return digits ? Number(digits[1]) : undefined;
}

/** Event files by name, the newest first; none where a folder cannot be listed, as nobody asked for it. */
async function eventFilesIn(folder: string): Promise<string[]> {
  try {
    const { files } = await listFolder(folder, new EntryBudget(folder, MOST_ENTRIES));
    return files
      .filter((file) => /^events\.out\.tfevents\.(?!.*\.profile-empty$)/.test(path.basename(file)))
      .sort((a, b) => naturalOrder(b, a));
  } catch (error) {
    if (error instanceof InputError) return [];
    throw error;
  }
}
