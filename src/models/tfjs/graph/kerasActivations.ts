import type { Tensor } from '@tensorflow/tfjs-core';
import { NOT_PIECEWISE_LINEAR } from '../../onnx/activations/smooth';
import type { ActivationInstance, TfjsLayer } from '../library';
import {
  applyRelu,
  GENERAL_RELU,
  HARD_SIGMOID_OF_KERAS_3,
  reluSettings,
  type ReluSettings,
} from '../ownClasses';
import type { Tensorflow } from '../tensorflow';

/** An activation of a network: what it does, and where it bends. */
export interface Activation {
  /** As the model has it: `relu`, `leaky_relu`, `ReLU`, `PReLU`, … */
  name: string;
  apply(x: Tensor): Tensor;
  /** Finite breakpoints of a piecewise linear one, ascending. */
  breakpoints?: number[];
  /** Why another one has no pattern. */
  reason?: string;
  /** Whether it makes class scores of a network's last numbers and does not change which class wins. */
  output?: 'softmax' | 'sigmoid';
}

/** Layers that are an activation and nothing else. */
const activationLayers = new Set([
  ...['Activation', 'ReLU', GENERAL_RELU, 'LeakyReLU', 'PReLU', 'ThresholdedReLU', 'ELU', 'Softmax'],
]);

/** Whether a class is an activation and nothing else. */
export function isActivationLayer(className: string): boolean {
  return activationLayers.has(className);
}

/** The name that Keras has for an activation: TensorFlow.js says `hardSigmoid` for `hard_sigmoid`. */
function kerasName(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
}

/** The breakpoints of a ReLU with all its settings; none when it is constant or changes nothing. */
function reluBreakpoints({ threshold, negativeSlope, maxValue }: ReluSettings): number[] {
  const bends = threshold !== 0 || negativeSlope !== 1;
  const lower = bends ? [threshold] : [];
  if (maxValue === Infinity) return lower;
  return maxValue > threshold ? [...lower, maxValue] : negativeSlope === 0 && threshold === 0 ? [] : lower;
}

/** The knees of max(0, min(1, 0.2·x + 0.5)). */
const hardSigmoidBreakpoints = [-2.5, 2.5];

/** Breakpoints that do not depend on settings, by TensorFlow.js' name of the activation. */
const plainBreakpoints: Readonly<Record<string, number[]>> = {
  relu: [0],
  relu6: [0, 6],
  leakyRelu: [0],
  hardSigmoid: hardSigmoidBreakpoints,
  hardTanh: [-1, 1],
  hardShrink: [-0.5, 0.5],
  softShrink: [-0.5, 0.5],
  sparseSigmoid: [-1, 1],
};

/** Operations that are faster, or have gradients in more backends, than what the layers are made of. */
function directly(tf: Tensorflow, name: string): ((x: Tensor) => Tensor) | undefined {
  switch (name) {
    case 'relu':
      return (x) => tf.relu(x);
    case 'relu6':
      return (x) => tf.relu6(x);
    case 'sigmoid':
      return (x) => tf.sigmoid(x);
    case 'tanh':
      return (x) => tf.tanh(x);
    default:
      return undefined;
  }
}

/** Float32 of settings: pre-activations are compared with the numbers that TensorFlow.js computes with. */
function rounded(breakpoints: number[]): number[] {
  return breakpoints.map(Math.fround);
}

/** A piecewise linear activation, or one that bends nowhere. */
function piecewise(name: string, breakpoints: number[], apply: (x: Tensor) => Tensor): Activation {
  return breakpoints.length > 0
    ? { name, apply, breakpoints: rounded(breakpoints) }
    : { name, apply, reason: 'it has no breakpoints' };
}

/**
 * The activation of a function (of an `activation` member) or of a layer that is one.
 * @returns undefined for the linear one
 */
export function activationOf(tf: Tensorflow, instance: ActivationInstance): Activation | undefined {
  const className = instance.getClassName();
  const apply = directly(tf, className) ?? ((x: Tensor) => instance.apply(x));
  const config = instance.getConfig();
  switch (className) {
    case 'linear':
      return undefined;
    case 'ReLU':
    case GENERAL_RELU: {
      const settings = reluSettings(config);
      return piecewise('ReLU', reluBreakpoints(settings), (x) => applyRelu(tf, x, settings));
    }
    case 'LeakyReLU': {
      const slope = Number(config.alpha);
      return slope === 1 ? undefined : piecewise('LeakyReLU', [0], (x) => tf.leakyRelu(x, slope));
    }
    case 'PReLU':
      return piecewise('PReLU', [0], apply);
    case 'ThresholdedReLU':
      return piecewise('ThresholdedReLU', [Number(config.theta)], apply);
    case 'softmax':
    case 'Softmax':
    case 'logSoftmax':
      return { name: kerasName(className), apply, reason: NOT_PIECEWISE_LINEAR, output: 'softmax' };
    case 'sigmoid':
      return { name: className, apply, reason: NOT_PIECEWISE_LINEAR, output: 'sigmoid' };
    case HARD_SIGMOID_OF_KERAS_3:
      return { ...piecewise('hard_sigmoid', [-3, 3], apply), output: 'sigmoid' };
    case 'hardSigmoid':
      return { ...piecewise('hard_sigmoid', hardSigmoidBreakpoints, apply), output: 'sigmoid' };
    default: {
      const breakpoints = Object.hasOwn(plainBreakpoints, className)
        ? plainBreakpoints[className]
        : undefined;
      return breakpoints
        ? piecewise(kerasName(className), breakpoints, apply)
        : { name: kerasName(className), apply, reason: NOT_PIECEWISE_LINEAR };
    }
  }
}

/** Why the activations inside a layer have no pattern; undefined where it has none inside. */
export function hiddenActivation(layer: TfjsLayer): { activation: string; reason: string } | undefined {
  const className = layer.getClassName();
  switch (className) {
    case 'LSTM':
    case 'GRU':
    case 'ConvLSTM2D':
      return { activation: className, reason: 'its gates are not piecewise linear' };
    case 'SimpleRNN':
    case 'RNN':
    case 'Bidirectional':
      return {
        activation: className,
        reason: 'its activation is inside the recurrence, where no tap reaches',
      };
    case 'TimeDistributed': {
      const inner = (layer as unknown as { layer: TfjsLayer }).layer;
      const own = (inner as unknown as { activation?: ActivationInstance | null }).activation;
      const acts = isActivationLayer(inner.getClassName()) || (own && own.getClassName() !== 'linear');
      return acts
        ? {
            activation: `TimeDistributed(${inner.getClassName()})`,
            reason: 'it is inside TimeDistributed, where no tap reaches',
          }
        : undefined;
    }
    case 'Maximum':
    case 'Minimum':
      return {
        activation: className,
        reason: 'the larger of several computed tensors (Maxout) has no breakpoints of its own',
      };
    default:
      return undefined;
  }
}
