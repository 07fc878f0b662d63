import { stat } from 'node:fs/promises';
import { InputError } from '../core/errors';
import { summariseLog } from '../engine/logs/logReport';
import { matchText } from '../engine/logs/logReportText';
import { checkLogFile, linkLogFile, readRunLog } from '../engine/logs/openRunLog';
import { isRun } from '../runs/writeRun';
import { say } from './terminal';

/** The log that `--log` names, on its way to a run: both may come later than the command. */
export class LogOfRun {
  private linked = false;
  private problem?: string;

  /** @param file absent where there is no `--log` */
  constructor(
    private readonly run: string,
    private readonly file: string | undefined,
  ) {}

  /** Links the log as soon as both are there. What is wrong with it is told once. */
  async link(): Promise<void> {
    const { file, run } = this;
    if (file === undefined || this.linked || !(await isRun(run)) || !(await isThere(file))) return;
    try {
      await checkLogFile(file);
      await linkLogFile(run, file);
      this.linked = true;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      // A log that has just begun may be recognised with its next lines.
      if (this.problem !== error.message) say(`${error.message}; it is tried again with the next checkpoint`);
      this.problem = error.message;
    }
  }

  /** Tells how log and snapshots belong together, or that they do not. @throws InputError where the log never came */
  async tell(): Promise<void> {
    const { file, run } = this;
    if (file === undefined || !(await isRun(run))) return;
    if (!this.linked) throw new InputError(file, 'was not linked: it is not there, or no log');
    const log = summariseLog(await readRunLog(run, { findBeside: false }));
    if (log) say(matchText(log, file));
  }
}

async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
