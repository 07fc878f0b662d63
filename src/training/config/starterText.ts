import type { AxisOrder } from '../../data/dataset';
import { formatShape } from '../../data/arrays/storedArray';
import type { LayerConfig } from './config';
import { pluralise } from '../../core/wording';
import { elementCount } from '../../core/shape';

/** What a starting configuration is made of. */
export interface StarterData {
  files: string;
  labels?: string;
  /** Files of a split to test on, where there are any. */
  test?: { files: string; labels?: string };
  /** Name or number of the label column of a table. */
  labelColumn?: string | number;
  count: number;
  /** Shape of an instance, and what its axes are. */
  shape: readonly number[];
  axes: AxisOrder;
  classes: readonly string[];
}

/** Share of the instances that are trained on, where there is no file of others. */
const TRAIN_SHARE = 0.8;
/** With fewer instances than this a test split would say nothing. */
const FEWEST_TO_SPLIT = 20;
/** Steps that training takes, about: few epochs of many instances, many of few. */
const STEPS = 4000;
/** Snapshots of whole epochs, about. */
const MOST_SNAPSHOTS = 25;
/** Images with a smaller side are given to a dense network. */
const SMALLEST_IMAGE = 8;

/** A configuration with a comment on each of its fields. */
export function starterText(data: StarterData): string {
  const trained = data.test || !drawsSplits(data) ? data.count : Math.round(TRAIN_SHARE * data.count);
  const batchSize = Math.min(trained, trained < 1000 ? 16 : trained < 10_000 ? 32 : 64);
  const epochs = Math.min(100, Math.max(4, Math.round((STEPS * batchSize) / trained)));
  return `{
  // ${pluralise(data.count, 'instance')} of ${formatShape(data.shape)} in ${data.classes.length} classes. Every field shows what it means when the pointer rests on it.
  "data": {
${dataLines(data).join('\n')}
  },

  "model": {
    // From input to output; activation patterns are taken of the layers with relu. The last layer has a unit a class.
    "layers": [
${layersOf(data)
  .map((layer) => `      ${inline(layer)},`)
  .join('\n')}
    ],
  },

  "training": {
    "epochs": ${epochs}, // how often all instances of the training split are gone through
    "batchSize": ${batchSize}, // instances a step
    "optimizer": { "type": "adam", "learningRate": 0.001 }, // or sgd (with momentum), rmsprop
    "schedule": { "type": "constant" }, // of the learning rate; or step, exponential, cosine
    "loss": "crossEntropy", // binaryCrossEntropy is for two classes and one output unit
    "seed": 0, // of initialisation, shuffling and dropout: the same seed gives the same run
  },

  "snapshots": {
    "initial": true, // activation patterns before the first step
    "withinFirstEpoch": 3, // and within the first epoch, where they change most
    "every": ${Math.max(1, Math.round(epochs / MOST_SNAPSHOTS))}, // and after every so many epochs; the last one always
  },

  "backend": "auto", // what computes: the native backend where it is installed, else wasm, else cpu
}
`;
}

/** Whether splits are to be drawn: not where the files are splits, nor where there are too few instances. */
function drawsSplits({ test, count }: StarterData): boolean {
  return !test && count >= FEWEST_TO_SPLIT;
}

function dataLines(data: StarterData): string[] {
  const { files, labels, test, labelColumn } = data;
  const lines: string[] = [];
  const add = (name: string, value: unknown, comment: string) =>
    lines.push(`    "${name}": ${inline(value)}, // ${comment}`);
  add('files', test ? { train: files, test: test.files } : files, 'instances, relative to this file');
  if (labels !== undefined) {
    add('labels', test ? { train: labels, test: test.labels } : labels, 'one label for each instance');
  }
  if (labelColumn !== undefined) add('labelColumn', labelColumn, 'by name or 0-based number');
  const channel = data.shape.length === 1 ? 'column' : 'channel';
  add('scaling', 'standard', `mean 0 and deviation 1 for each ${channel}, taken from the training split`);
  if (drawsSplits(data)) {
    const rest = Number((1 - TRAIN_SHARE).toFixed(9));
    add('splits', { train: TRAIN_SHARE, test: rest }, 'shares of the instances, drawn at random');
    add('seed', 0, 'of the splits');
  }
  if (test || drawsSplits(data)) add('train', 'train', 'the split that is trained on');
  return lines;
}

/** A small convolutional network for images, a dense one for everything else. */
function layersOf({ shape, axes, classes }: StarterData): LayerConfig[] {
  const relu = { activation: 'relu' } as const;
  const image = shape.length === 2 || axes === 'HWC' || axes === 'CHW';
  const [height, width] = axes === 'CHW' ? shape.slice(1) : shape;
  const output: LayerConfig = { type: 'dense', units: classes.length };
  if (image && shape.length > 1 && Math.min(height, width) >= SMALLEST_IMAGE) {
    return [
      { type: 'conv2d', filters: 8, kernel: 3, padding: 'same', ...relu },
      { type: 'maxPool2d', size: 2 },
      { type: 'conv2d', filters: 16, kernel: 3, padding: 'same', ...relu },
      { type: 'maxPool2d', size: 2 },
      { type: 'flatten' },
      { type: 'dense', units: 32, ...relu },
      output,
    ];
  }
  const inputs = elementCount(shape);
  const hidden = inputs <= 10 ? [16, 16] : [32, 32, 32];
  return [...hidden.map((units): LayerConfig => ({ type: 'dense', units, ...relu })), output];
}

/** JSON on one line, with room to read it. */
function inline(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([name, member]) => `${JSON.stringify(name)}: ${inline(member)}`);
  return `{ ${members.join(', ')} }`;
}
