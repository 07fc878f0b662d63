import type { Tensor } from '@tensorflow/tfjs-core';
import type { TfjsLayer } from '../library';
import type { Tensorflow } from '../tensorflow';

/** How a network is run this time. */
export interface Call {
  training: boolean;
  /** Whether gradients are asked for: then operations are taken whose gradients compute no more than is needed. */
  taped: boolean;
  dropoutMask?: (call: number, shape: number[], rate: number) => Tensor;
}

/** Computes one call of a layer. */
export type StepFunction = (inputs: Tensor[], call: Call) => Tensor | Tensor[];

/** What a step is made from. */
export interface StepSource {
  tf: Tensorflow;
  layer: TfjsLayer;
  /** Options of this call, as the model has them. */
  options: Record<string, unknown>;
  /** Model file, for messages. */
  source: string;
  /** Where the layer is, for messages. */
  place: string;
  /** Number that the next call of a dropout layer has. */
  nextDropout: () => number;
}
