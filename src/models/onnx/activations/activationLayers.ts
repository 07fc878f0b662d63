import type { TensorFacts } from './flow';
import type { GraphIndex } from './graphIndex';
import { piecewiseFinding, type Finding } from './piecewise';
import { isFloat, type OnnxGraph, type OnnxNode } from '../proto/proto';
import { findSpelledOut, notPiecewiseLinear, skipReason } from './smooth';

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
}

/** Operations with weights, or that mix positions: an activation before one of them is a hidden one. */
const mixing = new Set([
  ...['MatMul', 'Gemm', 'Conv', 'ConvTranspose', 'Einsum', 'MatMulInteger', 'ConvInteger', 'QLinearConv'],
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

/** Whether a tensor can be a pre-activation: floating-point numbers that follow from the input's values. */
function canBeTapped(facts: ReadonlyMap<string, TensorFacts>, name: string): boolean {
  const known = facts.get(name);
  if (!known?.fromInput) return false;
  return known.elementType === undefined || isFloat(known.elementType);
}

/** Operations that are piecewise linear activations whatever surrounds them. */
const plainActivations = new Set([
  ...['Relu', 'LeakyRelu', 'PRelu', 'ThresholdedRelu', 'HardSigmoid', 'Clip', 'Abs', 'Shrink'],
]);

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

/** The activations of a graph, in topological order. */
export function findActivations(around: Surroundings): { layers: FoundLayer[]; skipped: FoundSkip[] } {
  const { index, facts, version, kept } = around;
  const spelledOut = findSpelledOut(index, version);
  const absorbed = new Set([...spelledOut.values()].flatMap((activation) => activation.nodes));
  const layers: FoundLayer[] = [];
  const skipped: FoundSkip[] = [];
  const take = (node: OnnxNode, finding: Finding): void => {
    if (finding.kind === 'layer' && canBeTapped(facts, finding.tap)) {
      layers.push({
        node,
        activation: finding.activation,
        tap: finding.tap,
        breakpoints: finding.breakpoints,
      });
    } else if (finding.kind === 'skipped' && canBeTapped(facts, finding.input)) {
      skipped.push({ node, activation: finding.activation, reason: finding.reason });
    }
  };
  for (const node of index.nodes) {
    const activation = spelledOut.get(node);
    if (activation) {
      take(node, { kind: 'skipped', ...activation, reason: notPiecewiseLinear });
      continue;
    }
    if (absorbed.has(node)) continue;
    insideBodies(node, skipped);
    const function_ = kept.get(node.op);
    if (function_ !== undefined && node.domain !== '') {
      skipped.push({
        node,
        activation: node.op,
        reason: `it is a function that cannot be unfolded: ${function_}`,
      });
      continue;
    }
    const finding = piecewiseFinding(index, node, version);
    if (finding) {
      take(node, finding);
      continue;
    }
    const reason = skipReason(node.op);
    if (reason === undefined || (outputFunctions.has(node.op) && isLast(index, node))) continue;
    take(node, { kind: 'skipped', activation: node.op, input: node.inputs[0], reason });
  }
  return { layers, skipped };
}
