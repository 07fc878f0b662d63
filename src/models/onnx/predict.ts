import type { Tensor } from 'onnxruntime-web';
import { InputError } from '../../core/errors';
import type { ModelOutput } from '../runner';
import { classesOfScores } from '../scores';
import { floatsOf, integersOf } from './convert';

/**
 * Columns of an output: its elements an instance, all of them on one axis.
 * @throws InputError when the output has more than one such axis, or its first axis is not the batch
 */
export function columnsOf(source: string, name: string, dims: readonly number[], rows: number): number {
  const wide = dims.slice(1).filter((size) => size !== 1);
  if (dims[0] !== rows || wide.length > 1 || wide.includes(0)) {
    throw new InputError(
      source,
      `output '${name}' has shape [${dims.join(', ')}] for ${rows} instance${rows === 1 ? '' : 's'}, ` +
        'expected one row of class scores for each',
    );
  }
  return wide[0] ?? 1;
}

/**
 * Predicted classes of the first rows of an output tensor; -1 where the output is NaN.
 * @param rows rows to read: a padded batch has more
 * @throws InputError when the output is not what it was when the model was opened
 */
export function predictedClasses(
  source: string,
  output: ModelOutput,
  tensor: Tensor,
  rows: number,
): Int32Array {
  if (output.kind === 'class') {
    const predicted = new Int32Array(rows);
    const values = integersOf(tensor);
    if (!values || values.length < rows) throw unexpected(source, output, tensor);
    for (let row = 0; row < rows; row++) predicted[row] = values[row];
    return predicted;
  }
  const scores = floatsOf(tensor);
  const columns = columnsOf(source, output.name, tensor.dims, tensor.dims[0]);
  if (!scores || scores.length < rows * columns) throw unexpected(source, output, tensor);
  return classesOfScores(output.kind, scores, rows, columns);
}

/** The error for an output that is not what it was when the model was opened. */
function unexpected(source: string, output: ModelOutput, tensor: Tensor): InputError {
  const shape = `[${tensor.dims.join(', ')}]`;
  return new InputError(source, `output '${output.name}' came as ${tensor.type} of shape ${shape}`);
}
