/** Bits behind the point of a weight: samples of 8 bits times these fit into 32 bits. */
const WEIGHT_BITS = 22;

/** Samples of an image, row-major, channels last. */
export interface Raster {
  width: number;
  height: number;
  channels: number;
  samples: Uint8Array | Float32Array;
}

/** Which samples along an axis make one of the result, and with what weights. */
interface Weights {
  /** First of each. */
  from: Int32Array;
  /** Weights of each, `most` places each; what is behind its own is 0. */
  of: Float64Array;
  most: number;
}

/**
 * Weights of a triangle filter, which is widened where an image becomes smaller (so that nothing is skipped, "antialias").
 * Source: the description of Pillow's resampling, whose results these are to the bit for images of 8 bits.
 */
function triangleWeights(before: number, after: number): Weights {
  const scale = before / after;
  const support = Math.max(scale, 1);
  const narrowing = 1 / support;
  const most = Math.ceil(support) * 2 + 1;
  const from = new Int32Array(after);
  const of = new Float64Array(after * most);
  for (let to = 0; to < after; to++) {
    const centre = (to + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const count = Math.min(before, Math.trunc(centre + support + 0.5)) - first;
    let sum = 0;
    for (let k = 0; k < count; k++) {
      const weight = Math.max(0, 1 - Math.abs((k + first - centre + 0.5) * narrowing));
      of[to * most + k] = weight;
      sum += weight;
    }
    for (let k = 0; k < count; k++) of[to * most + k] /= sum;
    from[to] = first;
  }
  return { from, of, most };
}

/** Weights as whole numbers, `WEIGHT_BITS` behind the point, rounded to the nearest. */
function wholeWeights({ of }: Weights): Int32Array {
  return Int32Array.from(of, (weight) => Math.round(weight * 2 ** WEIGHT_BITS));
}

/** How the samples of one axis lie among all. */
interface Axis {
  before: number;
  after: number;
  /** Distance of neighbours along it. */
  stride: number;
}

/** Resamples along one axis. Samples of 8 bits are rounded to whole ones, others stay as computed. */
function resampleAxis(samples: Raster['samples'], { before, after, stride }: Axis): Raster['samples'] {
  const weights = triangleWeights(before, after);
  const blocks = samples.length / (before * stride);
  const isBytes = samples instanceof Uint8Array;
  const result = isBytes
    ? new Uint8ClampedArray(blocks * after * stride)
    : new Float32Array(blocks * after * stride);
  const factors = isBytes ? wholeWeights(weights) : weights.of;
  const half = 2 ** (WEIGHT_BITS - 1);
  for (let block = 0, at = 0; block < blocks; block++) {
    for (let to = 0; to < after; to++) {
      const start = (block * before + weights.from[to]) * stride;
      const end = Math.min(weights.most, before - weights.from[to]);
      for (let along = 0; along < stride; along++, at++) {
        let sum = isBytes ? half : 0;
        for (let k = 0; k < end; k++) {
          sum += samples[start + k * stride + along] * factors[to * weights.most + k];
        }
        result[at] = isBytes ? Math.floor(sum / 2 ** WEIGHT_BITS) : sum;
      }
    }
  }
  return isBytes ? new Uint8Array(result.buffer) : (result as Float32Array);
}

/**
 * An image in another size, bilinear with antialiasing. Bytes are rounded after each of the two passes, so their order
 * counts: along the rows first, but along the columns where the height shrinks by more than twice what the width does
 * (found by trying what Pillow 13 gives; another order is a difference of one grey level).
 */
export function resampled(raster: Raster, width: number, height: number): Raster {
  const { channels } = raster;
  const shrinks = raster.height - height;
  const columnsFirst = shrinks > 0 && shrinks > 2 * (raster.width - width);
  const steps: [number, number][] = columnsFirst ? [[raster.width, height]] : [[width, raster.height]];
  let { samples } = raster;
  let [wide, high] = [raster.width, raster.height];
  for (const [nextWide, nextHigh] of [...steps, [width, height]]) {
    if (nextWide !== wide) {
      samples = resampleAxis(samples, { before: wide, after: nextWide, stride: channels });
    }
    if (nextHigh !== high) {
      samples = resampleAxis(samples, { before: high, after: nextHigh, stride: channels * nextWide });
    }
    [wide, high] = [nextWide, nextHigh];
  }
  return { width, height, channels, samples };
}

/** The middle of an image; where the image is smaller, zeros (black) stand around it. */
export function centreCrop(raster: Raster, width: number, height: number): Raster {
  if (width === raster.width && height === raster.height) return raster;
  const { channels } = raster;
  const size = width * height * channels;
  const samples = raster.samples instanceof Uint8Array ? new Uint8Array(size) : new Float32Array(size);
  const left = offset(raster.width, width);
  const top = offset(raster.height, height);
  const first = Math.max(0, left);
  const end = Math.min(raster.width, left + width);
  for (let row = Math.max(0, top); row < Math.min(raster.height, top + height); row++) {
    const from = (row * raster.width + first) * channels;
    const count = (end - first) * channels;
    samples.set(raster.samples.subarray(from, from + count), ((row - top) * width + first - left) * channels);
  }
  return { width, height, channels, samples };
}

/** Where the middle begins, as torchvision has it: halves go to the even number; what is added to a smaller image too. */
function offset(before: number, after: number): number {
  if (before < after) return -Math.trunc((after - before) / 2);
  const half = (before - after) / 2;
  return Number.isInteger(half) ? half : 2 * Math.round(half / 2);
}
