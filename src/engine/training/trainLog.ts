import { appendFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomically, writingError } from '../../runs/atomic';

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
export const logName = 'log.jsonl';

/** Adds a line to the log of a run. */
export async function appendLog(run: string, line: LogLine): Promise<void> {
  const file = path.join(run, logName);
  try {
    await appendFile(file, `${JSON.stringify(line)}\n`);
  } catch (error) {
    throw writingError(error, file);
  }
}

/** Takes the lines of other epochs out of the log of a run, and whatever a broken-off write left at its end. */
export async function cutLog(run: string, isKept: (epoch: number) => boolean): Promise<void> {
  const file = path.join(run, logName);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw writingError(error, file);
  }
  const kept = text.split('\n').filter((line) => {
    const epoch = epochOfLine(line);
    return epoch !== undefined && isKept(epoch);
  });
  await writeFileAtomically(file, kept.map((line) => `${line}\n`).join(''));
}

/** Epoch of a line; undefined for one that is not whole. */
function epochOfLine(line: string): number | undefined {
  try {
    const { epoch } = JSON.parse(line) as Partial<LogLine>;
    return typeof epoch === 'number' ? epoch : undefined;
  } catch {
    // Half written when the program ended.
    return undefined;
  }
}
