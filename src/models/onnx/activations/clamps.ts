import { uniformConstant } from './constants';
import type { GraphIndex } from './graphIndex';
import type { OnnxNode } from '../proto/proto';

/** y = min(max(x, lower), upper): ReLU, ReLU6, Hardtanh and Clip in all their spellings. */
export interface Clamp {
  /** Tensor of x. */
  input: string;
  lower: number;
  upper: number;
  /** The nodes that compute it, in topological order. */
  nodes: OnnxNode[];
}

/** Exporters write "no bound" as the largest finite float32. */
const largestFloat32 = 3.4028234e38;

/** A bound, with "as large as can be" read as none. */
function bound(value: number): number {
  return Math.abs(value) >= largestFloat32 ? Math.sign(value) * Infinity : value;
}

/** A Clip's bound: attribute before operator version 11, input since; undefined when computed at run time. */
function clipBound(
  index: GraphIndex,
  node: OnnxNode,
  side: 'min' | 'max',
  version: number,
): number | undefined {
  const none = side === 'min' ? -Infinity : Infinity;
  if (version < 11) return bound(node.attributes.get(side)?.f ?? none);
  const input = node.inputs[side === 'min' ? 1 : 2];
  if (!input) return none;
  const value = uniformConstant(index, input);
  return value === undefined ? undefined : bound(value);
}

/** The single node's clamp; `run time` when a bound is not a constant; undefined for any other operation. */
export function clampOf(index: GraphIndex, node: OnnxNode, version: number): Clamp | 'run time' | undefined {
  if (node.domain !== '') return undefined;
  const clamp = (input: string, lower: number, upper: number): Clamp => ({
    input,
    lower,
    upper,
    nodes: [node],
  });
  if (node.op === 'Relu') return clamp(node.inputs[0], 0, Infinity);
  if (node.op === 'Clip') {
    const lower = clipBound(index, node, 'min', version);
    const upper = clipBound(index, node, 'max', version);
    return lower === undefined || upper === undefined ? 'run time' : clamp(node.inputs[0], lower, upper);
  }
  if ((node.op !== 'Max' && node.op !== 'Min') || node.inputs.length !== 2) return undefined;
  for (const position of [0, 1]) {
    const constant = uniformConstant(index, node.inputs[position]);
    if (constant === undefined) continue;
    const input = node.inputs[1 - position];
    return node.op === 'Max' ? clamp(input, constant, Infinity) : clamp(input, -Infinity, constant);
  }
  return undefined;
}

/** The node that alone reads a tensor which is no output. */
function soleReader(index: GraphIndex, name: string): OnnxNode | undefined {
  const readers = index.readersOf(name);
  return readers.length === 1 && !index.isOutput(name) ? readers[0] : undefined;
}

/** The clamp that goes on where this node's ends: Min after Max, Clip after Relu. */
function continuation(index: GraphIndex, node: OnnxNode, version: number): Clamp | undefined {
  const reader = soleReader(index, node.outputs[0]);
  const next = reader && clampOf(index, reader, version);
  return next && next !== 'run time' && next.input === node.outputs[0] ? next : undefined;
}

/**
 * A whole clamp that begins at a node: Max then Min, Relu then Clip and so on are one function of one input.
 * @returns `inner` for a node in the middle of one, `run time` when a bound is not a constant
 */
export function wholeClamp(
  index: GraphIndex,
  node: OnnxNode,
  version: number,
): Clamp | 'inner' | 'run time' | undefined {
  const first = clampOf(index, node, version);
  if (!first || first === 'run time') return first;
  const before = index.maker(first.input);
  if (before && clampOf(index, before, version) && continuation(index, before, version)?.nodes[0] === node) {
    return 'inner';
  }
  let { lower, upper } = first;
  const nodes = [node];
  for (;;) {
    const next = continuation(index, nodes[nodes.length - 1], version);
    if (!next) break;
    lower = Math.min(Math.max(lower, next.lower), next.upper);
    upper = Math.min(Math.max(upper, next.lower), next.upper);
    nodes.push(next.nodes[0]);
  }
  return { input: first.input, lower, upper, nodes };
}

/** The finite bounds of a clamp, ascending; none when it is constant or changes nothing. */
export function clampBreakpoints(clamp: Clamp): number[] {
  if (!(clamp.lower < clamp.upper)) return [];
  return [clamp.lower, clamp.upper].filter(Number.isFinite);
}

/** Bounds this near to 0 and 1 keep a logarithm or a division defined; they are no activation. */
const guardWidth = 1.0001e-3;

/** Whether a clamp only keeps a value off 0 (and off 1), as in x / max(|x|, 1e-12) and log(clamp(p, ε, 1 − ε)). */
export function isGuard(clamp: Clamp): boolean {
  if (!(clamp.lower > 0 && clamp.lower < guardWidth)) return false;
  return clamp.upper === Infinity || (clamp.upper <= 1 && clamp.upper > 1 - guardWidth);
}
