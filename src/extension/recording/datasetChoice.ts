import * as path from 'node:path';
import type { DatasetGuess } from '../../protocol/engine';
import type { DatasetChoice } from './datasetMemory';
import { parseScalingText, scalingText } from './scalingText';
import type { Services } from '../shared/services';
import { showInputBox, showOpenDialog, showQuickPick, type PickItem } from '../shared/messages';

type Needs = Pick<Services, 'log' | 'engine' | 'datasets'>;

/** Files whose numbers are most likely pixels from 0 to 255. */
const pixelNames = /ubyte|\.idx\d?(\.gz)?$|images?$/i;
const dataFilters = {
  'Data (npy, npz, IDX, CSV)': ['npy', 'npz', 'csv', 'tsv', 'txt', 'gz', 'idx', '*'],
};

interface Item extends PickItem {
  choice?: DatasetChoice;
  browse?: 'files' | 'folder';
}

/**
 * Asks for the data of a model: what was chosen before, what lies beside it, or any file.
 * @param model absolute path
 * @param thorough also ask for the scaling when the data does not look like pixels
 * @returns undefined when the user gave up
 */
export async function chooseDataset(
  services: Needs,
  model: string,
  thorough: boolean,
): Promise<DatasetChoice | undefined> {
  const title = `Dataset of ${path.basename(model)}`;
  const picked = await showQuickPick(offers(services, model), {
    title,
    placeHolder: 'Instances whose activation patterns are recorded',
    matchOnDescription: true,
  });
  if (!picked) return undefined;
  if (picked.choice) return askScaling(title, picked.choice, thorough && picked.choice.scale === undefined);
  const browsed = await browse(title, picked.browse === 'folder');
  return browsed && askScaling(title, browsed, true);
}

async function offers(services: Needs, model: string): Promise<Item[]> {
  const items: Item[] = [];
  const seen = new Set<string>();
  const add = (choice: DatasetChoice, reason: string) => {
    const key = JSON.stringify([choice.data, choice.labels ?? null]);
    if (seen.has(key)) return;
    seen.add(key);
    items.push({
      icon: 'database',
      label: `${filesText(choice)}`,
      description: reason,
      detail: scaledText(choice),
      choice,
    });
  };
  const own = services.datasets.of(model);
  if (own) add(own, 'chosen before');
  const sibling = services.datasets.ofSibling(model);
  if (sibling) add(sibling.choice, `as for ${path.basename(sibling.model)}`);
  for (const guess of await guesses(services, model)) {
    add(
      { data: [guess.data], labels: guess.labels === undefined ? undefined : [guess.labels] },
      guess.reason,
    );
  }
  items.push({ icon: 'folder-opened', label: 'Browse for Files…', browse: 'files', alwaysShow: true });
  items.push({
    icon: 'file-media',
    label: 'Browse for a Folder of Images…',
    description: 'a subfolder a class',
    browse: 'folder',
    alwaysShow: true,
  });
  return items;
}

async function guesses(services: Pick<Services, 'log' | 'engine'>, model: string): Promise<DatasetGuess[]> {
  try {
    return await services.engine.request('data/guess', { model });
  } catch (error) {
    // Guessing is a courtesy: the user can still browse.
    services.log.warn(`Data beside ${model}: ${String(error)}`);
    return [];
  }
}

async function browse(title: string, folder: boolean): Promise<DatasetChoice | undefined> {
  const data = await showOpenDialog({
    title,
    canSelectFiles: !folder,
    canSelectFolders: folder,
    canSelectMany: false,
    openLabel: 'Use as Data',
    filters: folder ? undefined : dataFilters,
  });
  if (!data?.length) return undefined;
  const choice: DatasetChoice = { data: data.map((uri) => uri.fsPath) };
  return folder ? choice : askLabels(title, choice);
}

async function askLabels(title: string, choice: DatasetChoice): Promise<DatasetChoice | undefined> {
  const table = /\.(csv|tsv|txt)(\.gz)?$/i.test(choice.data[0]);
  const inFile = table
    ? { icon: 'check', label: 'The last column of the table', labels: 'same' as const }
    : { icon: 'check', label: 'In the same file, or none', labels: 'same' as const };
  const picked = await showQuickPick(
    [
      inFile,
      ...(table
        ? [{ icon: 'list-selection', label: 'Another column of the table…', labels: 'column' as const }]
        : []),
      { icon: 'file', label: 'In a file of their own…', labels: 'file' as const },
      ...(table ? [{ icon: 'circle-slash', label: 'There are no labels', labels: 'none' as const }] : []),
    ],
    { title, placeHolder: 'Where are the labels?' },
  );
  switch (picked?.labels) {
    case undefined:
      return undefined;
    case 'same':
      return choice;
    case 'none':
      return { ...choice, labelColumn: false };
    case 'column': {
      const labelColumn = await showInputBox({
        title,
        prompt: 'Label column: its name, or its number from 0',
      });
      return labelColumn ? { ...choice, labelColumn } : undefined;
    }
    case 'file': {
      const file = await showOpenDialog({
        title,
        openLabel: 'Use as Labels',
        filters: dataFilters,
      });
      return file?.length ? { ...choice, labels: [file[0].fsPath] } : undefined;
    }
  }
}

/** Asks how numbers are scaled where it may matter; the answer is remembered with the dataset. */
async function askScaling(
  title: string,
  choice: DatasetChoice,
  ask: boolean,
): Promise<DatasetChoice | undefined> {
  const known = choice.scale !== undefined || choice.mean !== undefined || choice.std !== undefined;
  const pixels = choice.data.some((file) => pixelNames.test(file));
  if (known || !(ask || pixels)) return choice;
  const text = await showInputBox({
    title,
    prompt:
      'Scaling: numbers become (x·scale − mean) / std, as in training. For example 1/255, or 1/255 mean 0.1307 std 0.3081. Empty: as they are in the file.',
    value: pixels ? '1/255' : scalingText(choice),
    validateInput: (value) => {
      const parsed = parseScalingText(value);
      return 'problem' in parsed ? parsed.problem : undefined;
    },
  });
  if (text === undefined) return undefined;
  const parsed = parseScalingText(text);
  return 'problem' in parsed ? undefined : { ...choice, ...parsed };
}

function filesText({ data, labels }: DatasetChoice): string {
  const names = [...data, ...(labels ?? [])].map((file) => path.basename(file));
  return names.join(' + ');
}

function scaledText(choice: DatasetChoice): string | undefined {
  const text = scalingText(choice);
  return text ? `scaled: ${text}` : undefined;
}
