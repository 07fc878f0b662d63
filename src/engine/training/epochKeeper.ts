import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { RunWriter } from '../../runs/writeRun';
import type { OptimizerState } from '../../training/optimizer';
import type { EpochResult } from '../../training/trainer';
import { checkpointName, stateName, writeCheckpoint } from './checkpoint';
import type { EarlyStop } from './earlyStop';
import type { TrainHooks } from './hooks';
import type { Observation } from './observer';
import type { NetworkObserver } from './observers';
import type { PreparedTraining } from './prepare';
import { modelFolder, writeSnapshot } from './snapshotWriter';
import { writeTrainingState, type TrainingState } from './state';
import { appendLog, type LogLine } from './trainLog';

/** What is known of an epoch when its last step is done. */
export interface FinishedEpoch {
  trained: EpochResult;
  seconds: number;
  optimizer: OptimizerState;
}

/** What the keeping of a training needs to know. */
export interface KeeperSource {
  prepared: PreparedTraining;
  writer: RunWriter;
  observer: NetworkObserver;
  hooks: TrainHooks;
  stop: EarlyStop;
  /** Steps of an epoch. */
  steps: number;
}

/**
 * Has the network looked at, and keeps what it shows in the run folder: snapshots, models, the log, and from where the
 * training can go on. Where the observer works beside, the training goes on meanwhile, but not beyond the next time that
 * there is something to look at.
 */
export class EpochKeeper {
  /** Share of right predictions in the last snapshot. */
  accuracy: number | undefined;
  private pending: Promise<unknown> = Promise.resolve();
  private failure: { error: unknown } | undefined;

  constructor(
    private readonly from: KeeperSource,
    public state: TrainingState,
  ) {}

  /** Has the network looked at as it is now. @throws what went wrong with the last time */
  async keep(wanted: Observation, finished?: FinishedEpoch): Promise<void> {
    await this.settled();
    const weights = await this.weights();
    this.pending = this.look(wanted, weights, finished).catch((error: unknown) => {
      this.failure = { error };
    });
    if (!this.from.observer.concurrent) await this.settled();
  }

  /** @throws what went wrong with looking, or writing, so far */
  check(): void {
    if (this.failure) throw this.failure.error;
  }

  /** Waits for what is being looked at and written. @throws what went wrong with it */
  async settled(): Promise<void> {
    await this.pending;
    this.check();
  }

  private async look(wanted: Observation, weights: Float32Array[], finished?: FinishedEpoch): Promise<void> {
    const { prepared, writer, observer, hooks, steps } = this.from;
    const { run } = prepared;
    const { snapshot, evaluations } = await observer.observe(wanted, weights);
    const taken = snapshot && (await writeSnapshot(prepared, writer, snapshot, weights));
    if (taken) {
      this.accuracy = taken.accuracy;
      hooks.onSnapshot?.(run, taken);
    }
    if (!wanted.evaluate) return;
    const { epoch } = wanted;
    const line: LogLine = { epoch, step: epoch * steps };
    if (finished) {
      await this.saveCheckpoint(epoch, weights, taken !== undefined, finished.optimizer);
      line.loss = finished.trained.loss;
      line.accuracy = finished.trained.accuracy;
    }
    for (const [split, { loss, accuracy }] of evaluations) {
      line[`${split}_loss`] = loss;
      line[`${split}_accuracy`] = accuracy;
    }
    if (finished) line.learning_rate = finished.trained.learningRate;
    line.patterns = taken?.patterns;
    if (finished) line.seconds = Number(finished.seconds.toFixed(3));
    await appendLog(run, line);
    hooks.onEpoch?.(line);
    if (finished) await this.count(epoch, finished.seconds);
  }

  /** Makes an epoch count: from here on a training that is broken off goes on after it. */
  private async count(epoch: number, seconds: number): Promise<void> {
    const { run } = this.from.prepared;
    const before = this.state.checkpoint;
    const best = this.from.stop.best;
    const checkpoint = checkpointName(epoch);
    this.state = { ...this.state, epoch, checkpoint, seconds: this.state.seconds + seconds, best };
    await writeTrainingState(run, this.state);
    if (before !== checkpoint) await rm(path.join(run, before), { force: true });
  }

  /** Values of all weights as they are now. */
  async weights(): Promise<Float32Array[]> {
    return (await this.from.prepared.graph.readWeights()).map(({ values }) => values);
  }

  /** @param beside keeps it beside the model of the snapshot too, so that a training can start anew from there */
  async saveCheckpoint(
    epoch: number,
    weights: Float32Array[],
    beside: boolean,
    optimizer: OptimizerState,
  ): Promise<void> {
    const { run } = this.from.prepared;
    const checkpoint = { weights, optimizer };
    await writeCheckpoint(path.join(run, checkpointName(epoch)), checkpoint);
    if (beside) await writeCheckpoint(path.join(run, modelFolder(epoch), stateName), checkpoint);
  }

  /** Notes how the training ended, when all that is being written is. */
  async end(status: TrainingState['status'], message?: string): Promise<void> {
    await this.pending;
    this.state = { ...this.state, status, message };
    await writeTrainingState(this.from.prepared.run, this.state);
  }
}
