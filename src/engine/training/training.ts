import { InputError } from '../../core/errors';
import type { Snapshot } from '../../core/patterns/snapshot';
import type { TrainResult } from '../../protocol/training';
import type { RunWriter } from '../../runs/writeRun';
import { evaluate } from '../../training/evaluate';
import type { OptimizerState } from '../../training/optimizer';
import { DivergedError, Trainer, type TrainingInstances } from '../../training/trainer';
import type { TrainingControl } from './trainingControl';
import { EarlyStop } from './earlyStop';
import { EpochKeeper } from './snapshots/epochKeeper';
import type { TrainHooks } from './trainHooks';
import { instanceSet } from './preparation/memoryData';
import { createObserver, type NetworkObserver } from './snapshots/observers';
import type { PreparedTraining } from './preparation/prepareTraining';
import { ProgressTeller } from './progressTeller';
import { earlySnapshots, isSnapshotEpoch, type EarlySnapshot } from './snapshots/snapshotPlan';
import type { TrainingState } from '../../runs/trainingState';

/** Messages are let in this often. */
const BREATHE_MS = 20;

/** Where a training stands as it begins or goes on. */
interface TrainingStart {
  state: TrainingState;
  /** Snapshot that the next one is compared with. */
  earlier?: Snapshot;
}

/** Who listens to a training, and who stops it. */
interface TrainingOversight {
  hooks: TrainHooks;
  control: TrainingControl;
}

/** A training under way. */
export class RunningTraining {
  private readonly hooks: TrainHooks;
  private readonly control: TrainingControl;
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
    { state, earlier }: TrainingStart,
    { hooks, control }: TrainingOversight,
  ) {
    this.hooks = hooks;
    this.control = control;
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

  /** Keeps what the network is, and shows, before the first step. */
  async beforeTheFirst(): Promise<void> {
    const { initial } = this.prepared.config.snapshots;
    this.hooks.onStarted?.(this.prepared.run);
    const optimizer = await this.trainer.optimizerState();
    if (initial) await this.keeper.keep(0, { snapshot: true }, optimizer);
    else await this.keeper.count(0, undefined, optimizer);
  }

  /** Goes on as after the epoch that the optimizer's state is of; shows first what of it was not shown yet. */
  async goOnFrom(optimizer: OptimizerState): Promise<void> {
    await this.trainer.restore(optimizer);
    this.hooks.onStarted?.(this.prepared.run);
    await this.keeper.goOn(optimizer);
  }

  /** Trains the epochs that are left. */
  async toTheEnd(): Promise<TrainResult> {
    const { epochs } = this.prepared.config.training;
    try {
      const ended = this.keeper.state.unfinished?.early;
      if (ended !== undefined) return await this.endEarly(ended);
      for (let epoch = this.keeper.state.epoch + 1; epoch <= epochs; epoch++) {
        const early = await this.epoch(epoch);
        if (early !== undefined) return await this.endEarly(early);
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

  private async endEarly(why: string): Promise<TrainResult> {
    await this.keeper.settled();
    this.hooks.onNotice(why);
    await this.keeper.end('finished', why);
    return this.result('early');
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
    const seconds = ms / 1000;
    await this.keeper.keep(epoch, { snapshot, trained: { ...trained, seconds }, early }, optimizer);
    return early;
  }

  /** Early stopping has to know before the next epoch begins, so its split is evaluated here. */
  private async whyToStop(epoch: number): Promise<string | undefined> {
    const { engine, graph, config, features, data } = this.prepared;
    const { earlyStopping, loss } = config.training;
    if (!earlyStopping) return undefined;
    const set = instanceSet(features, data.labels, data.rowsOfSplit(earlyStopping.split));
    const found = await evaluate({
      engine,
      graph,
      loss,
      instances: set,
      breathe: () => this.control.breathe(),
    });
    return this.stop.after(epoch, found[earlyStopping.metric]);
  }

  /** Snapshots within the epoch, messages, and waiting while the training is paused. */
  private async betweenSteps(due: EarlySnapshot | undefined): Promise<void> {
    if (due) await this.keeper.keepWithin(due.epoch, due.step);
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
function evaluationSets({ data, features }: PreparedTraining): Map<string, TrainingInstances> {
  const found = new Map<string, TrainingInstances>();
  for (const split of data.dataset.splits?.names ?? []) {
    if (split === data.trainSplit) continue;
    found.set(split, instanceSet(features, data.labels, data.rowsOfSplit(split)));
  }
  return found;
}
