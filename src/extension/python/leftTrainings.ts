import { existsSync } from 'node:fs';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MANIFEST_NAME } from '../../runs/manifest';
import { showWarningMessage } from '../shared/messages';
import { reportFailure } from '../shared/reportFailure';
import type { Services } from '../shared/services';
import type { PythonJob } from './pythonJob';

/** VS Code takes up the tasks of the last window within this time, in milliseconds. */
const TAKEN_UP_MS = 10_000;

/** Tells of trainings that ended with the last window: those that VS Code did not take up again. */
export async function tellOfLeft(services: Pick<Services, 'log' | 'panels' | 'python'>): Promise<void> {
  if (services.python.left.length === 0) return;
  await sleep(TAKEN_UP_MS, undefined, { ref: false });
  for (const job of services.python.left) {
    await services.python.forget(job);
    void tell(services, job);
  }
}

async function tell({ log, panels }: Pick<Services, 'log' | 'panels'>, job: PythonJob): Promise<void> {
  const { name, folder } = job;
  const recorded = existsSync(path.join(folder, MANIFEST_NAME));
  const rest = recorded
    ? `Its snapshots up to then are in ${path.basename(folder)}.`
    : 'It had no snapshot yet.';
  const text = `${name} ended with the last window. ${rest}`;
  log.warn(`${text} ${folder}`);
  const chosen = await (recorded ? showWarningMessage(text, 'Show Run') : showWarningMessage(text));
  if (chosen !== 'Show Run') return;
  try {
    await panels.open(folder);
  } catch (error) {
    void reportFailure(log, `Run of ${name}`, error);
  }
}
