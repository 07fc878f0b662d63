import { existsSync } from 'node:fs';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isProcess } from '../../runs/processes';
import { MANIFEST_NAME } from '../../runs/manifest';
import { showWarningMessage } from '../shared/messages';
import { reportFailure } from '../shared/reportFailure';
import type { Services } from '../shared/services';
import type { PythonJob } from './pythonJob';

/** The terminals of the last window are there again within this time, in milliseconds. */
const PATIENCE_MS = 20_000;
const LOOK_EVERY_MS = 500;

/** Goes on with the trainings of the last window that still run, and tells of those that ended with it. */
export async function takeUpLeft(services: Pick<Services, 'log' | 'panels' | 'python'>): Promise<void> {
  const { python } = services;
  const until = Date.now() + PATIENCE_MS;
  for (let left = python.left; left.length > 0; left = python.left) {
    for (const job of left) {
      if (await python.takeUp(job)) continue;
      if (job.pid !== undefined && isProcess(job.pid) && Date.now() < until) continue;
      await python.forget(job);
      void tell(services, job);
    }
    await sleep(LOOK_EVERY_MS, undefined, { ref: false });
  }
}

async function tell({ log, panels }: Pick<Services, 'log' | 'panels'>, job: PythonJob): Promise<void> {
  const { name, folder } = job;
  const recorded = existsSync(path.join(folder, MANIFEST_NAME));
  const rest = recorded ? `Its snapshots are in ${path.basename(folder)}.` : 'It had no snapshot yet.';
  const goesOn = job.pid !== undefined && isProcess(job.pid);
  const what = goesOn ? 'goes on without its terminal' : 'ended while the window was closed';
  const text = `${name} ${what}. ${rest}`;
  log.warn(`${text} ${folder}`);
  const chosen = await (recorded ? showWarningMessage(text, 'Show Run') : showWarningMessage(text));
  if (chosen !== 'Show Run') return;
  try {
    await panels.open(folder);
  } catch (error) {
    void reportFailure(log, `Run of ${name}`, error);
  }
}
