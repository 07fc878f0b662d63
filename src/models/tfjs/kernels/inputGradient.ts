import type { TensorInfo } from '@tensorflow/tfjs-core';
import { convolutionOf, type Convolution, type ConvolutionAttributes } from './convolution';
import { type WasmHeap, type WasmKernel } from './heap';
import { elementCount } from '../../../core/shape';

/** Zeros to lay around images. */
interface Padding {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

/**
 * The gradient of a convolution by its input: itself a convolution, of the output gradient with the filter turned round.
 * With a stride, elements of the filter a stride apart belong to the same inputs: each such part of the filter gives the
 * gradient of every stride-th input.
 */
export const conv2dBackpropInput: WasmKernel<ConvolutionAttributes & { inputShape: number[] }> = {
  name: 'Conv2DBackpropInput',
  run({ heap, inputs: { dy, filter }, attributes }) {
    const convolution = convolutionOf(heap.tf, attributes.inputShape, filter.shape, attributes);
    if (elementCount(convolution.inShape) === 0 || elementCount(dy.shape) === 0) {
      return heap.zeros(convolution.inShape);
    }
    const exact = paddingAtOnce(convolution);
    if (exact) return convolvePart(heap, { dy, filter, convolution, row: 0, column: 0, padding: exact });
    const dx = heap.zeros(convolution.inShape);
    for (let row = 0; row < Math.min(convolution.strideHeight, convolution.filterHeight); row++) {
      for (let column = 0; column < Math.min(convolution.strideWidth, convolution.filterWidth); column++) {
        const [high, wide] = partSize(convolution, row, column);
        const all = { top: high - 1, bottom: high - 1, left: wide - 1, right: wide - 1 };
        const part = convolvePart(heap, { dy, filter, convolution, row, column, padding: all });
        interleave({ heap, part, dx, convolution, row, column });
        heap.free(part);
      }
    }
    return dx;
  },
};

/** The padding of the output gradient that gives just the input's gradient; undefined where strides are in the way. */
function paddingAtOnce(convolution: Convolution): Padding | undefined {
  const { strideHeight, strideWidth, filterHeight, filterWidth, padInfo } = convolution;
  if (strideHeight !== 1 || strideWidth !== 1) return undefined;
  const padding = {
    top: filterHeight - 1 - padInfo.top,
    bottom: convolution.inHeight - convolution.outHeight + padInfo.top,
    left: filterWidth - 1 - padInfo.left,
    right: convolution.inWidth - convolution.outWidth + padInfo.left,
  };
  return Object.values(padding).every((zeros) => zeros >= 0) ? padding : undefined;
}

/** Height and width of the part of a filter that begins at a row and column and goes on in strides. */
function partSize(convolution: Convolution, row: number, column: number): [number, number] {
  const { filterHeight, filterWidth, strideHeight, strideWidth } = convolution;
  return [Math.ceil((filterHeight - row) / strideHeight), Math.ceil((filterWidth - column) / strideWidth)];
}

/** Convolves the output gradient with a part of the filter. */
function convolvePart(
  heap: WasmHeap,
  {
    dy,
    filter,
    convolution,
    row,
    column,
    padding: { top, bottom, left, right },
  }: {
    dy: TensorInfo;
    filter: TensorInfo;
    convolution: Convolution;
    row: number;
    column: number;
    padding: Padding;
  },
): TensorInfo {
  const turned = turnedPart({ heap, filter, convolution, row, column });
  const pad = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
  const attributes = { strides: 1, dilations: 1, pad, dataFormat: 'NHWC' };
  const result = heap.run('Conv2D', { x: dy, filter: turned }, attributes);
  heap.free(turned);
  return result;
}

/** A part of the filter, last element first, with inputs and outputs changed over: [height, width, outputs, inputs]. */
function turnedPart({
  heap,
  filter,
  convolution,
  row,
  column,
}: {
  heap: WasmHeap;
  filter: TensorInfo;
  convolution: Convolution;
  row: number;
  column: number;
}): TensorInfo {
  const { filterWidth, strideHeight, strideWidth, inChannels, outChannels } = convolution;
  const [high, wide] = partSize(convolution, row, column);
  const turned = heap.make([high, wide, outChannels, inChannels]);
  const [source, target] = heap.values(filter, turned);
  let to = 0;
  for (let r = high - 1; r >= 0; r--) {
    for (let s = wide - 1; s >= 0; s--) {
      const from = (row + r * strideHeight) * filterWidth + column + s * strideWidth;
      for (let k = 0; k < outChannels; k++) {
        for (let c = 0; c < inChannels; c++) target[to++] = source[(from * inChannels + c) * outChannels + k];
      }
    }
  }
  return turned;
}

/** Copies the gradient of every stride-th input to its place; what lies in the padding is left out. */
function interleave({
  heap,
  part,
  dx,
  convolution,
  row,
  column,
}: {
  heap: WasmHeap;
  part: TensorInfo;
  dx: TensorInfo;
  convolution: Convolution;
  row: number;
  column: number;
}): void {
  const { batchSize, inHeight, inWidth, inChannels, strideHeight, strideWidth, padInfo } = convolution;
  const [source, target] = heap.values(part, dx);
  const [, height, width] = part.shape;
  for (let image = 0; image < batchSize; image++) {
    for (let i = 0; i < height; i++) {
      const line = i * strideHeight + row - padInfo.top;
      if (line < 0 || line >= inHeight) continue;
      for (let j = 0; j < width; j++) {
        const place = j * strideWidth + column - padInfo.left;
        if (place < 0 || place >= inWidth) continue;
        const from = ((image * height + i) * width + j) * inChannels;
        const to = ((image * inHeight + line) * inWidth + place) * inChannels;
        for (let c = 0; c < inChannels; c++) target[to + c] = source[from + c];
      }
    }
  }
}
