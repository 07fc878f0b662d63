import { setTimeout as sleep } from 'node:timers/promises';
import { InputError } from '../../core/errors';
import type { TrainingInfo } from '../../protocol/training';
import { readTrainingState } from '../../runs/trainingState';
import { messageOf } from '../shared/failures';
import { reportFailure } from '../shared/reportFailure';
import type { Services } from '../shared/services';
import { runNameOfConfiguration } from './configurationNames';
import { goOn } from './startTraining';
import type { TrainingOrder } from './trainingQueue';
import { showInformationMessage, showWarningMessage } from '../shared/messages';

type Needs = Pick<Services, 'log' | 'training' | 'panels'>;

/** How long a process that was left behind is given to end. */
const PATIENCE_MS = 10_000;
const LOOK_EVERY_MS = 500;

/**
 * Tells of trainings that were broken off: those that the last window left open, and those of the workspace whose process
 * is gone.
 */
export async function tellOfInterrupted(
  services: Pick<Services, 'log' | 'runs' | 'training' | 'panels'>,
): Promise<void> {
  const { training, log } = services;
  const left = training.memory.open;
  await training.memory.keepOpen([]);
  const waiting = left.filter(({ folder }, i) => i > 0 || folder === undefined);
  try {
    const here = left[0]?.folder;
    const broken = (await runsSaidToRun(services)).filter((folder) => folder !== here);
    await Promise.all([
      ...(here === undefined
        ? []
        : [settled(services, here).then((info) => info && tell(services, info, 'the window was closed'))]),
      ...broken.map((folder) => tellInterrupted(services, folder)),
      ...waiting.map((order) => tellWaiting(services, order)),
    ]);
  } catch (error) {
    log.error(`Trainings of the last window: ${messageOf(error)}`);
  }
}

/**
 * Tells of a training whose process is gone, once for each time that it was broken off.
 * @returns false where that is not so
 */
export async function tellInterrupted(services: Needs, folder: string, why?: string): Promise<boolean> {
  const info = await settled(services, folder);
  if (info?.status !== 'broken') return false;
  // Not awaited: the message stays for as long as the user likes.
  void tell(services, info, why);
  return true;
}

async function tell(services: Needs, info: TrainingInfo, why?: string): Promise<void> {
  const { folder, epoch, epochs, status } = info;
  if (status === 'running' || (status === 'finished' && epoch >= epochs)) return;
  if (!(await services.training.memory.tell(info))) return;
  const name = runNameOfConfiguration(folder);
  const after = epoch === 0 ? 'before its first epoch was done' : `after epoch ${epoch} of ${epochs}`;
  const text = `Training of ${name} was broken off ${after}${why ? ` (${why})` : ''}.`;
  services.log.warn(`${text} ${folder}`);
  const choice = await showWarningMessage(text, 'Continue', 'Show Run', 'Dismiss');
  try {
    if (choice === 'Continue') await goOn(services, folder);
    else if (choice === 'Show Run') await services.panels.open(folder);
  } catch (error) {
    void reportFailure(services.log, `Training of ${name}`, error);
  }
}

async function tellWaiting(services: Pick<Services, 'training'>, order: TrainingOrder): Promise<void> {
  const text = `Training of ${order.name} was waiting when the window was closed.`;
  if ((await showInformationMessage(text, 'Train', 'Dismiss')) === 'Train') {
    await services.training.train(order);
  }
}

/** How a training stands once its process had time to end. */
async function settled(
  services: Pick<Services, 'training'>,
  folder: string,
): Promise<TrainingInfo | undefined> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const info = await services.training.freshInfo(folder);
    if (info?.status !== 'running' || services.training.of(folder) || Date.now() > end) return info;
    await sleep(LOOK_EVERY_MS);
  }
}

/** Runs of the workspace whose state says that they are being trained. Looked up here, so that no engine starts for it. */
async function runsSaidToRun(services: Pick<Services, 'runs'>): Promise<string[]> {
  const runs = await services.runs.list();
  const running = await Promise.all(runs.map(saysItRuns));
  return runs.filter((_, i) => running[i]);
}

async function saysItRuns(run: string): Promise<boolean> {
  try {
    return (await readTrainingState(run))?.status === 'running';
  } catch (error) {
    // The tree of runs tells of what is damaged.
    if (error instanceof InputError) return false;
    throw error;
  }
}
