import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { io, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { Random } from '../../../src/core/random';
import { loadTensorflow } from '../../../src/models/tfjs/tfjsBackend';
import { LayerGraph, type GraphOptions } from '../../../src/models/tfjs/graph/layerGraph';
import type { TensorBackendChoice, TensorEngine } from '../../../src/models/tfjs/tensorflow';
import type { WeightValue } from '../../../src/models/tfjs/files/weights';

/** A model as stock TensorFlow.js saves it. */
export interface StockModel {
  topology: object;
  specs: io.WeightsManifestEntry[];
  data: Uint8Array;
}

/** TensorFlow.js on a backend. */
export async function engineOn(choice: TensorBackendChoice = 'cpu'): Promise<TensorEngine> {
  return loadTensorflow(choice);
}

/** Numbers from -2 to 2, the same each time. */
export function numbers(count: number, seed: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: count }, () => random.float() * 4 - 2);
}

/** Gives a model weights of the usual size, the same each time; variances positive. */
export function seedWeights(model: tfl.LayersModel, seed = 1): void {
  const weights = model.weights.map((weight, i) => {
    const shape = weight.shape as number[];
    const size = shape.reduce((product, axis) => product * axis, 1);
    const values = numbers(size, seed + i).map((value) => value / 2);
    const positive = weight.originalName.endsWith('variance')
      ? values.map((value) => Math.abs(value) + 0.1)
      : values;
    return tf.tensor(positive, shape);
  });
  model.setWeights(weights);
}

/** What stock TensorFlow.js saves of a model. */
export async function saved(model: tfl.LayersModel): Promise<StockModel> {
  let artifacts: io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async (given) => {
      artifacts = given;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  const data = tf.io.CompositeArrayBuffer.join(artifacts!.weightData as ArrayBuffer);
  return {
    topology: artifacts!.modelTopology as object,
    specs: artifacts!.weightSpecs!,
    data: new Uint8Array(data),
  };
}

/** The weights of a stock model by name. */
export function weightMap(model: tfl.LayersModel): Map<string, WeightValue> {
  return new Map(
    model.weights.map((weight) => [
      weight.originalName,
      { shape: weight.shape as number[], values: Float32Array.from(weight.read().dataSync()) },
    ]),
  );
}

/** A stock model taken apart. */
export async function graphOf(
  engine: TensorEngine,
  model: tfl.LayersModel,
  options?: GraphOptions,
): Promise<LayerGraph> {
  const { topology } = await saved(model);
  return LayerGraph.create({
    engine,
    topology,
    weights: weightMap(model),
    source: 'stock/model.json',
    options,
  });
}

/** Writes a saved model: one weights file, or one every so many bytes. */
export function writeModel(
  folder: string,
  { topology, specs, data }: StockModel,
  shardBytes = Infinity,
): string {
  mkdirSync(folder, { recursive: true });
  const size = Math.min(shardBytes, Math.max(1, data.length));
  const paths: string[] = [];
  for (let at = 0; at < data.length; at += size) {
    const name = `group1-shard${paths.length + 1}.bin`;
    writeFileSync(path.join(folder, name), data.subarray(at, at + size));
    paths.push(name);
  }
  const file = path.join(folder, 'model.json');
  const model = {
    format: 'layers-model',
    modelTopology: topology,
    weightsManifest: [{ paths, weights: specs }],
  };
  writeFileSync(file, JSON.stringify(model));
  return file;
}

/** All numbers of a tensor. */
export function values(tensor: Tensor | Tensor[]): number[] {
  return [...(tensor as Tensor).dataSync()];
}

/** The stock sub-model that ends where a layer's output (of its call `node`) is. */
export function upTo(model: tfl.LayersModel, layer: string, node = 0): tfl.LayersModel {
  const outputs = model.getLayer(layer).getOutputAt(node) as tfl.SymbolicTensor;
  return tfl.model({ inputs: model.inputs, outputs });
}
