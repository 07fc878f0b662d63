import type { TensorFacts } from './flow';
import type { GraphIndex } from './graphIndex';
import { Constants } from './constants';
import { ElementwiseActivations, plainActivations, type ActivationFinding } from './elementwise';
import { FoldedRelus } from './foldedRelu';
import { NOT_PIECEWISE_LINEAR, SIGN_OF_SMOOTH, skipReason } from './smooth';
import type { OnnxGraph, OnnxNode } from '../proto/proto';

/** An activation layer as found in a graph. Several may have the same tap: each is a layer of its own. */
export interface FoundLayer {
  node: OnnxNode;
  activation: string;
  /** Tensor of the pre-activation. */
  tap: string;
  breakpoints: number[];
}

/** An activation without a pattern as found in a graph. */
export interface FoundSkip {
  node: OnnxNode;
  activation: string;
  reason: string;
}

/** What is known of a graph when its activations are looked for. */
export interface Surroundings {
  index: GraphIndex;
  facts: ReadonlyMap<string, TensorFacts>;
  /** Version of the standard operators. */
  version: number;
  /** Functions that could not be unfolded: reason by name. */
  kept: ReadonlyMap<string, string>;
  /** Whether the sign of a smooth activation's pre-activation is taken as its pattern. */
  signs: boolean;
}

/** Operations with weights, or that mix positions: an activation before one of them is a hidden one. */
const mixing = new Set([
  ...['MatMul', 'Gemm', 'Conv', 'ConvTranspose', 'Einsum', 'MatMulInteger', 'ConvInteger', 'QLinearConv'],
  ...['QGemm', 'MatMulIntegerToFloat', 'DynamicQuantizeMatMul', 'FusedMatMul'],
  ...['QLinearMatMul', 'LSTM', 'GRU', 'RNN', 'Attention', 'MultiHeadAttention', 'FusedConv', 'FusedGemm'],
]);

/** Functions that make class scores of a network's last numbers and do not change which class wins. */
const outputFunctions = new Set(['Softmax', 'LogSoftmax', 'Sigmoid', 'Hardmax']);

/** Whether a node's result goes through no further layer on its way out. */
function isLast(index: GraphIndex, node: OnnxNode): boolean {
  const seen = new Set<OnnxNode>([node]);
  const waiting = [node];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    for (const name of next.outputs) {
      for (const reader of index.readersOf(name)) {
        if (mixing.has(reader.op)) return false;
        if (seen.has(reader)) continue;
        seen.add(reader);
        waiting.push(reader);
      }
    }
  }
  return true;
}

/** Activations within the bodies of a control-flow node. */
function insideBodies(node: OnnxNode, out: FoundSkip[]): void {
  const where = `it is inside the body of ${node.op}${node.name ? ` '${node.name}'` : ''}, where no tap reaches`;
  const visit = (body: OnnxGraph): void => {
    for (const inner of body.nodes) {
      const reason = plainActivations.has(inner.op) && inner.domain === '' ? where : skipReason(inner.op);
      if (reason !== undefined) out.push({ node: inner, activation: inner.op, reason });
      for (const attribute of inner.attributes.values()) attribute.graphs.forEach(visit);
    }
  };
  for (const attribute of node.attributes.values()) attribute.graphs.forEach(visit);
}

/** Why a node that takes several computed tensors is no activation by itself; undefined where it never is one. */
function unlikeOthers(node: OnnxNode): string | undefined {
  if (node.domain !== '') return undefined;
  if (node.op === 'Clip') return 'its min or max is computed at run time';
  return node.op === 'Max' || node.op === 'Min'
    ? 'the larger of several computed tensors (Maxout) has no breakpoints of its own'
    : undefined;
}

/** Why the activation of an operation that an optimiser fused it into cannot be reached; undefined where there is none. */
function fusedActivation(node: OnnxNode): string | undefined {
  const activation = node.domain === '' ? undefined : node.attributes.get('activation')?.s;
  return activation
    ? `its ${activation} is fused into the operation, where no tap reaches: take the model from before it was optimised`
    : undefined;
}

/** The activations of a graph, in topological order. */
export function findActivations(around: Surroundings): { layers: FoundLayer[]; skipped: FoundSkip[] } {
  const { index, facts, kept, version, signs } = around;
  const constants = new Constants(index, version);
  const elementwise = new ElementwiseActivations({ index, facts, constants, version });
  const folded = new FoldedRelus(index, constants, (tensor) => facts.get(tensor)?.elementType);
  const byNode = new Map<OnnxNode, ActivationFinding[]>();
  for (const finding of elementwise.find()) {
    const known = byNode.get(finding.node);
    if (known) known.push(finding);
    else byNode.set(finding.node, [finding]);
  }
  const layers: FoundLayer[] = [];
  const skipped: FoundSkip[] = [];
  const take = (finding: ActivationFinding): void => {
    const { node, activation, tap, breakpoints, smooth } = finding;
    const reason = finding.reason ?? (smooth ? NOT_PIECEWISE_LINEAR : undefined);
    if (reason === undefined) {
      layers.push({ node, activation, tap, breakpoints });
    } else if (smooth && signs && !isLast(index, node)) {
      layers.push({ node, activation: `${activation} ${SIGN_OF_SMOOTH}`, tap, breakpoints: [0] });
    } else if (!(outputFunctions.has(activation) && isLast(index, node))) {
      skipped.push({ node, activation, reason });
    }
  };
  for (const node of index.nodes) {
    byNode.get(node)?.forEach(take);
    insideBodies(node, skipped);
    const keptFunction = node.domain === '' ? undefined : kept.get(node.op);
    if (keptFunction !== undefined) {
      skipped.push({
        node,
        activation: node.op,
        reason: `it is a function that cannot be unfolded: ${keptFunction}`,
      });
      continue;
    }
    const relu = folded.of(node);
    if (relu && facts.get(relu.tap)?.fromInput && !isLast(index, node)) {
      layers.push({
        node,
        activation: 'Relu (quantised)',
        tap: relu.tap,
        breakpoints: [relu.zeroPoint],
      });
      continue;
    }
    const reached = index.inputsOf(node).some((name) => facts.get(name)?.fromInput);
    if (elementwise.covers(node) || !reached) continue;
    const reason = skipReason(node.op) ?? unlikeOthers(node) ?? fusedActivation(node);
    if (reason === undefined || (outputFunctions.has(node.op) && isLast(index, node))) continue;
    skipped.push({ node, activation: node.op, reason });
  }
  return { layers, skipped };
}
