import type { ModelInput, TensorData } from '../runner';
import { floatsOf } from './convert';
import { elementCount } from '../../core/shape';

/** What a run told about a tap: its shape an instance and where those stand, or why it is of no use. */
export type ProbedTap = { shape: number[]; layout: InstanceLayout } | { reason: string };

/** How an input is tried: a mask that hides everything would show nothing. */
function kindOf({ name, type }: Pick<ModelInput, 'name' | 'type'>): 'mask' | 'whole' | 'number' {
  if (type.startsWith('float')) return 'number';
  return /mask/i.test(name) ? 'mask' : 'whole';
}

/**
 * Rows to try a model with: evenly spread numbers in [0, 1), always the same ones; for integers 0 and 1, which are
 * valid wherever they are used as indices.
 */
export function probeRows(input: ModelInput, size: number, rows: number): Float32Array {
  const kinds = (input.parts ?? [{ ...input, constant: undefined }]).flatMap((part) =>
    part.constant === undefined ? new Array<string>(elementCount(part.shape)).fill(kindOf(part)) : [],
  );
  const out = new Float32Array(size * rows);
  // Numerical Recipes' linear congruential generator.
  let state = 2463534242;
  for (let i = 0; i < out.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const kind = kinds[i % size];
    out[i] = kind === 'mask' ? 1 : kind === 'whole' ? state >>> 31 : state / 2 ** 32;
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
const TOLERANCE = 0.01;

/** Whether one instance's values are the same in two runs. @param tolerance relative to the largest */
export function sameValues(one: TensorData, other: TensorData, tolerance = TOLERANCE): boolean {
  let largest = 0;
  for (const value of one) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  return one.every((value, i) => {
    if (!Number.isFinite(value) || !Number.isFinite(other[i])) return Object.is(value, other[i]);
    return Math.abs(value - other[i]) <= tolerance * largest;
  });
}

function listed(tensor: TrialTensor): string {
  return `[${tensor.dims.join(', ')}]`;
}

/** A tensor of a trial run, of any engine. */
export interface TrialTensor {
  readonly dims: readonly number[];
  readonly type: string;
  readonly data: unknown;
}

/** Two runs of a model: where the first one's instances stand in the second. */
export interface TrialRuns {
  rows: number;
  /** Instances that the second run has more. */
  grown: number;
  /** Row of the second run that holds a row of the first. */
  at: (row: number) => number;
}

/** Where the instances of a batch stand in a tensor: seen as [before, rows, after], row-major, each has a slice of it. */
export interface InstanceLayout {
  before: number;
  after: number;
}

/** A place where the instances of a batch may stand in a tensor. */
interface Candidate {
  layout: InstanceLayout;
  /** Shape of one instance. */
  shape: number[];
}

/** Copies the values of one instance, [before, after], into `out` at `at`. */
export function copyInstance(
  values: TensorData,
  {
    layout: { before, after },
    row: [row, rows],
    out,
    at = 0,
  }: { layout: InstanceLayout; row: [number, number]; out: TensorData; at?: number },
): void {
  for (let k = 0; k < before; k++) {
    const from = (k * rows + row) * after;
    out.set(values.subarray(from, from + after), at + k * after);
  }
}

/**
 * Axes along which a tensor grew as the batch did, with the instances outermost or innermost on an axis that holds several
 * things of each. The first axis comes first: it is the usual one.
 */
function candidates(first: readonly number[], second: readonly number[], runs: TrialRuns): Candidate[] {
  const { rows, grown } = runs;
  const found: Candidate[] = [];
  for (const [axis, size] of first.entries()) {
    const grows = second[axis] * rows === size * (rows + grown);
    const others = first.every((other, i) => i === axis || other === second[i]);
    if (first.length !== second.length || size % rows !== 0 || !grows || !others) continue;
    const [before, after] = [first.slice(0, axis), first.slice(axis + 1)];
    const each = size / rows;
    const inner = each === 1 ? [] : [each];
    const shape = [...before, ...inner, ...after];
    found.push({ layout: { before: elementCount(before), after: each * elementCount(after) }, shape });
    if (each > 1) {
      found.push({ layout: { before: elementCount(before) * each, after: elementCount(after) }, shape });
    }
  }
  return found;
}

/** Whether each instance's values are the same in both runs, if they stand as is assumed. */
function standsApart(one: TensorData, other: TensorData, layout: InstanceLayout, runs: TrialRuns): boolean {
  const { rows, grown, at } = runs;
  const units = layout.before * layout.after;
  const [a, b] = [new Float64Array(units), new Float64Array(units)];
  for (let row = 0; row < rows; row++) {
    copyInstance(one, { layout, row: [row, rows], out: a });
    copyInstance(other, { layout, row: [at(row), rows + grown], out: b });
    if (!sameValues(a, b)) return false;
  }
  return true;
}

/**
 * Finds the shape of one instance in a tap, and where the instances stand: on the axis that grows with the batch (the first
 * one, the second where sequences come first, …). Their values must not depend on the other instances of the batch.
 */
export function probeTap(first: TrialTensor, second: TrialTensor, runs: TrialRuns): ProbedTap {
  const one = floatsOf(first);
  const other = floatsOf(second);
  if (!one || !other) return { reason: `its pre-activation is of type ${first.type}` };
  if (one.length === 0) return { reason: `its pre-activation is empty (shape ${listed(first)})` };
  const places = candidates(first.dims, second.dims, runs);
  if (places.length === 0) {
    const { rows, grown } = runs;
    const shapes = grown
      ? `${listed(first)} for ${rows}, ${listed(second)} for ${rows + grown} instances`
      : listed(first);
    return { reason: `no axis of its pre-activation counts the instances (shape ${shapes})` };
  }
  const found = places.find(({ layout }) => standsApart(one, other, layout, runs));
  return found ?? { reason: MIXES_INSTANCES };
}

/** Why a layer is of no use whose values depend on what else is in the batch, and what helps. */
const MIXES_INSTANCES =
  'its pre-activation mixes the instances of the batch: export the model in evaluation mode and without statistics over the batch';
