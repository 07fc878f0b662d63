import type { LogTool } from './log';
import type { RowStore } from './rowStore';

/** The number of the first epoch, and how it was decided. */
export interface FirstEpoch {
  value: 0 | 1 | undefined;
  reason: string;
}

/** How tools that were recognised count, whatever the first row says. */
const conventions: Partial<Record<LogTool, FirstEpoch>> = {
  apd: { value: 1, reason: 'runs made here count epochs from 1; 0 is the network before training' },
  kerasConsole: { value: 1, reason: 'Keras prints epochs from 1' },
  lightning: { value: 0, reason: 'Lightning counts epochs from 0' },
  huggingface: { value: 1, reason: 'Hugging Face counts the epochs that are done, in fractions' },
  mmdetection: { value: 1, reason: 'MMDetection counts epochs from 1' },
  mmengine: { value: 1, reason: 'MMEngine counts epochs from 1' },
};

const names: Partial<Record<LogTool, string>> = {
  keras: "Keras' logs count",
  ultralytics: 'Ultralytics counts',
};

/**
 * Decides whether a log counts epochs from 0 or from 1: by the tool's convention, else by the lowest epoch.
 * @param seen the first epoch in the log, and the lowest
 */
export function firstEpochOf(
  tool: LogTool | undefined,
  { firstEpoch, lowestEpoch }: Pick<RowStore, 'firstEpoch' | 'lowestEpoch'>,
): FirstEpoch {
  const known = tool && conventions[tool];
  if (known) return known;
  if (lowestEpoch === undefined) return { value: undefined, reason: 'the log tells no epochs' };
  if (lowestEpoch === 0 || lowestEpoch === 1) {
    return { value: lowestEpoch, reason: `the first epoch in the log is ${lowestEpoch}` };
  }
  if (!Number.isInteger(lowestEpoch)) {
    return { value: 1, reason: 'fractions of epochs say how many are done' };
  }
  const begins = `the log begins at epoch ${firstEpoch}`;
  if (tool === 'keras') return { value: 0, reason: `${names.keras} epochs from 0 (${begins})` };
  if (tool === 'ultralytics') return { value: 1, reason: `${names.ultralytics} epochs from 1 (${begins})` };
  return { value: undefined, reason: `${begins}, so it may count from 0 or from 1` };
}
