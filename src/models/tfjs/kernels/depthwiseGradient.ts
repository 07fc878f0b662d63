import { convolutionOf, outputsInside, type Convolution, type ConvolutionAttributes } from './convolution';
import { type WasmKernel } from './heap';
import { elementCount } from '../../../core/shape';

/** Visits, for each element of the filter and each line of the output, the outputs whose input is inside the image. */
function forEachLine(
  convolution: Convolution,
  visit: (element: number, input: number, output: number, count: number) => void,
): void {
  const { batchSize, inHeight, inWidth, outHeight, outWidth, strideHeight, strideWidth } = convolution;
  const { filterHeight, filterWidth, dilationHeight, dilationWidth, padInfo } = convolution;
  for (let r = 0; r < filterHeight; r++) {
    const above = r * dilationHeight - padInfo.top;
    const down = outputsInside(above, strideHeight, inHeight, outHeight);
    for (let s = 0; s < filterWidth; s++) {
      const before = s * dilationWidth - padInfo.left;
      const across = outputsInside(before, strideWidth, inWidth, outWidth);
      for (let image = 0; image < batchSize; image++) {
        for (let i = down.first; i < down.end; i++) {
          const line = image * inHeight + i * strideHeight + above;
          const input = line * inWidth + across.first * strideWidth + before;
          const output = (image * outHeight + i) * outWidth + across.first;
          visit(r * filterWidth + s, input, output, across.end - across.first);
        }
      }
    }
  }
}

/** The gradient of a depthwise convolution by its filter [height, width, channels, outputs a channel]. */
export const depthwiseBackpropFilter: WasmKernel<ConvolutionAttributes & { filterShape: number[] }> = {
  name: 'DepthwiseConv2dNativeBackpropFilter',
  run({ heap, inputs: { x, dy }, attributes }) {
    const convolution = convolutionOf(heap.tf, x.shape, attributes.filterShape, {
      ...attributes,
      depthwise: true,
    });
    const { inChannels, outChannels, strideWidth } = convolution;
    const each = outChannels / inChannels;
    const sums = new Float64Array(elementCount(attributes.filterShape));
    const [values, gradient] = heap.values(x, dy);
    forEachLine(convolution, (element, input, output, count) => {
      for (let j = 0; j < count; j++) {
        const from = (input + j * strideWidth) * inChannels;
        const at = (output + j) * outChannels;
        const to = element * outChannels;
        // The usual case, one filter a channel, is five times as fast without a loop inside the loop.
        if (each === 1) {
          for (let c = 0; c < inChannels; c++) sums[to + c] += values[from + c] * gradient[at + c];
        } else {
          for (let k = 0; k < outChannels; k++) {
            sums[to + k] += values[from + Math.trunc(k / each)] * gradient[at + k];
          }
        }
      }
    });
    const dw = heap.make(attributes.filterShape);
    heap.values(dw)[0].set(sums);
    return dw;
  },
};

/** The gradient of a depthwise convolution by its input. */
export const depthwiseBackpropInput: WasmKernel<ConvolutionAttributes & { inputShape: number[] }> = {
  name: 'DepthwiseConv2dNativeBackpropInput',
  run({ heap, inputs: { dy, filter }, attributes }) {
    const convolution = convolutionOf(heap.tf, attributes.inputShape, filter.shape, {
      ...attributes,
      depthwise: true,
    });
    const { inChannels, outChannels, strideWidth } = convolution;
    const each = outChannels / inChannels;
    const dx = heap.zeros(convolution.inShape);
    const [weights, gradient, target] = heap.values(filter, dy, dx);
    forEachLine(convolution, (element, input, output, count) => {
      for (let j = 0; j < count; j++) {
        const to = (input + j * strideWidth) * inChannels;
        const at = (output + j) * outChannels;
        const from = element * outChannels;
        if (each === 1) {
          for (let c = 0; c < inChannels; c++) target[to + c] += weights[from + c] * gradient[at + c];
        } else {
          for (let k = 0; k < outChannels; k++) {
            target[to + Math.trunc(k / each)] += weights[from + k] * gradient[at + k];
          }
        }
      }
    });
    return dx;
  },
};
