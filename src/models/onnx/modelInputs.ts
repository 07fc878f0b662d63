import { InputError } from '../../core/errors';
import type { InputShape, ModelOptions } from '../options';
import type { InputPart, ModelInput } from '../runner';
import { resolveInputShape } from './inputShape';
import { listNames } from './outputs';
import { elementTypeName, type OnnxModel, type OnnxValue } from './proto/proto';
import { wordedFor } from '../../core/audience';

/** The inputs of a model that are no weights. @throws InputError where there are none */
export function inputValues(source: string, { graph }: OnnxModel): OnnxValue[] {
  const inputs = graph.inputs.filter((input) => !graph.initializers.has(input.name));
  if (inputs.length === 0) throw new InputError(source, 'the model has no input, expected one');
  return inputs;
}

/** One input as the model declares it. */
function describeInput(source: string, value: OnnxValue): ModelInput {
  const type = elementTypeName(value.elementType);
  if (value.container !== undefined || !/^(float(16|32|64)|u?int(8|16|32|64)|bool)$/.test(type)) {
    throw new InputError(
      source,
      `input '${value.name}' is of type ${value.container ?? type}, expected a tensor of numbers`,
    );
  }
  const dims = value.dims ?? [-1, -1];
  if (dims.length === 0) {
    throw new InputError(source, `input '${value.name}' is a single number, expected a batch of instances`);
  }
  if (dims.includes(0)) throw new InputError(source, `input '${value.name}' has an axis of size 0`);
  const input: ModelInput = { name: value.name, shape: dims.slice(1), type };
  return dims[0] > 0 ? { ...input, batch: dims[0] } : input;
}

/** Numbers of a shape; -1 while an axis is open. */
function closedSize(shape: readonly number[]): number {
  return shape.reduce((product, axis) => (product < 0 || axis < 0 ? -1 : product * axis), 1);
}

/** Several inputs as one: the numbers of an instance one after the other, those that the data has. */
function joinedInput(parts: readonly InputPart[], batch: number | undefined): ModelInput {
  const own = parts.filter(({ constant }) => constant === undefined);
  const sizes = own.map(({ shape }) => closedSize(shape));
  const total = sizes.includes(-1) ? -1 : sizes.reduce((sum, size) => sum + size, 0);
  const wide = parts.some(({ type }) => /64$|int32$/.test(type));
  return {
    name: parts.map(({ name }) => name).join(', '),
    shape: own.length === 1 ? own[0].shape : [total],
    // Indices of a large vocabulary are exact in float64 alone.
    type: wide ? 'float64' : 'float32',
    ...(batch !== undefined && { batch }),
    parts,
  };
}

/** What a model takes, as it declares it. @throws InputError where an input is no tensor of numbers, or batches differ */
export function describeInputs(source: string, values: readonly OnnxValue[]): ModelInput {
  const inputs = values.map((value) => describeInput(source, value));
  if (inputs.length === 1) return inputs[0];
  const [{ batch }] = inputs;
  if (inputs.some((input) => input.batch !== batch)) {
    const sizes = inputs.map((input) => input.batch ?? 'any').join(', ');
    throw new InputError(
      source,
      `its inputs ${listNames(inputs)} take batches of ${sizes}, expected the same of all`,
    );
  }
  return joinedInput(
    inputs.map(({ name, shape, type }) => ({ name, shape, type })),
    batch,
  );
}

/** What inputs of language models are where data leaves them out: nothing masked, all of the first segment. */
function usualConstant(name: string): number | undefined {
  if (/mask/i.test(name)) return 1;
  return /token_?type|segment_?ids/i.test(name) ? 0 : undefined;
}

/** What the data has for a model of several inputs. @throws InputError where it is one array and more are needed */
function givenShapes(
  source: string,
  parts: readonly InputPart[],
  { inputShapes, instanceShape }: ModelOptions,
): readonly InputShape[] | undefined {
  if (inputShapes || !instanceShape) return inputShapes;
  const needed = parts.filter(({ name }) => usualConstant(name) === undefined);
  if (needed.length === 1) return [{ name: needed[0].name, shape: instanceShape }];
  const example = needed.map(({ name }) => `${name}=FILE`).join(' ');
  throw new InputError(
    source,
    `the model has ${parts.length} inputs (${listNames(parts)}), but the data is one array: expected ` +
      `${wordedFor({ commandLine: `--data ${example}, an .npz`, window: 'an .npz' })} whose arrays have these names, or a table whose columns have`,
  );
}

function resolvePart(source: string, part: InputPart, shapes: readonly InputShape[] | undefined): InputPart {
  const given = shapes?.find(({ name }) => name === part.name);
  if (given || !shapes) {
    const shape = resolveInputShape(source, { ...part, name: part.name }, given?.shape);
    if (given && closedSize(shape) !== closedSize(given.shape)) {
      const [wanted, found] = [shape, given.shape].map((each) => `[${each.join(', ')}]`);
      throw new InputError(
        source,
        `input '${part.name}' has shape ${wanted} an instance, which instances of shape ${found} do not fit`,
      );
    }
    return { ...part, shape };
  }
  const constant = usualConstant(part.name);
  if (constant === undefined) {
    const has = shapes.map(({ name }) => `'${name}'`).join(', ');
    throw new InputError(
      source,
      `takes an input '${part.name}', of which the data has nothing (it has ${has})`,
    );
  }
  const like = shapes.find(({ shape }) => shape.length === part.shape.length)?.shape;
  return { ...part, shape: resolveInputShape(source, part, like), constant };
}

/**
 * What a model takes, open axes and inputs left out filled in by what is known of the data.
 * @throws InputError when axes stay open, the data does not fit, or lacks an input that cannot be made up
 */
export function resolveInputs(
  source: string,
  input: ModelInput,
  options: ModelOptions,
): { input: ModelInput; notices: string[] } {
  if (!input.parts) {
    return {
      input: { ...input, shape: resolveInputShape(source, input, options.instanceShape) },
      notices: [],
    };
  }
  const shapes = givenShapes(source, input.parts, options);
  const parts = input.parts.map((part) => resolvePart(source, part, shapes));
  const notices = parts
    .filter(({ constant }) => constant !== undefined)
    .map(
      ({ name, constant }) =>
        `Input '${name}' is not in the data: ${constant === 1 ? 'ones (nothing is masked)' : 'zeros'} are taken for it.`,
    );
  return { input: joinedInput(parts, input.batch), notices };
}
