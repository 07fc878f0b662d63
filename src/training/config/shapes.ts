import { formatShape } from '../../data/arrays/storedArray';
import type { LayerConfig } from './config';
import { errorAt, type Finding } from './finding';
import { INPUT_NAME, type NamedLayer } from './layerNames';
import { formatCount } from '../../core/wording';
import { elementCount } from '../../core/shape';

/** Shape of one instance, without the batch axis; images are channels last. */
export type Shape = readonly number[];

/** What is done to an instance so that a layer can take it. */
export type Preparation = 'flatten' | 'channel';

/** Shapes around a layer; undefined where they follow from data that is not known yet. */
export interface LayerShapes {
  /** As the layer takes it, after the preparation. */
  input?: Shape;
  preparation?: Preparation;
  output?: Shape;
}

/** Most weights of a network, and most numbers of one instance within it: 2³¹ − 1. */
const MOST = 2 ** 31 - 1;

/**
 * Shapes of all layers from input to output.
 * @param input shape of an instance; undefined where the data is not known: what does not depend on it is checked then
 * @returns for each layer its shapes, and what is wrong, at the pointer of the value to blame
 */
export function inferShapes(
  layers: readonly NamedLayer[],
  input: Shape | undefined,
): { shapes: LayerShapes[]; findings: Finding[] } {
  const findings: Finding[] = [];
  const outputs = new Map<string, Shape | undefined>([[INPUT_NAME, input]]);
  let weights = 0;
  let current = input;
  const shapes = layers.map((layer, index) => {
    const pointer = `/model/layers/${index}`;
    try {
      const around = shapesOf(layer, current, outputs, pointer);
      weights += around.input ? weightsOf(layer, around.input) : 0;
      current = around.output;
      checkSize(layer, weights, current, pointer);
      outputs.set(layer.name, current);
      return around;
    } catch (error) {
      if (!(error instanceof ShapeFault)) throw error;
      findings.push(errorAt(error.pointer, error.message));
      current = undefined;
      outputs.set(layer.name, undefined);
      return {};
    }
  });
  return { shapes, findings };
}

/** One or two numbers as two. */
function pairOf(value: number | readonly number[]): [number, number] {
  return typeof value === 'number' ? [value, value] : [value[0], value[1]];
}

/** What is wrong with a layer; caught where the layers are gone through. */
class ShapeFault extends Error {
  constructor(
    readonly pointer: string,
    message: string,
  ) {
    super(message);
  }
}

function shapesOf(
  layer: NamedLayer,
  before: Shape | undefined,
  outputs: ReadonlyMap<string, Shape | undefined>,
  pointer: string,
): LayerShapes {
  switch (layer.type) {
    case 'dense':
      return {
        input: before && [elementCount(before)],
        preparation: before && before.length > 1 ? 'flatten' : undefined,
        output: [layer.units],
      };
    case 'flatten':
      return { input: before, output: before && [elementCount(before)] };
    case 'conv2d':
    case 'maxPool2d':
    case 'averagePool2d':
    case 'globalMaxPool2d':
    case 'globalAveragePool2d':
      return before ? imageShapes(layer, before, pointer) : {};
    case 'reshape':
      return { input: before, output: reshaped(layer.shape, before, pointer) };
    case 'add':
      return { input: before, output: added(layer.with, before, outputs, pointer) };
    case 'activation':
    case 'batchNorm':
    case 'dropout':
      return { input: before, output: before };
  }
}

type WindowLayer = Extract<LayerConfig, { type: 'conv2d' } | { type: 'maxPool2d' | 'averagePool2d' }>;

/** `flatten` is among them as it shares its type with global pooling. */
type ImageLayer =
  WindowLayer | Extract<LayerConfig, { type: 'globalMaxPool2d' | 'globalAveragePool2d' | 'flatten' }>;

function imageShapes(layer: ImageLayer, before: Shape, pointer: string): LayerShapes {
  const preparation = before.length === 2 ? 'channel' : undefined;
  const input = preparation ? [...before, 1] : before;
  if (input.length !== 3) {
    throw new ShapeFault(
      pointer,
      `\`${layer.type}\` takes images [height, width, channels], found ${formatShape(before)}; put a \`reshape\` before it`,
    );
  }
  const [height, width, channels] = input;
  if (layer.type !== 'conv2d' && layer.type !== 'maxPool2d' && layer.type !== 'averagePool2d') {
    return { input, preparation, output: [channels] };
  }
  const { window, stride, member } = windowOf(layer);
  const same = layer.padding === 'same';
  if (!same && (window[0] > height || window[1] > width)) {
    throw new ShapeFault(
      `${pointer}/${member}`,
      `the window of ${window.join('×')} is larger than the image of ${height}×${width}; make it smaller, or set \`padding\` to \`same\``,
    );
  }
  const [down, across] = [height, width].map((size, axis) =>
    same ? Math.ceil(size / stride[axis]) : Math.floor((size - window[axis]) / stride[axis]) + 1,
  );
  return { input, preparation, output: [down, across, layer.type === 'conv2d' ? layer.filters : channels] };
}

/** Window and stride of a convolution or pooling, and the property that the window is set by. */
export function windowOf(layer: WindowLayer): {
  window: [number, number];
  stride: [number, number];
  member: 'kernel' | 'size';
} {
  if (layer.type === 'conv2d') {
    return { window: pairOf(layer.kernel), stride: pairOf(layer.stride ?? 1), member: 'kernel' };
  }
  const window = pairOf(layer.size ?? 2);
  return { window, stride: layer.stride === undefined ? window : pairOf(layer.stride), member: 'size' };
}

function reshaped(wanted: readonly number[], before: Shape | undefined, pointer: string): Shape | undefined {
  const place = `${pointer}/shape`;
  const open = wanted.filter((axis) => axis === -1).length;
  const known = elementCount(wanted.filter((axis) => axis !== -1));
  if (known === 0 || open > 1) {
    const problem = known === 0 ? 'has an axis of 0' : `has ${open} axes of -1, expected one at most`;
    throw new ShapeFault(place, `\`shape\` ${problem}`);
  }
  if (!before) return open === 0 ? wanted : undefined;
  const size = elementCount(before);
  if (open === 0 ? known !== size : size % known !== 0) {
    throw new ShapeFault(
      place,
      `${formatShape(wanted)} does not hold the ${formatCount(size)} numbers of ${formatShape(before)}`,
    );
  }
  return wanted.map((axis) => (axis === -1 ? size / known : axis));
}

function added(
  other: string,
  before: Shape | undefined,
  outputs: ReadonlyMap<string, Shape | undefined>,
  pointer: string,
): Shape | undefined {
  if (!outputs.has(other)) {
    const names = [...outputs.keys()].map((name) => `\`${name}\``);
    const shown = names.length > 8 ? `${names.slice(-8).join(', ')} and others` : names.join(', ');
    throw new ShapeFault(`${pointer}/with`, `there is no earlier layer \`${other}\`, only ${shown}`);
  }
  const shape = outputs.get(other);
  if (before && shape && before.join() !== shape.join()) {
    throw new ShapeFault(
      `${pointer}/with`,
      `\`${other}\` gives ${formatShape(shape)}, expected ${formatShape(before)} as the layer before gives`,
    );
  }
  return before ?? shape;
}

/** Number of weights of a layer, at most: with moving means and learnt slopes. */
function weightsOf(layer: NamedLayer, input: Shape): number {
  if (layer.type === 'dense') return (elementCount(input) + 2) * layer.units;
  if (layer.type === 'conv2d') return (elementCount(pairOf(layer.kernel)) * input[2] + 2) * layer.filters;
  return layer.type === 'batchNorm' ? 4 * input[input.length - 1] : 0;
}

function checkSize(layer: NamedLayer, weights: number, output: Shape | undefined, pointer: string): void {
  const member = { dense: '/units', conv2d: '/filters', reshape: '/shape' };
  const place = pointer + (layer.type in member ? member[layer.type as keyof typeof member] : '');
  if (weights > MOST) {
    throw new ShapeFault(
      place,
      `the network has ${formatCount(weights)} weights up to here, the limit is ${formatCount(MOST)}`,
    );
  }
  if (output && elementCount(output) > MOST) {
    throw new ShapeFault(
      place,
      `an instance becomes ${formatCount(elementCount(output))} numbers here, the limit is ${formatCount(MOST)}`,
    );
  }
}
