import { type WasmKernel } from './heap';
import { elementCount } from '../../../core/shape';

/**
 * Sums of the parts of `x` [n…, m…] that belong to each segment, [segments, m…]: the gradient of picking entries by number.
 * `segmentIds` [n…] says to which a part belongs; one outside the segments to none.
 */
export const unsortedSegmentSum: WasmKernel<{ numSegments: number }> = {
  name: 'UnsortedSegmentSum',
  run({ heap, inputs: { x, segmentIds }, attributes: { numSegments } }) {
    const inner = x.shape.slice(segmentIds.shape.length);
    const width = elementCount(inner);
    const sums = heap.zeros([numSegments, ...inner]);
    const ids = heap.integers(segmentIds);
    const [values, target] = heap.values(x, sums);
    ids.forEach((segment, part) => {
      if (segment < 0 || segment >= numSegments) return;
      for (let k = 0; k < width; k++) target[segment * width + k] += values[part * width + k];
    });
    return sums;
  },
};
