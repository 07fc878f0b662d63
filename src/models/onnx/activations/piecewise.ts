import { affineSources } from './affine';
import { clampBreakpoints, isGuard, wholeClamp } from './clamps';
import { uniformConstant } from './constants';
import type { GraphIndex } from './graphIndex';
import type { OnnxNode } from '../proto/proto';

/** What a node was found to be. */
export type Finding =
  | { kind: 'layer'; activation: string; tap: string; breakpoints: number[]; nodes: OnnxNode[] }
  | { kind: 'skipped'; activation: string; input: string; reason: string }
  /** Part of an activation that is listed elsewhere, or one that changes nothing. */
  | { kind: 'nothing' };

/** A float attribute of a node, or its default. */
function floatAttribute(node: OnnxNode, name: string, otherwise: number): number {
  return node.attributes.get(name)?.f ?? otherwise;
}

/** The knees of max(0, min(1, alpha·x + beta)). */
function hardSigmoid(node: OnnxNode): Finding {
  const alpha = floatAttribute(node, 'alpha', 0.2);
  const beta = floatAttribute(node, 'beta', 0.5);
  const input = node.inputs[0];
  if (alpha === 0) {
    return { kind: 'skipped', activation: node.op, input, reason: 'it is constant (its alpha is 0)' };
  }
  // Attributes are float32, so that the knees of alpha = 1/6 are ±3 only to that precision.
  const breakpoints = [-beta / alpha, (1 - beta) / alpha].map(Math.fround).sort((a, b) => a - b);
  return { kind: 'layer', activation: node.op, tap: input, breakpoints, nodes: [node] };
}

/** Clip, Relu, Max and Min with constants, alone or in a row. */
function clampFinding(index: GraphIndex, node: OnnxNode, version: number): Finding | undefined {
  const clamp = wholeClamp(index, node, version);
  if (!clamp) return undefined;
  if (clamp === 'inner') return { kind: 'nothing' };
  const input = node.inputs[0];
  if (clamp === 'run time') {
    return { kind: 'skipped', activation: node.op, input, reason: 'its min or max is computed at run time' };
  }
  const breakpoints = clampBreakpoints(clamp);
  if (breakpoints.length === 0) return { kind: 'nothing' };
  if (isGuard(clamp)) {
    const reason = `it only keeps values off 0 (min ${Number(clamp.lower.toPrecision(6))})`;
    return { kind: 'skipped', activation: node.op, input: clamp.input, reason };
  }
  const single = clamp.nodes.length === 1 ? node.op : 'Clip';
  const activation =
    single === 'Clip' && clamp.nodes.some(isRelu) && breakpoints.length === 1 ? 'Relu' : single;
  return { kind: 'layer', activation, tap: clamp.input, breakpoints, nodes: clamp.nodes };
}

function isRelu(node: OnnxNode): boolean {
  return node.op === 'Relu';
}

/** Max and Min of two computed tensors: max(x, a·x) is a leaky ReLU, anything else Maxout. */
function extremum(index: GraphIndex, node: OnnxNode): Finding | undefined {
  if (node.inputs.length < 2) return undefined;
  const [left, right] = node.inputs;
  if (node.inputs.length === 2) {
    for (const [x, scaled] of [
      [left, right],
      [right, left],
    ]) {
      const maker = index.maker(scaled);
      const factor = maker?.inputs.find((name) => name !== x);
      if (maker?.op === 'Mul' && maker.inputs.includes(x) && factor !== undefined) {
        const slope = uniformConstant(index, factor);
        if (slope !== undefined && slope !== 1) {
          return { kind: 'layer', activation: 'LeakyRelu', tap: x, breakpoints: [0], nodes: [node] };
        }
      }
    }
  }
  const reason = 'the larger of several computed tensors (Maxout) has no breakpoints of its own';
  return { kind: 'skipped', activation: node.op, input: left, reason };
}

const comparisons = new Set(['Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual']);

/** Where(x > c, f(x), g(x)) with f and g affine or constant. */
function whereFinding(index: GraphIndex, node: OnnxNode): Finding | undefined {
  let condition = index.maker(node.inputs[0]);
  while (condition && (condition.op === 'Not' || condition.op === 'Cast')) {
    condition = index.maker(condition.inputs[0]);
  }
  if (!condition || !comparisons.has(condition.op)) return undefined;
  const [left, right] = condition.inputs;
  const threshold = uniformConstant(index, right) ?? uniformConstant(index, left);
  if (threshold === undefined) return undefined;
  const x = uniformConstant(index, right) === undefined ? right : left;
  const branches = node.inputs.slice(1, 3);
  const follows = (name: string): boolean => affineSources(index, name).includes(x);
  if (!branches.some(follows)) return undefined;
  if (branches.every((name) => follows(name) || uniformConstant(index, name) !== undefined)) {
    return { kind: 'layer', activation: 'Where', tap: x, breakpoints: [threshold], nodes: [node] };
  }
  return { kind: 'skipped', activation: 'Where', input: x, reason: 'not piecewise linear' };
}

/** What a node is as a piecewise linear activation; undefined when it is none. `version`: of the standard operators. */
export function piecewiseFinding(index: GraphIndex, node: OnnxNode, version: number): Finding | undefined {
  if (node.domain !== '') return undefined;
  const layer = (breakpoints: number[]): Finding => ({
    kind: 'layer',
    activation: node.op,
    tap: node.inputs[0],
    breakpoints,
    nodes: [node],
  });
  switch (node.op) {
    case 'LeakyRelu':
    case 'PRelu':
    case 'Abs':
      return layer([0]);
    case 'ThresholdedRelu':
      return layer([floatAttribute(node, 'alpha', 1)]);
    case 'Shrink': {
      const lambda = floatAttribute(node, 'lambd', 0.5);
      return layer(lambda > 0 ? [-lambda, lambda] : [0]);
    }
    case 'HardSigmoid':
      return hardSigmoid(node);
    case 'Relu':
    case 'Clip':
      return clampFinding(index, node, version);
    case 'Max':
    case 'Min':
      return clampFinding(index, node, version) ?? extremum(index, node);
    case 'Where':
      return whereFinding(index, node);
    default:
      return undefined;
  }
}
