import type { backend_util } from '@tensorflow/tfjs-core';
import type { Tensorflow } from '../tensorflow';

/** Where a convolution or pooling takes its input from: sizes, strides and padding. */
export type Convolution = backend_util.Conv2DInfo;

/** Attributes that the gradients of convolutions share. */
export interface ConvolutionAttributes {
  strides: number | [number, number];
  pad: 'same' | 'valid' | number | backend_util.ExplicitPadding;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
  dataFormat?: 'NHWC' | 'NCHW';
  dilations?: number | [number, number];
}

type Shape4 = [number, number, number, number];

/**
 * Sizes of a convolution of images [batch, height, width, channels].
 * @param attributes `depthwise`: each channel has filters of its own
 * @throws Error for images with their channels first, which the WebAssembly backend cannot convolve either
 */
export function convolutionOf(
  tf: Tensorflow,
  inputShape: number[],
  filterShape: number[],
  attributes: ConvolutionAttributes & { depthwise?: boolean },
): Convolution {
  const { strides, pad, dimRoundingMode, dataFormat = 'NHWC', dilations = 1, depthwise = false } = attributes;
  if (dataFormat !== 'NHWC') throw new Error(`Images must be NHWC (channels last), not ${dataFormat}`);
  return tf.backend_util.computeConv2DInfo(
    inputShape as Shape4,
    filterShape as Shape4,
    strides,
    dilations,
    pad,
    dimRoundingMode,
    depthwise,
  );
}

/**
 * Outputs along one axis whose input, `output · stride + offset`, is inside the image: from `first` up to, without, `end`.
 * @param offset place in the filter, less the padding before the image
 */
export function outputsInside(
  offset: number,
  stride: number,
  inputs: number,
  outputs: number,
): { first: number; end: number } {
  const first = Math.max(0, Math.ceil(-offset / stride));
  const end = Math.min(outputs, Math.floor((inputs - 1 - offset) / stride) + 1);
  return { first, end: Math.max(first, end) };
}
