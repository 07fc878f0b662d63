import { canonicalMetric } from '../../logs/formats/metricNames';
import type { LogInfo } from '../../protocol/logs';
import { mainMetrics } from '../views/snapshotTexts';
import { showInformationMessage, showInputBox, showQuickPick, type PickItem } from '../shared/messages';

/**
 * Asks how epochs of checkpoints and log are brought together.
 * @returns what is added to epochs of checkpoints; null: it is found out; undefined where the user gave up
 */
export async function chooseShift(join: LogInfo['join']): Promise<number | null | undefined> {
  const present = join?.shift;
  const marked = (shift: number) => (join?.byHand && present === shift ? 'check' : undefined);
  const items: (PickItem & { shift?: number | null })[] = [
    {
      icon: join?.byHand ? undefined : 'check',
      label: 'Found by itself',
      description: join?.byHand ? 'from names and log' : join?.reason,
      shift: null,
    },
    {
      icon: marked(-1),
      label: '−1',
      description: 'epoch 1 of the checkpoints is epoch 0 of the log',
      shift: -1,
    },
    { icon: marked(0), label: '0', description: 'both count alike', shift: 0 },
    {
      icon: marked(1),
      label: '+1',
      description: 'epoch 0 of the checkpoints is epoch 1 of the log',
      shift: 1,
    },
    { label: 'Other…', description: 'another number of epochs' },
  ];
  const picked = await showQuickPick(items, {
    title: 'Epoch Shift of Log',
    placeHolder: join ? `Now: ${join.reason}` : 'Added to the epoch of a checkpoint to give that of the log',
  });
  if (!picked || picked.shift !== undefined) return picked?.shift;
  const text = await showInputBox({
    title: 'Epoch Shift of Log',
    prompt: 'Added to the epoch of a checkpoint to give that of the log',
    value: String(present ?? 0),
    validateInput: (value) =>
      Number.isNaN(readShift(value)) ? 'A whole number of epochs, such as −1 or 10.' : undefined,
  });
  return text === undefined ? undefined : readShift(text);
}

function readShift(text: string): number {
  const plain = text.trim().replace('−', '-');
  return /^[+-]?\d{1,9}$/.test(plain) ? Number(plain) : NaN;
}

/**
 * Asks which metrics the timeline shows.
 * @param chosen those that it shows now; undefined for the usual ones
 * @returns names; undefined where the user gave up
 */
export async function chooseMetrics(info: LogInfo, chosen?: string[]): Promise<string[] | undefined> {
  const shown = new Set(chosen ?? info.metricNames.filter((name) => canonicalMetric(name)?.name === 'loss'));
  const items = mainMetrics(info.metricNames).map((name) => {
    const meaning = canonicalMetric(name);
    const description =
      meaning && `${meaning.name} of the ${meaning.split === 'train' ? 'training' : 'validation'}`;
    return { label: name, description, picked: shown.has(name) };
  });
  if (items.length === 0) {
    void showInformationMessage('The log has no metrics yet.');
    return undefined;
  }
  const picked = await showQuickPick(items, {
    title: 'Metrics of Timeline',
    placeHolder: 'Metrics to draw over the timeline',
    canPickMany: true,
    matchOnDescription: true,
  });
  return picked?.map(({ label }) => label);
}
