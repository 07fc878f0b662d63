import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { BatchShape, LayersLibrary } from '../library';
import type { Tensorflow } from '../tensorflow';

/** Class of an UpSampling2D as Keras computes it: TensorFlow.js puts the centres of pixels elsewhere. */
export const SMOOTH_UP_SAMPLING = 'ApdSmoothUpSampling2D';

/** Class of an operation with a number: `x + 3`, `2 - x`. */
export const SCALAR_OPERATION = 'ApdScalarOperation';

/** What a layer of one input and no weights does, by its configuration. */
interface PlainLayer {
  /** Shape of the output, with the axis of the instances. */
  shape(input: BatchShape): BatchShape;
  call(x: Tensor): Tensor;
}

type Config = Readonly<Record<string, unknown>>;
type MakePlain = (tf: Tensorflow, config: Config) => PlainLayer;

/** Layers that change nothing but in training. */
const unchanged: MakePlain = () => ({ shape: (input) => input, call: (x) => x });

/** One number an axis, from one for all or a list. */
function listOf(value: unknown, axes: number, otherwise: number): number[] {
  const list = Array.isArray(value) ? value : Array.from({ length: axes }, () => value ?? otherwise);
  return list.map(Number);
}

/** Numbers before and behind each axis, from one for all, one an axis, or two an axis. */
function pairsOf(value: unknown, axes: number): [number, number][] {
  // Of a single axis the pair stands alone.
  const list: unknown[] = Array.isArray(value) && !(axes === 1 && value.length === 2) ? value : [value];
  return Array.from({ length: axes }, (_, axis): [number, number] => {
    const one: unknown = list[Math.min(axis, list.length - 1)] ?? 1;
    return Array.isArray(one) ? [Number(one[0]), Number(one[1])] : [Number(one), Number(one)];
  });
}

/** Changes the sizes of the axes between the first and the last. */
function resized(input: BatchShape, size: (axis: number, length: number) => number): BatchShape {
  return input.map((length, at) =>
    at === 0 || at === input.length - 1 || length === null ? length : size(at - 1, length),
  );
}

function zeroPadding(axes: number): MakePlain {
  return (tf, { padding }) => {
    const pairs = pairsOf(padding, axes);
    return {
      shape: (input) => resized(input, (axis, length) => length + pairs[axis][0] + pairs[axis][1]),
      call: (x) => tf.pad(x, [[0, 0], ...pairs, [0, 0]]),
    };
  };
}

function cropping(axes: number): MakePlain {
  return (tf, { cropping: given }) => {
    const pairs = pairsOf(given, axes);
    return {
      shape: (input) => resized(input, (axis, length) => length - pairs[axis][0] - pairs[axis][1]),
      call: (x) => {
        const begin = [0, ...pairs.map(([before]) => before), 0];
        const size = x.shape.map((length, at) => {
          const [before, behind] = pairs[at - 1] ?? [0, 0];
          return length - before - behind;
        });
        return tf.slice(x, begin, size);
      },
    };
  };
}

/** Repeats each place of the axes between the first and the last. */
function repeating(axes: number): MakePlain {
  return (tf, { size }) => {
    const times = listOf(size, axes, 2);
    return {
      shape: (input) => resized(input, (axis, length) => length * times[axis]),
      call: (x) =>
        times.reduce((y, count, axis) => {
          const rows = Array.from({ length: y.shape[axis + 1]! * count }, (_, k) => Math.floor(k / count));
          return tf.gather(y, tf.tensor1d(rows, 'int32'), axis + 1);
        }, x),
    };
  };
}

function globalPooling(axes: number, kind: 'max' | 'mean'): MakePlain {
  return (tf, config) => {
    const kept = config.keepdims === true;
    const over = Array.from({ length: axes }, (_, axis) => axis + 1);
    return {
      shape: ([rows, ...rest]) => [rows, ...(kept ? over.map(() => 1) : []), rest.at(-1) ?? null],
      call: (x) => tf[kind](x, over, kept),
    };
  };
}

/** To another size, as `tf.image.resize` does it. */
function resizing(
  tf: Tensorflow,
  config: Config,
  sizeOf: (shape: BatchShape) => [number, number],
): PlainLayer {
  return {
    shape: (input) => [input[0], ...sizeOf(input), input[3]],
    call: (x) =>
      config.interpolation === 'nearest'
        ? tf.image.resizeNearestNeighbor(x as Tensor4D, sizeOf(x.shape), false, true)
        : tf.image.resizeBilinear(x as Tensor4D, sizeOf(x.shape), false, true),
  };
}

const scalarOperation: MakePlain = (tf, { operation, scalar, scalarFirst }) => ({
  shape: (input) => input,
  call: (x) => {
    const number = tf.scalar(Number(scalar));
    const [a, b] = scalarFirst === true ? [number, x] : [x, number];
    switch (operation) {
      case 'Add':
        return tf.add(a, b);
      case 'Subtract':
        return tf.sub(a, b);
      case 'Multiply':
        return tf.mul(a, b);
      default:
        return tf.div(a, b);
    }
  },
});

/** Axes of an instance that are scaled to length one together. */
const unitNormalisation: MakePlain = (tf, { axis }) => ({
  shape: (input) => input,
  call: (x) => {
    const axes = (Array.isArray(axis) ? axis : [axis ?? -1]).map(Number);
    const squares = tf.sum(tf.square(x), axes, true);
    return tf.mul(x, tf.rsqrt(tf.maximum(squares, 1e-12)));
  },
});

const plainLayers: Readonly<Record<string, MakePlain>> = {
  Identity: unchanged,
  ActivityRegularization: unchanged,
  SpatialDropout2D: unchanged,
  SpatialDropout3D: unchanged,
  RandomFlip: unchanged,
  RandomRotation: unchanged,
  RandomZoom: unchanged,
  RandomTranslation: unchanged,
  RandomContrast: unchanged,
  RandomBrightness: unchanged,
  ZeroPadding1D: zeroPadding(1),
  ZeroPadding3D: zeroPadding(3),
  Cropping1D: cropping(1),
  Cropping3D: cropping(3),
  UpSampling1D: repeating(1),
  UpSampling3D: repeating(3),
  GlobalAveragePooling1D: globalPooling(1, 'mean'),
  GlobalAveragePooling2D: globalPooling(2, 'mean'),
  GlobalAveragePooling3D: globalPooling(3, 'mean'),
  GlobalMaxPooling1D: globalPooling(1, 'max'),
  GlobalMaxPooling2D: globalPooling(2, 'max'),
  GlobalMaxPooling3D: globalPooling(3, 'max'),
  Resizing: (tf, config) => resizing(tf, config, () => [Number(config.height), Number(config.width)]),
  [SMOOTH_UP_SAMPLING]: (tf, config) => {
    const [down, across] = listOf(config.size, 2, 2);
    return resizing(tf, config, ([, height, width]) => [Number(height) * down, Number(width) * across]);
  },
  UnitNormalization: unitNormalisation,
  [SCALAR_OPERATION]: scalarOperation,
};

/** Makes TensorFlow.js know the layers of one input and no weights that Keras has and it has not, or has otherwise. */
export function registerPlainLayers(tf: Tensorflow, library: LayersLibrary): void {
  for (const [name, make] of Object.entries(plainLayers)) {
    class Plain extends library.layers.Layer {
      static readonly className = name;
      private readonly given: Config;
      private readonly plain: PlainLayer;
      constructor(config: Record<string, unknown>) {
        super(config);
        this.given = config;
        this.plain = make(tf, config);
      }
      override call(inputs: Tensor | Tensor[]): Tensor {
        return tf.tidy(() => this.plain.call(Array.isArray(inputs) ? inputs[0] : inputs));
      }
      override computeOutputShape(shape: BatchShape): BatchShape {
        return this.plain.shape(shape);
      }
      override getConfig() {
        return { ...(this.given as Record<string, never>), ...super.getConfig() };
      }
    }
    tf.serialization.registerClass(Plain);
  }
}
