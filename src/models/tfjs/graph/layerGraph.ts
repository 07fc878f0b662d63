import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { InputError } from '../../../core/errors';
import type { ActivationLayer, ModelInput, ModelOutput, SkippedActivation } from '../../runner';
import {
  containerOf,
  loadLayersLibrary,
  type Container,
  type TfjsLayer,
  type LayersLibrary,
} from '../library';
import { registerOwnClasses, TooManyWeights, withAllowance } from '../ownClasses';
import { registerOwnLayers } from '../ownLayers/ownLayers';
import { planOf, type Plan } from './plan';
import { readPlan, type PlanReading } from './graphTaps';
import type { TensorEngine, Tensorflow } from '../tensorflow';
import { prepareTopology } from '../files/topology';
import {
  matchLayerWeights,
  matchWeights,
  weightsOf,
  type GraphWeight,
  type LayerWeights,
  type WeightValue,
} from '../files/weights';

/** Numbers that the weights of a network without values may have together: 1 GiB of float32. */
const MOST_WEIGHTS = 2 ** 28;

/** Values of weights, by name or by layer. */
export type GivenWeights = ReadonlyMap<string, WeightValue> | readonly LayerWeights[];

function isByLayer(weights: GivenWeights): weights is readonly LayerWeights[] {
  return Array.isArray(weights);
}

/** How a network is run. */
export interface GraphCall {
  /** Dropout drops, normalisation takes the statistics of the batch. */
  training?: boolean;
  /** Whether the pre-activations are asked for. */
  taps?: boolean;
  /**
   * Values 0 or 1 / (1 − rate) that a dropout layer multiplies with.
   * @param call number of the dropout layer's call in the network
   */
  dropoutMask?: (call: number, shape: number[], rate: number) => Tensor;
}

/** What a run of a network gave. */
export interface GraphResult {
  /** The chosen output; computed when it is first asked for where it is more than the scores, so within the same tidy. */
  readonly output: Tensor;
  /** The output before a last softmax or sigmoid; itself where there is none. */
  readonly scores: Tensor;
  /** Pre-activations in the order of the layers; none unless asked for. */
  readonly taps: Tensor[];
}

/** How a topology is read. */
export interface GraphOptions {
  /** Name of the output that gives the classes. */
  output?: string;
  /** Shape of one instance, for models that leave axes open. */
  inputShape?: readonly number[];
}

/** What a graph is made of. */
interface GraphParts {
  engine: TensorEngine;
  topology: object;
  /** Variables of all layers. */
  made: Variable[];
  plan: Plan;
  reading: PlanReading;
  weights: GraphWeight[];
  input: ModelInput;
  trainingNotices: string[];
}

/**
 * Numbers that the weights of the layers may have together: somewhat more than there are values, so that what is missing
 * can be named.
 */
function weightLimit(weights: GivenWeights | undefined): number {
  if (!weights) return MOST_WEIGHTS;
  const all = isByLayer(weights) ? weights.flatMap(({ values }) => values) : [...weights.values()];
  const given = all.reduce((sum, { values }) => sum + values.length, 0);
  return Math.min(MOST_WEIGHTS, 2 * given + 2 ** 20);
}

/** Makes the layers of a prepared topology, as zeros. `made` are the variables of all of them, used or not. */
async function makeLayers(
  tf: Tensorflow,
  {
    library,
    config,
    numbers,
    source,
  }: { library: LayersLibrary; config: object; numbers: number; source: string },
): Promise<{ model: LayersModel; made: Variable[] }> {
  const { registeredVariables } = tf.engine().state;
  const known = new Set(Object.keys(registeredVariables));
  // The layers are made before the call returns. What one that fails has begun with is freed by tidy.
  const begun: Promise<LayersModel>[] = [];
  tf.tidy(() => void begun.push(withAllowance(numbers, () => library.models.modelFromJSON(config as never))));
  const made = Object.values(registeredVariables).filter(({ name }) => !known.has(name));
  try {
    const [model] = await Promise.all(begun);
    if (model instanceof library.Sequential && !model.built) model.build();
    return { model, made };
  } catch (error) {
    tf.dispose(made);
    if (error instanceof TooManyWeights) {
      throw new InputError(source, `its layers have more weights than there can be (${numbers} numbers)`);
    }
    const said = error instanceof RangeError ? 'it is nested too deeply' : (error as Error).message;
    throw new InputError(
      source,
      `its layers do not fit together: ${said
        .trim()
        .split(/\n| This may be due/)[0]
        .slice(0, 300)}`,
    );
  }
}

/** The one input of a model. */
function soleInput(model: Container, source: string): ModelInput {
  if (model.inputs.length !== 1) {
    const names = model.inputNames.map((name) => `'${name}'`).join(', ');
    throw new InputError(source, `the model has ${model.inputs.length} inputs (${names}), expected one`);
  }
  const [{ shape, dtype }] = model.inputs;
  return { name: model.inputNames[0], shape: shape.slice(1).map((size) => size ?? -1), type: dtype };
}

/** Layers that TensorFlow.js computes otherwise than Keras does. */
const unlikeKeras = ['Conv3DTranspose', 'CenterCrop'];

/** Names of the classes whose instances can be layers of a model. */
function layerTest(tf: Tensorflow, library: LayersLibrary): (className: string) => boolean {
  const { classNameMap } = tf.serialization.SerializationMap.getMap();
  // These know masks, which the steps do not hand on.
  const refused = new Set(['Masking', ...unlikeKeras]);
  return (className) => {
    if (refused.has(className) || !Object.hasOwn(classNameMap, className)) return false;
    const [made] = classNameMap[className] as unknown as [{ prototype: unknown }];
    return made.prototype instanceof library.layers.Layer;
  };
}

/** A LayersModel taken apart into its layer calls, in topological order: runs a batch, taps pre-activations, trains. */
export class LayerGraph {
  /** `modelTopology` of the file, kept as it is for saving. */
  readonly topology: object;
  /** Without the batch axis. */
  readonly input: ModelInput;
  readonly layers: ActivationLayer[];
  readonly skipped: SkippedActivation[];
  readonly output: ModelOutput;
  /** All outputs of the model by name. */
  readonly outputs: string[];
  readonly notices: string[];
  /** Sentences that matter to who trains the network. */
  readonly trainingNotices: string[];
  /** All weights in the order of the values given; without values, as TensorFlow.js saves them. */
  readonly weights: GraphWeight[];
  private readonly tf: Tensorflow;
  private readonly made: Variable[];
  private readonly plan: Plan;
  private readonly reading: PlanReading;

  private constructor(parts: GraphParts) {
    const { reading } = parts;
    this.topology = parts.topology;
    this.input = parts.input;
    this.layers = reading.layers;
    this.skipped = reading.skipped;
    this.output = reading.output;
    this.outputs = reading.outputs;
    this.notices = reading.notices;
    this.trainingNotices = parts.trainingNotices;
    this.weights = parts.weights;
    this.tf = parts.engine.tf;
    this.made = parts.made;
    this.plan = parts.plan;
    this.reading = reading;
  }

  /**
   * Makes a network.
   * @param topology the `modelTopology` of a tfjs model.json (Keras JSON)
   * @param weights values by Keras' name of the weight, as in the weights manifest, or by layer; undefined: zeros, to be set by the caller
   * @param source file, for messages
   * @throws InputError when the topology is damaged, has layers that cannot be run, weights that do not fit, or nothing
   * that is piecewise linear
   */
  static async create({
    engine,
    topology,
    weights,
    source,
    options = {},
  }: {
    engine: TensorEngine;
    topology: object;
    weights: GivenWeights | undefined;
    source: string;
    options?: GraphOptions;
  }): Promise<LayerGraph> {
    const { tf } = engine;
    const library = await loadLayersLibrary();
    registerOwnClasses(tf, library);
    registerOwnLayers(tf, library);
    const prepared = prepareTopology(topology, source, layerTest(tf, library));
    const { model, made } = await makeLayers(tf, {
      library,
      config: prepared.config,
      numbers: weightLimit(weights),
      source,
    });
    try {
      const container = containerOf(library, model as unknown as TfjsLayer)!;
      const input = soleInput(container, source);
      const shape = options.inputShape ? [...options.inputShape] : input.shape;
      const plan = planOf({ tf, library, model: container, instance: shape, source });
      const reading = readPlan(plan, options.output, source);
      const own = weightsOf(library, model);
      const matched =
        weights &&
        (isByLayer(weights) ? matchLayerWeights(own, weights, source) : matchWeights(own, weights, source));
      const graph = new LayerGraph({
        engine,
        topology,
        made,
        plan,
        reading,
        weights: matched?.map(({ weight }) => weight) ?? own,
        input: { ...input, shape },
        trainingNotices: prepared.trainingNotices,
      });
      if (matched) graph.setWeights(matched.map(({ values }) => values));
      return graph;
    } catch (error) {
      tf.dispose(made);
      throw error;
    }
  }

  /**
   * Runs a batch. The tensors are the caller's to dispose: call it in `tf.tidy`.
   * @param x [rows, …shape of the input]
   */
  run(x: Tensor, how: GraphCall = {}): GraphResult {
    const { plan, reading, tf } = this;
    const call = {
      training: how.training ?? false,
      taped: tf.engine().state.gradientDepth > 0,
      dropoutMask: how.dropoutMask,
    };
    const slots: Tensor[] = new Array<Tensor>(plan.shapes.length);
    slots[plan.input] = x;
    for (const step of plan.steps) {
      if (step === reading.last && !this.lastIsRead) continue;
      const given =
        step.inputs.length === 1 ? [slots[step.inputs[0]]] : step.inputs.map((slot) => slots[slot]);
      const result = step.run(given, call);
      if (Array.isArray(result)) step.outputs.forEach((slot, i) => (slots[slot] = result[i]));
      else slots[step.outputs[0]] = result;
    }
    const { last, outputSlot } = reading;
    const scores = slots[last ? last.inputs[0] : outputSlot];
    let output: Tensor | undefined = slots[outputSlot];
    return {
      scores,
      taps: how.taps ? reading.taps.map((slot) => slots[slot]) : [],
      get output() {
        output ??= last!.activation!.apply(scores);
        return output;
      },
    };
  }

  /** Whether something else is computed from the last softmax or sigmoid, which is left out otherwise. */
  private get lastIsRead(): boolean {
    return (this.readsLast ??= this.findReaderOfLast());
  }

  private readsLast: boolean | undefined;

  private findReaderOfLast(): boolean {
    const { last, outputSlot } = this.reading;
    return last !== undefined && this.plan.steps.some(({ inputs }) => inputs.includes(outputSlot));
  }

  /** Sets all weights, in the order of `weights`. */
  setWeights(values: readonly Float32Array[]): void {
    const { tf } = this;
    tf.tidy(() => {
      this.weights.forEach(({ variable, shape }, i) =>
        variable.assign(tf.tensor(values[i], shape, 'float32')),
      );
    });
  }

  /** Reads all weights, in the order of `weights`; the arrays are the caller's to keep. */
  readWeights(): Promise<{ name: string; shape: number[]; values: Float32Array }[]> {
    return Promise.all(
      this.weights.map(async ({ name, shape, variable }) => {
        // Some backends hand out the array that they compute with.
        const values = Float32Array.from(await variable.data());
        return { name, shape, values };
      }),
    );
  }

  /** Frees the weights. */
  dispose(): void {
    this.tf.dispose(this.made);
  }
}
