import path from 'node:path';
import { naturalOrder } from '../../data/naturalOrder';
import { EntryBudget, listFolder } from '../watching/folderEntries';
import { isOtherModelName } from './modelFile';

/**
 * Models, and weights without a network, that lie in a folder of checkpoints and are not opened here, by their names;
 * absolute paths in natural order. A folder that is not there has none.
 * @throws InputError where the folder has too many entries, is a file, or cannot be read
 */
export async function listOtherFiles(folder: string): Promise<string[]> {
  const { files } = await listFolder(path.resolve(folder), new EntryBudget(folder));
  return files.filter(isOtherModelName).sort(naturalOrder);
}
