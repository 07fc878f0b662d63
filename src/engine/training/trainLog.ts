import path from 'node:path';
import { readTextIfThere } from '../../data/files/fileAccess';
import { readJson } from '../../data/files/json';
import { appendDurably, writeFileAtomically } from '../../runs/atomic';

/** A line of `log.jsonl`. Metrics of a split have its name before them: `val_loss`. */
export interface LogLine {
  epoch: number;
  /** Optimizer steps since the start. */
  step: number;
  /** Of the training batches of the epoch, as the network was when it came to them. */
  loss?: number;
  accuracy?: number;
  learning_rate?: number;
  /** Distinct patterns of each level, when a snapshot was taken. */
  patterns?: number[];
  /** Seconds that the epoch took, without its snapshot. */
  seconds?: number;
  [metric: string]: number | number[] | undefined;
}

/** Name of the log of a run. */
export const LOG_NAME = 'log.jsonl';
/** Bytes of the largest log that is gone on with: a line an epoch takes some hundred. */
const LARGEST_LOG = 256 * 1024 ** 2;

/** Adds a line to the log of a run. */
export async function appendLog(run: string, line: LogLine): Promise<void> {
  await appendDurably(path.join(run, LOG_NAME), `${JSON.stringify(line)}\n`);
}

/** Takes the lines of other epochs out of the log of a run, and whatever a broken-off write left at its end. */
export async function cutLog(run: string, isKept: (epoch: number) => boolean): Promise<void> {
  const file = path.join(run, LOG_NAME);
  const text = await readTextIfThere(file, LARGEST_LOG);
  if (text === undefined) return;
  const kept = text.split('\n').filter((line) => {
    const epoch = epochOfLine(line);
    return epoch !== undefined && isKept(epoch);
  });
  await writeFileAtomically(file, kept.map((line) => `${line}\n`).join(''));
}

/** Epoch of a line; undefined for one that is not whole. */
function epochOfLine(line: string): number | undefined {
  // One that is no JSON was half written when the program ended.
  const read = readJson(line);
  const value = 'value' in read ? (read.value as Partial<LogLine> | null) : undefined;
  return typeof value?.epoch === 'number' ? value.epoch : undefined;
}
