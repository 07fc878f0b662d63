import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../../core/errors';
import type { TrainParams, TrainResult } from '../../protocol/training';
import { makeFolder, writeFileAtomically } from '../../runs/atomic';
import { openRun, readSnapshot } from '../../runs/readRun';
import { isRun, isRunAlready, RunWriter } from '../../runs/writeRun';
import { checkpointName, readCheckpoint } from './preparation/trainingCheckpoint';
import type { TrainingControl } from './trainingControl';
import type { TrainHooks } from './trainHooks';
import { writeLabelNoise } from './preparation/writeLabelNoise';
import { lockName, lockRun } from './trainingLock';
import { portableConfig } from './preparation/portableConfig';
import {
  configCopy,
  locateTraining,
  prepareTraining,
  topologyCopy,
  type PreparedTraining,
} from './preparation/prepareTraining';
import { trainingHeader } from './snapshots/snapshotWriter';
import { readTrainingState, trainingFolder, type TrainingState } from './preparation/trainingState';
import { cutLog, logName } from './trainLog';
import { RunningTraining } from './training';

/**
 * Trains by a configuration into a run folder, or goes on with a run: snapshots of the activation patterns, the model of
 * each, and a log with a line an epoch. Whatever ends it, what is finished stays, and it can be gone on with from its last
 * whole epoch, to the same bits as if it had never ended.
 * @throws InputError for whatever is wrong with configuration, data, or folder, and when the loss stops being a number
 */
export async function trainRun(
  params: TrainParams,
  hooks: TrainHooks,
  control: TrainingControl,
): Promise<TrainResult> {
  const located = await locateTraining(params);
  const { run, state } = located;
  if (!state && !params.force && (await isRun(run))) throw isRunAlready(run);
  const made = await makeFolder(run);
  const unlock = await lockRun(run);
  let training: RunningTraining | undefined;
  try {
    const prepared = await prepareTraining(located, params, control, hooks.onNotice);
    training = state
      ? await resumeTraining(prepared, state, hooks, control)
      : await beginTraining(prepared, hooks, control, params.force ?? false);
    return await training.toTheEnd();
  } finally {
    await training?.dispose();
    await unlock();
    // Where nothing could begin, nothing is left.
    if (made !== undefined && !(await isRun(run))) await rm(made, { recursive: true, force: true });
  }
}

/** Makes the run folder of a new training. */
async function beginTraining(
  prepared: PreparedTraining,
  hooks: TrainHooks,
  control: TrainingControl,
  force: boolean,
): Promise<RunningTraining> {
  const { config } = prepared;
  const writer = await createRun(prepared, hooks, force);
  const state: TrainingState = {
    formatVersion: 1,
    status: 'running',
    epoch: 0,
    epochs: config.training.epochs,
    checkpoint: checkpointName(0),
    seconds: 0,
  };
  const training = new RunningTraining(prepared, writer, state, hooks, control);
  await training.beforeTheFirst();
  return training;
}

/** Cuts a run back to its last whole epoch, to go on from there. */
async function resumeTraining(
  prepared: PreparedTraining,
  before: TrainingState,
  hooks: TrainHooks,
  control: TrainingControl,
): Promise<RunningTraining> {
  const { run, config, graph } = prepared;
  const { epoch, checkpoint, unfinished } = before;
  const { epochs } = config.training;
  if (epoch >= epochs && !unfinished) {
    throw new InputError(run, `has its ${epochs} epochs; say how many there are to be to train more`);
  }
  const sizes = graph.weights.map(({ shape }) => shape.reduce((product, axis) => product * axis, 1));
  const { weights, optimizer } = await readCheckpoint(path.join(run, checkpoint), sizes);
  graph.setWeights(weights);
  const isKept = (of: number) => (unfinished ? of < epoch : of <= epoch);
  const writer = await RunWriter.resume(run, (snapshot) => isKept(snapshot.epoch));
  await cutLog(run, isKept);
  const last = writer.snapshots.length - 1;
  // Prototypes, where only those are kept, go on from the snapshot before.
  const earlier = last < 0 ? undefined : await readSnapshot(await openRun(run), last);
  const state: TrainingState = { ...before, status: 'running', epochs, message: undefined };
  const training = new RunningTraining(prepared, writer, state, hooks, control, earlier);
  await training.goOnFrom(optimizer);
  return training;
}

/** Takes away what an earlier training left in a folder that is to be replaced; the lock stays. */
async function removeTraining(run: string): Promise<void> {
  if (!(await readTrainingState(run))) return;
  const folder = path.join(run, trainingFolder);
  const own = (await readdir(folder))
    .filter((name) => name !== lockName)
    .map((name) => path.join(folder, name));
  for (const old of [...own, path.join(run, 'models'), path.join(run, logName)]) {
    await rm(old, { recursive: true, force: true });
  }
}

/** Makes the folder of a new run, with all that is needed to go on with it. */
async function createRun(prepared: PreparedTraining, hooks: TrainHooks, force: boolean): Promise<RunWriter> {
  const { run, config, configFile, graph } = prepared;
  if (force) await removeTraining(run);
  const folder = path.join(run, trainingFolder);
  const portable = portableConfig(config, path.dirname(configFile), folder);
  await writeFileAtomically(path.join(folder, configCopy), `${JSON.stringify(portable, null, 2)}\n`);
  await writeFileAtomically(path.join(folder, topologyCopy), `${JSON.stringify(graph.topology)}\n`);
  const labelNoise = await writeLabelNoise(prepared);
  const header = trainingHeader(prepared, (text) => hooks.onNotice(text));
  const training = { config: path.posix.join(trainingFolder, configCopy) };
  const writer = await RunWriter.create(run, { ...header, training, labelNoise }, force);
  await writer.open();
  return writer;
}
