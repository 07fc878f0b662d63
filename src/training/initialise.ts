import { InputError } from '../core/errors';
import type { Random } from '../core/random';
import { normal, stream } from './streams';
import { elementCount } from '../core/shape';

/** A weight as the network has it. */
export interface WeightShape {
  name: string;
  /** Dense kernels are [inputs, units], convolutions [height, width, channels, filters]. */
  shape: number[];
  /** Name of its layer. */
  layer: string;
}

/** Configuration of a layer in Keras' JSON. */
type KerasLayer = { class_name?: string; config?: Record<string, unknown> };

/**
 * First values of all weights, drawn from the seed: a stream for each weight, so that a layer more does not change the others.
 * Kernels and slopes start as their layer's `…_initializer` says, biases at 0, normalisations at 1 and 0.
 * Glorot & Bengio (2010), He et al. (2015), with Keras' meaning of fan-in and fan-out.
 * @param layers configuration of every layer by its name
 * @throws InputError where a layer asks for an initializer that there is not
 */
export function initialWeights(
  weights: readonly WeightShape[],
  layers: ReadonlyMap<string, KerasLayer>,
  seed: number,
): Float32Array[] {
  return weights.map(({ name, shape, layer }, w) => {
    const values = new Float32Array(elementCount(shape));
    const kind = name.slice(name.lastIndexOf('/') + 1);
    fill(values, {
      shape,
      initializer: initializerOf(kind, layers.get(layer)),
      random: stream(seed, 'initial', w),
      layer,
    });
    return values;
  });
}

/** Keras' class name and settings of the initializer of one kind of weight (`kernel`, `bias`, `alpha`, `gamma`, …). */
function initializerOf(
  kind: string,
  layer: KerasLayer | undefined,
): { name: string; config: Record<string, unknown> } {
  const given = layer?.config?.[`${kind}_initializer`];
  if (typeof given === 'string') return { name: given, config: {} };
  if (typeof given === 'object' && given !== null) {
    const { class_name: name, config } = given as { class_name?: string; config?: Record<string, unknown> };
    if (name !== undefined) return { name, config: config ?? {} };
  }
  if (/kernel$/.test(kind)) return { name: 'GlorotUniform', config: {} };
  return { name: kind === 'gamma' || kind === 'moving_variance' ? 'Ones' : 'Zeros', config: {} };
}

function fill(
  values: Float32Array,
  {
    shape,
    initializer: { name, config },
    random,
    layer,
  }: {
    shape: readonly number[];
    initializer: { name: string; config: Record<string, unknown> };
    random: Random;
    layer: string;
  },
): void {
  const [fanIn, fanOut] = fans(shape);
  const uniform = (limit: number) => values.forEach((_, i) => (values[i] = (2 * random.float() - 1) * limit));
  const gauss = (deviation: number, mean = 0) =>
    values.forEach((_, i) => (values[i] = mean + deviation * normal(random)));
  switch (name.replace(/_/g, '').toLowerCase()) {
    case 'zeros':
      return;
    case 'ones':
      values.fill(1);
      return;
    case 'constant':
      values.fill(Number(config.value ?? 0));
      return;
    case 'glorotuniform':
      return uniform(Math.sqrt(6 / (fanIn + fanOut)));
    case 'glorotnormal':
      return gauss(Math.sqrt(2 / (fanIn + fanOut)));
    case 'heuniform':
      return uniform(Math.sqrt(6 / fanIn));
    case 'henormal':
      return gauss(Math.sqrt(2 / fanIn));
    case 'lecununiform':
      return uniform(Math.sqrt(3 / fanIn));
    case 'lecunnormal':
      return gauss(Math.sqrt(1 / fanIn));
    case 'variancescaling':
      return varianceScaling({ config, fanIn, fanOut, uniform, gauss });
    default:
      throw new InputError(
        `layer ${layer}`,
        `has the initializer ${name}, which training here does not know`,
      );
  }
}

/** Keras' VarianceScaling, of which Glorot's and He's are cases. */
function varianceScaling({
  config,
  fanIn,
  fanOut,
  uniform,
  gauss,
}: {
  config: Record<string, unknown>;
  fanIn: number;
  fanOut: number;
  uniform: (limit: number) => void;
  gauss: (deviation: number) => void;
}): void {
  const { scale = 1, mode = 'fanIn', distribution = 'normal' } = config;
  const fan = { fanin: fanIn, fanout: fanOut, fanavg: (fanIn + fanOut) / 2 }[
    String(mode).replace('_', '').toLowerCase()
  ];
  const variance = Number(scale) / Math.max(1, fan ?? fanIn);
  if (String(distribution) === 'uniform') uniform(Math.sqrt(3 * variance));
  else gauss(Math.sqrt(variance));
}

/** Inputs and outputs that a kernel's number joins: the last two axes, times the size of the window. */
function fans(shape: readonly number[]): [number, number] {
  if (shape.length < 2) return [shape[0] ?? 1, shape[0] ?? 1];
  const window = elementCount(shape.slice(0, -2));
  return [window * shape[shape.length - 2], window * shape[shape.length - 1]];
}
