import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { Convolution, ConvolutionAttributes } from './convolution';
import type { WasmHeap, WasmKernel } from './heap';

type PoolAttributes = ConvolutionAttributes & { filterSize: number | [number, number] };

function poolOf({ tf }: WasmHeap, input: TensorInfo, attributes: PoolAttributes): Convolution {
  const { filterSize, strides, pad, dimRoundingMode } = attributes;
  return tf.backend_util.computePool2DInfo(
    input.shape as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
}

/** The part of one window that is inside the image: rows and columns, the ends not included. */
interface Window {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

/** Goes through all windows; `at` is the first channel's place in the output, `image` the image's in the input. */
function forEachWindow(pool: Convolution, visit: (window: Window, image: number, at: number) => void): void {
  const { batchSize, inHeight, inWidth, outHeight, outWidth, inChannels, padInfo } = pool;
  let at = 0;
  for (let image = 0; image < batchSize; image++) {
    for (let i = 0; i < outHeight; i++) {
      const top = i * pool.strideHeight - padInfo.top;
      for (let j = 0; j < outWidth; j++) {
        const left = j * pool.strideWidth - padInfo.left;
        const window = {
          top: Math.max(0, top),
          bottom: Math.min(inHeight, top + pool.filterHeight),
          left: Math.max(0, left),
          right: Math.min(inWidth, left + pool.filterWidth),
        };
        visit(window, image * inHeight * inWidth * inChannels, at);
        at += inChannels;
      }
    }
  }
}

/**
 * The gradient of max pooling goes to the largest input of each window: the first of them, row by row, where several are
 * as large (as the CPU backend has it), and to none where all are NaN or −∞.
 */
export const maxPoolGradient: WasmKernel<PoolAttributes> = {
  name: 'MaxPoolGrad',
  run({ heap, inputs: { dy, input }, attributes }) {
    const pool = poolOf(heap, input, attributes);
    const { inWidth, inChannels } = pool;
    const dx = heap.zeros(input.shape);
    const [x, gradient, target] = heap.values(input, dy, dx);
    forEachWindow(pool, ({ top, bottom, left, right }, image, at) => {
      for (let channel = 0; channel < inChannels; channel++) {
        let largest = -Infinity;
        let place = -1;
        for (let row = top; row < bottom; row++) {
          let from = image + (row * inWidth + left) * inChannels + channel;
          for (let column = left; column < right; column++) {
            if (x[from] > largest) {
              largest = x[from];
              place = from;
            }
            from += inChannels;
          }
        }
        if (place >= 0) target[place] += gradient[at + channel];
      }
    });
    return dx;
  },
};

/** The gradient of average pooling: an equal share of each output's to every input of its window, 1/size with the padding. */
export const averagePoolGradient: WasmKernel<PoolAttributes> = {
  name: 'AvgPoolGrad',
  run({ heap, inputs: { dy, input }, attributes }) {
    const pool = poolOf(heap, input, attributes);
    const { inWidth, inChannels } = pool;
    const share = 1 / (pool.filterHeight * pool.filterWidth);
    const dx = heap.zeros(input.shape);
    const [gradient, target] = heap.values(dy, dx);
    forEachWindow(pool, ({ top, bottom, left, right }, image, at) => {
      for (let row = top; row < bottom; row++) {
        for (let column = left; column < right; column++) {
          const to = image + (row * inWidth + column) * inChannels;
          for (let channel = 0; channel < inChannels; channel++) {
            target[to + channel] += gradient[at + channel] * share;
          }
        }
      }
    });
    return dx;
  },
};
