import type { NamedTensorMap, Optimizer } from '@tensorflow/tfjs-core';
import type { Tensorflow } from '../models/tfjs/tensorflow';
import type { OptimizerConfig } from './config/config';

/** Accumulators of an optimizer as numbers, so that a training can go on from them. */
export interface OptimizerState {
  /** Steps taken. */
  iterations: number;
  /** In the optimizer's own order. */
  accumulators: { name: string; shape: number[]; values: Float32Array }[];
}

/** A TensorFlow.js optimizer whose learning rate changes and whose state can be carried on. */
export class ScheduledOptimizer {
  private optimizer: Optimizer;
  private setRate: (rate: number) => void;
  private rate: number;

  constructor(
    private readonly tf: Tensorflow,
    private readonly config: OptimizerConfig,
  ) {
    this.rate = config.learningRate;
    ({ optimizer: this.optimizer, setRate: this.setRate } = create(tf, config));
  }

  set learningRate(rate: number) {
    if (rate === this.rate) return;
    this.rate = rate;
    this.setRate(rate);
  }

  apply(gradients: NamedTensorMap): void {
    this.optimizer.applyGradients(gradients);
  }

  /** Reads the accumulators. */
  async state(): Promise<OptimizerState> {
    const [steps, ...accumulators] = await this.optimizer.getWeights();
    const iterations = (await steps.tensor.data())[0];
    steps.tensor.dispose();
    const read = accumulators.map(async ({ name, tensor }) => ({
      name,
      shape: tensor.shape,
      // A copy: the array may be the backend's own memory.
      values: Float32Array.from(await tensor.data<'float32'>()),
    }));
    return { iterations, accumulators: await Promise.all(read) };
  }

  /**
   * Goes on from a state. TensorFlow.js's Adam derives what it accumulates in scalars from the number of steps then, which
   * is not to the bit what it had: so a training does this after each epoch, resumed or not, and is the same either way.
   */
  async restore({ iterations, accumulators }: OptimizerState): Promise<void> {
    const { tf } = this;
    this.optimizer.dispose();
    ({ optimizer: this.optimizer, setRate: this.setRate } = create(tf, this.config));
    this.setRate(this.rate);
    const weights = accumulators.map(({ name, shape, values }) => ({
      name,
      tensor: tf.tensor(values, shape),
    }));
    const steps = { name: 'iter', tensor: tf.scalar(iterations, 'int32') };
    await this.optimizer.setWeights([steps, ...weights]);
    tf.dispose([steps.tensor, ...weights.map(({ tensor }) => tensor)]);
  }

  dispose(): void {
    this.optimizer.dispose();
  }
}

function create(
  tf: Tensorflow,
  config: OptimizerConfig,
): { optimizer: Optimizer; setRate: (rate: number) => void } {
  const { learningRate } = config;
  switch (config.type) {
    case 'sgd': {
      const { momentum = 0, nesterov = false } = config;
      const optimizer =
        momentum > 0 ? tf.train.momentum(learningRate, momentum, nesterov) : tf.train.sgd(learningRate);
      return { optimizer, setRate: (rate) => optimizer.setLearningRate(rate) };
    }
    case 'adam': {
      // The rate is a protected field, which only a subclass may change.
      class Adam extends tf.AdamOptimizer {
        setLearningRate(rate: number): void {
          this.learningRate = rate;
        }
      }
      const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 } = config;
      const optimizer = new Adam(learningRate, beta1, beta2, epsilon);
      return { optimizer, setRate: (rate) => optimizer.setLearningRate(rate) };
    }
    case 'rmsprop': {
      class RmsProp extends tf.RMSPropOptimizer {
        setLearningRate(rate: number): void {
          this.learningRate = rate;
        }
      }
      const { decay = 0.9, momentum = 0, epsilon = 1e-7 } = config;
      const optimizer = new RmsProp(learningRate, decay, momentum, epsilon);
      return { optimizer, setRate: (rate) => optimizer.setLearningRate(rate) };
    }
  }
}
