import type { NamedTensorMap, Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import type { LayerGraph } from '../models/tfjs/graph/layerGraph';
import type { TensorEngine } from '../models/tfjs/tensorflow';
import type { TrainingSettings } from './config/config';
import { lossOf, type LossResult } from './loss';
import { ScheduledOptimizer, type OptimizerState } from './optimizer';
import { learningRateAt } from './schedule';
import { stream } from './streams';
import { elementCount } from '../core/shape';

/** Instances to train on or to evaluate, in memory, as the network takes them. */
export interface TrainingInstances {
  /** [rows, …shape], row-major, scaled. */
  values: Float32Array;
  /** Shape of one instance. */
  shape: readonly number[];
  labels: Int32Array;
}

/** Means over the instances of an epoch, as the network was when it came to each batch. */
export interface EpochResult {
  loss: number;
  accuracy: number;
  /** Learning rate of the last step. */
  learningRate: number;
}

/** What may happen between two steps. */
export interface StepHooks {
  /** After each step; what it awaits holds the training up. */
  afterStep?(
    step: number,
    steps: number,
    soFar: { loss: number; accuracy: number },
  ): Promise<void> | undefined;
}

/** A loss that is no number: training cannot go on from it. */
export class DivergedError extends Error {
  constructor(
    readonly epoch: number,
    readonly batch: number,
    readonly loss: number,
  ) {
    super(`the loss is ${loss} in epoch ${epoch}, batch ${batch}`);
  }
}

/**
 * Trains a network epoch by epoch, in a loop of its own on TensorFlow.js's optimizers: its `fit` costs twice as much.
 * All that is drawn at random follows from seed, epoch and step, so that an epoch is the same whenever it is trained.
 */
export class Trainer {
  private readonly optimizer: ScheduledOptimizer;
  private readonly size: number;
  private readonly trained: Variable[];
  private readonly decayed: Set<string>;

  constructor(
    private readonly engine: TensorEngine,
    readonly graph: LayerGraph,
    readonly settings: TrainingSettings,
    private readonly set: TrainingInstances,
  ) {
    this.optimizer = new ScheduledOptimizer(engine.tf, settings.optimizer);
    this.size = elementCount(set.shape);
    this.trained = graph.weights.filter(({ trainable }) => trainable).map(({ variable }) => variable);
    const kernels = graph.weights.filter(({ role, trainable }) => trainable && role === 'kernel');
    this.decayed = new Set(settings.weightDecay > 0 ? kernels.map(({ variable }) => variable.name) : []);
  }

  /** Steps of an epoch: the last one may have a smaller batch. */
  get steps(): number {
    return Math.ceil(this.set.labels.length / this.settings.batchSize);
  }

  /**
   * Trains one epoch.
   * @param epoch its number, from 1 on
   * @throws DivergedError when the loss is NaN or infinite
   */
  async trainEpoch(epoch: number, hooks: StepHooks = {}): Promise<EpochResult> {
    const { settings, steps, set } = this;
    const rows = set.labels.length;
    const order = Int32Array.from({ length: rows }, (_, row) => row);
    stream(settings.seed, 'order', epoch).shuffle(order);
    const batch = new Float32Array(Math.min(rows, settings.batchSize) * this.size);
    let loss = 0;
    let right = 0;
    let done = 0;
    let learningRate = 0;
    for (let step = 1; step <= steps; step++) {
      const chosen = order.subarray(done, Math.min(rows, done + settings.batchSize));
      learningRate = learningRateAt(settings, epoch - 1 + (step - 1) / steps);
      this.optimizer.learningRate = learningRate;
      const result = this.step(chosen, batch, epoch, step);
      if (!Number.isFinite(result.loss)) throw new DivergedError(epoch, step, result.loss);
      done += chosen.length;
      loss += result.loss * chosen.length;
      right += result.right;
      await hooks.afterStep?.(step, steps, { loss: loss / done, accuracy: right / done });
    }
    return { loss: loss / rows, accuracy: right / rows, learningRate };
  }

  /** One step of the optimizer on a batch. */
  private step(chosen: Int32Array, batch: Float32Array, epoch: number, step: number): LossResult {
    const { size, set, settings } = this;
    const { tf } = this.engine;
    const rows = chosen.length;
    const labels = new Int32Array(rows);
    for (let row = 0; row < rows; row++) {
      const from = chosen[row] * size;
      batch.set(set.values.subarray(from, from + size), row * size);
      labels[row] = set.labels[chosen[row]];
    }
    let result: LossResult | undefined;
    tf.tidy(() => {
      const x = tf.tensor(batch.subarray(0, rows * size), [rows, ...set.shape], 'float32');
      const loss = tf.customGrad((scores) => {
        const found = lossOf({
          kind: settings.loss,
          scores: (scores as Tensor).dataSync(),
          labels,
          rows,
          wantGradient: true,
        });
        result = found;
        return {
          value: tf.scalar(found.loss),
          gradFunc: (dy: Tensor) => tf.mul(tf.tensor(found.gradient!, (scores as Tensor).shape), dy),
        };
      });
      const { grads } = tf.variableGrads(() => {
        const { scores } = this.graph.run(x, {
          training: true,
          dropoutMask: (call, shape, rate) => this.dropoutMask({ epoch, step, call, shape, rate }),
        });
        return loss(scores) as Scalar;
      }, this.trained);
      if (Number.isFinite(result!.loss)) this.optimizer.apply(this.withDecay(grads));
    });
    return result!;
  }

  /** Adds weightDecay · weight to the gradients of kernels. */
  private withDecay(gradients: NamedTensorMap): NamedTensorMap {
    const { tf } = this.engine;
    const { weightDecay } = this.settings;
    for (const { variable } of this.graph.weights) {
      if (!this.decayed.has(variable.name)) continue;
      gradients[variable.name] = tf.add(gradients[variable.name], tf.mul(variable, weightDecay));
    }
    return gradients;
  }

  /** Units that are kept have 1 / (1 − rate), the others 0 (inverted dropout). */
  private dropoutMask({
    epoch,
    step,
    call,
    shape,
    rate,
  }: {
    epoch: number;
    step: number;
    call: number;
    shape: number[];
    rate: number;
  }): Tensor {
    const random = stream(this.settings.seed, 'dropout', epoch, step, call);
    const mask = new Float32Array(elementCount(shape));
    const kept = 1 / (1 - rate);
    for (let i = 0; i < mask.length; i++) mask[i] = random.float() < rate ? 0 : kept;
    return this.engine.tf.tensor(mask, shape);
  }

  /** State of the optimizer; the training goes on from it as if it had been restored. */
  async optimizerState(): Promise<OptimizerState> {
    const state = await this.optimizer.state();
    await this.optimizer.restore(state);
    return state;
  }

  /** Goes on from the state of an optimizer of the same network. */
  restore(state: OptimizerState): Promise<void> {
    return this.optimizer.restore(state);
  }

  dispose(): void {
    this.optimizer.dispose();
  }
}
