import path from 'node:path';
import { InputError } from '../../core/errors';
import type { TrainingInfo } from '../../protocol/training';
import { trainingProcess } from './trainingLock';
import { CONFIG_COPY } from './preparation/prepareTraining';
import { readTrainingState, TRAINING_FOLDER } from '../../runs/trainingState';

/** How the trainings of run folders stand. Folders that were not trained here are left out. */
export async function trainingInfo(folders: readonly string[]): Promise<TrainingInfo[]> {
  const found: TrainingInfo[] = [];
  for (const folder of folders) {
    const info = await infoOf(folder);
    if (info) found.push(info);
  }
  return found;
}

async function infoOf(folder: string): Promise<TrainingInfo | undefined> {
  const config = path.join(folder, TRAINING_FOLDER, CONFIG_COPY);
  try {
    const state = await readTrainingState(folder);
    if (!state) return undefined;
    const { epoch, epochs, message } = state;
    const gone = state.status === 'running' && (await trainingProcess(folder)) === undefined;
    return { folder, status: gone ? 'broken' : state.status, epoch, epochs, message, config };
  } catch (error) {
    // One damaged run must not hide the others.
    if (!(error instanceof InputError)) throw error;
    return { folder, status: 'failed', epoch: 0, epochs: 0, message: error.message, config };
  }
}
