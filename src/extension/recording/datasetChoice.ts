import * as path from 'node:path';
import type { DatasetGuess } from '../../protocol/engine';
import type { DatasetChoice } from './datasetMemory';
import { describeChoice, reviewed } from './datasetReview';
import { describedText } from './datasetTexts';
import { parseScalingText, scalingText } from './scalingText';
import type { Services } from '../shared/services';
import { showInputBox, showOpenDialog, showQuickPick, type PickItem } from '../shared/messages';

type Needs = Pick<Services, 'log' | 'engine' | 'datasets'>;

/** Files whose numbers are most likely pixels from 0 to 255. */
const pixelNames = /ubyte|\.idx\d?(\.gz)?$|images?$/i;
const dataFilters = {
  'Data (npy, npz, HDF5, safetensors, IDX, CSV, Parquet)': [
    ...['npy', 'npz', 'h5', 'hdf5', 'safetensors', 'csv', 'tsv', 'txt', 'parquet', 'gz', 'idx', '*'],
  ],
};

interface Item extends PickItem {
  choice?: DatasetChoice;
  browse?: 'files' | 'folder';
  /** Asks which of the others is to be read otherwise than it would be. */
  change?: boolean;
}

/** Larger files are not read for a line in a list. */
const OFFER_BYTES = 2 * 1024 ** 2;

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
  const offered = offers(services, model);
  const placeHolder = 'Instances whose activation patterns are recorded';
  const first = await showQuickPick(offered, { title, placeHolder, matchOnDescription: true });
  if (!first) return undefined;
  const picked = first.change ? await pickToChange(title, await offered) : first;
  if (!picked) return undefined;
  const given = picked.choice ?? (await browse(title, picked.browse === 'folder'));
  if (!given) return undefined;
  const isNew = picked.choice === undefined;
  const ask = isNew || (thorough && given.scale === undefined);
  const choice = await askScaling(title, given, ask);
  return choice && reviewed(services, { title, model, choice }, isNew || first.change === true);
}

/** Which of the datasets in a list is to be read otherwise. */
async function pickToChange(title: string, items: readonly Item[]): Promise<Item | undefined> {
  const datasets = items.filter(({ choice }) => choice !== undefined);
  if (datasets.length === 1) return datasets[0];
  return showQuickPick(datasets, { title, placeHolder: 'Columns, classes or size of which dataset?' });
}

async function offers(services: Needs, model: string): Promise<Item[]> {
  const items: (Item & { choice: DatasetChoice })[] = [];
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
  const described: Item[] = await Promise.all(items.map((item) => withDescription(services, model, item)));
  if (described.some(({ detail }) => detail !== undefined)) described.push(changeItem);
  return [...described, ...browseItems];
}

const changeItem: Item = {
  icon: 'settings',
  label: 'Change Columns, Classes or Size…',
  description: 'of one of these',
  change: true,
  alwaysShow: true,
};

const browseItems: readonly Item[] = [
  { icon: 'folder-opened', label: 'Browse for Files…', browse: 'files', alwaysShow: true },
  {
    icon: 'file-media',
    label: 'Browse for a Folder of Images…',
    description: 'a subfolder a class',
    browse: 'folder',
    alwaysShow: true,
  },
];

/** An offer with what its dataset is taken for: columns, label and classes of a table, sizes of images. */
async function withDescription(
  services: Needs,
  model: string,
  item: Item & { choice: DatasetChoice },
): Promise<Item> {
  const [file] = item.choice.data;
  const isArray = /\.(?:npy|npz|idx|h5|hdf5|safetensors|gz)$|ubyte$/i.test(file);
  if (isArray) return item;
  const text = describedText(await describeChoice(services, model, item.choice, OFFER_BYTES));
  const detail = [text, item.detail].filter((part) => part !== undefined).join(' · ');
  return { ...item, detail: detail === '' ? undefined : detail };
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
  const table = /\.(csv|tsv|txt|parquet)(\.gz)?$/i.test(choice.data[0]);
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
