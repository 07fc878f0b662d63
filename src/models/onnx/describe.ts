import { InputError } from '../../core/errors';
import type { ModelFile } from '../modelFile';
import type { ModelOptions } from '../options';
import type { ActivationLayer, ModelDescription, ModelInput, SkippedActivation } from '../runner';
import { traceFlow } from './activations/flow';
import { GraphIndex } from './activations/graphIndex';
import { inlineFunctions } from './proto/inline';
import { rewriteModel, type RewrittenModel } from './rewriting/rewriteModel';
import { NOT_PIECEWISE_LINEAR } from './activations/smooth';
import { findActivations, type FoundLayer } from './activations/activationLayers';
import { layerNames } from './activations/layerNames';
import { describeInputs, inputValues } from './modelInputs';
import { chooseOutput, describeOutput } from './outputs';
import { parseModel, refusing } from './proto/parse';
import type { OnnxModel } from './proto/proto';
import { pluralise } from '../../core/wording';
import { elementCount } from '../../core/shape';
import { wordedFor } from '../../core/audience';

/** What a layer is read from. */
export interface Tap {
  /** Tensor of the pre-activation. */
  tensor: string;
  /** TensorProto.DataType where it is known. */
  elementType?: number;
}

/** A model file understood: what it holds, and what is needed to run it. */
export interface AnalysedModel {
  description: ModelDescription;
  /** The file, its functions unfolded. */
  bytes: Uint8Array;
  model: OnnxModel;
  /** One for each layer; two layers may have the same. */
  taps: Tap[];
  /** Whether the output's values are a sigmoid's. */
  sigmoid: boolean;
  /** Names of the classes, where the model tells them. */
  classNames?: string[];
  /** Tensors whose channels are blocked, with how many those are. */
  blocked: ReadonlyMap<string, number>;
}

const quantisedOps = /^(QLinear\w*|QuantizeLinear|DynamicQuantizeLinear|ConvInteger|MatMulInteger)$/;

const dynamicallyQuantised = /^Dynamic(Quantize|Quantized)/;

/** Whether the scales of a model's numbers are taken over the batch, so that its patterns depend on what else is in it. */
function isDynamic(index: GraphIndex): boolean {
  return index.nodes.some((node) => dynamicallyQuantised.test(node.op));
}

/** Whether the scales of a model's numbers are taken over the batch. */
export function isDynamicModel({ model }: Pick<AnalysedModel, 'model'>): boolean {
  return model.graph.nodes.some((node) => dynamicallyQuantised.test(node.op));
}

/** An input of which instances are taken one by one where they would depend on each other otherwise. */
function oneByOne(index: GraphIndex, input: ModelInput): ModelInput {
  return input.batch === undefined && isDynamic(index) ? { ...input, batch: 1 } : input;
}

/** Product of a shape; 0 while an axis is not known. */
export function unitsOf(shape: readonly number[]): number {
  return shape.some((size) => size < 0) ? 0 : elementCount(shape);
}

/** Layers as far as the file tells their shapes. */
function describeLayers(index: GraphIndex, found: FoundLayer[], names: readonly string[]): ActivationLayer[] {
  const declared = new Map(index.graph.values);
  for (const value of [...index.graph.inputs, ...index.graph.outputs]) declared.set(value.name, value);
  return found.map(({ activation, breakpoints, tap }, i) => {
    const shape = declared.get(tap)?.dims?.slice(1) ?? [-1];
    return { name: names[i], activation, breakpoints, shape, units: unitsOf(shape) };
  });
}

/** How often each activation was found without a pattern: `Gelu ×3, Tanh ×1`. */
export function tally(skipped: readonly SkippedActivation[]): string {
  const counts = new Map<string, number>();
  for (const { activation } of skipped) counts.set(activation, (counts.get(activation) ?? 0) + 1);
  return [...counts].map(([activation, count]) => `${activation} ×${count}`).join(', ') || 'none';
}

/** Layers of one activation with one reason, for messages: `Relu ×2 ('a', 'b'): reason`. */
function reasons(skipped: readonly SkippedActivation[]): string[] {
  const groups = new Map<string, SkippedActivation[]>();
  for (const each of skipped) {
    const key = JSON.stringify([each.activation, each.reason]);
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()].map((group) => {
    const names = group.slice(0, 3).map(({ name }) => `'${name}'`);
    const more = group.length > names.length ? ', …' : '';
    return `${group[0].activation} ×${group.length} (${names.join(', ')}${more}): ${group[0].reason}`;
  });
}

/** The error for a model without layers: why each that was found is none, and what helps. */
export function noLayers(source: string, skipped: readonly SkippedActivation[]): InputError {
  const problem = 'no piecewise linear activation found, so there are no activation patterns';
  const expected = 'Relu, LeakyRelu, PRelu, ThresholdedRelu, Clip, HardSigmoid, Abs or Max with a constant';
  if (skipped.length === 0) return new InputError(source, `${problem} (expected ${expected})`);
  if (skipped.every(({ reason }) => reason === NOT_PIECEWISE_LINEAR)) {
    const smooth = skipped.some(({ activation }) => !/softmax|hardmax/i.test(activation));
    const sign = wordedFor({ commandLine: '--smooth sign records', window: 'the command line can record' });
    const way = smooth ? `; ${sign} the sign of their pre-activations` : '';
    return new InputError(source, `${problem} (found: ${tally(skipped)}; expected ${expected}${way})`);
  }
  return new InputError(source, `no activation can be recorded: ${reasons(skipped).join('; ')}`);
}

/** Sentences about what was found. */
function noticesOf(index: GraphIndex, input: ModelInput, layers: FoundLayer[], names: string[]): string[] {
  const notices: string[] = [];
  if (isDynamic(index)) {
    notices.push(
      'The model is quantised dynamically: its scales are taken over the batch, so that patterns depend on it. ' +
        (input.batch === 1
          ? 'Instances are run one by one.'
          : `Batches of ${input.batch} are run, as the model insists.`),
    );
  } else if (input.batch !== undefined && input.batch > 1) {
    notices.push(`The model insists on ${pluralise(input.batch, 'instance')} a batch.`);
  }
  if (index.nodes.some((node) => quantisedOps.test(node.op)) && !isDynamic(index)) {
    notices.push(
      'The model is quantised: a ReLU folded into requantisation is no operation of its own; where the smallest quantised ' +
        'number stands for 0 it is recorded as Relu (quantised), from the quantised value against its zero point.',
    );
  }
  const firstOf = new Map<string, number>();
  layers.forEach(({ tap, node }, i) => {
    const first = firstOf.get(tap);
    if (first === undefined) firstOf.set(tap, i);
    else notices.push(`Layers '${names[first]}' and '${names[i]}' have the same pre-activation.`);
    if (node.outputs.some((name) => index.isOutput(name))) {
      notices.push(`Layer '${names[i]}' is an output of the model, not a hidden layer.`);
    }
  });
  return notices;
}

/** Notices about where the input begins: patterns of the input itself are seldom meant. */
function inputIsTapped(layers: FoundLayer[], names: string[], inputs: ReadonlySet<string>): string[] {
  return layers.flatMap(({ tap }, i) =>
    inputs.has(tap) ? [`Layer '${names[i]}' acts on the model's input itself.`] : [],
  );
}

/** Decodes an ONNX file into the form in which it is analysed and run. @throws InputError when it is no ONNX model */
export function decodeModel(path: string, file: ModelFile): RewrittenModel {
  return rewriteModel(inlineFunctions(file.bytes, parseModel(file.bytes, path), path), path);
}

/**
 * Understands an ONNX file without running it.
 * @param decoded the file decoded, small constants in files beside it read
 * @throws InputError when it is no ONNX model, takes something else than numbers, has no usable output, or no piecewise linear activation
 */
export function analyseModel(
  path: string,
  file: ModelFile,
  options: ModelOptions,
  decoded = decodeModel(path, file),
): AnalysedModel {
  const { bytes, model, kept, blocked } = decoded;
  const values = inputValues(path, model);
  const analyse = (): AnalysedModel => {
    const index = new GraphIndex(model.graph);
    const input = oneByOne(index, describeInputs(path, values));
    const chosen = chooseOutput(path, index, options.output);
    const { output, sigmoid, classNames } = describeOutput(index, chosen.value);
    const facts = traceFlow(
      index,
      values.map(({ name }) => name),
    );
    const found = findActivations({
      index,
      facts,
      version: model.opsets.get('') ?? 1,
      kept: new Map(kept.map(({ name, reason }) => [name, reason])),
      signs: options.smooth === 'sign',
    });
    const names = layerNames([...found.layers, ...found.skipped]);
    const skipped = found.skipped.map(({ activation, reason }, i) => ({
      name: names[found.layers.length + i],
      activation,
      reason,
    }));
    if (found.layers.length === 0) throw noLayers(path, skipped);
    const description: ModelDescription = {
      path,
      sha256: file.sha256,
      input,
      output,
      outputs: model.graph.outputs.map((each) => each.name),
      layers: describeLayers(index, found.layers, names),
      skipped,
      notices: [
        ...decoded.notices,
        ...chosen.notices,
        ...noticesOf(index, input, found.layers, names),
        ...inputIsTapped(found.layers, names, new Set(values.map(({ name }) => name))),
      ],
    };
    const taps = found.layers.map(({ tap }) => ({
      tensor: tap,
      elementType: facts.get(tap)?.elementType,
    }));
    return { description, bytes, model, taps, sigmoid, blocked, classNames };
  };
  return refusing(file.bytes, path, analyse);
}
