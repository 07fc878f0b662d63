import type { Convolution, ConvolutionAttributes } from './convolution';
import type { WasmKernel } from './heap';

type PoolAttributes = ConvolutionAttributes & { filterSize: number | [number, number] };

/**
 * The gradient of max pooling goes to the largest input of each window: the first of them, row by row, where several are
 * as large (as the CPU backend has it), and to none where all are NaN or −∞.
 */
export const maxPoolGradient: WasmKernel<PoolAttributes> = {
  name: 'MaxPoolGrad',
  run({ heap, inputs: { dy, input }, attributes }) {
    const { filterSize, strides, pad, dimRoundingMode } = attributes;
    const shape = input.shape as [number, number, number, number];
    const { computePool2DInfo } = heap.tf.backend_util;
    const pool = computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
    const dx = heap.zeros(shape);
    const [x, gradient, target] = heap.values(input, dy, dx);
    for (let image = 0; image < pool.batchSize; image++) addImage({ pool, image, x, gradient, target });
    return dx;
  },
};

/** Adds the gradients of the windows of one image. */
function addImage({
  pool,
  image,
  x,
  gradient,
  target,
}: {
  pool: Convolution;
  image: number;
  x: Float32Array;
  gradient: Float32Array;
  target: Float32Array;
}): void {
  const { inHeight, inWidth, outHeight, outWidth, inChannels, padInfo } = pool;
  const largest = new Float32Array(inChannels);
  const places = new Int32Array(inChannels);
  let at = image * outHeight * outWidth * inChannels;
  for (let i = 0; i < outHeight; i++) {
    const above = i * pool.strideHeight - padInfo.top;
    const bottom = Math.min(inHeight, above + pool.filterHeight);
    for (let j = 0; j < outWidth; j++) {
      const before = j * pool.strideWidth - padInfo.left;
      const right = Math.min(inWidth, before + pool.filterWidth);
      largest.fill(-Infinity);
      places.fill(-1);
      for (let row = Math.max(0, above); row < bottom; row++) {
        for (let column = Math.max(0, before); column < right; column++) {
          const from = ((image * inHeight + row) * inWidth + column) * inChannels;
          for (let channel = 0; channel < inChannels; channel++) {
            const value = x[from + channel];
            if (value > largest[channel]) {
              largest[channel] = value;
              places[channel] = from + channel;
            }
          }
        }
      }
      for (let channel = 0; channel < inChannels; channel++) {
        if (places[channel] >= 0) target[places[channel]] += gradient[at + channel];
      }
      at += inChannels;
    }
  }
}
