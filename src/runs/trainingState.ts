import { Type, type Static } from '@sinclair/typebox';
import path from 'node:path';
import { readTextIfThere } from '../data/files/fileAccess';
import { writeFileAtomically } from './atomic';
import { documentReader } from './jsonDocument';

/** Folder of a run that holds what its training needs to go on. */
export const TRAINING_FOLDER = 'training';

/** Bytes of the largest state that is read: it is a few hundred. */
const LARGEST = 1024 ** 2;

const number = Type.Number();

const status = Type.Union([
  Type.Literal('running'),
  Type.Literal('stopped'),
  Type.Literal('finished'),
  Type.Literal('failed'),
]);

const unfinishedEpoch = Type.Object({
  snapshot: Type.Boolean(),
  /** Absent for what the network shows before the first step. */
  trained: Type.Optional(
    Type.Object({ loss: number, accuracy: number, learningRate: number, seconds: number }),
  ),
  /** Why the training ends with it. */
  early: Type.Optional(Type.String()),
});

const schema = Type.Object({
  formatVersion: Type.Literal(1),
  status,
  /** Whole epochs that are trained. */
  epoch: Type.Integer({ minimum: 0 }),
  /** Epochs that are to be trained in all. */
  epochs: Type.Integer({ minimum: 0 }),
  /** Weights and optimizer after `epoch`, relative to the run. */
  checkpoint: Type.String({ pattern: '^training/[^/\\\\]+$', maxLength: 255 }),
  /** Seconds of training so far. */
  seconds: Type.Number({ minimum: 0 }),
  /** What of `epoch` is not in the run folder yet: its snapshot and its line of the log are made anew from the checkpoint. */
  unfinished: Type.Optional(unfinishedEpoch),
  /** Best value of early stopping, and its epoch. */
  best: Type.Optional(Type.Object({ value: number, epoch: Type.Integer() })),
  /** Why it ended, in a sentence. */
  message: Type.Optional(Type.String()),
});

/** What `training/state.json` holds: how far a training came, and from where it goes on. */
export type TrainingState = Static<typeof schema>;
/** An epoch that is trained, but not shown yet. */
export type UnfinishedEpoch = Static<typeof unfinishedEpoch>;

const parseState = documentReader({ schema, version: 1 });

/** File of the state of a run's training. */
export function trainingStateFile(run: string): string {
  return path.join(run, TRAINING_FOLDER, 'state.json');
}

/** Writes the state of a training in one step. */
export function writeTrainingState(run: string, state: TrainingState): Promise<void> {
  return writeFileAtomically(trainingStateFile(run), `${JSON.stringify(state, null, 1)}\n`);
}

/**
 * Reads the state of a run's training; undefined where the run was not trained here.
 * @throws InputError when it is damaged
 */
export async function readTrainingState(run: string): Promise<TrainingState | undefined> {
  const file = trainingStateFile(run);
  const text = await readTextIfThere(file, LARGEST);
  return text === undefined ? undefined : parseState(text, file);
}
