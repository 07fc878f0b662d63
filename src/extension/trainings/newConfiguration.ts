import { writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { Services } from '../shared/services';
import { CONFIGURATION_ENDING, starterName } from './configurationNames';
import { showOpenDialog } from '../shared/messages';

const dataFilters = {
  'Data (npy, npz, HDF5, safetensors, IDX, CSV, Parquet)': [
    ...['npy', 'npz', 'h5', 'hdf5', 'safetensors', 'csv', 'tsv', 'txt', 'parquet', 'gz', 'idx', '*'],
  ],
};
/**
 * Writes a commented configuration for a dataset beside it, and opens it.
 * @param given dataset; asked for when absent
 */
export async function newConfiguration(
  services: Pick<Services, 'engine'>,
  given?: vscode.Uri,
): Promise<void> {
  const data = given instanceof vscode.Uri ? given : await askData();
  if (!data) return;
  const { text } = await services.engine.request('training/starter', { data: data.fsPath });
  const file = await writeNew(data.fsPath, text);
  await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: false });
}

async function askData(): Promise<vscode.Uri | undefined> {
  const chosen = await showOpenDialog({
    title: 'New Training Configuration',
    openLabel: 'Use as Data',
    filters: dataFilters,
  });
  return chosen?.[0];
}

/** Writes beside the data, under the first name that is free: nothing is overwritten. */
async function writeNew(data: string, text: string): Promise<string> {
  const name = starterName(data);
  for (let n = 1; ; n++) {
    const file = path.join(path.dirname(data), `${name}${n === 1 ? '' : `-${n}`}${CONFIGURATION_ENDING}`);
    try {
      await writeFile(file, text, { flag: 'wx' });
      return file;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}
