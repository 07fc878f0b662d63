import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayerVariable } from '@tensorflow/tfjs-layers';
import type { BatchShape, LayersLibrary } from '../library';
import { CHECKED_ZEROS } from '../ownClasses';
import type { Tensorflow } from '../tensorflow';

type Config = Readonly<Record<string, unknown>>;

/** A layer that normalises: its weights by name, and what it computes with them. */
interface Normalising {
  /** Shape of each weight, in the order in which Keras saves them, for an input of a shape. */
  weights(input: BatchShape): Record<string, number[]>;
  /** Whether its weights are measured and not trained. */
  fixed?: boolean;
  call(x: Tensor, weights: Readonly<Record<string, Tensor>>): Tensor;
}

/** Size of the last axis. */
function channelsOf(shape: BatchShape): number {
  return shape.at(-1) ?? 0;
}

/** @throws Error where a layer normalises along another axis than the last */
function checkAxis(name: string, axis: unknown): void {
  const axes = Array.isArray(axis) ? axis : [axis ?? -1];
  if (axes.length !== 1 || axes[0] !== -1) throw new Error(`${name} is run along the last axis alone`);
}

/** Mean and deviation of groups of channels within an instance, of the last axis. */
function groupNormalisation(tf: Tensorflow, config: Config): Normalising {
  return {
    weights: (input) => ({
      ...(config.scale === false ? {} : { gamma: [channelsOf(input)] }),
      ...(config.center === false ? {} : { beta: [channelsOf(input)] }),
    }),
    call: (x, { gamma, beta }) => {
      const channels = x.shape.at(-1)!;
      const asked = Number(config.groups ?? 32);
      const groups = asked === -1 ? channels : asked;
      const [rows, ...rest] = x.shape.slice(0, -1);
      const places = rest.reduce((product, size) => product * size, 1);
      const grouped = tf.reshape(x, [rows, places, groups, channels / groups]);
      const { mean, variance } = tf.moments(grouped, [1, 3], true);
      const scaled = tf.mul(
        tf.sub(grouped, mean),
        tf.rsqrt(tf.add(variance, Number(config.epsilon ?? 1e-3))),
      );
      let y: Tensor = tf.reshape(scaled, x.shape);
      if (gamma) y = tf.mul(y, gamma);
      return beta ? tf.add(y, beta) : y;
    },
  };
}

/** By the root of the mean of the squares along the last axis. */
function rootMeanSquare(tf: Tensorflow, config: Config): Normalising {
  return {
    weights: (input) => ({ scale: [channelsOf(input)] }),
    call: (x, { scale }) => {
      const squares = tf.mean(tf.square(x), -1, true);
      return tf.mul(tf.mul(x, tf.rsqrt(tf.add(squares, Number(config.epsilon ?? 1e-6)))), scale);
    },
  };
}

/** By a mean and a variance that were measured on the data, or given; along the last axis. */
function measured(tf: Tensorflow, config: Config): Normalising {
  const given = config.mean !== undefined && config.mean !== null;
  return {
    fixed: true,
    weights: (input): Record<string, number[]> =>
      given ? {} : { mean: [channelsOf(input)], variance: [channelsOf(input)], count: [] },
    call: (x, weights) => {
      const mean = given ? tf.tensor(config.mean as number[]) : weights.mean;
      const variance = given ? tf.tensor(config.variance as number[]) : weights.variance;
      const deviation = tf.maximum(tf.sqrt(variance), 1e-7);
      return config.invert === true ? tf.add(mean, tf.mul(x, deviation)) : tf.div(tf.sub(x, mean), deviation);
    },
  };
}

const makers = {
  GroupNormalization: groupNormalisation,
  RMSNormalization: rootMeanSquare,
  Normalization: measured,
};

/** Makes TensorFlow.js know the normalising layers that Keras has and it has not. */
export function registerNormalisingLayers(tf: Tensorflow, library: LayersLibrary): void {
  for (const [name, make] of Object.entries(makers)) {
    class NormalisingLayer extends library.layers.Layer {
      static readonly className = name;
      private readonly given: Config;
      private readonly normalising: Normalising;
      private readonly variables = new Map<string, LayerVariable>();
      constructor(config: Record<string, unknown>) {
        super(config);
        checkAxis(name, config.axis);
        this.given = config;
        this.normalising = make(tf, config);
      }
      override build(input: BatchShape): void {
        const { classNameMap } = tf.serialization.SerializationMap.getMap();
        const [zeros] = classNameMap[CHECKED_ZEROS];
        for (const [weight, shape] of Object.entries(this.normalising.weights(input))) {
          const initial = new zeros() as never;
          this.variables.set(
            weight,
            this.addWeight(weight, shape, 'float32', initial, undefined, !this.normalising.fixed),
          );
        }
        this.built = true;
      }
      override call(inputs: Tensor | Tensor[]): Tensor {
        const weights = [...this.variables].map(([weight, variable]) => [weight, variable.read()]);
        return tf.tidy(() =>
          this.normalising.call(
            Array.isArray(inputs) ? inputs[0] : inputs,
            Object.fromEntries(weights) as Record<string, Tensor>,
          ),
        );
      }
      override computeOutputShape(shape: BatchShape): BatchShape {
        return shape;
      }
      override getConfig() {
        return { ...(this.given as Record<string, never>), ...super.getConfig() };
      }
    }
    tf.serialization.registerClass(NormalisingLayer);
  }
}
