import type { AxisOrder } from '../../data/dataset';

/** Files of a dataset: one, several that are joined, or one for each named split. */
export type ConfigFiles = string | string[] | Record<string, string>;

/** Data to train on, as the configuration has it. Paths are relative to the configuration's folder. */
export interface DataConfig {
  files: ConfigFiles;
  /** Files of labels, as many and named as `files`; in the data's label column or an array beside it when left out. */
  labels?: ConfigFiles;
  /** Name or 0-based number of the label column of a table. */
  labelColumn?: string | number;
  /** What the axes of an instance are, where the file's shape says it wrongly. */
  axes?: AxisOrder;
  /** Numbers become `(x·scale − mean) / std`; `standard` takes mean and std of each column or channel from the training split. */
  scaling?: 'none' | 'standard' | { scale?: number; mean?: number | number[]; std?: number | number[] };
  /** The first so many instances only. */
  take?: number;
  /** So many instances drawn at random (by `seed`). */
  sample?: number;
  /** Splits to draw: name and share of the instances; shares add up to at most 1. Only where `files` names none. */
  splits?: Record<string, number>;
  /** Seed of `splits` and `sample`. */
  seed: number;
  /** Split that is trained on: `train` where there is one, else the first; all instances where there are no splits. */
  train?: string;
  /** Labels of the training split that are replaced by another class, drawn at random. */
  labelNoise?: { share: number; seed: number };
}

/** Activations that a layer of the configuration may have. The latter ones are not piecewise linear: no patterns. */
export const piecewiseActivations = ['relu', 'leakyRelu', 'prelu', 'relu6', 'hardSigmoid'] as const;
export const smoothActivations = ['tanh', 'sigmoid', 'elu', 'selu', 'softplus', 'swish', 'gelu'] as const;
/** `softmax` is for the last layer alone, which has it also when its activation is left out. */
export type ActivationName =
  (typeof piecewiseActivations)[number] | (typeof smoothActivations)[number] | 'linear' | 'softmax';

/** How weights start. Keras' names. */
export type InitializerName = 'glorotUniform' | 'glorotNormal' | 'heUniform' | 'heNormal' | 'zeros';

interface Activated {
  activation?: ActivationName;
  /** Slope below 0 of `leakyRelu`; 0.01 when left out. Other activations have none (`prelu` learns its slopes, from 0.25 on). */
  slope?: number;
}

/** A layer of the network. `name` is unique; made of its type and its place from 1 on when left out: `dense_1`. */
export type LayerConfig = { name?: string } & (
  | ({ type: 'dense'; units: number; bias?: boolean; initializer?: InitializerName } & Activated)
  | ({
      type: 'conv2d';
      filters: number;
      /** One number for a square. */
      kernel: number | [number, number];
      stride?: number | [number, number];
      padding?: 'same' | 'valid';
      bias?: boolean;
      initializer?: InitializerName;
    } & Activated)
  | {
      type: 'maxPool2d' | 'averagePool2d';
      size?: number | [number, number];
      stride?: number | [number, number];
      padding?: 'same' | 'valid';
    }
  | { type: 'globalMaxPool2d' | 'globalAveragePool2d' | 'flatten' }
  | { type: 'dropout'; rate: number }
  | { type: 'batchNorm'; momentum?: number; epsilon?: number }
  | ({ type: 'activation' } & Activated & { activation: ActivationName })
  /** Adds the output of an earlier layer, by its name, to that of the layer before; `input` is the network's input. */
  | { type: 'add'; with: string }
  /** One number of `shape` may be -1: what remains. */
  | { type: 'reshape'; shape: number[] }
);

/** The network, by one of two: its layers from input to output, or a saved tfjs LayersModel or Keras model to go on from. */
export interface ModelConfig {
  /**
   * Layers in order. The last one is dense and gives the classes: a unit for each, or a single one with
   * `binaryCrossEntropy`. No layer is added to them, but its softmax (sigmoid) need not be written.
   */
  layers?: LayerConfig[];
  /** A tfjs `model.json`, or a whole Keras model (`.keras`, `.h5`), relative to the configuration. */
  from?: string;
}

/** Optimizers with their settings. */
export type OptimizerConfig =
  | { type: 'sgd'; learningRate: number; momentum?: number; nesterov?: boolean }
  | { type: 'adam'; learningRate: number; beta1?: number; beta2?: number; epsilon?: number }
  | { type: 'rmsprop'; learningRate: number; decay?: number; momentum?: number; epsilon?: number };

/** How the learning rate changes over epochs (which may be fractions for `cosine`, counted in steps). */
export type ScheduleConfig =
  | { type: 'constant' }
  /** Times `factor` every `every` epochs. */
  | { type: 'step'; every: number; factor: number }
  /** Times `factor` each epoch. */
  | { type: 'exponential'; factor: number }
  /** Half a cosine from the learning rate down to `minimum` over all epochs. */
  | { type: 'cosine'; minimum?: number };

/** How the network is trained. */
export interface TrainingSettings {
  epochs: number;
  batchSize: number;
  optimizer: OptimizerConfig;
  schedule: ScheduleConfig;
  /** Epochs in which the learning rate rises linearly from 0, before any schedule; may be a fraction. */
  warmup: number;
  /** Added to the gradient as weightDecay · weight, of kernels only (not of biases and normalisations). */
  weightDecay: number;
  /** `binaryCrossEntropy` is for one output unit and two classes. */
  loss: 'crossEntropy' | 'binaryCrossEntropy';
  earlyStopping?: {
    split: string;
    metric: 'loss' | 'accuracy';
    /** Epochs without a better value after which training ends. */
    patience: number;
    minimumChange: number;
  };
  /** Seed of initialisation, shuffling and dropout. */
  seed: number;
}

/** When patterns are taken, and of which splits. */
export interface SnapshotSettings {
  /** Before the first step. */
  initial: boolean;
  /** So many within the first epoch, at steps that double towards its end. */
  withinFirstEpoch: number;
  /** After every so many epochs; the last one always. */
  every: number;
  /** Splits whose instances are in the snapshots; all when left out. */
  splits?: string[];
}

/** Which TensorFlow.js backend computes: `auto` takes the native one where it is installed, else WebAssembly, else plain JavaScript. */
export type TrainingBackend = 'auto' | 'node' | 'wasm' | 'cpu';

/** A training configuration (`*.apd.json`), with all defaults filled in. */
export interface TrainingConfig {
  name: string;
  data: DataConfig;
  model: ModelConfig;
  training: TrainingSettings;
  snapshots: SnapshotSettings;
  backend: TrainingBackend;
  /** Run folder, relative to the configuration; `runs/<name>` when left out. */
  out: string;
}

/** Something wrong with a configuration: 1-based line and column of the place it is about. */
export interface ConfigProblem {
  message: string;
  line: number;
  column: number;
  /** Length of the marked text on that line, at least 1. */
  length: number;
  /** JSON pointer to the value: `/model/layers/2/units`. */
  pointer: string;
  severity: 'error' | 'warning';
  /** What it offends: JSON, the schema, or what neither can say. Editors that have the schema show the first two themselves. */
  kind: 'syntax' | 'schema' | 'meaning';
}
