import { InputError } from '../../core/errors';
import type { Snapshot } from '../../core/snapshot';
import type { TrainResult } from '../../protocol/training';
import type { RunWriter } from '../../runs/writeRun';
import { evaluate } from '../../training/evaluate';
import type { OptimizerState } from '../../training/optimizer';
import { DivergedError, Trainer, type InstanceSet } from '../../training/trainer';
import type { TrainingControl } from './control';
import { EarlyStop } from './earlyStop';
import { EpochKeeper } from './epochKeeper';
import type { TrainHooks } from './hooks';
import { instanceSet } from './memoryData';
import { createObserver, type NetworkObserver } from './observers';
import type { PreparedTraining } from './prepare';
import { ProgressTeller } from './progressTeller';
import { earlySnapshots, isSnapshotEpoch, type EarlySnapshot } from './snapshotPlan';
import { writeTrainingState, type TrainingState } from './state';

/** Messages are let in this often. */
const BREATHE_MS = 20;

/** A training under way. */
export class Training {
  private readonly trainer: Trainer;
  private readonly observer: NetworkObserver;
  private readonly early: EarlySnapshot[];
  private readonly stop: EarlyStop;
  private readonly teller: ProgressTeller;
  private readonly keeper: EpochKeeper;
  private lastBreath = performance.now();
  private stepStarted = 0;

  constructor(
    private readonly prepared: PreparedTraining,
    private readonly writer: RunWriter,
    state: TrainingState,
    private readonly hooks: TrainHooks,
    private readonly control: TrainingControl,
    earlier?: Snapshot,
  ) {
    const { engine, graph, config, data, features, run } = prepared;
    const set = instanceSet(features, data.labels, data.trainRows);
    this.trainer = new Trainer(engine, graph, config.training, set);
    this.observer = createObserver(prepared, evaluationSets(prepared), earlier, () => control.breathe());
    this.stop = new EarlyStop(config.training.earlyStopping, state.best);
    const { observer, stop, trainer } = this;
    this.keeper = new EpochKeeper({ prepared, writer, observer, hooks, stop, steps: trainer.steps }, state);
    this.early = earlySnapshots(config.snapshots, this.trainer.steps);
    const first = { folder: run, name: config.name, epochs: config.training.epochs };
    this.teller = new ProgressTeller(first, (progress) => hooks.onProgress(progress));
    this.teller.update({ epoch: state.epoch, backend: engine.backend.name, steps: this.trainer.steps }, true);
  }

  /** The checkpoint before the first step, and what the network shows then. */
  async beforeTheFirst(): Promise<void> {
    const { keeper, prepared } = this;
    await keeper.saveCheckpoint(0, await keeper.weights(), true, await this.trainer.optimizerState());
    await writeTrainingState(prepared.run, keeper.state);
    this.hooks.onStarted?.(prepared.run);
    const { initial } = prepared.config.snapshots;
    if (initial) await keeper.keep({ epoch: 0, snapshot: true, evaluate: true });
  }

  /** Goes on as after the epoch that the optimizer's state is of. */
  async goOnFrom(optimizer: OptimizerState): Promise<void> {
    await this.trainer.restore(optimizer);
    await writeTrainingState(this.prepared.run, this.keeper.state);
    this.hooks.onStarted?.(this.prepared.run);
  }

  /** Trains the epochs that are left. */
  async toTheEnd(): Promise<TrainResult> {
    const { epochs } = this.prepared.config.training;
    try {
      for (let epoch = this.keeper.state.epoch + 1; epoch <= epochs; epoch++) {
        const early = await this.epoch(epoch);
        if (early === undefined) continue;
        this.hooks.onNotice(early);
        await this.keeper.end('finished', early);
        return this.result('early');
      }
      await this.keeper.settled();
      await this.keeper.end('finished');
      return this.result('finished');
    } catch (error) {
      if (this.control.signal?.aborted && error === this.control.signal.reason) {
        await this.keeper.end('stopped');
        return this.result('stopped');
      }
      const failure = error instanceof DivergedError ? this.diverged(error) : error;
      await this.keeper.end('failed', (failure as Error).message).catch(() => {
        // A full disk is often why it failed: the state that is there still says from where to go on.
        this.hooks.onNotice(`The end of the training could not be noted in ${this.prepared.run}.`);
      });
      throw failure;
    }
  }

  /** One epoch. @returns why the training ends with it; undefined when it goes on */
  private async epoch(epoch: number): Promise<string | undefined> {
    const { config } = this.prepared;
    const { epochs } = config.training;
    let ms = 0;
    this.stepStarted = performance.now();
    const trained = await this.trainer.trainEpoch(epoch, {
      afterStep: (step, steps, soFar) => {
        const due = epoch === 1 ? this.early.find((early) => early.step === step) : undefined;
        this.teller.update({ phase: 'training', epoch, step, steps, ...soFar });
        const now = performance.now();
        ms += now - this.stepStarted;
        this.teller.countStep(now - this.stepStarted);
        this.stepStarted = now;
        if (!due && now - this.lastBreath < BREATHE_MS && !this.control.paused) return undefined;
        return this.betweenSteps(due);
      },
    });
    const optimizer = await this.trainer.optimizerState();
    const early = await this.whyToStop(epoch);
    const snapshot = early !== undefined || isSnapshotEpoch(config.snapshots, epoch, epochs);
    await this.keeper.keep({ epoch, snapshot, evaluate: true }, { trained, seconds: ms / 1000, optimizer });
    if (early !== undefined) await this.keeper.settled();
    return early;
  }

  /** Early stopping has to know before the next epoch begins, so its split is evaluated here. */
  private async whyToStop(epoch: number): Promise<string | undefined> {
    const { engine, graph, config, features, data } = this.prepared;
    const { earlyStopping, loss } = config.training;
    if (!earlyStopping) return undefined;
    const set = instanceSet(features, data.labels, data.rowsOfSplit(earlyStopping.split));
    const found = await evaluate(engine, graph, loss, set, () => this.control.breathe());
    return this.stop.after(epoch, found[earlyStopping.metric]);
  }

  /** Snapshots within the epoch, messages, and waiting while the training is paused. */
  private async betweenSteps(due: EarlySnapshot | undefined): Promise<void> {
    if (due) await this.keeper.keep({ ...due, snapshot: true, evaluate: false });
    this.keeper.check();
    if (this.control.paused) this.teller.update({ phase: 'paused' }, true);
    await this.control.breathe();
    this.lastBreath = performance.now();
    this.stepStarted = this.lastBreath;
  }

  private result(ended: TrainResult['ended']): TrainResult {
    const { keeper, writer, prepared } = this;
    const { accuracy, state } = keeper;
    return { folder: prepared.run, epoch: state.epoch, snapshots: writer.snapshots.length, ended, accuracy };
  }

  private diverged({ epoch, batch, loss }: DivergedError): InputError {
    return new InputError(
      this.prepared.configFile,
      `the loss became ${loss}; everything before is kept. A lower learning rate, or other scaling of the data, may help`,
      `epoch ${epoch}, batch ${batch}`,
    );
  }

  async dispose(): Promise<void> {
    await this.observer.close();
    this.trainer.dispose();
    this.prepared.graph.dispose();
  }
}

/** The splits that are not trained on. */
function evaluationSets({ data, features }: PreparedTraining): Map<string, InstanceSet> {
  const found = new Map<string, InstanceSet>();
  for (const split of data.dataset.splits?.names ?? []) {
    if (split === data.trainSplit) continue;
    found.set(split, instanceSet(features, data.labels, data.rowsOfSplit(split)));
  }
  return found;
}
