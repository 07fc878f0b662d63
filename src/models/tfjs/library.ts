import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type * as graphLibrary from '@tensorflow/tfjs-converter';
import type * as library from '@tensorflow/tfjs-layers';
import type { LayersModel, LayerVariable, layers } from '@tensorflow/tfjs-layers';

/** The part of TensorFlow.js that makes layers. */
export type LayersLibrary = typeof library;

/** A layer as TensorFlow.js makes it. */
export type TfjsLayer = layers.Layer;

/** One call of a layer, on symbolic tensors. */
export type LayerCall = TfjsLayer['inboundNodes'][number];

/** A shape with the batch axis; null where an axis is open. */
export type BatchShape = (number | null)[];

/** A function of an activation, which is a layer where Keras 3 has one in its place. */
export interface ActivationInstance {
  getClassName(): string;
  apply(x: Tensor): Tensor;
  getConfig(): Record<string, unknown>;
}

let loading: Promise<LayersLibrary> | undefined;

/** Loads the library when it is first needed: it is not small, and registers the gradients of all operations. */
export function loadLayersLibrary(): Promise<LayersLibrary> {
  loading ??= import('./packages').then(({ layers }) => layers);
  return loading;
}

/** Loads what runs graph models; it is in the same bundle. */
export function loadGraphLibrary(): Promise<typeof graphLibrary> {
  return import('./packages').then(({ converter }) => converter);
}

/** The variable that holds a weight. */
export function variableOf(weight: LayerVariable): Variable {
  return weight.read() as Variable;
}

/** A weight of a layer by the last part of its name; undefined when the layer has none. */
export function weightOf(layer: TfjsLayer, name: string): Variable | undefined {
  const weight = layer.weights.find(({ originalName }) => originalName.endsWith(`/${name}`));
  return weight && variableOf(weight);
}

/** What a container shows of its inside. */
export interface Container {
  name: string;
  layers: TfjsLayer[];
  inputs: LayersModel['inputs'];
  outputs: LayersModel['outputs'];
  inputNames: string[];
  outputNames: string[];
  nodesByDepth: Record<string, LayerCall[]>;
}

/** The container that a layer is; undefined for a plain layer. */
export function containerOf(tfl: LayersLibrary, layer: TfjsLayer): Container | undefined {
  return layer instanceof tfl.LayersModel ? (layer as unknown as Container) : undefined;
}
