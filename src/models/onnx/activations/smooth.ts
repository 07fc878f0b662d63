import { affineSources, hasConstantUpstream, isSelfGate } from './affine';
import { wholeClamp } from './clamps';
import type { GraphIndex } from './graphIndex';
import type { OnnxNode } from '../proto/proto';

/** Why an activation has no pattern. */
export const notPiecewiseLinear = 'not piecewise linear';

/** Operations that are activations without pieces, of the standard and of Microsoft's domain. */
const smoothOps = new Set([
  ...['Gelu', 'Tanh', 'Sigmoid', 'Softmax', 'LogSoftmax', 'Hardmax', 'Swish', 'Mish', 'Elu', 'Selu', 'Celu'],
  ...[
    'Softplus',
    'Softsign',
    'Erf',
    'HardSwish',
    'Sin',
    'Cos',
    'Tan',
    'Sinh',
    'Cosh',
    'Asin',
    'Acos',
    'Atan',
  ],
  ...['Asinh', 'Acosh', 'Atanh', 'FastGelu', 'BiasGelu', 'QuickGelu', 'BiasSoftmax'],
]);

/** Operations with activations inside that no tap reaches. */
const opaqueOps: Readonly<Record<string, string>> = {
  LSTM: 'its gates are not piecewise linear',
  GRU: 'its gates are not piecewise linear',
  RNN: 'its activation is inside the recurrence, where no tap reaches',
  Attention: 'its softmax is not piecewise linear',
  MultiHeadAttention: 'its softmax is not piecewise linear',
  FusedConv: 'its activation is fused into the operation, where no tap reaches',
  FusedGemm: 'its activation is fused into the operation, where no tap reaches',
};

/** Why an operation by itself has no pattern; undefined when it is no such activation. */
export function skipReason(op: string): string | undefined {
  return smoothOps.has(op) ? notPiecewiseLinear : opaqueOps[op];
}

/** An activation spelled out in several nodes. */
export interface SpelledOut {
  activation: string;
  /** Its pre-activation, as far as one can be told. */
  input: string;
  /** Its nodes that would be taken for activations of their own. */
  nodes: OnnxNode[];
}

/** The factor of x³ inside the tanh approximation of GELU (Hendrycks & Gimpel 2016). */
const tanhGeluFactor = 0.044715;

/** x · ½(1 + tanh(√(2/π)(x + 0.044715 x³))), or x · tanh(softplus(x)). */
function aroundTanh(index: GraphIndex, node: OnnxNode): SpelledOut | undefined {
  const softplus = index.maker(node.inputs[0]);
  if (softplus?.op === 'Softplus' && isSelfGate(index, softplus.inputs[0], node.outputs[0])) {
    return { activation: 'Mish', input: softplus.inputs[0], nodes: [softplus, node] };
  }
  return hasConstantUpstream(index, node.inputs[0], tanhGeluFactor)
    ? { activation: 'Gelu', input: node.inputs[0], nodes: [node] }
    : undefined;
}

/** Whether a node computes the product of two tensors. */
function multipliesWith(index: GraphIndex, left: string, right: string): boolean {
  return index.readersOf(right).some((reader) => reader.op === 'Mul' && reader.inputs.includes(left));
}

/** x · g(x) with a gate g, whose names are SiLU, Swish, GELU or HardSwish. */
function selfGated(index: GraphIndex, node: OnnxNode, version: number): SpelledOut | undefined {
  const input = node.inputs[0];
  const gated = (activation: string, output: string, nodes: OnnxNode[]): SpelledOut | undefined =>
    isSelfGate(index, input, output) ? { activation, input, nodes } : undefined;
  switch (node.op) {
    case 'Erf':
      return gated('Gelu', node.outputs[0], [node]);
    case 'Sigmoid':
      return gated(multipliesWith(index, input, node.outputs[0]) ? 'SiLU' : 'Swish', node.outputs[0], [node]);
    case 'HardSigmoid':
      return gated('HardSwish', node.outputs[0], [node]);
    case 'Tanh':
      return aroundTanh(index, node);
    case 'Relu':
    case 'Clip':
    case 'Max':
    case 'Min': {
      const clamp = wholeClamp(index, node, version);
      if (!clamp || typeof clamp === 'string') return undefined;
      if (!Number.isFinite(clamp.lower) || !Number.isFinite(clamp.upper)) return undefined;
      const output = clamp.nodes[clamp.nodes.length - 1].outputs[0];
      return isSelfGate(index, clamp.input, output)
        ? { activation: 'HardSwish', input: clamp.input, nodes: clamp.nodes }
        : undefined;
    }
    default:
      return undefined;
  }
}

/**
 * The activations that a graph spells out in several nodes, by the node under which each is listed: GELU as
 * Div/Erf/Add/Mul/Mul, SiLU as Sigmoid/Mul, HardSwish as Add/Clip/Mul/Div and so on.
 */
export function findSpelledOut(index: GraphIndex, version: number): Map<OnnxNode, SpelledOut> {
  const found = new Map<OnnxNode, SpelledOut>();
  for (const node of index.nodes) {
    if (node.domain !== '') continue;
    const activation = selfGated(index, node, version);
    if (activation) found.set(node, { ...activation, input: originOf(index, activation.input) });
  }
  return found;
}

/** The tensor before the constants that belong to the activation: x of x + 3. */
function originOf(index: GraphIndex, name: string): string {
  const sources = affineSources(index, name);
  return sources[sources.length - 1];
}
