import { InputError } from '../../core/errors';
import type { ModelOutput } from '../runner';
import { classNamesOf } from './classNames';
import type { GraphIndex } from './activations/graphIndex';
import { OnnxElementType, elementTypeName, isFloat, type OnnxValue } from './proto/proto';

/** Names in a list for messages. */
export function listNames(values: readonly { name: string }[]): string {
  return values.map((value) => `'${value.name}'`).join(', ');
}

/** Axes of one instance that are not 1; undefined when the rank is not known. */
function wideAxes(value: OnnxValue): number[] | undefined {
  return value.dims?.slice(1).filter((size) => size !== 1);
}

/** Whether an output's type can say a class: any number. */
function isNumeric(value: OnnxValue): boolean {
  const type = elementTypeName(value.elementType);
  return value.container === undefined && (/^(u?int\d+|bool)$/.test(type) || /^float(16|32|64)$/.test(type));
}

/** Whether an output is class names. */
function isText(value: OnnxValue): boolean {
  return value.container === undefined && value.elementType === OnnxElementType.string;
}

function isFloatValue(value: OnnxValue): boolean {
  return value.elementType !== undefined && isFloat(value.elementType);
}

/** How well an output serves as class scores: less is better. Between equals, one that nothing else is computed from. */
function rank(index: GraphIndex, value: OnnxValue): number {
  return rankOfType(value) + (index.readersOf(value.name).length ? 0.5 : 0);
}

/** How well an output's type and shape suit class scores. */
function rankOfType(value: OnnxValue): number {
  const axes = wideAxes(value);
  if (value.dims?.length === 0) return 5;
  if (isFloatValue(value)) {
    if (axes?.length === 1 && axes[0] > 1) return 0;
    if (axes === undefined || (axes.length === 1 && axes[0] === -1)) return 1;
    return axes.length === 0 ? 2 : 4;
  }
  return 3;
}

/**
 * The output that gives the predicted classes: the one asked for, else the first with one row of scores an instance,
 * else the first that gives a number at all.
 * @throws InputError when there is none, or none of that name
 */
export function chooseOutput(
  source: string,
  index: GraphIndex,
  asked: string | undefined,
): { value: OnnxValue; notices: string[] } {
  const { outputs } = index.graph;
  if (asked !== undefined) {
    const value = outputs.find((output) => output.name === asked);
    if (!value) {
      throw new InputError(source, `has no output '${asked}', expected one of ${listNames(outputs)}`);
    }
    if (!isNumeric(value) && !isText(value)) throw new InputError(source, notNumeric(value));
    return { value, notices: [] };
  }
  const numeric = outputs.filter(isNumeric);
  const usable = numeric.length ? numeric : outputs.filter(isText);
  if (usable.length === 0) throw new InputError(source, notNumeric(outputs[0]));
  const value = usable.reduce((best, output) => (rank(index, output) < rank(index, best) ? output : best));
  const others = outputs.filter((output) => output !== value);
  const notices = others.length
    ? [`Classes are read from output '${value.name}'; the model also has ${listNames(others)}.`]
    : [];
  return { value, notices };
}

/** Says what is wrong with an output that holds no numbers. */
function notNumeric(value: OnnxValue): string {
  const kind = value.container ?? elementTypeName(value.elementType);
  return `output '${value.name}' is of type ${kind}, expected a tensor of numbers (scores or class labels)`;
}

/** Operations after a sigmoid that leave its values what they are. */
const handingOn = new Set(['Identity', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Cast']);

/** Whether a tensor is a sigmoid's values. */
function isSigmoid(index: GraphIndex, name: string): boolean {
  let maker = index.maker(name);
  while (maker && handingOn.has(maker.op)) maker = index.maker(maker.inputs[0]);
  return maker?.op === 'Sigmoid' || maker?.op === 'HardSigmoid';
}

/**
 * How classes are read from an output of that many columns (undefined while unknown: then many are assumed).
 * @param sigmoid whether its values are a sigmoid's
 */
export function outputKind(value: OnnxValue, columns: number | undefined, sigmoid: boolean): ModelOutput {
  if (!isFloatValue(value)) return { name: value.name, kind: 'class' };
  if (columns === 1) return { name: value.name, kind: sigmoid ? 'probability' : 'logit', classes: 2 };
  return { name: value.name, kind: 'logits', ...(columns === undefined ? {} : { classes: columns }) };
}

/** What is known of the chosen output without a run. */
export function describeOutput(
  index: GraphIndex,
  value: OnnxValue,
): { output: ModelOutput; sigmoid: boolean; classNames?: string[] } {
  const classNames = classNamesOf(index, value);
  if ((wideAxes(value)?.length ?? 0) > 1) {
    return { output: { name: value.name, kind: 'none' }, sigmoid: false };
  }
  const sigmoid = isSigmoid(index, value.name);
  const columns = value.dims?.slice(1).reduce((product, size) => (size < 0 ? -1 : product * size), 1);
  const known = columns !== undefined && columns > 0 ? columns : undefined;
  return {
    output: { ...outputKind(value, known, sigmoid), ...(classNames && { classNames }) },
    sigmoid,
    classNames,
  };
}
