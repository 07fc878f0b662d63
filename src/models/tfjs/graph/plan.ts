import { InputError } from '../../../core/errors';
import { activationOf, hiddenActivation, isActivationLayer, type Activation } from './kerasActivations';
import {
  containerOf,
  type ActivationInstance,
  type BatchShape,
  type Container,
  type TfjsLayer,
  type LayerCall,
  type LayersLibrary,
} from '../library';
import type { StepFunction } from './layerStep';
import { stepFunction } from './layerSteps';
import type { Tensorflow } from '../tensorflow';

/** One operation of a network. Tensors are kept in numbered slots. */
export interface PlanStep {
  inputs: number[];
  outputs: number[];
  run: StepFunction;
  /** Path of the layer: its name after those of the models that it is in. */
  path: string;
  className: string;
  /** Where the step is an activation of its own. */
  activation?: Activation;
  /** Where activations are inside. */
  hidden?: { activation: string; reason: string };
  /** Whether it has weights that mix its inputs. */
  mixing: boolean;
}

/** A network as a list of steps, in an order in which they can be run. */
export interface Plan {
  steps: PlanStep[];
  /** Shape of each slot. */
  shapes: BatchShape[];
  input: number;
  outputs: { name: string; slot: number }[];
}

/** Numbers of one instance in one tensor beyond which no memory is asked for: 1 GiB of float32. */
const LARGEST_TENSOR = 2 ** 28;

/** Layers with weights that do not mix their inputs. */
const unmixing = new Set([
  ...['BatchNormalization', 'LayerNormalization', 'GroupNormalization', 'RMSNormalization', 'Normalization'],
  ...['PReLU', 'Embedding'],
]);

/** Gathers the steps of a network. */
class Planner {
  readonly steps: PlanStep[] = [];
  readonly shapes: BatchShape[] = [];
  private dropouts = 0;

  constructor(
    private readonly tf: Tensorflow,
    private readonly library: LayersLibrary,
    private readonly source: string,
  ) {}

  slot(shape: BatchShape): number {
    return this.shapes.push(shape) - 1;
  }

  /** The calls within a container, given the slots of its inputs. Returns those of its outputs. */
  container(container: Container, inputs: number[], path: string[]): number[] {
    const slots = new Map<number, number>();
    container.inputs.forEach((tensor, i) => slots.set(tensor.id, inputs[i]));
    const depths = Object.keys(container.nodesByDepth).map(Number);
    for (const depth of depths.sort((a, b) => b - a)) {
      for (const call of container.nodesByDepth[depth]) {
        if (call.outputTensors.every(({ id }) => slots.has(id))) continue;
        const given = call.inputTensors.map(({ id }) => slots.get(id)!);
        this.call(call, given, path).forEach((slot, i) => slots.set(call.outputTensors[i].id, slot));
      }
    }
    return container.outputs.map(({ id }) => slots.get(id)!);
  }

  /** One call of a layer or of a model within. */
  private call(call: LayerCall, inputs: number[], path: string[]): number[] {
    const layer = call.outboundLayer;
    const own = [...path, layer.name];
    const inner = containerOf(this.library, layer);
    if (inner) return this.container(inner, inputs, own);
    const name = own.join('/');
    const place = `layer '${name}'`;
    const className = layer.getClassName();
    const shapes = this.shapesOf(layer, inputs, place);
    const base = { path: name, className, mixing: layer.weights.length > 0 && !unmixing.has(className) };
    if (isActivationLayer(className)) {
      const instance = className === 'Activation' ? activationMember(layer) : layer;
      return [this.activate(instance as ActivationInstance | undefined, inputs[0], base)];
    }
    const outputs = shapes.map((shape) => this.slot(shape));
    const activation = isFused(className) ? activationMember(layer) : undefined;
    if (activation) this.makeLinear(layer);
    const run = stepFunction({
      tf: this.tf,
      layer,
      options: (call.callArgs ?? {}) as Record<string, unknown>,
      source: this.source,
      place,
      nextDropout: () => this.dropouts++,
    });
    this.steps.push({ ...base, inputs, outputs, run, hidden: hiddenActivation(layer) });
    return activation ? [this.activate(activation, outputs[0], { ...base, mixing: false })] : outputs;
  }

  /** Adds the step of an activation. Returns the slot of its result. */
  private activate(
    instance: ActivationInstance | undefined,
    input: number,
    base: Pick<PlanStep, 'path' | 'className' | 'mixing'>,
  ): number {
    const activation = instance && activationOf(this.tf, instance);
    if (!activation) return input;
    const output = this.slot(this.shapes[input]);
    this.steps.push({
      ...base,
      inputs: [input],
      outputs: [output],
      run: ([x]) => activation.apply(x),
      activation,
    });
    return output;
  }

  /** Shapes of a call's outputs, by the shapes that its inputs have here. */
  private shapesOf(layer: TfjsLayer, inputs: number[], place: string): BatchShape[] {
    const given = inputs.map((slot) => this.shapes[slot]);
    const result = layer.computeOutputShape(given.length === 1 ? given[0] : given);
    const shapes = (Array.isArray(result[0]) ? result : [result]) as BatchShape[];
    for (const shape of shapes) {
      const size = shape.slice(1).reduce<number>((product, axis) => product * (axis ?? 1), 1);
      if (shape.slice(1).some((axis) => axis !== null && !(axis >= 1)) || !(size <= LARGEST_TENSOR)) {
        const text = shape
          .slice(1)
          .map((axis) => axis ?? '?')
          .join(', ');
        throw new InputError(
          this.source,
          `gives [${text}] an instance, expected at least one number on each axis and at most ${LARGEST_TENSOR} in all`,
          place,
        );
      }
    }
    return shapes;
  }

  /** Takes the activation out of a layer, which is a step of its own. */
  private makeLinear(layer: TfjsLayer): void {
    const linear = (this.linear ??=
      new (this.tf.serialization.SerializationMap.getMap().classNameMap.linear[0])());
    const holder = layer as unknown as { activation: unknown; splitActivation?: unknown };
    if (holder.activation === linear) return;
    holder.splitActivation = holder.activation;
    holder.activation = linear;
  }

  private linear: unknown;
}

/** Layers that compute weighted sums and then apply their activation. */
const fused = /^(Dense|Conv[123]D|Conv[23]DTranspose|DepthwiseConv2D|SeparableConv2D)$/;

function isFused(className: string): boolean {
  return fused.test(className);
}

/** The function in a layer's `activation`, also when an earlier call has taken it out. */
function activationMember(layer: TfjsLayer): ActivationInstance | undefined {
  const holder = layer as unknown as {
    activation?: ActivationInstance | null;
    splitActivation?: ActivationInstance;
  };
  return holder.splitActivation ?? holder.activation ?? undefined;
}

/**
 * Takes a model apart into steps; layers that are called several times and models within models give steps for each call.
 * @param instance shape of one instance of the input, -1 where open
 * @throws InputError when a layer's output is empty or larger than can be
 */
export function planOf({
  tf,
  library,
  model,
  instance,
  source,
}: {
  tf: Tensorflow;
  library: LayersLibrary;
  model: Container;
  instance: readonly number[];
  source: string;
}): Plan {
  const planner = new Planner(tf, library, source);
  const input = planner.slot([null, ...instance.map((size) => (size < 0 ? null : size))]);
  const slots = planner.container(model, [input], []);
  const used = new Map<string, number>();
  const outputs = slots.map((slot, i) => {
    const name = model.outputNames[i];
    const count = (used.get(name) ?? 0) + 1;
    used.set(name, count);
    return { name: count === 1 ? name : `${name}_${count}`, slot };
  });
  return { steps: planner.steps, shapes: planner.shapes, input, outputs };
}
