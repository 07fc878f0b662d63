import { Random } from '../../src/core/random';

/** One dense layer of the plain network. */
interface PlainLayer {
  inputs: number;
  units: number;
  /** [inputs, units], row-major. */
  kernel: Float32Array;
  bias: Float32Array;
  kernelGradient: Float32Array;
  biasGradient: Float32Array;
}

/**
 * A network of dense layers with ReLU between, trained by plain loops over typed arrays: what a training without a library
 * costs in JavaScript.
 */
export class PlainNetwork {
  private readonly layers: PlainLayer[];
  /** Output of each layer for the batch, and the gradient by it. */
  private readonly outputs: Float32Array[];
  private readonly gradients: Float32Array[];

  constructor(sizes: readonly number[], batchSize: number, seed: number) {
    const random = new Random(seed);
    this.layers = sizes.slice(1).map((units, l) => {
      const inputs = sizes[l];
      const limit = Math.sqrt(6 / (inputs + units));
      return {
        inputs,
        units,
        kernel: Float32Array.from({ length: inputs * units }, () => (2 * random.float() - 1) * limit),
        bias: new Float32Array(units),
        kernelGradient: new Float32Array(inputs * units),
        biasGradient: new Float32Array(units),
      };
    });
    this.outputs = this.layers.map(({ units }) => new Float32Array(batchSize * units));
    this.gradients = this.layers.map(({ units }) => new Float32Array(batchSize * units));
  }

  /** One step of stochastic gradient descent. @returns mean loss of the batch */
  step(x: Float32Array, labels: ArrayLike<number>, rows: number, learningRate: number): number {
    let input = x;
    this.layers.forEach((layer, l) => {
      forward({ layer, x: input, rows, out: this.outputs[l], relu: l < this.layers.length - 1 });
      input = this.outputs[l];
    });
    const last = this.layers.length - 1;
    const loss = softmaxGradient({
      scores: this.outputs[last],
      labels,
      rows,
      classes: this.layers[last].units,
      gradient: this.gradients[last],
    });
    for (let l = last; l >= 0; l--) {
      const before = l === 0 ? x : this.outputs[l - 1];
      backward({
        layer: this.layers[l],
        x: before,
        rows,
        gradient: this.gradients[l],
        before: l === 0 ? undefined : this.gradients[l - 1],
      });
    }
    for (const { kernel, bias, kernelGradient, biasGradient } of this.layers) {
      for (let i = 0; i < kernel.length; i++) kernel[i] -= learningRate * kernelGradient[i];
      for (let i = 0; i < bias.length; i++) bias[i] -= learningRate * biasGradient[i];
    }
    return loss;
  }
}

function forward({
  layer,
  x,
  rows,
  out,
  relu,
}: {
  layer: PlainLayer;
  x: Float32Array;
  rows: number;
  out: Float32Array;
  relu: boolean;
}): void {
  const { inputs, units, kernel, bias } = layer;
  for (let row = 0; row < rows; row++) {
    const to = row * units;
    for (let u = 0; u < units; u++) out[to + u] = bias[u];
    for (let i = 0; i < inputs; i++) {
      const value = x[row * inputs + i];
      if (value === 0) continue;
      for (let u = 0, k = i * units; u < units; u++, k++) out[to + u] += value * kernel[k];
    }
    if (relu) for (let u = 0; u < units; u++) if (out[to + u] < 0) out[to + u] = 0;
  }
}

function softmaxGradient({
  scores,
  labels,
  rows,
  classes,
  gradient,
}: {
  scores: Float32Array;
  labels: ArrayLike<number>;
  rows: number;
  classes: number;
  gradient: Float32Array;
}): number {
  let loss = 0;
  for (let row = 0, at = 0; row < rows; row++, at += classes) {
    let most = -Infinity;
    for (let c = 0; c < classes; c++) most = Math.max(most, scores[at + c]);
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += Math.exp(scores[at + c] - most);
    loss += Math.log(sum) + most - scores[at + labels[row]];
    for (let c = 0; c < classes; c++) gradient[at + c] = Math.exp(scores[at + c] - most) / sum / rows;
    gradient[at + labels[row]] -= 1 / rows;
  }
  return loss / rows;
}

/** Gradients of a layer by its weights, and by the output of the one before, through its ReLU. */
function backward({
  layer,
  x,
  rows,
  gradient,
  before,
}: {
  layer: PlainLayer;
  x: Float32Array;
  rows: number;
  gradient: Float32Array;
  before: Float32Array | undefined;
}): void {
  const { inputs, units, kernel, kernelGradient, biasGradient } = layer;
  kernelGradient.fill(0);
  biasGradient.fill(0);
  for (let row = 0; row < rows; row++) {
    const from = row * units;
    for (let u = 0; u < units; u++) biasGradient[u] += gradient[from + u];
    for (let i = 0; i < inputs; i++) {
      const value = x[row * inputs + i];
      // Behind a ReLU that is 0 nothing comes through, neither way.
      if (value === 0) {
        if (before) before[row * inputs + i] = 0;
        continue;
      }
      let sum = 0;
      for (let u = 0, k = i * units; u < units; u++, k++) {
        const g = gradient[from + u];
        kernelGradient[k] += value * g;
        sum += kernel[k] * g;
      }
      if (before) before[row * inputs + i] = sum;
    }
  }
}
