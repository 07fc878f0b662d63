import { uniformConstant } from './constants';
import type { GraphIndex } from './graphIndex';
import type { OnnxNode } from '../proto/proto';

/** Decompositions of activations are short: further steps are no longer looked at. */
const mostSteps = 8;

/** Operations that only copy their first input (as far as one element is concerned). */
const copying = new Set(['Identity', 'Cast']);
const arithmetic = new Set(['Add', 'Sub', 'Mul', 'Div']);
const elementwise = new Set([...arithmetic, ...copying, 'Pow']);

/** The tensor of which a node computes a·x + b with constant scalars a and b. */
function affineInput(index: GraphIndex, node: OnnxNode | undefined): string | undefined {
  if (!node || node.domain !== '') return undefined;
  if (copying.has(node.op) || node.op === 'Neg') return node.inputs[0];
  if (!arithmetic.has(node.op) || node.inputs.length !== 2) return undefined;
  const [left, right] = node.inputs;
  if (uniformConstant(index, right) !== undefined) return left;
  // A constant divided by x is not affine in x.
  if (node.op !== 'Div' && uniformConstant(index, left) !== undefined) return right;
  return undefined;
}

/** A tensor and everything upstream of which it is an affine function with scalar constants, nearest first. */
export function affineSources(index: GraphIndex, name: string): string[] {
  const sources = [name];
  for (let step = 0; step < mostSteps; step++) {
    const next = affineInput(index, index.maker(sources[sources.length - 1]));
    if (next === undefined) break;
    sources.push(next);
  }
  return sources;
}

/** A tensor and everything downstream that is an affine function of it with scalar constants, nearest first. */
function affineTargets(index: GraphIndex, name: string): string[] {
  const targets = [name];
  for (let at = 0; at < targets.length && targets.length <= mostSteps; at++) {
    for (const reader of index.readersOf(targets[at])) {
      if (affineInput(index, reader) === targets[at]) targets.push(reader.outputs[0]);
    }
  }
  return targets;
}

/** Whether a tensor, but for scalar constants, is multiplied with what it was computed from: x · g(x). */
export function isSelfGate(index: GraphIndex, input: string, output: string): boolean {
  const sources = new Set(affineSources(index, input));
  return affineTargets(index, output).some((target) =>
    index.readersOf(target).some((reader) => {
      if (reader.op !== 'Mul' || reader.domain !== '' || reader.inputs.length !== 2) return false;
      const other = reader.inputs[0] === target ? reader.inputs[1] : reader.inputs[0];
      return affineSources(index, other).some((source) => sources.has(source));
    }),
  );
}

/** Whether a constant of about this value is combined into a tensor within a few operations upstream. */
export function hasConstantUpstream(index: GraphIndex, name: string, value: number): boolean {
  let level = [name];
  for (let step = 0; step < mostSteps && level.length; step++) {
    const inputs = level.flatMap((tensor) => {
      const maker = index.maker(tensor);
      return maker && maker.domain === '' && elementwise.has(maker.op) ? maker.inputs : [];
    });
    for (const input of inputs) {
      const constant = uniformConstant(index, input);
      if (constant !== undefined && Math.abs(constant - value) < 1e-3 * Math.abs(value)) return true;
    }
    level = [...new Set(inputs)].slice(0, mostSteps);
  }
  return false;
}
