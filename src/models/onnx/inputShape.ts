import { InputError } from '../../core/errors';
import type { ModelInput } from '../runner';
import { elementCount } from '../../core/shape';

function listed(shape: readonly number[]): string {
  return `[${shape.map((size) => (size < 0 ? '?' : size)).join(', ')}]`;
}

/**
 * The shape of one instance, axes that the model leaves open taken from the data.
 * @param instance shape of one instance of the data, where it is known
 * @throws InputError when axes stay open, or the data does not fit
 */
export function resolveInputShape(
  source: string,
  input: ModelInput,
  instance: readonly number[] | undefined,
): number[] {
  const { shape } = input;
  const open = shape.filter((size) => size < 0).length;
  if (open === 0) return [...shape];
  const problem = `input '${input.name}' has shape ${listed(shape)} an instance`;
  if (!instance) throw new InputError(source, `${problem}: the open axes need the shape of the data`);
  const misfit = new InputError(
    source,
    `${problem}, which instances of shape ${listed(instance)} do not fit`,
  );
  if (instance.length === shape.length) {
    if (shape.every((size, i) => size < 0 || size === instance[i])) return [...instance];
  }
  if (open > 1) throw misfit;
  const known = elementCount(shape.filter((size) => size >= 0));
  const rest = elementCount(instance) / known;
  if (!Number.isInteger(rest) || rest < 1) throw misfit;
  return shape.map((size) => (size < 0 ? rest : size));
}
