import path from 'node:path';
import { removeCheckpoint } from '../../../runs/runFiles';
import type { RunWriter } from '../../../runs/writeRun';
import type { OptimizerState } from '../../../training/optimizer';
import type { Evaluation } from '../../../training/evaluate';
import {
  checkpointName,
  STATE_NAME,
  writeCheckpoint,
  type TrainingCheckpoint,
} from '../preparation/trainingCheckpoint';
import type { EarlyStop } from '../earlyStop';
import type { TrainHooks } from '../trainHooks';
import type { Observation } from './observer';
import type { NetworkObserver } from './observers';
import type { PreparedTraining } from '../preparation/prepareTraining';
import { modelFolder, writeSnapshot, type TakenSnapshot } from './snapshotWriter';
import { writeTrainingState, type TrainingState, type UnfinishedEpoch } from '../../../runs/trainingState';
import { appendLog, type LogLine } from '../trainLog';

/** What a look at the network gave. */
interface Looked {
  taken: TakenSnapshot | undefined;
  evaluations: ReadonlyMap<string, Evaluation>;
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

  /** Has the network looked at within an epoch. @throws what went wrong with the last time */
  async keepWithin(epoch: number, step: number): Promise<void> {
    await this.settled();
    const weights = await this.weights();
    await this.begin(async () => {
      await this.look({ epoch, step, snapshot: true, evaluate: false }, weights);
    });
  }

  /**
   * Makes an epoch count, and has the network looked at as it is after it. From the moment that this is under way a
   * training that is broken off goes on after the epoch.
   * @param optimizer its state after the epoch
   * @throws what went wrong with the last time
   */
  async keep(epoch: number, unfinished: UnfinishedEpoch, optimizer: OptimizerState): Promise<void> {
    await this.settled();
    const checkpoint = await this.count(epoch, unfinished, optimizer);
    await this.begin(() => this.finish(epoch, unfinished, checkpoint));
  }

  /** Goes on after an epoch, whose optimizer's state is given; what of it is not in the run folder yet is made anew. */
  async goOn(optimizer: OptimizerState): Promise<void> {
    const { epoch, unfinished } = this.state;
    await writeTrainingState(this.from.prepared.run, this.state);
    if (!unfinished) return;
    const checkpoint = { weights: await this.weights(), optimizer };
    await this.begin(() => this.finish(epoch, unfinished, checkpoint));
  }

  private async begin(work: () => Promise<void>): Promise<void> {
    this.pending = work().catch((error: unknown) => {
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

  private async look(wanted: Observation, weights: Float32Array[]): Promise<Looked> {
    const { prepared, writer, observer, hooks } = this.from;
    const { snapshot, evaluations } = await observer.observe(wanted, weights);
    const taken = snapshot && (await writeSnapshot(prepared, writer, snapshot, weights));
    if (taken) {
      this.accuracy = taken.accuracy;
      hooks.onSnapshot?.(prepared.run, taken);
    }
    return { taken, evaluations };
  }

  /** Writes what an epoch shows: snapshot, model, and the line of the log. */
  private async finish(
    epoch: number,
    { snapshot, trained, early }: UnfinishedEpoch,
    checkpoint: TrainingCheckpoint,
  ): Promise<void> {
    const { prepared, hooks, steps } = this.from;
    const { run } = prepared;
    const { taken, evaluations } = await this.look({ epoch, snapshot, evaluate: true }, checkpoint.weights);
    // Beside the model of the snapshot, so that a training can start anew from there.
    if (taken) await writeCheckpoint(path.join(run, modelFolder(epoch), STATE_NAME), checkpoint);
    const line: LogLine = { epoch, step: epoch * steps, loss: trained?.loss, accuracy: trained?.accuracy };
    for (const [split, { loss, accuracy }] of evaluations) {
      line[`${split}_loss`] = loss;
      line[`${split}_accuracy`] = accuracy;
    }
    line.learning_rate = trained?.learningRate;
    line.patterns = taken?.patterns;
    line.seconds = trained && Number(trained.seconds.toFixed(3));
    await appendLog(run, line);
    // Noted with its last epoch: one that is killed right behind it is no training that was broken off.
    const isLast = early !== undefined || epoch >= this.state.epochs;
    const ended = isLast ? ({ status: 'finished', message: early } as const) : {};
    this.state = { ...this.state, ...ended, unfinished: undefined };
    await writeTrainingState(run, this.state);
    hooks.onEpoch?.(line);
  }

  /** Makes an epoch count: from here on a training that is broken off goes on after it. */
  async count(
    epoch: number,
    unfinished: UnfinishedEpoch | undefined,
    optimizer: OptimizerState,
  ): Promise<TrainingCheckpoint> {
    const { run } = this.from.prepared;
    await this.from.writer.check();
    const checkpoint = { weights: await this.weights(), optimizer };
    const before = this.state.checkpoint;
    const { best } = this.from.stop;
    const name = checkpointName(epoch);
    await writeCheckpoint(path.join(run, name), checkpoint);
    const seconds = this.state.seconds + (unfinished?.trained?.seconds ?? 0);
    this.state = { ...this.state, epoch, checkpoint: name, seconds, best, unfinished };
    await writeTrainingState(run, this.state);
    if (before !== name) await removeCheckpoint(run, before);
    return checkpoint;
  }

  /** Values of all weights as they are now. */
  private async weights(): Promise<Float32Array[]> {
    return (await this.from.prepared.graph.readWeights()).map(({ values }) => values);
  }

  /** Notes how the training ended, when all that is being written is. */
  async end(status: TrainingState['status'], message?: string): Promise<void> {
    await this.pending;
    this.state = { ...this.state, status, message };
    await writeTrainingState(this.from.prepared.run, this.state);
  }
}
