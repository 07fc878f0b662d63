import Ajv from 'ajv';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../../../core/errors';
import { writeFileAtomically } from '../../../runs/atomic';

/** Folder of a run that holds what its training needs to go on. */
export const trainingFolder = 'training';

/** How a training stands. `running` in a folder that nobody trains in means that it was broken off. */
export type TrainingStatus = 'running' | 'stopped' | 'finished' | 'failed';

/** An epoch that is trained, but not shown yet. */
export interface UnfinishedEpoch {
  snapshot: boolean;
  /** Absent for what the network shows before the first step. */
  trained?: { loss: number; accuracy: number; learningRate: number; seconds: number };
  /** Why the training ends with it. */
  early?: string;
}

/** What `training/state.json` holds: how far a training came, and from where it goes on. */
export interface TrainingState {
  formatVersion: 1;
  status: TrainingStatus;
  /** Whole epochs that are trained. */
  epoch: number;
  /** Epochs that are to be trained in all. */
  epochs: number;
  /** Weights and optimizer after `epoch`, relative to the run. */
  checkpoint: string;
  /** Seconds of training so far. */
  seconds: number;
  /** What of `epoch` is not in the run folder yet: its snapshot and its line of the log are made anew from the checkpoint. */
  unfinished?: UnfinishedEpoch;
  /** Best value of early stopping, and its epoch. */
  best?: { value: number; epoch: number };
  /** Why it ended, in a sentence. */
  message?: string;
}

const schema = {
  type: 'object',
  required: ['formatVersion', 'status', 'epoch', 'epochs', 'checkpoint', 'seconds'],
  properties: {
    formatVersion: { const: 1 },
    status: { enum: ['running', 'stopped', 'finished', 'failed'] },
    epoch: { type: 'integer', minimum: 0 },
    epochs: { type: 'integer', minimum: 0 },
    checkpoint: { type: 'string', pattern: '^training/[^/]+$' },
    seconds: { type: 'number', minimum: 0 },
    best: {
      type: 'object',
      required: ['value', 'epoch'],
      properties: { value: { type: 'number' }, epoch: { type: 'integer' } },
    },
    message: { type: 'string' },
    unfinished: {
      type: 'object',
      required: ['snapshot'],
      properties: {
        snapshot: { type: 'boolean' },
        early: { type: 'string' },
        trained: {
          type: 'object',
          required: ['loss', 'accuracy', 'learningRate', 'seconds'],
          additionalProperties: { type: 'number' },
        },
      },
    },
  },
};

const validate = new Ajv().compile<TrainingState>(schema);

const stateFile = (run: string) => path.join(run, trainingFolder, 'state.json');

/** Writes the state of a training in one step. */
export function writeTrainingState(run: string, state: TrainingState): Promise<void> {
  return writeFileAtomically(stateFile(run), `${JSON.stringify(state, null, 1)}\n`);
}

/**
 * Reads the state of a run's training; undefined where the run was not trained here.
 * @throws InputError when it is damaged
 */
export async function readTrainingState(run: string): Promise<TrainingState | undefined> {
  const file = stateFile(run);
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new InputError(file, `cannot be read (${(error as Error).message})`);
  }
  if (!validate(parsed)) {
    const problem = validate.errors?.[0];
    throw new InputError(
      file,
      problem?.message ?? 'is no state of a training',
      problem?.instancePath || undefined,
    );
  }
  return parsed;
}
