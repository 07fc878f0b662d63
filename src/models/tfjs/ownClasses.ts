import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersLibrary } from './library';
import type { Tensorflow } from './tensorflow';
import { elementCount } from '../../core/shape';

/** Class of the initial values of all weights: zeros, as many as {@link withAllowance} allows. */
export const CHECKED_ZEROS = 'ApdCheckedZeros';

/** Class of a ReLU with a threshold or a slope below it, which TensorFlow.js would leave out. */
export const GENERAL_RELU = 'ApdGeneralReLU';

/** Name of the hard sigmoid of Keras 3, relu6(x + 3) / 6; that of Keras 2 and TensorFlow.js has other knees. */
export const HARD_SIGMOID_OF_KERAS_3 = 'hardSigmoidThird';

/** Settings of a {@link GENERAL_RELU}: y = x from `threshold` on, `negativeSlope`·(x − threshold) below, at most `maxValue`. */
export interface ReluSettings {
  threshold: number;
  negativeSlope: number;
  /** Infinity when there is no limit. */
  maxValue: number;
}

/** The weights that may still be made; told by {@link withAllowance}. */
let allowance = 0;

/** Thrown when layers want more weights than there can be. */
export class TooManyWeights extends Error {}

/**
 * Makes layers that have at most so many weights (numbers) together. The size is checked before memory is taken.
 * @throws TooManyWeights
 */
export function withAllowance<T>(numbers: number, make: () => T): T {
  allowance = numbers;
  try {
    return make();
  } finally {
    allowance = 0;
  }
}

/** A number of a configuration, or what it is when left out. */
function numberOf(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

/** The settings in the configuration of a ReLU, its keys in either spelling. */
export function reluSettings(config: Record<string, unknown>): ReluSettings {
  return {
    threshold: numberOf(config.threshold, 0),
    negativeSlope: numberOf(config.negativeSlope, 0),
    maxValue: numberOf(config.maxValue, Infinity),
  };
}

/** The ReLU of Keras with all its settings. */
export function applyRelu(
  tf: Tensorflow,
  x: Tensor,
  { threshold, negativeSlope, maxValue }: ReluSettings,
): Tensor {
  if (threshold === 0 && negativeSlope === 0) {
    return maxValue === Infinity ? tf.relu(x) : tf.clipByValue(x, 0, maxValue);
  }
  const below = tf.mul(tf.sub(x, threshold), negativeSlope);
  const y = tf.where(tf.greaterEqual(x, threshold), x, below);
  return maxValue === Infinity ? y : tf.minimum(y, maxValue);
}

/** Activations that Keras has by name and TensorFlow.js has not. */
function activationsByName(tf: Tensorflow): Record<string, (x: Tensor) => Tensor> {
  return {
    // The slope of keras.activations.leaky_relu, not that of the layer.
    leakyRelu: (x) => tf.leakyRelu(x, 0.2),
    silu: (x) => tf.mul(x, tf.sigmoid(x)),
    exponential: (x) => tf.exp(x),
    [HARD_SIGMOID_OF_KERAS_3]: (x) => tf.div(tf.relu6(tf.add(x, 3)), 6),
    hardSilu: (x) => tf.div(tf.mul(x, tf.relu6(tf.add(x, 3))), 6),
    hardTanh: (x) => tf.clipByValue(x, -1, 1),
    hardShrink: (x) => tf.where(tf.greater(tf.abs(x), 0.5), x, tf.zerosLike(x)),
    softShrink: (x) => tf.mul(tf.sign(x), tf.relu(tf.sub(tf.abs(x), 0.5))),
    sparseSigmoid: (x) => tf.clipByValue(tf.div(tf.add(x, 1), 2), 0, 1),
    celu: (x) => tf.elu(x),
    logSigmoid: (x) => tf.neg(tf.softplus(tf.neg(x))),
    squareplus: (x) => tf.div(tf.add(x, tf.sqrt(tf.add(tf.square(x), 4))), 2),
    tanhShrink: (x) => tf.sub(x, tf.tanh(x)),
  };
}

let registered = false;

/** Makes TensorFlow.js know the classes of this file. */
export function registerOwnClasses(tf: Tensorflow, library: LayersLibrary): void {
  if (registered) return;
  registered = true;
  class CheckedZeros extends tf.serialization.Serializable {
    static readonly className = CHECKED_ZEROS;
    apply(shape: number[]): Tensor {
      const numbers = elementCount(shape);
      if (!(numbers <= allowance)) throw new TooManyWeights();
      allowance -= numbers;
      return tf.zeros(shape);
    }
    getConfig(): { [key: string]: never } {
      return {};
    }
  }
  tf.serialization.registerClass(CheckedZeros);
  class GeneralReLU extends library.layers.Layer {
    static readonly className = GENERAL_RELU;
    readonly settings: ReluSettings;
    constructor(config: Record<string, unknown>) {
      super(config);
      this.settings = reluSettings(config);
    }
    override call(inputs: Tensor | Tensor[]): Tensor {
      return applyRelu(tf, Array.isArray(inputs) ? inputs[0] : inputs, this.settings);
    }
    override computeOutputShape(shape: (number | null)[]): (number | null)[] {
      return shape;
    }
    override getConfig() {
      return { ...super.getConfig(), ...this.settings };
    }
  }
  tf.serialization.registerClass(GeneralReLU);
  for (const [name, apply] of Object.entries(activationsByName(tf))) {
    class NamedActivation extends tf.serialization.Serializable {
      static readonly className = name;
      apply(x: Tensor): Tensor {
        return apply(x);
      }
      getConfig(): { [key: string]: never } {
        return {};
      }
    }
    tf.serialization.registerClass(NamedActivation);
  }
}
