import * as path from 'node:path';
import type { DatasetDescription } from '../../protocol/recording';
import type { DatasetChoice } from './datasetMemory';
import { columnNames, listed, orderProblem } from './datasetTexts';
import { imageFitText, parseImageFitText, sidesText, usualImageFit } from './imageFitText';
import { showInputBox, showQuickPick, type PickItem } from '../shared/messages';
import type { Services } from '../shared/services';

type Needs = Pick<Services, 'log' | 'engine'>;

/** A dataset whose reading is looked at. */
export interface Reviewed {
  title: string;
  /** Absolute path of the model that it is for. */
  model: string;
  choice: DatasetChoice;
}

/** Bytes of a file that is read to be reviewed. */
const REVIEW_BYTES = 64 * 1024 ** 2;
/** What the engine takes a dataset for; nothing where it cannot be asked, which is told when it is recorded. */
export async function describeChoice(
  { engine, log }: Needs,
  model: string,
  choice: DatasetChoice,
  mostBytes = REVIEW_BYTES,
): Promise<DatasetDescription> {
  const { data, labels, labelColumn, features, classes, resize, crop } = choice;
  const params = { model, data, labels, labelColumn, features, classes, resize, crop, mostBytes };
  try {
    return await engine.request('data/describe', params);
  } catch (error) {
    log.warn(`${data.join(', ')}: ${String(error)}`);
    return {};
  }
}

/**
 * Asks for what a recording cannot do without, the size of images of several sizes; and shows, where it is wanted, columns and
 * classes, which can be changed.
 * @returns undefined when the user gave up
 */
export async function reviewed(
  services: Needs,
  asked: Reviewed,
  show: boolean,
): Promise<DatasetChoice | undefined> {
  let choice: DatasetChoice | undefined = asked.choice;
  let description = await describeChoice(services, asked.model, choice);
  if (description.sizes) {
    choice = await askSize({ ...asked, choice }, description);
    if (!choice) return undefined;
    if (show) description = await describeChoice(services, asked.model, choice);
  }
  while (show && (description.columns ?? description.classes ?? description.problem)) {
    const change = await pickChange({ ...asked, choice }, description);
    if (change === undefined) return undefined;
    if (change === 'use') return choice;
    const changed: DatasetChoice | undefined = await changes[change]({ ...asked, choice }, description);
    if (!changed) continue;
    choice = changed;
    description = await describeChoice(services, asked.model, choice);
  }
  return choice;
}

type Change = 'features' | 'label' | 'classes' | 'size';
type ChangeItem = PickItem & { change: Change | 'use' };

/** Shows what a dataset is taken for. @returns what the user wants to change */
async function pickChange(
  { title, choice }: Reviewed,
  description: DatasetDescription,
): Promise<Change | 'use' | undefined> {
  const { columns, classes, problem } = description;
  const items: ChangeItem[] = [
    {
      icon: problem === undefined ? 'check' : 'warning',
      label: 'Use This Dataset',
      description: choice.data.map((file) => path.basename(file)).join(' + '),
      detail: problem,
      change: 'use',
    },
  ];
  if (columns ?? choice.features) {
    const features = columns ? columnNames(description, 'feature') : (choice.features ?? []);
    items.push({
      icon: 'list-selection',
      label: 'Columns…',
      description: listed(features),
      change: 'features',
    });
    const [label] = columnNames(description, 'label');
    const shown = label ?? (choice.labelColumn || 'none');
    items.push({ icon: 'tag', label: 'Label Column…', description: shown, change: 'label' });
  }
  if (classes) {
    const order = classes.sorted ? 'sorted; the model may have another order' : undefined;
    const shown = listed(classes.names);
    items.push({
      icon: 'symbol-enum',
      label: 'Order of Classes…',
      description: shown,
      detail: order,
      change: 'classes',
    });
  }
  if (choice.resize ?? choice.crop) {
    items.push({
      icon: 'file-media',
      label: 'Size of Images…',
      description: imageFitText(choice),
      change: 'size',
    });
  }
  const picked = await showQuickPick(items, { title, placeHolder: 'What the dataset is taken for' });
  return picked?.change;
}

/** Each asks for another reading. They return undefined when the user gave up. */
const changes: Record<
  Change,
  (asked: Reviewed, description: DatasetDescription) => Promise<DatasetChoice | undefined>
> = { features: askFeatures, label: askLabel, classes: askClasses, size: askSize };

async function askFeatures(
  { title, choice }: Reviewed,
  description: DatasetDescription,
): Promise<DatasetChoice | undefined> {
  const columns = (description.columns ?? []).filter(({ role }) => role !== 'label');
  const items = columns.map(({ name, role }) => ({ label: name, name, picked: role === 'feature' }));
  const placeHolder = 'Columns that the model takes, in the order of the file';
  const picked = await showQuickPick(items, { title, placeHolder, canPickMany: true });
  if (!picked || picked.length === 0) return undefined;
  const [label] = columnNames(description, 'label');
  // The label is kept: among other columns another one might be taken.
  return { ...choice, features: picked.map(({ name }) => name), labelColumn: label ?? false };
}

async function askLabel(
  { title, choice }: Reviewed,
  description: DatasetDescription,
): Promise<DatasetChoice | undefined> {
  const items: (PickItem & { column: string | false })[] = [
    ...(description.columns ?? []).map(({ name, role }) => ({
      label: name,
      description: role === 'label' ? 'now' : undefined,
      column: name,
    })),
    { icon: 'circle-slash', label: 'There Are No Labels', column: false, alwaysShow: true },
  ];
  const picked = await showQuickPick(items, { title, placeHolder: 'Column of the labels' });
  if (!picked) return undefined;
  const features = choice.features?.filter((name) => name !== picked.column);
  return { ...choice, features, classes: undefined, labelColumn: picked.column };
}

async function askClasses(
  { title, choice }: Reviewed,
  { classes }: DatasetDescription,
): Promise<DatasetChoice | undefined> {
  const names = classes?.names ?? [];
  const separator = names.some((name) => name.includes(',')) ? '|' : ',';
  const parse = (text: string) => text.split(separator).map((name) => name.trim());
  const text = await showInputBox({
    title,
    prompt: `Classes in the model's order, with ${separator === ',' ? 'commas' : separator} between`,
    value: names.join(`${separator} `),
    validateInput: (value) => orderProblem(parse(value), names),
  });
  return text === undefined ? undefined : { ...choice, classes: parse(text) };
}

async function askSize(
  { title, choice }: Reviewed,
  { sizes }: DatasetDescription,
): Promise<DatasetChoice | undefined> {
  const found = sizes
    ? `The images are ${sidesText(sizes.smallest)} to ${sidesText(sizes.largest)}${sizes.wanted ? `, the model takes ${sidesText(sizes.wanted)}` : ''}. `
    : '';
  const text = await showInputBox({
    title,
    prompt: `${found}Size as in training: “256 crop 224” resizes the shorter side and takes the middle, “224x224” resizes both sides.`,
    value: sizes ? usualImageFit(sizes) : imageFitText(choice),
    validateInput: (value) => {
      const parsed = parseImageFitText(value);
      if ('problem' in parsed) return parsed.problem;
      return sizes && value.trim() === '' ? 'A size is missing' : undefined;
    },
  });
  if (text === undefined) return undefined;
  const parsed = parseImageFitText(text);
  return 'problem' in parsed ? undefined : { ...choice, resize: parsed.resize, crop: parsed.crop };
}
