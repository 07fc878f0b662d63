import type { NodeClasses } from '../diagram';
import { entropyOf } from './entropy';
import { singletonCount, type LevelNodes } from '../nodes';

/** Measures of the nodes of one level at one resolution. Entropies are in bits. */
export interface NodeMeasures {
  /** Number of nodes. It saturates at the number of instances: read it beside `instances`. */
  patterns: number;
  instances: number;
  /** Nodes of a single instance. */
  singletons: number;
  /** H = −Σ (c/N) log₂(c/N). */
  entropy: number;
  /** The same as a share of log₂ N, the most there can be; 0 for one instance. */
  entropyShare: number;
}

/** What the nodes of a level tell of a classification of the instances. */
export interface ClassMeasures {
  /** H(class | node). */
  conditionalEntropy: number;
  /** I(class; node) = H(class) − H(class | node). At most H(class). */
  mutualInformation: number;
  /** Share of instances in the majority class of their node; trivially 1 where nodes are singletons. */
  purity: number;
  /** Share of instances whose node, without them, has their class as its majority: the honest purity. */
  leaveOneOut: number;
}

/** Measures that need no labels. */
export function measureNodes(nodes: LevelNodes): NodeMeasures {
  const instances = nodes.of.length;
  const entropy = entropyOf(nodes.occurrences);
  return {
    // Prototypes that were carried on from an earlier snapshot may have lost their last instance.
    patterns: nodes.occurrences.reduce((sum, c) => sum + (c > 0 ? 1 : 0), 0),
    instances,
    singletons: singletonCount(nodes.occurrences),
    entropy,
    entropyShare: instances > 1 ? entropy / Math.log2(instances) : 0,
  };
}

/** Measures of the nodes against a classification. */
export function measureClasses(nodes: LevelNodes, classes: NodeClasses): ClassMeasures {
  const { histogram } = classes;
  const instances = nodes.of.length;
  const totals = new Float64Array(histogram.columns);
  for (let e = 0; e < histogram.count.length; e++) totals[histogram.column[e]] += histogram.count[e];
  let conditional = 0;
  let majority = 0;
  let leftOut = 0;
  for (let n = 0; n < nodes.count; n++) {
    conditional += nodes.occurrences[n] * classes.entropy[n];
    let most = 0;
    let second = 0;
    for (let e = histogram.offsets[n]; e < histogram.offsets[n + 1]; e++) {
      const c = histogram.count[e];
      if (c > most) {
        second = most;
        most = c;
      } else if (c > second) {
        second = c;
      }
    }
    majority += most;
    // A tie is no majority: without the instance its class must still have more than any other.
    if (most - 1 > second) leftOut += most;
  }
  const conditionalEntropy = conditional / instances;
  return {
    conditionalEntropy,
    mutualInformation: Math.max(0, entropyOf(totals) - conditionalEntropy),
    purity: majority / instances,
    leaveOneOut: leftOut / instances,
  };
}

/** Share of instances whose prediction is their label. */
export function accuracyOf(correct: Uint8Array): number {
  let right = 0;
  for (const c of correct) right += c;
  return right / correct.length;
}
