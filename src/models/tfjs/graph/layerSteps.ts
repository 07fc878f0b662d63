import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { InputError } from '../../../core/errors';
import { weightOf, type TfjsLayer } from '../library';
import { batchNormalisation } from './batchNorm';
import type { StepFunction, StepSource } from './layerStep';

/** A layer that is called as it is. */
function wholeLayer({ layer, options }: StepSource): StepFunction {
  return (inputs, { training }) =>
    layer.apply(inputs.length === 1 ? inputs[0] : inputs, { ...options, training }) as Tensor | Tensor[];
}

function dense(from: StepSource): StepFunction {
  const { tf, layer } = from;
  const kernel = weightOf(layer, 'kernel') as Tensor2D;
  const bias = weightOf(layer, 'bias');
  const whole = wholeLayer(from);
  return (inputs, call) => {
    const [x] = inputs;
    if (x.rank !== 2) return whole(inputs, call);
    // The fused operation always computes the gradient of its input, which the first layer does not need.
    if (!call.taped) return tf.fused.matMul({ a: x as Tensor2D, b: kernel, bias });
    const product = tf.matMul(x, kernel);
    return bias ? tf.add(product, bias) : product;
  };
}

/** Settings of convolution and pooling layers, as their getConfig gives them. */
interface WindowSettings {
  strides: [number, number];
  padding: 'same' | 'valid';
  dilationRate: [number, number];
  poolSize: [number, number];
}

function windowSettings(layer: TfjsLayer): WindowSettings {
  return layer.getConfig() as unknown as WindowSettings;
}

function conv2d({ tf, layer }: StepSource): StepFunction {
  const filter = weightOf(layer, 'kernel') as unknown as Tensor4D;
  const bias = weightOf(layer, 'bias');
  const { strides, padding: pad, dilationRate: dilations } = windowSettings(layer);
  return ([input], call) => {
    const x = input as Tensor4D;
    if (!call.taped) return tf.fused.conv2d({ x, filter, strides, pad, dilations, bias });
    const product = tf.conv2d(x, filter, strides, pad, 'NHWC', dilations);
    return bias ? tf.add(product, bias) : product;
  };
}

function pooling({ tf, layer }: StepSource, kind: 'max' | 'average'): StepFunction {
  const { poolSize, strides, padding } = windowSettings(layer);
  return kind === 'max'
    ? ([x]) => tf.maxPool(x as Tensor4D, poolSize, strides, padding)
    : ([x]) => tf.avgPool(x as Tensor4D, poolSize, strides, padding);
}

/** Over height and width, then over depth: the operation of all three is wrong on WebAssembly where all numbers are negative. */
function maxPooling3d({ tf, layer }: StepSource): StepFunction {
  const { poolSize, strides, padding } = layer.getConfig() as unknown as {
    poolSize: [number, number, number];
    strides: [number, number, number];
    padding: 'same' | 'valid';
  };
  return ([x]) => {
    const [rows, depth, height, width, channels] = x.shape as [number, number, number, number, number];
    const slices = tf.reshape(x, [rows * depth, height, width, channels]) as Tensor4D;
    const flat = tf.maxPool(slices, [poolSize[1], poolSize[2]], [strides[1], strides[2]], padding);
    const [, down, across] = flat.shape;
    const columns = tf.reshape(flat, [rows, depth, down * across, channels]) as Tensor4D;
    const pooled = tf.maxPool(columns, [poolSize[0], 1], [strides[0], 1], padding);
    return tf.reshape(pooled, [rows, pooled.shape[1], down, across, channels]);
  };
}

function addition(from: StepSource): StepFunction {
  const { tf } = from;
  const whole = wholeLayer(from);
  return (inputs, call) => {
    const [first, ...others] = inputs;
    if (others.some(({ rank }) => rank !== first.rank)) return whole(inputs, call);
    return others.reduce((sum, each) => tf.add(sum, each), first);
  };
}

/** Dropout by masks of the caller, so that a training can be repeated. */
function dropout({ tf, layer, source, place, nextDropout }: StepSource): StepFunction {
  const { rate } = layer.getConfig() as { rate: number };
  // As TensorFlow.js has it: a rate outside of (0, 1) drops nothing.
  if (!(rate > 0 && rate < 1)) return ([x]) => x;
  const number = nextDropout();
  const { noiseShape } = layer.getConfig() as { noiseShape?: (number | null)[] | null };
  const spatial = layer.getClassName().startsWith('Spatial');
  return ([x], { training, dropoutMask }) => {
    if (!training) return x;
    if (!dropoutMask) {
      throw new InputError(source, 'has dropout, which training needs masks for and none are given', place);
    }
    const shape = spatial
      ? x.shape.map((size, axis) => (axis === 0 || axis === x.rank - 1 ? size : 1))
      : (noiseShape?.map((size, axis) => size ?? x.shape[axis]) ?? x.shape);
    return tf.mul(x, dropoutMask(number, shape, rate));
  };
}

/** Names of layers that draw random numbers on their own in training. */
const NOISY = /^(Gaussian(Noise|Dropout)|AlphaDropout|Random[A-Z]\w+)$/;

/** Layers that draw random numbers on their own in training, which nobody could repeat. */
function noise(from: StepSource): StepFunction {
  const whole = wholeLayer(from);
  return (inputs, call) => {
    if (call.training) {
      const className = from.layer.getClassName();
      throw new InputError(
        from.source,
        `is a ${className}, whose random numbers training cannot repeat: expected Dropout`,
        from.place,
      );
    }
    return whole(inputs, call);
  };
}

/** Whether a recurrent layer has dropout inside. */
function hasInnerDropout(layer: TfjsLayer): boolean {
  const text = JSON.stringify(layer.getConfig(), (key, value: unknown) =>
    /^(recurrentDropout|dropout)$/.test(key) && typeof value === 'number' && value > 0 ? 'drops' : value,
  );
  return text.includes('"drops"');
}

/** How one call of a layer is computed. */
export function stepFunction(from: StepSource): StepFunction {
  const { tf, layer } = from;
  const className = layer.getClassName();
  switch (className) {
    case 'Dense':
      return dense(from);
    case 'Conv2D':
      return conv2d(from);
    case 'MaxPooling2D':
      return pooling(from, 'max');
    case 'AveragePooling2D':
      return pooling(from, 'average');
    case 'MaxPooling3D':
      return maxPooling3d(from);
    case 'Flatten':
      return ([x]) => tf.reshape(x, [x.shape[0], x.size / Math.max(1, x.shape[0])]);
    case 'Add':
      return addition(from);
    case 'BatchNormalization':
      return batchNormalisation(from);
    case 'Dropout':
    case 'SpatialDropout1D':
    case 'SpatialDropout2D':
    case 'SpatialDropout3D':
      return dropout(from);
    default:
      return NOISY.test(className) || hasInnerDropout(layer) ? noise(from) : wholeLayer(from);
  }
}
