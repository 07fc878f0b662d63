import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../../core/errors';
import type { TrainParams, TrainResult } from '../../protocol/training';
import { writeFileAtomically } from '../../runs/atomic';
import { openRun, readSnapshot } from '../../runs/readRun';
import { removeOtherCheckpoints, removeTrainingFiles } from '../../runs/runFiles';
import { RunLock } from '../../runs/runLock';
import { isRun, isRunAlready, RunWriter } from '../../runs/writeRun';
import { checkpointName, readCheckpoint } from './preparation/trainingCheckpoint';
import type { TrainingControl } from './trainingControl';
import type { TrainHooks } from './trainHooks';
import { writeLabelNoise } from './preparation/writeLabelNoise';
import { portableConfig } from './preparation/portableConfig';
import {
  CONFIG_COPY,
  locateTraining,
  prepareTraining,
  TOPOLOGY_COPY,
  type PreparedTraining,
} from './preparation/prepareTraining';
import { trainingHeader } from './snapshots/snapshotWriter';
import { TRAINING_FOLDER, trainingStateFile, type TrainingState } from '../../runs/trainingState';
import { cutLog } from './trainLog';
import { RunningTraining } from './training';
import { elementCount } from '../../core/shape';

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
  const { run, state: known } = await locateTraining(params);
  if (!known && !params.force && (await isRun(run))) throw isRunAlready(run);
  const lock = await RunLock.take(run, 'train');
  let training: RunningTraining | undefined;
  try {
    // Once more: until the folder was this process's, another may have gone on with it.
    const located = await locateTraining(params);
    const prepared = await prepareTraining(located, params, control, hooks.onNotice);
    const work = { prepared, lock, hooks, control };
    training = located.state
      ? await resumeTraining(work, located.state)
      : await beginTraining(work, params.force ?? false);
    return await training.toTheEnd();
  } finally {
    await training?.dispose();
    // Where nothing could begin, nothing is left.
    if (!known && !(await isRun(run))) await removeTrainingFiles(run);
    await lock.release();
  }
}

/** A training that is about to begin. */
interface TrainingWork {
  prepared: PreparedTraining;
  lock: RunLock;
  hooks: TrainHooks;
  control: TrainingControl;
}

/** Makes the run folder of a new training. */
async function beginTraining(work: TrainingWork, force: boolean): Promise<RunningTraining> {
  const { prepared, hooks, control } = work;
  const { config } = prepared;
  const writer = await createRun(work, force);
  const state: TrainingState = {
    formatVersion: 1,
    status: 'running',
    epoch: 0,
    epochs: config.training.epochs,
    checkpoint: checkpointName(0),
    seconds: 0,
  };
  const training = new RunningTraining(prepared, writer, { state }, { hooks, control });
  await training.beforeTheFirst();
  return training;
}

/** Cuts a run back to its last whole epoch, to go on from there. */
async function resumeTraining(work: TrainingWork, before: TrainingState): Promise<RunningTraining> {
  const { prepared, lock, hooks, control } = work;
  const { run, config, graph } = prepared;
  const { epoch, checkpoint, unfinished } = before;
  const { epochs } = config.training;
  if (epoch >= epochs && !unfinished) {
    throw new InputError(run, `has its ${epochs} epochs; say how many there are to be to train more`);
  }
  const sizes = graph.weights.map(({ shape }) => elementCount(shape));
  const { weights, optimizer } = await readCheckpoint(path.join(run, checkpoint), sizes);
  graph.setWeights(weights);
  const isKept = (of: number) => (unfinished ? of < epoch : of <= epoch);
  const writer = await RunWriter.resume(lock, (snapshot) => isKept(snapshot.epoch));
  await removeOtherCheckpoints(run, checkpoint);
  await cutLog(run, isKept);
  const last = writer.snapshots.length - 1;
  // Prototypes, where only those are kept, go on from the snapshot before.
  const earlier = last < 0 ? undefined : await readSnapshot(await openRun(run), last);
  const state: TrainingState = { ...before, status: 'running', epochs, message: undefined };
  const training = new RunningTraining(prepared, writer, { state, earlier }, { hooks, control });
  await training.goOnFrom(optimizer);
  return training;
}

/** Makes the folder of a new run, with all that is needed to go on with it. */
async function createRun({ prepared, lock, hooks }: TrainingWork, force: boolean): Promise<RunWriter> {
  const { run, config, configFile, graph } = prepared;
  if (force && (await isTrained(run))) await removeTrainingFiles(run);
  const folder = path.join(run, TRAINING_FOLDER);
  const portable = portableConfig(config, path.dirname(configFile), folder);
  await writeFileAtomically(path.join(folder, CONFIG_COPY), `${JSON.stringify(portable, null, 2)}\n`);
  await writeFileAtomically(path.join(folder, TOPOLOGY_COPY), `${JSON.stringify(graph.topology)}\n`);
  const labelNoise = await writeLabelNoise(prepared);
  const header = trainingHeader(prepared, (text) => hooks.onNotice(text));
  const training = { config: path.posix.join(TRAINING_FOLDER, CONFIG_COPY) };
  const writer = await RunWriter.create(lock, { ...header, training, labelNoise }, force);
  await writer.open();
  return writer;
}

/** Whether a training left its state in a folder, be it a damaged one. */
async function isTrained(run: string): Promise<boolean> {
  return lstat(trainingStateFile(run)).then(
    () => true,
    () => false,
  );
}
