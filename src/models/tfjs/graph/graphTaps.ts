import { InputError } from '../../../core/errors';
import { tally } from '../../onnx/describe';
import type { ActivationLayer, ModelOutput, SkippedActivation } from '../../runner';
import type { BatchShape } from '../library';
import type { Plan, PlanStep } from './plan';
import { elementCount } from '../../../core/shape';

/** What of a plan gives patterns and classes. */
export interface PlanReading {
  layers: ActivationLayer[];
  /** Slot of each layer's pre-activation. */
  taps: number[];
  skipped: SkippedActivation[];
  output: ModelOutput;
  /** All outputs by name. */
  outputs: string[];
  /** Slot of the chosen output. */
  outputSlot: number;
  /** The softmax or sigmoid that the output ends in; its input are the scores. */
  last: PlanStep | undefined;
  notices: string[];
}

/** Shape of one instance, -1 where open. */
function instanceShape(shape: BatchShape): number[] {
  return shape.slice(1).map((size) => size ?? -1);
}

/** Product of a shape; 0 while an axis is not known. */
function unitsOf(shape: readonly number[]): number {
  return shape.some((size) => size < 0) ? 0 : elementCount(shape);
}

/** Whether what a step gives goes through no further layer with weights on its way out. */
function isLast(plan: Plan, step: PlanStep): boolean {
  const reached = new Set(step.outputs);
  for (const next of plan.steps.slice(plan.steps.indexOf(step) + 1)) {
    if (!next.inputs.some((slot) => reached.has(slot))) continue;
    if (next.mixing) return false;
    next.outputs.forEach((slot) => reached.add(slot));
  }
  return true;
}

/** Short names, all different: a layer that is called again has the number of its call. */
class Names {
  private readonly used = new Set<string>();

  take(base: string): string {
    let name = base;
    for (let k = 2; this.used.has(name); k++) name = `${base}_${k}`;
    this.used.add(name);
    return name;
  }
}

/** Layers after a sigmoid that leave its values what they are. */
const handingOn = new Set(['Reshape', 'Flatten', 'Dropout']);

/** The activation whose values an output holds, possibly in another shape. */
function activationBehind(plan: Plan, slot: number): PlanStep | undefined {
  let maker = plan.steps.find((step) => step.outputs.includes(slot));
  while (maker && handingOn.has(maker.className)) {
    const [before] = maker.inputs;
    maker = plan.steps.find((step) => step.outputs.includes(before));
  }
  return maker?.activation ? maker : undefined;
}

function listNames(outputs: readonly { name: string }[]): string {
  return outputs.map(({ name }) => `'${name}'`).join(', ');
}

/** How well an output serves as class scores: less is better. */
function rankOf(plan: Plan, slot: number): number {
  const axes = instanceShape(plan.shapes[slot]).filter((size) => size !== 1);
  const read = plan.steps.some(({ inputs }) => inputs.includes(slot)) ? 0.5 : 0;
  return read + (axes.length === 1 ? (axes[0] > 1 ? 0 : 1) : axes.length === 0 ? 2 : 4);
}

/** The output that gives the predicted classes: the one asked for, else the first with one row of scores an instance. */
function chooseOutput(
  plan: Plan,
  asked: string | undefined,
  source: string,
): { chosen: Plan['outputs'][number]; notices: string[] } {
  const { outputs } = plan;
  const named = outputs.find(({ name }) => name === asked);
  if (asked !== undefined && !named) {
    throw new InputError(source, `has no output '${asked}', expected one of ${listNames(outputs)}`);
  }
  const chosen =
    named ??
    outputs.reduce((best, each) => (rankOf(plan, each.slot) < rankOf(plan, best.slot) ? each : best));
  const others = outputs.filter((each) => each !== chosen);
  const notices =
    !named && others.length > 0
      ? [`Classes are read from output '${chosen.name}'; the model also has ${listNames(others)}.`]
      : [];
  return { chosen, notices };
}

/** How classes are read from an output. */
function outputOf(
  plan: Plan,
  { name, slot }: Plan['outputs'][number],
  source: string,
): { output: ModelOutput; notices: string[] } {
  const shape = instanceShape(plan.shapes[slot]);
  const wide = shape.filter((size) => size !== 1);
  if (wide.length > 1) {
    const text = shape.map((size) => (size < 0 ? '?' : size)).join(', ');
    throw new InputError(
      source,
      `output '${name}' has shape [${text}] an instance, expected one row of class scores`,
    );
  }
  const sigmoid = activationBehind(plan, slot)?.activation?.output === 'sigmoid';
  if (wide.length === 0) {
    return { output: { name, kind: sigmoid ? 'probability' : 'logit', classes: 2 }, notices: [] };
  }
  const notices = sigmoid ? [`The largest of ${wide[0]} sigmoid outputs is taken as class.`] : [];
  return { output: { name, kind: 'logits', ...(wide[0] > 0 ? { classes: wide[0] } : {}) }, notices };
}

/** The activations of a plan, in its order. */
function findLayers(plan: Plan): Pick<PlanReading, 'layers' | 'taps' | 'skipped' | 'notices'> {
  const found: Pick<PlanReading, 'layers' | 'taps' | 'skipped' | 'notices'> = {
    layers: [],
    taps: [],
    skipped: [],
    notices: [],
  };
  const layerNames = new Names();
  const skippedNames = new Names();
  const ends = new Set(plan.outputs.map(({ slot }) => slot));
  for (const step of plan.steps) {
    const { activation, hidden, path } = step;
    if (hidden) found.skipped.push({ name: skippedNames.take(path), ...hidden });
    if (!activation) continue;
    const [tap] = step.inputs;
    if (!activation.breakpoints) {
      if (activation.output && isLast(plan, step)) continue;
      const reason = activation.reason ?? '';
      found.skipped.push({ name: skippedNames.take(path), activation: activation.name, reason });
      continue;
    }
    const name = layerNames.take(path);
    const same = found.taps.indexOf(tap);
    if (same >= 0) {
      found.notices.push(`Layers '${found.layers[same].name}' and '${name}' have the same pre-activation.`);
    }
    if (tap === plan.input) found.notices.push(`Layer '${name}' acts on the model's input itself.`);
    if (ends.has(step.outputs[0])) {
      found.notices.push(`Layer '${name}' is an output of the model, not a hidden layer.`);
    }
    const shape = instanceShape(plan.shapes[tap]);
    const { breakpoints } = activation;
    found.layers.push({ name, activation: activation.name, breakpoints, shape, units: unitsOf(shape) });
    found.taps.push(tap);
  }
  return found;
}

/** The error for a model without layers. */
function noLayers(source: string, skipped: readonly SkippedActivation[]): InputError {
  const expected = 'relu, relu6, leaky_relu, hard_sigmoid, ReLU, LeakyReLU, PReLU or ThresholdedReLU';
  return new InputError(
    source,
    'no piecewise linear activation found, so there are no activation patterns ' +
      `(found: ${tally(skipped)}; expected ${expected})`,
  );
}

/**
 * Finds what gives patterns and classes.
 * @param asked name of the output; chosen by its shape when left out
 * @throws InputError when there is no such output, it is no row of scores, or nothing has patterns
 */
export function readPlan(plan: Plan, asked: string | undefined, source: string): PlanReading {
  const { chosen, notices } = chooseOutput(plan, asked, source);
  const read = outputOf(plan, chosen, source);
  const found = findLayers(plan);
  if (found.layers.length === 0) throw noLayers(source, found.skipped);
  const maker = plan.steps.find(({ outputs }) => outputs.includes(chosen.slot));
  // A hard sigmoid's scores cannot be told from its values' signs, so it stays.
  const last = maker?.activation?.output && !maker.activation.breakpoints ? maker : undefined;
  return {
    ...found,
    output: read.output,
    outputs: plan.outputs.map(({ name }) => name),
    outputSlot: chosen.slot,
    last,
    notices: [...notices, ...read.notices, ...found.notices],
  };
}
