import type { Tensor } from 'onnxruntime-web';
import type { ModelInput, TensorData } from '../runner';
import { floatsOf } from './convert';

/** What a run told about a tap: its shape an instance, or why it is of no use. */
export type ProbedTap = { shape: number[] } | { reason: string };

/**
 * Rows to try a model with: evenly spread numbers in [0, 1), always the same ones; for integers 0 and 1, which are
 * valid wherever they are used as indices.
 */
export function probeRows(input: ModelInput, size: number, rows: number): Float32Array {
  const whole = !input.type.startsWith('float');
  const out = new Float32Array(size * rows);
  // Numerical Recipes' linear congruential generator.
  let state = 2463534242;
  for (let i = 0; i < out.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    out[i] = whole ? state >>> 31 : state / 2 ** 32;
  }
  return out;
}

/** The same rows, the first one moved to the end. */
export function rotateRows(rows: Float32Array, size: number): Float32Array {
  const out = new Float32Array(rows.length);
  out.set(rows.subarray(size));
  out.set(rows.subarray(0, size), rows.length - size);
  return out;
}

/**
 * Relative to the largest value: kernels differ between batch sizes by far less, half floats included, and values of
 * another instance by far more.
 */
const tolerance = 0.01;

/** Whether one instance's values are the same in two runs. */
function sameValues(one: TensorData, other: TensorData): boolean {
  let largest = 0;
  for (const value of one) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  return one.every((value, i) => {
    if (!Number.isFinite(value) || !Number.isFinite(other[i])) return Object.is(value, other[i]);
    return Math.abs(value - other[i]) <= tolerance * largest;
  });
}

function listed(tensor: Tensor): string {
  return `[${tensor.dims.join(', ')}]`;
}

/** Two runs of a model: where the first one's instances stand in the second. */
export interface TrialRuns {
  rows: number;
  /** Instances that the second run has more. */
  grown: number;
  /** Row of the second run that holds a row of the first. */
  at: (row: number) => number;
}

/**
 * Finds the shape of one instance in a tap: the first axis must be made of the instances, so that each one's values
 * stand together, and they must not depend on the other instances of the batch.
 */
export function probeTap(first: Tensor, second: Tensor, { rows, grown, at }: TrialRuns): ProbedTap {
  const one = floatsOf(first);
  const other = floatsOf(second);
  if (!one || !other) return { reason: `its pre-activation is of type ${first.type}` };
  const [lead, ...rest] = first.dims;
  const scaled = ((lead ?? 0) * (rows + grown)) / rows;
  const fits = second.dims[0] === scaled && rest.every((size, i) => size === second.dims[i + 1]);
  if (lead === undefined || lead % rows !== 0 || !fits) {
    const shapes = grown
      ? `${listed(first)} for ${rows}, ${listed(second)} for ${rows + grown}`
      : listed(first);
    return { reason: `the first axis of its pre-activation is not the batch (shape ${shapes})` };
  }
  const units = one.length / rows;
  if (units === 0) return { reason: `its pre-activation is empty (shape ${listed(first)})` };
  const instance = (values: TensorData, row: number): TensorData =>
    values.subarray(row * units, (row + 1) * units);
  for (let row = 0; row < rows; row++) {
    if (!sameValues(instance(one, row), instance(other, at(row)))) {
      return { reason: 'its pre-activation mixes the instances of the batch' };
    }
  }
  return { shape: lead === rows ? rest : [lead / rows, ...rest] };
}
