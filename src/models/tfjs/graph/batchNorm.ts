import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { weightOf } from '../library';
import type { StepFunction, StepSource } from './layerStep';

/** Settings of the layer, as its getConfig gives them. */
interface Settings {
  axis: number;
  momentum: number;
  epsilon: number;
}

/**
 * Batch normalisation (Ioffe & Szegedy 2015). In training it takes the statistics of the batch and moves the averages
 * towards them, as Keras does; a layer that is not trainable keeps its averages, as in Keras.
 */
export function batchNormalisation({ tf, layer }: StepSource): StepFunction {
  const { axis, momentum, epsilon } = layer.getConfig() as unknown as Settings;
  const gamma = weightOf(layer, 'gamma');
  const beta = weightOf(layer, 'beta');
  const movingMean = weightOf(layer, 'moving_mean')!;
  const movingVariance = weightOf(layer, 'moving_variance')!;
  const normalise = (x: Tensor, mean: Tensor, variance: Tensor): Tensor => {
    const own = axis < 0 ? axis + x.rank : axis;
    if (own === x.rank - 1 && x.rank <= 4) return tf.batchNorm(x, mean, variance, beta, gamma, epsilon);
    const shape = x.shape.map((size, i) => (i === own ? size : 1));
    const spread = (values: Tensor): Tensor => tf.reshape(values, shape);
    const scale = tf.rsqrt(tf.add(spread(variance), epsilon));
    const factor = gamma ? tf.mul(scale, spread(gamma)) : scale;
    const centred = tf.mul(tf.sub(x, spread(mean)), factor);
    return beta ? tf.add(centred, spread(beta)) : centred;
  };
  const move = (average: Variable, value: Tensor): void => {
    average.assign(tf.sub(average, tf.mul(tf.sub(average, value), 1 - momentum)));
  };
  return ([x], { training }) => {
    if (!training || !layer.trainable) return normalise(x, movingMean, movingVariance);
    const own = axis < 0 ? axis + x.rank : axis;
    const others = x.shape.map((_, i) => i).filter((i) => i !== own);
    const { mean, variance } = tf.moments(x, others);
    move(movingMean, mean);
    move(movingVariance, variance);
    return normalise(x, mean, variance);
  };
}
