import type { TensorInfo } from '@tensorflow/tfjs-core';
import { convolutionOf, outputsInside, type Convolution, type ConvolutionAttributes } from './convolution';
import { type WasmHeap, type WasmKernel } from './heap';
import { elementCount } from '../../../core/shape';

/** So many places of the grid are multiplied at once: enough to pay for the call, few enough for the processor's cache. */
const PLACES_AT_ONCE = 4096;

/**
 * A grid of places for some images, as high and wide as the output and, below and to the right of it, as many rows and
 * columns as the filter reaches further (in strides). Flat, a step of the filter is a constant distance in it.
 */
interface Grid {
  images: number;
  height: number;
  width: number;
  places: number;
}

/**
 * The gradient of a convolution by its filter, `dw[r, s, c, k] = Σ x[n, i·stride + r − top, j·stride + s − left, c] · dy[n, i, j, k]`.
 * Input and output gradient are laid on one grid, the output's with zeros around it; then each [c, k] is one product of
 * matrices, of the input's channels from a place of their memory on, which depends on r and s, with the output gradient.
 * What this reads beyond a row meets the zeros.
 */
export const conv2dBackpropFilter: WasmKernel<ConvolutionAttributes & { filterShape: number[] }> = {
  name: 'Conv2DBackpropFilter',
  run({ heap, inputs: { x, dy }, attributes }) {
    const { filterShape } = attributes;
    const convolution = convolutionOf(heap.tf, x.shape, filterShape, attributes);
    const sums = new Float64Array(elementCount(filterShape));
    if (sums.length > 0) {
      const height = convolution.outHeight + reach(convolution.filterHeight, convolution.strideHeight);
      const width = convolution.outWidth + reach(convolution.filterWidth, convolution.strideWidth);
      const atOnce = Math.max(1, Math.round(PLACES_AT_ONCE / (height * width)));
      for (let first = 0; first < convolution.batchSize; first += atOnce) {
        const images = Math.min(atOnce, convolution.batchSize - first);
        const grid = { images, height, width, places: images * height * width };
        addImages({ heap, x, dy, convolution, grid, first, sums });
      }
    }
    const dw = heap.make(filterShape);
    heap.values(dw)[0].set(sums);
    return dw;
  },
};

/** How many strides a filter reaches beyond its first element. */
function reach(filter: number, stride: number): number {
  return Math.floor((filter - 1) / stride);
}

/** Adds the gradient of some images to the sums. */
function addImages({
  heap,
  x,
  dy,
  convolution,
  grid,
  first,
  sums,
}: {
  heap: WasmHeap;
  x: TensorInfo;
  dy: TensorInfo;
  convolution: Convolution;
  grid: Grid;
  first: number;
  sums: Float64Array;
}): void {
  const { filterHeight, filterWidth, strideHeight, strideWidth, inChannels, outChannels } = convolution;
  const furthest = reach(filterHeight, strideHeight) * grid.width + reach(filterWidth, strideWidth);
  const gradient = heap.zeros([grid.places, outChannels]);
  const channels = heap.make([inChannels * grid.places + furthest]);
  spreadOutput(heap, { dy, gradient, convolution, grid, first });
  // Elements of the filter a stride apart read the same places of the input.
  for (let row = 0; row < Math.min(strideHeight, filterHeight); row++) {
    for (let column = 0; column < Math.min(strideWidth, filterWidth); column++) {
      spreadInput(heap, { x, channels, convolution, grid, first, row, column });
      for (let r = row; r < filterHeight; r += strideHeight) {
        for (let s = column; s < filterWidth; s += strideWidth) {
          const step = ((r - row) / strideHeight) * grid.width + (s - column) / strideWidth;
          const shifted = heap.part(channels, step, [1, inChannels, grid.places]);
          addProduct({
            heap,
            a: shifted,
            b: gradient,
            sums,
            from: (r * filterWidth + s) * inChannels * outChannels,
          });
          heap.forget(shifted);
        }
      }
    }
  }
  heap.free(gradient, channels);
}

/** Adds the product of two matrices to the sums from a place on. */
function addProduct({
  heap,
  a,
  b,
  sums,
  from,
}: {
  heap: WasmHeap;
  a: TensorInfo;
  b: TensorInfo;
  sums: Float64Array;
  from: number;
}): void {
  const product = heap.run('BatchMatMul', { a, b }, { transposeA: false, transposeB: false });
  const [values] = heap.values(product);
  for (let k = 0; k < values.length; k++) sums[from + k] += values[k];
  heap.free(product);
}

/** Copies the output gradient of some images to the grid, [places, channels], whose other places are zero. */
function spreadOutput(
  heap: WasmHeap,
  {
    dy,
    gradient,
    convolution: { outHeight, outWidth, outChannels },
    grid,
    first,
  }: { dy: TensorInfo; gradient: TensorInfo; convolution: Convolution; grid: Grid; first: number },
): void {
  const [source, target] = heap.values(dy, gradient);
  const row = outWidth * outChannels;
  for (let image = 0; image < grid.images; image++) {
    for (let i = 0; i < outHeight; i++) {
      const from = ((first + image) * outHeight + i) * row;
      target.set(source.subarray(from, from + row), (image * grid.height + i) * grid.width * outChannels);
    }
  }
}

/** Copies the input of some images that one element of the filter reads to the grid, [channels, places]. */
function spreadInput(
  heap: WasmHeap,
  {
    x,
    channels,
    convolution: { inHeight, inWidth, inChannels, strideHeight, strideWidth, padInfo },
    grid,
    first,
    row,
    column,
  }: {
    x: TensorInfo;
    channels: TensorInfo;
    convolution: Convolution;
    grid: Grid;
    first: number;
    row: number;
    column: number;
  },
): void {
  const [source, target] = heap.values(x, channels);
  target.fill(0);
  const across = outputsInside(column - padInfo.left, strideWidth, inWidth, grid.width);
  const down = outputsInside(row - padInfo.top, strideHeight, inHeight, grid.height);
  const step = strideWidth * inChannels;
  for (let image = 0; image < grid.images; image++) {
    for (let i = down.first; i < down.end; i++) {
      const line = (first + image) * inHeight + i * strideHeight + row - padInfo.top;
      const from = (line * inWidth + across.first * strideWidth + column - padInfo.left) * inChannels;
      const to = (image * grid.height + i) * grid.width;
      for (let channel = 0; channel < inChannels; channel++) {
        let at = from + channel;
        const start = channel * grid.places + to;
        for (let j = start + across.first; j < start + across.end; j++) {
          target[j] = source[at];
          at += step;
        }
      }
    }
  }
}
