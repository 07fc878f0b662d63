import type { GraphModel } from '@tensorflow/tfjs-converter';
import type { io, NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import { InputError } from '../../../core/errors';
import { elementCount } from '../../../core/shape';
import { layerNames } from '../../onnx/activations/layerNames';
import { noLayers } from '../../onnx/describe';
import { probeRows, probeTap, type TrialRuns, type TrialTensor } from '../../onnx/probe';
import { WireError } from '../../onnx/proto/wire';
import type { ModelOptions } from '../../options';
import type { ActivationLayer, ModelInput, ModelOutput, SkippedActivation } from '../../runner';
import { loadGraphLibrary } from '../library';
import type { RawManifest } from '../files/manifest';
import type { JsonObject } from '../files/jsonFields';
import type { TensorEngine } from '../tensorflow';
import type { TappedNetwork } from '../tfjsRunner';
import { activationsOf, type GraphConstant } from './onnxView';
import { makerOf, readGraph, shapeOf, typeAt, type GraphNode, type TensorflowGraph } from './graphNodes';

/** A graph model as it lies in its files. */
export interface SavedGraphModel {
  topology: JsonObject;
  signature: JsonObject[string] | undefined;
  weights: RawManifest;
  sha256: string;
}

/** Numbers of a constant beyond which its values are not looked at. */
const LARGEST_CONSTANT = 2 ** 16;

/** Two runs on made-up instances, of which the second has one more. */
const TRIAL: TrialRuns = { rows: 2, grown: 1, at: (row) => row };

const NOT_ON_FIRST_AXIS = 'its instances do not stand on the first axis of its pre-activation';

/** A layer that may be recorded. */
interface Candidate {
  layer: ActivationLayer;
  /** Tensor of its pre-activation. */
  tap: string;
}

/** What a network is made of. */
interface NetworkParts {
  engine: TensorEngine;
  model: GraphModel;
  graph: TensorflowGraph;
  /** File, for messages. */
  source: string;
  input: ModelInput;
  layers: Candidate[];
  skipped: SkippedActivation[];
}

/** A graph model with its activations tapped at nodes. */
export class GraphNetwork implements TappedNetwork {
  readonly input: ModelInput;
  readonly outputs: string[];
  readonly notices: string[] = [];
  output: ModelOutput;
  layers: ActivationLayer[];
  skipped: SkippedActivation[];
  private readonly engine: TensorEngine;
  private readonly model: GraphModel;
  private readonly graph: TensorflowGraph;
  private readonly source: string;
  private readonly chosen: string;
  private taps: string[];

  private constructor(parts: NetworkParts, asked: string | undefined) {
    const { graph, source } = parts;
    this.engine = parts.engine;
    this.model = parts.model;
    this.graph = graph;
    this.source = source;
    this.input = parts.input;
    this.layers = parts.layers.map(({ layer }) => layer);
    this.taps = parts.layers.map(({ tap }) => tap);
    this.skipped = parts.skipped;
    this.outputs = graph.outputs.map(({ name }) => name);
    const output = asked === undefined ? graph.outputs[0] : graph.outputs.find(({ name }) => name === asked);
    if (!output) {
      const names = this.outputs.map((name) => `'${name}'`).join(', ');
      throw new InputError(source, `has no output '${asked}', expected one of ${names}`);
    }
    this.chosen = output.tensor;
    this.output = { name: output.name, kind: 'logits' };
  }

  /**
   * Reads a graph model and makes it ready to run.
   * @throws InputError where it is damaged, has control flow, or nothing that is piecewise linear
   */
  static async create(
    engine: TensorEngine,
    saved: SavedGraphModel,
    source: string,
    options: ModelOptions,
  ): Promise<GraphNetwork> {
    const graph = readGraph(saved.topology, saved.signature, source);
    const placeholder = graph.nodes.find(({ name }) => name === graph.input)!;
    const input = inputOf(placeholder);
    const found = findLayers(graph, constantsOf(engine, saved.weights, source), source, options);
    if (found.layers.length === 0) throw noLayers(source, found.skipped);
    const model = await load(graph, saved, source);
    try {
      return new GraphNetwork({ engine, model, graph, source, input, ...found }, options.output);
    } catch (error) {
      model.dispose();
      throw error;
    }
  }

  /** Runs a batch. The tensors are the caller's to dispose: call it in `tf.tidy`. */
  run(x: Tensor): { output: Tensor; taps: Tensor[] } {
    const names = [...new Set([this.chosen, ...this.taps])];
    const result = this.model.execute({ [this.graph.input]: x }, names);
    const tensors = new Map(
      (Array.isArray(result) ? result : [result]).map((tensor, i) => [names[i], tensor]),
    );
    return { output: tensors.get(this.chosen)!, taps: this.taps.map((tap) => tensors.get(tap)!) };
  }

  /**
   * Runs made-up instances, which shows the shapes of layers and output, and whether instances stand apart.
   * @param shape of one instance
   * @throws InputError where the graph does not run, or no layer is left
   */
  async probe(shape: readonly number[]): Promise<void> {
    const size = elementCount(shape);
    const { rows, grown } = TRIAL;
    const values = probeRows({ ...this.input, shape: [...shape] }, size, rows + grown);
    const first = await this.trial(values.subarray(0, rows * size), rows, shape);
    const second = await this.trial(values, rows + grown, shape);
    const layers: ActivationLayer[] = [];
    const taps: string[] = [];
    const skipped = [...this.skipped];
    this.layers.forEach((layer, i) => {
      const probed = probeTap(first.taps[i], second.taps[i], TRIAL);
      const { name, activation } = layer;
      if ('reason' in probed) {
        skipped.push({ name, activation, reason: probed.reason });
      } else if (probed.layout.before !== 1 || first.taps[i].dims[0] !== rows) {
        skipped.push({ name, activation, reason: NOT_ON_FIRST_AXIS });
      } else {
        layers.push({ ...layer, shape: probed.shape, units: elementCount(probed.shape) });
        taps.push(this.taps[i]);
      }
    });
    if (layers.length === 0) throw noLayers(this.source, skipped);
    this.layers = layers;
    this.taps = taps;
    this.skipped = skipped;
    this.input.shape = [...shape];
    this.output = this.outputOf(second.output.dims, rows + grown);
  }

  /** Frees the weights. */
  dispose(): void {
    this.model.dispose();
  }

  private async trial(
    values: Float32Array,
    rows: number,
    shape: readonly number[],
  ): Promise<{ output: TrialTensor; taps: TrialTensor[] }> {
    const { tf } = this.engine;
    let made: Tensor[] = [];
    try {
      made = tf.tidy(() => {
        const x = tf.tensor(values, [rows, ...shape], 'float32');
        const { output, taps } = this.run(this.input.type === 'int32' ? tf.cast(x, 'int32') : x);
        return [output, ...taps].map((tensor) => tf.clone(tensor));
      });
      const read = await Promise.all(
        made.map(async ({ shape: dims, dtype, data }, i) => ({
          dims,
          type: dtype,
          data: await data.call(made[i]),
        })),
      );
      return { output: read[0], taps: read.slice(1) };
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      throw new InputError(
        this.source,
        `the model does not run: ${said.trim().split('\n')[0].slice(0, 300)}`,
      );
    } finally {
      tf.dispose(made);
    }
  }

  private outputOf(dims: readonly number[], rows: number): ModelOutput {
    const { name } = this.output;
    const wide = dims.slice(1).filter((size) => size !== 1);
    if (dims[0] !== rows || wide.length > 1) {
      const problem = `output '${name}' has shape [${dims.join(', ')}] for ${rows} instances, expected one row of class scores each`;
      throw new InputError(this.source, problem);
    }
    if (wide.length === 1) return { name, kind: 'logits', classes: wide[0] };
    return { name, kind: this.endsInSigmoid() ? 'probability' : 'logit', classes: 2 };
  }

  /** Whether the output is a sigmoid's, perhaps in another shape. */
  private endsInSigmoid(): boolean {
    const byName = new Map(this.graph.nodes.map((node) => [node.name, node]));
    let node = byName.get(makerOf(this.chosen));
    for (let k = 0; node && /^(Identity|Reshape|Squeeze)$/.test(node.op) && k < 10; k++) {
      node = byName.get(makerOf(node.inputs[0]));
    }
    return node?.op === 'Sigmoid';
  }
}

function inputOf(placeholder: GraphNode): ModelInput {
  const type = typeAt(placeholder, 'dtype') === 'DT_INT32' ? 'int32' : 'float32';
  const shape = shapeOf(placeholder);
  return { name: placeholder.name, shape: shape?.slice(1) ?? [-1], type };
}

/** The constants, the small ones with their values. */
function constantsOf(
  { tf }: TensorEngine,
  { specs, data }: RawManifest,
  source: string,
): Map<string, GraphConstant> {
  const constants = new Map<string, GraphConstant>();
  let tensors: NamedTensorMap;
  try {
    tensors = tf.io.decodeWeights(data, specs);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new InputError(source, `its weights cannot be decoded: ${said.split('\n')[0].slice(0, 200)}`);
  }
  for (const { name, shape } of specs) {
    const tensor = tensors[name];
    const small = tensor.size <= LARGEST_CONSTANT;
    constants.set(name, { shape, ...(small ? { values: Float32Array.from(tensor.dataSync()) } : {}) });
    tensor.dispose();
  }
  return constants;
}

function findLayers(
  graph: TensorflowGraph,
  constants: ReadonlyMap<string, GraphConstant>,
  source: string,
  options: ModelOptions,
): { layers: Candidate[]; skipped: SkippedActivation[] } {
  try {
    const found = activationsOf(graph, constants, options.smooth === 'sign');
    const names = layerNames([...found.layers, ...found.skipped]);
    return {
      layers: found.layers.map(({ activation, breakpoints, tap }, i) => ({
        layer: { name: names[i], activation, breakpoints, shape: [-1], units: 0 },
        tap,
      })),
      skipped: found.skipped.map(({ activation, reason }, i) => ({
        name: names[found.layers.length + i],
        activation,
        reason,
      })),
    };
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new InputError(source, `the graph is damaged: ${error.message}`);
  }
}

/** The graph for any number of instances, as TensorFlow.js reads it. */
function topologyOf(graph: TensorflowGraph): io.ModelArtifacts['modelTopology'] {
  const node = graph.nodes.map(({ name, op, inputs, attributes }) => {
    if (name !== graph.input) return { name, op, input: inputs, attr: attributes };
    const dims = shapeOf({ name, op, inputs, attributes });
    const dim = dims?.map((size, axis) => ({ size: String(axis === 0 ? -1 : size) }));
    return { name, op, attr: dim ? { ...attributes, shape: { shape: { dim } } } : attributes };
  });
  return { node, library: {}, versions: { producer: 1 } };
}

async function load(graph: TensorflowGraph, saved: SavedGraphModel, source: string): Promise<GraphModel> {
  const converter = await loadGraphLibrary();
  const artifacts: io.ModelArtifacts = {
    format: 'graph-model',
    modelTopology: topologyOf(graph),
    weightSpecs: saved.weights.specs,
    weightData: saved.weights.data,
  };
  try {
    return await converter.loadGraphModel({ load: () => Promise.resolve(artifacts) });
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new InputError(source, `its graph cannot be run: ${said.trim().split('\n')[0].slice(0, 300)}`);
  }
}
