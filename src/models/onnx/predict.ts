import type { Tensor } from 'onnxruntime-web';
import { InputError } from '../../core/errors';
import type { BatchResult, ModelOutput } from '../runner';
import { classesOfScores } from '../scores';
import { pluralise } from '../../core/wording';
import { floatsOf, integersOf } from './convert';

/**
 * Columns of an output: its elements an instance, all of them on one axis.
 * @throws InputError when the output has more than one such axis, or its first axis is not the batch
 */
function columnsOf(source: string, name: string, dims: readonly number[], rows: number): number {
  const wide = dims.slice(1).filter((size) => size !== 1);
  if (dims[0] !== rows || wide.length > 1 || wide.includes(0)) {
    throw new InputError(
      source,
      `output '${name}' has shape [${dims.join(', ')}] for ${pluralise(rows, 'instance')}, ` +
        'expected one row of class scores for each',
    );
  }
  return wide[0] ?? 1;
}

/** What an output says of some instances. */
export type OutputValues = Pick<BatchResult, 'predicted' | 'values' | 'scores'>;

/**
 * Reads the first rows of an output tensor: predicted classes, -1 where the output is NaN or a name that is no class's; or
 * the numbers of an output that is no class.
 * @param rows rows to read: a padded batch has more
 * @throws InputError when the output is not what it was when the model was opened
 */
export function outputValues(
  source: string,
  output: ModelOutput,
  tensor: Tensor | undefined,
  rows: number,
): OutputValues {
  const predicted = new Int32Array(rows);
  if (output.kind === 'none' || !tensor) return { predicted };
  if (output.kind === 'class') {
    const { classNames } = output;
    const values =
      classNames && Array.isArray(tensor.data) ? namedClasses(tensor.data, classNames) : integersOf(tensor);
    if (!values || values.length < rows) throw unexpected(source, output, tensor);
    for (let row = 0; row < rows; row++) predicted[row] = values[row];
    return { predicted };
  }
  const scores = floatsOf(tensor);
  const columns = columnsOf(source, output.name, tensor.dims, tensor.dims[0]);
  if (!scores || scores.length < rows * columns) throw unexpected(source, output, tensor);
  const { kind, threshold = 0 } = output;
  if (kind === 'value') return { predicted, values: Float32Array.from(scores.subarray(0, rows * columns)) };
  if (kind === 'labels') {
    const values = Float32Array.from(scores.subarray(0, rows * columns), (score) =>
      score > threshold ? 1 : 0,
    );
    return { predicted, values };
  }
  const kept = Float32Array.from(scores.subarray(0, rows * columns));
  return { predicted: classesOfScores(kind, scores, rows, columns), scores: kept };
}

/** Classes by their names. */
function namedClasses(names: readonly unknown[], classNames: readonly string[]): number[] {
  const numbers = new Map(classNames.map((name, k) => [name, k]));
  return names.map((name) => numbers.get(String(name)) ?? -1);
}

/** The error for an output that is not what it was when the model was opened. */
function unexpected(source: string, output: ModelOutput, tensor: Tensor): InputError {
  const shape = `[${tensor.dims.join(', ')}]`;
  return new InputError(source, `output '${output.name}' came as ${tensor.type} of shape ${shape}`);
}
