import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { readArray } from '../../../src/data/arrays/readArray';
import { parseModel } from '../../../src/models/onnx/proto/parse';
import { tensorValues } from '../../../src/models/onnx/proto/tensor';
import { loadTensorflow } from '../../../src/models/tfjs/tfjsBackend';
import { LayerGraph } from '../../../src/models/tfjs/graph/layerGraph';
import { networkTopology } from '../../../src/training/config/topology';
import type { OptimizerConfig, TrainingSettings } from '../../../src/training/config/config';
import { Trainer } from '../../../src/training/trainer';

/** A dense layer: kernel [inputs][units], bias [units]. */
interface Dense {
  kernel: number[][];
  bias: number[];
}

/** The network of the moons example before its first step, 2-8-8-2, from its ONNX file. */
async function firstWeights(): Promise<Dense[]> {
  const file = 'test/fixtures/moons/epoch-000.onnx';
  const { graph } = parseModel(new Uint8Array(await readFile(file)), file);
  const tensors = [...graph.initializers.values()].map((tensor) => ({
    dims: tensor.dims,
    values: tensorValues(tensor)!,
  }));
  const kernels = tensors.filter(({ dims }) => dims.length === 2);
  const biases = tensors.filter(({ dims }) => dims.length === 1);
  // PyTorch keeps its kernels as [units, inputs].
  return kernels.map(({ dims: [units, inputs], values }, l) => ({
    kernel: Array.from({ length: inputs }, (_, i) =>
      Array.from({ length: units }, (__, u) => values[u * inputs + i]),
    ),
    bias: biases[l].values,
  }));
}

/** Gradient of one layer, in the form of the layer. */
type Gradient = Dense;

/** Mean cross-entropy of all instances and its gradient, in double precision, by the chain rule written out. */
function lossAndGradient(
  network: Dense[],
  x: number[][],
  labels: number[],
): { loss: number; gradient: Gradient[] } {
  const gradient = network.map(({ kernel, bias }) => ({
    kernel: kernel.map((row) => row.map(() => 0)),
    bias: bias.map(() => 0),
  }));
  let loss = 0;
  x.forEach((instance, n) => {
    const inputs: number[][] = [];
    let value = instance;
    network.forEach(({ kernel, bias }, l) => {
      inputs.push(value);
      const z = bias.map((b, u) => value.reduce((sum, v, i) => sum + v * kernel[i][u], b));
      value = l < network.length - 1 ? z.map((each) => Math.max(0, each)) : z;
    });
    const sum = value.reduce((total, z) => total + Math.exp(z), 0);
    loss += (Math.log(sum) - value[labels[n]]) / x.length;
    let delta = value.map((z, c) => (Math.exp(z) / sum - (c === labels[n] ? 1 : 0)) / x.length);
    for (let l = network.length - 1; l >= 0; l--) {
      const before = inputs[l];
      delta.forEach((d, u) => {
        gradient[l].bias[u] += d;
        before.forEach((v, i) => (gradient[l].kernel[i][u] += v * d));
      });
      delta = before.map((v, i) =>
        v > 0 ? delta.reduce((total, d, u) => total + d * network[l].kernel[i][u], 0) : 0,
      );
    }
  });
  return { loss, gradient };
}

/** Changes every number of a network by a rule that keeps what it likes of each. */
function update(
  network: Dense[],
  gradient: Gradient[],
  rule: (at: string, weight: number, slope: number) => number,
) {
  network.forEach(({ kernel, bias }, l) => {
    bias.forEach((b, u) => (bias[u] = rule(`${l}/bias/${u}`, b, gradient[l].bias[u])));
    kernel.forEach((row, i) =>
      row.forEach((w, u) => (row[u] = rule(`${l}/kernel/${i}/${u}`, w, gradient[l].kernel[i][u]))),
    );
  });
}

/** The rules of the optimizers as their papers have them. */
const rules: Record<
  string,
  { optimizer: OptimizerConfig; weightDecay?: number; rule: () => Parameters<typeof update>[2] }
> = {
  'stochastic gradient descent': {
    optimizer: { type: 'sgd', learningRate: 0.5 },
    rule: () => (_, weight, slope) => weight - 0.5 * slope,
  },
  'momentum and weight decay': {
    optimizer: { type: 'sgd', learningRate: 0.1, momentum: 0.9 },
    weightDecay: 0.01,
    rule: () => {
      const speed = new Map<string, number>();
      return (at, weight, slope) => {
        const decayed = slope + (at.includes('kernel') ? 0.01 * weight : 0);
        speed.set(at, 0.9 * (speed.get(at) ?? 0) + decayed);
        return weight - 0.1 * speed.get(at)!;
      };
    },
  },
  'Nesterov momentum': {
    optimizer: { type: 'sgd', learningRate: 0.1, momentum: 0.9, nesterov: true },
    rule: () => {
      const speed = new Map<string, number>();
      return (at, weight, slope) => {
        speed.set(at, 0.9 * (speed.get(at) ?? 0) + slope);
        return weight - 0.1 * (slope + 0.9 * speed.get(at)!);
      };
    },
  },
  Adam: {
    optimizer: { type: 'adam', learningRate: 0.05 },
    rule: () => {
      const moments = new Map<string, [number, number, number]>();
      return (at, weight, slope) => {
        const [m, v, t] = moments.get(at) ?? [0, 0, 0];
        const next: [number, number, number] = [
          0.9 * m + 0.1 * slope,
          0.999 * v + 0.001 * slope * slope,
          t + 1,
        ];
        moments.set(at, next);
        const first = next[0] / (1 - 0.9 ** next[2]);
        const second = next[1] / (1 - 0.999 ** next[2]);
        return weight - (0.05 * first) / (Math.sqrt(second) + 1e-7);
      };
    },
  },
  RMSProp: {
    optimizer: { type: 'rmsprop', learningRate: 0.01 },
    rule: () => {
      const squares = new Map<string, number>();
      return (at, weight, slope) => {
        squares.set(at, 0.9 * (squares.get(at) ?? 0) + 0.1 * slope * slope);
        return weight - (0.01 * slope) / Math.sqrt(squares.get(at)! + 1e-7);
      };
    },
  },
};

const STEPS = 12;

describe('training: next to a direct computation', function () {
  this.timeout(20_000);
  let x: number[][];
  let labels: number[];
  before(async () => {
    const { data } = await readArray('test/fixtures/moons/x.npy');
    labels = Array.from((await readArray('test/fixtures/moons/y.npy')).data);
    x = labels.map((_, n) => [data[2 * n], data[2 * n + 1]]);
  });

  for (const [name, { optimizer, weightDecay = 0, rule }] of Object.entries(rules)) {
    it(`follows the same losses with ${name}`, async () => {
      const engine = await loadTensorflow('wasm');
      const network = await firstWeights();
      const layers = [8, 8, 2].map((units, l) => ({
        type: 'dense' as const,
        units,
        activation: l < 2 ? ('relu' as const) : ('linear' as const),
      }));
      const { topology } = networkTopology({
        layers,
        features: { shape: [2] },
        classes: 2,
        loss: 'crossEntropy',
      });
      const graph = await LayerGraph.create({ engine, topology, weights: undefined, source: 'moons' });
      graph.setWeights(
        network.flatMap(({ kernel, bias }) => [Float32Array.from(kernel.flat()), Float32Array.from(bias)]),
      );
      const settings: TrainingSettings = {
        epochs: STEPS,
        batchSize: labels.length,
        optimizer,
        schedule: { type: 'constant' },
        warmup: 0,
        weightDecay,
        loss: 'crossEntropy',
        seed: 0,
      };
      const set = { values: Float32Array.from(x.flat()), shape: [2], labels: Int32Array.from(labels) };
      const trainer = new Trainer(engine, graph, settings, set);
      const change = rule();
      const found: number[] = [];
      const wanted: number[] = [];
      for (let epoch = 1; epoch <= STEPS; epoch++) {
        found.push((await trainer.trainEpoch(epoch)).loss);
        const { loss, gradient } = lossAndGradient(network, x, labels);
        wanted.push(loss);
        update(network, gradient, change);
      }
      trainer.dispose();
      graph.dispose();
      found.forEach((loss, s) => {
        assert.ok(Math.abs(loss - wanted[s]) < 2e-5, `step ${s + 1}: ${loss}, directly ${wanted[s]}`);
      });
      assert.ok(wanted.at(-1)! < 0.8 * wanted[0], `the loss fell only from ${wanted[0]} to ${wanted.at(-1)}`);
    });
  }
});
