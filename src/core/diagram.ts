import { contingency, largestEntries, type Contingency } from './contingency';
import { entropyOf } from './measures/entropy';
import { nodesOf, type LevelNodes } from './nodes';
import { isJudged, type Outcome } from './patterns/outcome';

/** What a classification of the instances (labels, or predicted outputs) says of each node of a level. */
export interface NodeClasses {
  /** Instances of each node (row) in each class (column). */
  histogram: Contingency;
  /** Class with most instances, the lowest of equals. */
  majority: Int32Array;
  /** Share of the majority class. */
  purity: Float64Array;
  /** Entropy of the classes in bits. */
  entropy: Float64Array;
}

/** One level of a diagram: a hidden layer at its resolution, or (the last) the predicted outputs. */
export interface DiagramLevel {
  nodes: LevelNodes;
  /** Nodes of the level before that share an instance with the node. */
  inDegree: Int32Array;
  /** Nodes of the next level that share an instance with the node. */
  outDegree: Int32Array;
  /** Outputs that a path along the edges leads to. */
  reachable: Int32Array;
  outputs: NodeClasses;
  /** Absent when the data has no labels. */
  labels?: NodeClasses;
  /** Instances of each node whose prediction is right; absent when the data has no labels. */
  correct?: Int32Array;
}

/** An activation pattern diagram: a layered graph, one level a hidden layer, the last the predicted outputs. */
export interface Diagram {
  instances: number;
  /** Number of classes that labels and outputs are counted over. */
  classes: number;
  levels: DiagramLevel[];
  /** `edges[l]`: from nodes of level l (rows) to nodes of level l + 1 (columns), weighted by instances. */
  edges: Contingency[];
  /** Class of each node of the last level. */
  outputClasses: Int32Array;
}

/** What a diagram is made of: the hidden levels' nodes, and a class for each instance. */
export interface DiagramInput {
  levels: LevelNodes[];
  /** Predicted class of each instance. */
  predicted: Int32Array;
  /** True class of each instance. */
  labels?: Int32Array;
  /** What the outputs are where they are no classes. */
  outcome?: Outcome;
  classes: number;
}

/** Builds the diagram. All arrays of instances must have the same length, at least 1. */
export function buildDiagram(input: DiagramInput): Diagram {
  const { predicted, labels } = input;
  const { nodes: outputs, classes: outputClasses } = outputNodes(predicted, input.classes);
  const levelNodes = [...input.levels, outputs];
  const edges = input.levels.map((nodes, l) => {
    const next = levelNodes[l + 1];
    return contingency(nodes.of, nodes.count, next.of, next.count);
  });
  const reachable = reachableOutputs(levelNodes, edges);
  const right = correctnessOf(input);
  const levels = levelNodes.map((nodes, l): DiagramLevel => ({
    nodes,
    inDegree: l === 0 ? new Int32Array(nodes.count) : columnDegrees(edges[l - 1]),
    outDegree: l === edges.length ? new Int32Array(nodes.count) : rowDegrees(edges[l]),
    reachable: reachable[l],
    outputs: nodeClasses(nodes, predicted, input.classes),
    labels: labels && nodeClasses(nodes, labels, input.classes),
    correct: right && sumPerNode(nodes, right),
  }));
  return { instances: predicted.length, classes: input.classes, levels, edges, outputClasses };
}

/** The last level: a node per class that was predicted at all, by class. */
function outputNodes(predicted: Int32Array, classes: number): { nodes: LevelNodes; classes: Int32Array } {
  const nodeOfClass = new Int32Array(classes);
  for (const c of predicted) nodeOfClass[c] = 1;
  const present: number[] = [];
  for (let c = 0; c < classes; c++) {
    if (nodeOfClass[c] === 1) {
      nodeOfClass[c] = present.length;
      present.push(c);
    }
  }
  const of = predicted.map((c) => nodeOfClass[c]);
  return { nodes: nodesOf(of, present.length), classes: Int32Array.from(present) };
}

/** Histogram, majority, purity and entropy of a class for every node. */
export function nodeClasses(nodes: LevelNodes, classOf: Int32Array, classes: number): NodeClasses {
  const histogram = contingency(nodes.of, nodes.count, classOf, classes);
  const best = largestEntries(histogram);
  const majority = new Int32Array(nodes.count).fill(-1);
  const purity = new Float64Array(nodes.count);
  const entropy = new Float64Array(nodes.count);
  for (let n = 0; n < nodes.count; n++) {
    if (best[n] < 0) continue;
    majority[n] = histogram.column[best[n]];
    purity[n] = histogram.count[best[n]] / nodes.occurrences[n];
    const from = histogram.offsets[n];
    const to = histogram.offsets[n + 1];
    // Most nodes of a wide level are of one class: no logarithms for those.
    if (to - from > 1) entropy[n] = entropyOf(histogram.count, from, to);
  }
  return { histogram, majority, purity, entropy };
}

/** Whether each prediction is right; undefined without labels, and where outputs are no classes that could be. */
export function correctnessOf({
  predicted,
  labels,
  outcome,
}: Pick<DiagramInput, 'predicted' | 'labels' | 'outcome'>): Uint8Array | undefined {
  return isJudged(outcome) && labels ? correctness(predicted, labels) : undefined;
}

/** 1 where the prediction is the label, else 0. */
export function correctness(predicted: Int32Array, labels: Int32Array): Uint8Array {
  const right = new Uint8Array(predicted.length);
  for (let i = 0; i < right.length; i++) right[i] = predicted[i] === labels[i] ? 1 : 0;
  return right;
}

function sumPerNode(nodes: LevelNodes, value: Uint8Array): Int32Array {
  const sums = new Int32Array(nodes.count);
  for (let i = 0; i < value.length; i++) sums[nodes.of[i]] += value[i];
  return sums;
}

function rowDegrees(edges: Contingency): Int32Array {
  const degrees = new Int32Array(edges.rows);
  for (let r = 0; r < edges.rows; r++) degrees[r] = edges.offsets[r + 1] - edges.offsets[r];
  return degrees;
}

function columnDegrees(edges: Contingency): Int32Array {
  const degrees = new Int32Array(edges.columns);
  for (const c of edges.column) degrees[c]++;
  return degrees;
}

/** Sets of reachable outputs as bits, carried from the last level backwards along the edges, then counted. */
function reachableOutputs(levels: LevelNodes[], edges: Contingency[]): Int32Array[] {
  const outputs = levels[levels.length - 1].count;
  const width = (outputs + 31) >>> 5;
  let sets = new Int32Array(outputs * width);
  for (let n = 0; n < outputs; n++) sets[n * width + (n >>> 5)] = 1 << (n & 31);
  const counts: Int32Array[] = [countBits(sets, outputs, width)];
  for (let l = edges.length - 1; l >= 0; l--) {
    const { rows, offsets, column } = edges[l];
    const before = new Int32Array(rows * width);
    for (let r = 0; r < rows; r++) {
      for (let e = offsets[r]; e < offsets[r + 1]; e++) {
        for (let w = 0; w < width; w++) before[r * width + w] |= sets[column[e] * width + w];
      }
    }
    sets = before;
    counts.unshift(countBits(sets, rows, width));
  }
  return counts;
}

function countBits(sets: Int32Array, rows: number, width: number): Int32Array {
  const counts = new Int32Array(rows);
  for (let i = 0; i < rows * width; i++) {
    for (let bits = sets[i]; bits !== 0; bits &= bits - 1) counts[(i / width) | 0]++;
  }
  return counts;
}
